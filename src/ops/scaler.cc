// ai.onnx.ml Scaler: (x - offset) * scale per column, as float32.
//
// The arithmetic is that of the wider of x and float: double for float64, float32 otherwise (64-bit
// integers are first rounded to float32), then one rounding to float32.
#include <cmath>

#include "base/strings.h"
#include "ops/support/elementwise.h"
#include "ops/support/move.h"

namespace tundish {
namespace {
using namespace ops;

using Scalable = Types<float, double, int64_t, int32_t>;

class ScalerState : public KernelState {
 public:
  std::vector<float> offset;
  std::vector<float> scale;
};

Result<ScalerState> read_scaler(const Node& node) {
  ScalerState state;
  TRY_ASSIGN(state.offset, node.attributes.get_floats("offset"));
  TRY_ASSIGN(state.scale, node.attributes.get_floats("scale"));
  if (state.offset.size() != state.scale.size() || state.scale.empty()) {
    return InvalidModel(cat("offset has ", state.offset.size(), " values, scale ",
                            state.scale.size(), "; both must have the same number, at least one"));
  }
  return state;
}

Status check_width(const ScalerState& state, int64_t columns, ErrorCode code) {
  const auto count = static_cast<int64_t>(state.scale.size());
  if (count == 1 || count == columns) return ok();
  return Error(code, cat("scale has ", count, " values, the input ", columns, " columns"));
}

Status infer_scaler(InferContext& context) {
  TRY(expect_tensor(context, 0, Scalable::kSet, {}));
  TRY_ASSIGN(const ScalerState state, read_scaler(context.node()));
  const std::vector<Dim>* dims = known_dims(context, 0);
  if (dims != nullptr && !dims->empty() && dims->back().is_known()) {
    TRY(check_width(state, dims->back().size(), ErrorCode::kInvalidModel));
  }
  context.set_output(0, ValueType::tensor(DType::kFloat32, context.input(0).shape));
  return ok();
}

Result<std::unique_ptr<KernelState>> prepare_scaler(const PrepareContext& context) {
  TRY_ASSIGN(ScalerState state, read_scaler(context.node()));
  return std::unique_ptr<KernelState>(std::make_unique<ScalerState>(std::move(state)));
}

template <class T>
void scale_rows(const ScalerState& state, const T* x, float* out, int64_t rows, int64_t columns) {
  using Wide = std::conditional_t<std::is_same_v<T, double>, double, float>;
  const int64_t step = state.scale.size() == 1 ? 0 : 1;
  for (int64_t row = 0; row < rows; ++row) {
    const T* from = x + row * columns;
    float* to = out + row * columns;
    for (int64_t k = 0; k < columns; ++k) {
      const auto at = static_cast<size_t>(k * step);
      const Wide centred = static_cast<Wide>(from[k]) - static_cast<Wide>(state.offset[at]);
      to[k] = static_cast<float>(centred * static_cast<Wide>(state.scale[at]));
    }
  }
}

Status run_scaler(ExecContext& context) {
  const TensorView& x = context.input(0);
  std::optional<ScalerState> own;
  const auto* state = static_cast<const ScalerState*>(context.state());
  if (state == nullptr) {
    TRY_ASSIGN(own, read_scaler(context.node()));
    state = &*own;
  }
  const int64_t columns = x.shape.rank() == 0 ? 1 : x.shape[x.shape.rank() - 1];
  TRY(check_width(*state, columns, ErrorCode::kInvalidArgument));
  TRY_ASSIGN(const MutableTensorView y, context.output(0, DType::kFloat32, x.shape));
  const int64_t rows = columns == 0 ? 0 : x.shape.element_count() / columns;
  return dispatch(Scalable(), x.dtype, [&]<class T>() {
    scale_rows(*state, static_cast<const T*>(x.data), static_cast<float*>(y.data), rows, columns);
    return ok();
  });
}

Monotone monotone_scaler(const InferContext& context, size_t) {
  const Result<ScalerState> state = read_scaler(context.node());
  if (!state) return Monotone::kNo;
  auto finite = [](float v) { return std::isfinite(v); };
  if (!std::ranges::all_of(state.value().offset, finite)) return Monotone::kNo;
  if (!std::ranges::all_of(state.value().scale, finite)) return Monotone::kNo;
  if (std::ranges::all_of(state.value().scale, [](float v) { return v > 0; })) {
    return Monotone::kIncreasing;
  }
  if (std::ranges::all_of(state.value().scale, [](float v) { return v < 0; })) {
    return Monotone::kDecreasing;
  }
  return Monotone::kNo;
}

constexpr OpDef kOps[] = {
    {.name = "Scaler",
     .domain = kDomainMl,
     .since = 1,
     .inputs = {1, 1},
     .traits = {.elementwise = true,
                .in_place = true,
                .propagates_nan = true,
                .monotone = monotone_scaler},
     .infer = infer_scaler,
     .run = run_scaler,
     .prepare = prepare_scaler},
};

}  // namespace

std::span<const OpDef> ops_scaler() { return kOps; }

}  // namespace tundish
