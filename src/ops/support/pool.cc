#include "ops/support/pool.h"

#include "base/strings.h"
#include "ops/support/move.h"

namespace tundish::ops {
namespace {

class PoolState : public KernelState {
 public:
  WindowSpec spec;
};

Result<WindowSpec> read_pool(const AttributeList& attributes, size_t dimensions, ErrorCode code) {
  const size_t rank = dimensions < 2 ? 0 : dimensions - 2;
  TRY_ASSIGN(const WindowSpec spec, read_windows(attributes, rank, code));
  if (!spec.has_kernel) return Error(code, "attribute \"kernel_shape\" is missing");
  return spec;
}

}  // namespace

Result<SymbolicShape> infer_pool(InferContext& context, DTypeSet held) {
  TRY(expect_tensor(context, 0, held));
  const std::vector<Dim>* x = known_dims(context, 0);
  if (x == nullptr) return SymbolicShape();
  TRY_ASSIGN(const WindowSpec spec,
             read_pool(context.node().attributes, x->size(), ErrorCode::kInvalidModel));
  TRY_ASSIGN(std::vector<Dim> out, infer_windows(spec, std::span(*x).subspan(2)));
  out.insert(out.begin(), x->begin(), x->begin() + 2);
  return SymbolicShape(std::move(out));
}

Result<std::unique_ptr<KernelState>> prepare_pool(const PrepareContext& context) {
  const std::vector<Dim>* x = known_dims(context, 0);
  if (x == nullptr) return std::unique_ptr<KernelState>();
  auto state = std::make_unique<PoolState>();
  TRY_ASSIGN(state->spec,
             read_pool(context.node().attributes, x->size(), ErrorCode::kInvalidModel));
  return std::unique_ptr<KernelState>(std::move(state));
}

Result<Pool> open_pool(const ExecContext& context) {
  const Shape& x = context.input(0).shape;
  WindowSpec spec;
  if (const auto* state = static_cast<const PoolState*>(context.state())) {
    spec = state->spec;
  } else {
    TRY_ASSIGN(spec, read_pool(context.node().attributes, x.rank(), ErrorCode::kInvalidArgument));
  }
  Pool pool;
  TRY_ASSIGN(pool.plan, plan_windows(spec, x.dims().subspan(2), ErrorCode::kInvalidArgument));
  pool.planes = x[0] * x[1];
  pool.out = Shape{x[0], x[1]};
  for (size_t i = 0; i < pool.plan.rank; ++i) pool.out.append(pool.plan.out[i]);
  return pool;
}

int64_t pool_grain(const WindowPlan& plan) {
  // 2 ns a tap; a window has no more taps that count than the image has elements.
  int64_t taps = 1;
  for (size_t i = 0; i < plan.rank; ++i) taps *= std::min(plan.axes[i].kernel, plan.in[i]);
  const double row = static_cast<double>(plan.out_columns()) * static_cast<double>(taps);
  return std::max<int64_t>(1, static_cast<int64_t>(25000.0 / std::max(1.0, row)));
}

}  // namespace tundish::ops
