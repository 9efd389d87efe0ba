// ai.onnx.ml Binarizer: 1 for what is greater than a threshold, else 0 (NaN too).
#include "ops/support/elementwise.h"
#include "ops/support/rows.h"

namespace tundish {
namespace {
using namespace ops;

Status infer_binarizer(InferContext& context) {
  TRY(context.node().attributes.get_float("threshold", 0));
  return infer_same(context, MlNumbers::kSet);
}

Status run_binarizer(ExecContext& context) {
  const TensorView& x = context.input(0);
  TRY_ASSIGN(const float threshold, context.node().attributes.get_float("threshold", 0));
  TRY_ASSIGN(const MutableTensorView y, context.output(0, x.dtype, x.shape));
  return dispatch(MlNumbers(), x.dtype, [&]<class T>() {
    // Integers beyond 2^24 are compared as double, which holds those up to 2^53 exactly.
    using Wide = std::conditional_t<std::is_same_v<T, float>, float, double>;
    const auto limit = static_cast<Wide>(threshold);
    const auto* from = static_cast<const T*>(x.data);
    auto* to = static_cast<T*>(y.data);
    const int64_t count = x.shape.element_count();
    for (int64_t i = 0; i < count; ++i) to[i] = static_cast<Wide>(from[i]) > limit ? T{1} : T{0};
    return ok();
  });
}

Monotone increasing(const InferContext&, size_t) { return Monotone::kIncreasing; }

constexpr OpDef kOps[] = {
    {.name = "Binarizer",
     .domain = kDomainMl,
     .since = 1,
     .inputs = {1, 1},
     .traits = {.elementwise = true, .in_place = true, .monotone = increasing},
     .infer = infer_binarizer,
     .run = run_binarizer},
};

}  // namespace

std::span<const OpDef> ops_binarizer() { return kOps; }

}  // namespace tundish
