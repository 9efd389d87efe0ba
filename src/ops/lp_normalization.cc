// LpNormalization: x over its norm along one axis; what has norm 0 becomes 0.
#include <algorithm>
#include <cmath>

#include "base/strings.h"
#include "ops/support/elementwise.h"
#include "ops/support/half_adapter.h"
#include "ops/support/move.h"

namespace tundish {
namespace {
using namespace ops;

Result<int64_t> order_of(const Node& node) {
  TRY_ASSIGN(const int64_t p, node.attributes.get_int("p", 2));
  if (p != 1 && p != 2) return InvalidModel(cat("p is ", p, ", not 1 or 2"));
  return p;
}

Status infer_lp(InferContext& context) {
  TRY(order_of(context.node()));
  TRY_ASSIGN(const int64_t axis, context.node().attributes.get_int("axis", -1));
  if (const std::vector<Dim>* dims = known_dims(context, 0)) {
    TRY(checked_axis(axis, dims->size(), ErrorCode::kInvalidModel));
  }
  return infer_same(context, AllFloats::kSet);
}

// Up to kLanes neighbouring lanes whose elements are `step` apart.
constexpr int64_t kLanes = 64;
template <class T>
void normalise_lanes(int64_t p, const T* x, T* y, int64_t size, int64_t step, int64_t count) {
  double norm[kLanes] = {};
  for (int64_t i = 0; i < size; ++i) {
    for (int64_t k = 0; k < count; ++k) {
      const auto value = static_cast<double>(x[i * step + k]);
      norm[k] += p == 1 ? std::fabs(value) : value * value;
    }
  }
  for (int64_t k = 0; k < count; ++k) {
    if (p == 2) norm[k] = std::sqrt(norm[k]);
  }
  for (int64_t i = 0; i < size; ++i) {
    for (int64_t k = 0; k < count; ++k) {
      const auto value = static_cast<double>(x[i * step + k]);
      y[i * step + k] = norm[k] == 0 ? T{0} : static_cast<T>(value / norm[k]);
    }
  }
}

Status run_lp(ExecContext& context) {
  const TensorView& data = context.input(0);
  const Shape& shape = data.shape;
  TRY_ASSIGN(const int64_t p, order_of(context.node()));
  TRY_ASSIGN(const int64_t wanted, context.node().attributes.get_int("axis", -1));
  TRY_ASSIGN(const size_t axis, checked_axis(wanted, shape.rank(), ErrorCode::kInvalidArgument));
  TRY_ASSIGN(const MutableTensorView out, context.output(0, data.dtype, shape));
  if (shape.element_count() == 0) return ok();
  int64_t outer = 1;
  int64_t inner = 1;
  for (size_t k = 0; k < axis; ++k) outer *= shape[k];
  for (size_t k = axis + 1; k < shape.rank(); ++k) inner *= shape[k];
  const int64_t size = shape[axis];
  const int64_t across = (inner + kLanes - 1) / kLanes;
  return dispatch(Floats(), data.dtype, [&]<class T>() {
    auto part = [&](int64_t begin, int64_t end) {
      for (int64_t at = begin; at < end; ++at) {
        const int64_t lane = at % across * kLanes;
        const int64_t first = at / across * size * inner + lane;
        normalise_lanes(p, static_cast<const T*>(data.data) + first,
                        static_cast<T*>(out.data) + first, size, inner,
                        std::min(kLanes, inner - lane));
      }
    };
    const int64_t count = outer * across;
    const int64_t grain = kCheapGrain / 4 / (size * std::min(kLanes, inner)) + 1;
    if (count <= grain || context.thread_count() == 1) {
      part(0, count);
    } else {
      context.parallel_for(count, grain, part);
    }
    return ok();
  });
}

constexpr OpDef kOps[] = {
    {.name = "LpNormalization",
     .since = 1,
     .inputs = {1, 1},
     .traits = {.in_place = true},
     .infer = infer_lp,
     .run = run_with_halves<run_lp>},
};

}  // namespace

std::span<const OpDef> ops_lp_normalization() { return kOps; }

}  // namespace tundish
