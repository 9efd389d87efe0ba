// MatMulInteger and QLinearMatMul: products of quantized matrices, as numbers less their zero
// points; sums of integers wrap at 32 bits.
#include "base/strings.h"
#include "ops/support/convert.h"
#include "ops/support/integer_product.h"
#include "ops/support/matmul_shape.h"
#include "ops/support/quantization.h"
#include "ops/support/types.h"

namespace tundish {
namespace {
using namespace ops;
using enum ParameterSide;

constexpr DTypeSet kBytes{DType::kInt8, DType::kUint8};
constexpr DTypeSet kBytesAndFloat8s =
    kBytes | DTypeSet{DType::kFloat8E4M3FN, DType::kFloat8E4M3FNUZ, DType::kFloat8E5M2,
                      DType::kFloat8E5M2FNUZ};
constexpr DTypeSet kScales = DTypeSet{DType::kFloat32} | kHalves;

// ---- MatMulInteger

Status infer_matmul_integer(InferContext& context) {
  TRY(expect_tensor(context, 0, kBytes));
  TRY(expect_tensor(context, 1, kBytes));
  for (const size_t zero_point : {size_t{2}, size_t{3}}) {
    if (!context.has_input(zero_point)) continue;
    TRY(expect_tensor(context, zero_point, kBytes));
    TRY(expect_same_dtype(context, zero_point - 2, zero_point));
  }
  TRY(infer_parameter(context, 2, 0, kRows));
  TRY(infer_parameter(context, 3, 1, kColumns));
  TRY_ASSIGN(SymbolicShape out, infer_product(context, 0, 1));
  context.set_output(0, ValueType::tensor(DType::kInt32, std::move(out)));
  return ok();
}

Status run_matmul_integer(ExecContext& context) {
  TRY_ASSIGN(const MatMulPlan plan, plan_matmul(context.input(0).shape, context.input(1).shape));
  TRY_ASSIGN(const MutableTensorView y, context.output(0, DType::kInt32, plan.out));
  TRY_ASSIGN(const Parameter a_zero, read_parameter(context, 2, 0, kRows));
  TRY_ASSIGN(const Parameter b_zero, read_parameter(context, 3, 1, kColumns));
  if (plan.out.element_count() == 0) return ok();
  TRY_ASSIGN(const int32_t* a, shifted<int32_t>(context, context.input(0), a_zero));
  TRY_ASSIGN(const int32_t* b, shifted<int32_t>(context, context.input(1), b_zero));
  return multiply_planned(context, plan, a, b, static_cast<int32_t*>(y.data));
}

// ---- QLinearMatMul: inputs are A, its scale and zero point, B, its two, the two of the answer

Status infer_qlinear_matmul(InferContext& context) {
  for (const size_t matrix : {size_t{0}, size_t{3}}) {
    const ParameterSide side = matrix == 0 ? kRows : kColumns;
    TRY(expect_tensor(context, matrix, kBytesAndFloat8s));
    TRY(expect_tensor(context, matrix + 1, kScales));
    TRY(expect_tensor(context, matrix + 2, kBytesAndFloat8s));
    TRY(expect_same_dtype(context, matrix, matrix + 2));
    TRY(infer_parameter(context, matrix + 1, matrix, side));
    TRY(infer_parameter(context, matrix + 2, matrix, side));
  }
  TRY(expect_tensor(context, 6, kScales));
  TRY(expect_tensor(context, 7, kBytesAndFloat8s));
  TRY_ASSIGN(SymbolicShape out, infer_product(context, 0, 3));
  context.set_output(0, ValueType::tensor(context.input(7).dtype, std::move(out)));
  return ok();
}

// The answer with its rows and columns, where vectors dropped them.
Shape full_shape(const Shape& a, const Shape& b, const Shape& out) {
  const int64_t rows = a.rank() > 1 ? a[a.rank() - 2] : 1;
  const int64_t columns = b.rank() > 1 ? b[b.rank() - 1] : 1;
  const size_t batch_rank = out.rank() - (a.rank() > 1 ? 1 : 0) - (b.rank() > 1 ? 1 : 0);
  Shape full;
  for (size_t i = 0; i < batch_rank; ++i) full.append(out[i]);
  full.append(rows);
  full.append(columns);
  return full;
}

template <class T>
Status multiply_and_requantize(ExecContext& context, const MatMulPlan& plan,
                               const Requantization& how, const MutableTensorView& y) {
  TRY_ASSIGN(const Parameter a_zero, read_parameter(context, 2, 0, kRows));
  TRY_ASSIGN(const Parameter b_zero, read_parameter(context, 5, 3, kColumns));
  if (plan.out.element_count() == 0) return ok();
  TRY_ASSIGN(const T* a, shifted<T>(context, context.input(0), a_zero));
  TRY_ASSIGN(const T* b, shifted<T>(context, context.input(3), b_zero));
  TRY_ASSIGN(void* memory,
             context.scratch(static_cast<size_t>(plan.out.element_count()) * sizeof(T)));
  auto* sums = static_cast<T*>(memory);
  TRY(multiply_planned(context, plan, a, b, sums));
  const Shape full = full_shape(context.input(0).shape, context.input(3).shape, plan.out);
  requantize(context, sums, how, {y.dtype, full, y.data});
  return ok();
}

Status run_qlinear_matmul(ExecContext& context) {
  TRY_ASSIGN(const MatMulPlan plan, plan_matmul(context.input(0).shape, context.input(3).shape));
  TRY_ASSIGN(const MutableTensorView y, context.output(0, context.input(7).dtype, plan.out));
  Requantization how;
  TRY_ASSIGN(how.left, read_parameter(context, 1, 0, kRows));
  TRY_ASSIGN(how.right, read_parameter(context, 4, 3, kColumns));
  TRY_ASSIGN(how.scale, read_number(context, 6));
  TRY_ASSIGN(how.zero_point, read_number(context, 7));
  const bool integers =
      kBytes.contains(context.input(0).dtype) && kBytes.contains(context.input(3).dtype);
  return integers ? multiply_and_requantize<int32_t>(context, plan, how, y)
                  : multiply_and_requantize<float>(context, plan, how, y);
}

// QLinearMatMul: version 21 added types.
constexpr OpDef kOps[] = {
    {.name = "MatMulInteger",
     .since = 10,
     .inputs = {2, 4},
     .infer = infer_matmul_integer,
     .run = run_matmul_integer},
    {.name = "QLinearMatMul",
     .since = 10,
     .inputs = {8, 8},
     .infer = infer_qlinear_matmul,
     .run = run_qlinear_matmul},
};

}  // namespace

std::span<const OpDef> ops_quantized_matmul() { return kOps; }

}  // namespace tundish
