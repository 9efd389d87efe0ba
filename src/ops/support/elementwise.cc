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

Status run_unary_span(ExecContext& context, DType out_dtype, const UnarySpan& span) {
  const TensorView& x = context.input(0);
  TRY_ASSIGN(const MutableTensorView y, context.output(0, out_dtype, x.shape));
  const char* from = static_cast<const char*>(x.data);
  char* to = static_cast<char*>(y.data);
  const int64_t count = x.shape.element_count();
  if (count <= span.grain) {
    span.apply(from, to, count);
    return ok();
  }
  auto piece = [&](int64_t begin, int64_t end) {
    span.apply(from + begin * static_cast<int64_t>(span.x_bytes),
               to + begin * static_cast<int64_t>(span.out_bytes), end - begin);
  };
  context.parallel_for(count, span.grain, piece);
  return ok();
}

Status run_binary_span(ExecContext& context, DType out_dtype, const BinarySpan& span) {
  const TensorView& a = context.input(0);
  const TensorView& b = context.input(1);
  const char* from_a = static_cast<const char*>(a.data);
  const char* from_b = static_cast<const char*>(b.data);
  const FlatMeeting<2> flat({&a.shape, &b.shape});
  if (flat.shape != nullptr && flat.count <= span.grain) {
    TRY_ASSIGN(const MutableTensorView y, context.output(0, out_dtype, *flat.shape));
    span.apply(from_a, flat.strides[0], from_b, flat.strides[1], static_cast<char*>(y.data),
               flat.count);
    return ok();
  }
  TRY_ASSIGN(const Shape shape, broadcast_shapes(a.shape, b.shape));
  const auto loop = BroadcastLoop<2>::make(shape, {&a.shape, &b.shape});
  TRY_ASSIGN(const MutableTensorView y, context.output(0, out_dtype, shape));
  char* to = static_cast<char*>(y.data);
  run_loop(context, loop, span.grain,
           [&](int64_t at, const auto& offsets, const auto& strides, int64_t count) {
             span.apply(from_a + offsets[0] * static_cast<int64_t>(span.a_bytes), strides[0],
                        from_b + offsets[1] * static_cast<int64_t>(span.b_bytes), strides[1],
                        to + at * static_cast<int64_t>(span.out_bytes), count);
           });
  return ok();
}

}  // namespace tundish::ops
