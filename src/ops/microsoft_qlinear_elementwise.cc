// Element-wise operators of com.microsoft on quantized bytes: QLinearAdd, QLinearMul, QLinearWhere,
// QLinearSigmoid, QLinearLeakyRelu.
#include <algorithm>
#include <cmath>

#include "ops/support/byte_table.h"
#include "ops/support/convert.h"
#include "ops/support/elementwise.h"
#include "ops/support/move.h"

namespace tundish {
namespace {
using namespace ops;

const uint8_t* codes_of(const TensorView& view) { return static_cast<const uint8_t*>(view.data); }

// ---- A, its scale and zero point, B, its two, the two of C

Status infer_binary(InferContext& context) {
  for (const size_t i : {size_t{0}, size_t{3}}) TRY(infer_byte_scale(context, i, i + 1, i + 2));
  TRY(infer_byte_scale(context, 0, 6, 7));
  TRY(expect_same_dtype(context, 0, 3));
  TRY_ASSIGN(SymbolicShape out, broadcast_shapes(context.input(0).shape, context.input(3).shape));
  context.set_output(0, ValueType::tensor(context.input(0).dtype, std::move(out)));
  return ok();
}

using Combine = void (*)(const ByteNumbers& left, const uint8_t* a, int64_t a_stride,
                         const ByteNumbers& right, const uint8_t* b, int64_t b_stride,
                         int64_t count, float* out);

void add(const ByteNumbers& left, const uint8_t* a, int64_t a_stride, const ByteNumbers& right,
         const uint8_t* b, int64_t b_stride, int64_t count, float* out) {
  for (int64_t i = 0; i < count; ++i) out[i] = left[a[i * a_stride]] + right[b[i * b_stride]];
}
void multiply(const ByteNumbers& left, const uint8_t* a, int64_t a_stride, const ByteNumbers& right,
              const uint8_t* b, int64_t b_stride, int64_t count, float* out) {
  for (int64_t i = 0; i < count; ++i) out[i] = left[a[i * a_stride]] * right[b[i * b_stride]];
}

template <Combine kCombine> Status run_binary(ExecContext& context) {
  const TensorView& a = context.input(0);
  const TensorView& b = context.input(3);
  TRY_ASSIGN(const ByteScale a_scale, read_byte_scale(context, 1, 2));
  TRY_ASSIGN(const ByteScale b_scale, read_byte_scale(context, 4, 5));
  TRY_ASSIGN(const ByteScale c_scale, read_byte_scale(context, 6, 7));
  TRY_ASSIGN(const Shape shape, broadcast_shapes(a.shape, b.shape));
  TRY_ASSIGN(const MutableTensorView c, sized_output(context, 0, a.dtype, shape));
  const ByteNumbers left = byte_numbers(a.dtype, a_scale);
  const ByteNumbers right = byte_numbers(b.dtype, b_scale);
  auto* const out = static_cast<uint8_t*>(c.data);
  run_loop(context, BroadcastLoop<2>::make(shape, {&a.shape, &b.shape}), kCheapGrain / 8,
           [&](int64_t at, const auto& from, const auto& strides, int64_t run) {
             float numbers[kBlockElements];
             for (int64_t begin = 0; begin < run; begin += kBlockElements) {
               const int64_t count = std::min(kBlockElements, run - begin);
               kCombine(left, codes_of(a) + from[0] + begin * strides[0], strides[0], right,
                        codes_of(b) + from[1] + begin * strides[1], strides[1], count, numbers);
               store_codes(c.dtype, c_scale, numbers, count, out + at + begin);
             }
           });
  return ok();
}

// ---- QLinearWhere: condition, X, its scale and zero point, Y, its two, the two of Z

Status infer_where(InferContext& context) {
  TRY(expect_tensor(context, 0, kBools));
  for (const size_t i : {size_t{1}, size_t{4}}) TRY(infer_byte_scale(context, i, i + 1, i + 2));
  TRY(infer_byte_scale(context, 1, 7, 8));
  TRY(expect_same_dtype(context, 1, 4));
  TRY_ASSIGN(SymbolicShape out, broadcast_shapes(context.input(0).shape, context.input(1).shape));
  TRY_ASSIGN(out, broadcast_shapes(out, context.input(4).shape));
  context.set_output(0, ValueType::tensor(context.input(1).dtype, std::move(out)));
  return ok();
}

Status run_where(ExecContext& context) {
  const TensorView& condition = context.input(0);
  const TensorView& x = context.input(1);
  const TensorView& y = context.input(4);
  TRY_ASSIGN(const ByteScale x_scale, read_byte_scale(context, 2, 3));
  TRY_ASSIGN(const ByteScale y_scale, read_byte_scale(context, 5, 6));
  TRY_ASSIGN(const ByteScale z_scale, read_byte_scale(context, 7, 8));
  TRY_ASSIGN(Shape shape, broadcast_shapes(condition.shape, x.shape));
  TRY_ASSIGN(shape, broadcast_shapes(shape, y.shape));
  TRY_ASSIGN(const MutableTensorView z, sized_output(context, 0, x.dtype, shape));
  const ByteTable from_x = byte_table(byte_numbers(x.dtype, x_scale), z.dtype, z_scale);
  const ByteTable from_y = byte_table(byte_numbers(y.dtype, y_scale), z.dtype, z_scale);
  auto* const out = static_cast<uint8_t*>(z.data);
  run_loop(context, BroadcastLoop<3>::make(shape, {&condition.shape, &x.shape, &y.shape}),
           kCheapGrain / 2, [&](int64_t at, const auto& from, const auto& strides, int64_t run) {
             const uint8_t* c = codes_of(condition) + from[0];
             const uint8_t* yes = codes_of(x) + from[1];
             const uint8_t* no = codes_of(y) + from[2];
             for (int64_t i = 0; i < run; ++i) {
               out[at + i] = c[i * strides[0]] != 0 ? from_x[yes[i * strides[1]]]
                                                    : from_y[no[i * strides[2]]];
             }
           });
  return ok();
}

// ---- One input: X, its scale and zero point, the two of Y

Status infer_unary_bytes(InferContext& context) {
  TRY(context.node().attributes.get_float("alpha", 0));
  TRY(infer_byte_scale(context, 0, 1, 2));
  TRY(infer_byte_scale(context, 0, 3, 4));
  context.set_output(0, context.input(0));
  return ok();
}

float sigmoid(float x, float) { return 1 / (1 + std::exp(-x)); }
float leaky_relu(float x, float alpha) { return x >= 0 ? x : alpha * x; }

template <float (*kFunction)(float x, float alpha)> Status run_unary_bytes(ExecContext& context) {
  const TensorView& x = context.input(0);
  TRY_ASSIGN(const float alpha, context.node().attributes.get_float("alpha", 0.01F));
  TRY_ASSIGN(const ByteScale x_scale, read_byte_scale(context, 1, 2));
  TRY_ASSIGN(const ByteScale y_scale, read_byte_scale(context, 3, 4));
  TRY_ASSIGN(const MutableTensorView y, context.output(0, x.dtype, x.shape));
  ByteNumbers numbers = byte_numbers(x.dtype, x_scale);
  for (float& number : numbers) number = kFunction(number, alpha);
  translate(context, byte_table(numbers, y.dtype, y_scale), codes_of(x), x.shape.element_count(),
            static_cast<uint8_t*>(y.data));
  return ok();
}

constexpr OpDef row(std::string_view name, Arity inputs, Status (*infer)(InferContext&),
                    Status (*run)(ExecContext&)) {
  return {.name = name, .domain = kDomainMicrosoft, .inputs = inputs, .infer = infer, .run = run};
}

// Arities say what comes before the first input that may be left out; infer asks for the others.
constexpr OpDef kOps[] = {
    row("QLinearAdd", {2, 8}, infer_binary, run_binary<add>),
    row("QLinearMul", {2, 8}, infer_binary, run_binary<multiply>),
    row("QLinearWhere", {9, 9}, infer_where, run_where),
    row("QLinearSigmoid", {2, 5}, infer_unary_bytes, run_unary_bytes<sigmoid>),
    row("QLinearLeakyRelu", {2, 5}, infer_unary_bytes, run_unary_bytes<leaky_relu>),
};

}  // namespace

std::span<const OpDef> ops_microsoft_qlinear_elementwise() { return kOps; }

}  // namespace tundish
