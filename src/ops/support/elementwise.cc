#include "ops/support/elementwise.h"

#include <bit>

#include "base/strings.h"

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

namespace {

constexpr int64_t kBlock = 256;  // floats on the stack for halves

void apply_to_halves(const UnarySpan& span, DType x_dtype, DType out_dtype, const char* x,
                     char* out, int64_t count) {
  std::array<float, kBlock> wide;
  char* block = reinterpret_cast<char*>(wide.data());
  const bool rounds = is_half_type(out_dtype);
  const auto out_bytes = static_cast<int64_t>(dtype_bytes(out_dtype));
  for (int64_t at = 0; at < count; at += kBlock) {
    const int64_t part = std::min(kBlock, count - at);
    widen(x_dtype, x + at * 2, wide.data(), part);
    span.apply(span.functor, block, rounds ? block : out + at * out_bytes, part);
    if (rounds) narrow(out_dtype, wide.data(), out + at * 2, part);
  }
}

}  // namespace

Status run_unary_span(ExecContext& context, DType out_dtype, const UnarySpan& span) {
  const TensorView& x = context.input(0);
  TRY_ASSIGN(const MutableTensorView y, context.output(0, out_dtype, x.shape));
  const char* from = static_cast<const char*>(x.data);
  char* to = static_cast<char*>(y.data);
  const int64_t count = x.shape.element_count();
  const bool widens = is_half_type(x.dtype) && span.x_bytes == sizeof(float);
  if (count <= span.grain && !widens) {
    span.apply(span.functor, from, to, count);
    return ok();
  }
  const auto x_bytes = static_cast<int64_t>(widens ? 2 : span.x_bytes);
  const auto out_bytes = static_cast<int64_t>(is_half_type(out_dtype) ? 2 : span.out_bytes);
  auto piece = [&](int64_t begin, int64_t end) {
    const char* part = from + begin * x_bytes;
    char* to_part = to + begin * out_bytes;
    if (widens) return apply_to_halves(span, x.dtype, out_dtype, part, to_part, end - begin);
    span.apply(span.functor, part, to_part, end - begin);
  };
  if (count <= span.grain) {
    piece(0, count);
  } else {
    context.parallel_for(count, span.grain, piece);
  }
  return ok();
}

Status run_unary_spans(ExecContext& context, std::span<const TypedUnarySpan> spans,
                       const void* functor) {
  const DType dtype = context.input(0).dtype;
  for (const TypedUnarySpan& typed : spans) {
    if (typed.dtype != computed_type(dtype)) continue;
    UnarySpan span = typed.span;
    span.functor = functor;
    return run_unary_span(context, dtype, span);
  }
  return unexpected_type(dtype);
}

namespace {

// One operand of a span: of halves that the span takes as floats, or as they are.
struct Operand {
  const char* data;
  DType dtype;
  bool widens;
  int64_t bytes;  // of an element

  Operand(const TensorView& view, size_t span_bytes)
      : data(static_cast<const char*>(view.data)),
        dtype(view.dtype),
        widens(is_half_type(view.dtype) && span_bytes == sizeof(float)),
        bytes(widens ? 2 : static_cast<int64_t>(span_bytes)) {}

  // `count` elements from `from` on, or one where the stride is 0.
  const char* block(const char* from, int64_t stride, int64_t count, float* wide) const {
    if (!widens) return from;
    widen(dtype, from, wide, stride == 0 ? 1 : count);
    return reinterpret_cast<const char*>(wide);
  }
};

struct BinaryLoop {
  const BinarySpan& span;
  Operand a, b;
  DType out_dtype;

  BinaryLoop(const TensorView& a_view, const TensorView& b_view, DType out, const BinarySpan& of)
      : span(of), a(a_view, of.a_bytes), b(b_view, of.b_bytes), out_dtype(out) {}

  void apply(const char* from_a, int64_t a_stride, const char* from_b, int64_t b_stride, char* out,
             int64_t count) const {
    if (!a.widens && !b.widens) {
      return span.apply(from_a, a_stride, from_b, b_stride, out, count);
    }
    std::array<float, kBlock> wide_a, wide_b;
    const bool rounds = is_half_type(out_dtype);
    char* block = reinterpret_cast<char*>(wide_a.data());
    for (int64_t at = 0; at < count; at += kBlock) {
      const int64_t part = std::min(kBlock, count - at);
      const char* some_a = a.block(from_a + at * a_stride * a.bytes, a_stride, part, wide_a.data());
      const char* some_b = b.block(from_b + at * b_stride * b.bytes, b_stride, part, wide_b.data());
      char* to = rounds ? block : out + at * static_cast<int64_t>(span.out_bytes);
      span.apply(some_a, a_stride, some_b, b_stride, to, part);
      if (rounds) narrow(out_dtype, wide_a.data(), out + at * 2, part);
    }
  }
};

}  // namespace

void run_binary_into(ExecContext& context, const TensorView& a, const TensorView& b,
                     const MutableTensorView& out, const BinarySpan& span) {
  const BinaryLoop one(a, b, out.dtype, span);
  const auto loop = BroadcastLoop<2>::make(out.shape, {&a.shape, &b.shape});
  const auto out_bytes = static_cast<int64_t>(is_half_type(out.dtype) ? 2 : span.out_bytes);
  char* to = static_cast<char*>(out.data);
  run_loop(context, loop, span.grain,
           [&](int64_t at, const auto& offsets, const auto& strides, int64_t count) {
             one.apply(one.a.data + offsets[0] * one.a.bytes, strides[0],
                       one.b.data + offsets[1] * one.b.bytes, strides[1], to + at * out_bytes,
                       count);
           });
}

Status run_binary_span(ExecContext& context, DType out_dtype, const BinarySpan& span) {
  return run_binary_span(context, context.input(0), context.input(1), out_dtype, span);
}

Status run_binary_span(ExecContext& context, const TensorView& a, const TensorView& b,
                       DType out_dtype, const BinarySpan& span) {
  const FlatMeeting<2> flat({&a.shape, &b.shape});
  if (flat.shape != nullptr && flat.count <= span.grain) {
    TRY_ASSIGN(const MutableTensorView y, context.output(0, out_dtype, *flat.shape));
    BinaryLoop(a, b, out_dtype, span)
        .apply(static_cast<const char*>(a.data), flat.strides[0], static_cast<const char*>(b.data),
               flat.strides[1], static_cast<char*>(y.data), flat.count);
    return ok();
  }
  TRY_ASSIGN(const Shape shape, broadcast_shapes(a.shape, b.shape));
  TRY_ASSIGN(const MutableTensorView y, context.output(0, out_dtype, shape));
  run_binary_into(context, a, b, y, span);
  return ok();
}

Result<const BinarySpan*> span_for(DType dtype, std::span<const TypedBinarySpan> spans) {
  const auto found = std::ranges::find(spans, computed_type(dtype), &TypedBinarySpan::dtype);
  if (found == spans.end()) return unexpected_type(dtype).error();
  return &found->span;
}

Status run_binary_spans(ExecContext& context, DType out_dtype,
                        std::span<const TypedBinarySpan> spans) {
  TRY_ASSIGN(const BinarySpan* const span, span_for(context.input(0).dtype, spans));
  return run_binary_span(context, out_dtype, *span);
}

Status check_divisor(const TensorView& divisor) {
  if (!is_integer(divisor.dtype)) return ok();
  // Zero has the same bits signed and unsigned.
  using Bits = Types<uint8_t, uint16_t, uint32_t, uint64_t>;
  constexpr std::array kBySize = {DType::kUint8, DType::kUint16, DType::kUint32, DType::kUint64};
  const auto log = static_cast<size_t>(std::countr_zero(dtype_bytes(divisor.dtype)));
  return dispatch(Bits(), kBySize[log], [&]<class T>() -> Status {
    const std::span<const T> values = divisor.values<T>();
    const auto zero = std::ranges::find(values, T{0});
    if (zero == values.end()) return ok();
    return InvalidArgument(
        cat("division of integers by zero (element ", zero - values.begin(), " of the divisor)"));
  });
}

}  // namespace tundish::ops
