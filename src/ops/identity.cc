// Identity, of values of any kind.
#include "ops/support/move.h"

namespace tundish {
namespace {
using namespace ops;

Status infer_identity(InferContext& context) {
  if (!context.has_input(0)) return InvalidModel("input 0 is missing");
  context.set_output(0, context.input(0));
  return ok();
}

Status run_identity(ExecContext& context) {
  const TensorView& x = context.input(0);
  // Anything but a dense tensor has no view.
  if (x.dtype == DType::kUndefined) return context.set_output(0, context.input_value(0));
  TRY_ASSIGN(const MutableTensorView y, context.output(0, x.dtype, x.shape));
  copy_elements(x.dtype, y.data, x.data, x.shape.element_count());
  return ok();
}

Monotone increasing(const InferContext&, size_t) { return Monotone::kIncreasing; }

constexpr OpDef kOps[] = {
    {.name = "Identity",
     .since = 1,
     .inputs = {1, 1},
     .traits =
         {.elementwise = true, .in_place = true, .propagates_nan = true, .monotone = increasing},
     .infer = infer_identity,
     .run = run_identity},
};

}  // namespace

std::span<const OpDef> ops_identity() { return kOps; }

}  // namespace tundish
