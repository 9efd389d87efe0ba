#include "ops/support/elementwise.h"

namespace tundish::ops {

Status infer_broadcast(InferContext& context, DTypeSet held, DType out) {
  for (size_t i = 0; i < context.input_count(); ++i) {
    TRY(expect_tensor(context, i, held));
    TRY(expect_same_dtype(context, 0, i));
  }
  TRY_ASSIGN(SymbolicShape shape, broadcast_inputs(context));
  const DType dtype = out == DType::kUndefined ? context.input(0).dtype : out;
  context.set_output(0, ValueType::tensor(dtype, std::move(shape)));
  return ok();
}

Status make_binary_loop(const Shape& a, const Shape& b, BinaryLoop& out) {
  if (same_shape(a, b)) {
    out.shape = a;
    out.loop = BroadcastLoop<2>::flat(a.element_count());
    return ok();
  }
  if (b.rank() <= a.rank() && b.element_count() == 1) {
    out.shape = a;
    out.loop = BroadcastLoop<2>::flat(a.element_count());
    out.loop.strides[1][0] = 0;
    return ok();
  }
  TRY_ASSIGN(out.shape, broadcast_shapes(a, b));
  out.loop = BroadcastLoop<2>::make(out.shape, {&a, &b});
  return ok();
}

}  // namespace tundish::ops
