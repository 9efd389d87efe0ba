// Products of quantized matrices of com.microsoft whose answers are numbers again:
// MatMulIntegerToFloat and DynamicQuantizeMatMul; and QGemm, whose answer may be quantized.
#include <algorithm>

#include "base/checked.h"
#include "base/strings.h"
#include "ops/support/convert.h"
#include "ops/support/dynamic_range.h"
#include "ops/support/elementwise.h"
#include "ops/support/half_adapter.h"
#include "ops/support/integer_product.h"
#include "ops/support/matmul_shape.h"
#include "ops/support/move.h"
#include "ops/support/quantization.h"

namespace tundish {
namespace {
using namespace ops;

constexpr DTypeSet kBytes{DType::kInt8, DType::kUint8};
constexpr DTypeSet kSingle{DType::kFloat32};

// Left matrix and its scale and zero point, right matrix and its own, bias. `kNone` where an
// operator has no such input.
constexpr size_t kNone = SIZE_MAX;
struct Places {
  size_t a_scale, a_zero, b, b_scale, b_zero, bias;
};
constexpr Places kToFloat{2, 4, 1, 3, 5, 6};
constexpr Places kDynamic{kNone, kNone, 1, 2, 3, 4};

Status infer_bias(const InferContext& context, size_t bias, size_t b) {
  if (!context.has_input(bias)) return ok();
  const std::vector<Dim>* own = known_dims(context, bias);
  const std::vector<Dim>* matrix = known_dims(context, b);
  if (own == nullptr || matrix == nullptr || matrix->empty()) return ok();
  const Dim& columns = matrix->back();
  const bool fits = own->size() == 1 &&
                    (!columns.is_known() || !own->front().is_known() || columns == own->front());
  if (fits) return ok();
  return InvalidModel(
      cat("a bias of shape ", to_string(*own), " for a matrix of shape ", to_string(*matrix)));
}

Status infer_right(const InferContext& context, const Places& at, DType real) {
  TRY(expect_tensor(context, at.b, kBytes));
  TRY(expect_tensor(context, at.b_scale, {real}));
  TRY(infer_parameter(context, at.b_scale, at.b, ParameterSide::kColumns));
  if (context.has_input(at.b_zero)) {
    TRY(expect_same_dtype(context, at.b, at.b_zero));
    TRY(infer_parameter(context, at.b_zero, at.b, ParameterSide::kColumns));
  }
  if (context.has_input(at.bias)) TRY(expect_tensor(context, at.bias, {real}));
  return infer_bias(context, at.bias, at.b);
}

Status infer_to_float(InferContext& context) {
  TRY(expect_tensor(context, 0, kBytes));
  TRY(expect_tensor(context, kToFloat.a_scale, kSingle | kHalves));
  const DType real = context.input(kToFloat.a_scale).dtype;
  if (context.has_input(kToFloat.a_zero)) TRY(expect_same_dtype(context, 0, kToFloat.a_zero));
  TRY(infer_right(context, kToFloat, real));
  TRY_ASSIGN(SymbolicShape out, infer_product(context, 0, 1));
  context.set_output(0, ValueType::tensor(real, std::move(out)));
  return ok();
}

Status infer_dynamic(InferContext& context) {
  TRY(expect_tensor(context, 0, kSingle));
  TRY(infer_right(context, kDynamic, DType::kFloat32));
  TRY_ASSIGN(SymbolicShape out, infer_product(context, 0, 1));
  context.set_output(0, ValueType::tensor(DType::kFloat32, std::move(out)));
  return ok();
}

// y = sum * scale of A * scale of B [+ bias]
Status scale_sums(ExecContext& context, const int32_t* sums, float a_scale,
                  const Parameter& b_scale, size_t bias, const MutableTensorView& y) {
  static constexpr float kNothing = 0;
  Parameter added{&kNothing, Shape{}};
  if (const TensorView* view = optional_input(context, bias)) {
    if (y.shape.rank() == 0 || !(view->shape == Shape{y.shape[y.shape.rank() - 1]})) {
      return InvalidArgument(cat("a bias of shape ", view->shape.to_string(),
                                 " for an answer of shape ", y.shape.to_string()));
    }
    added = {static_cast<const float*>(view->data), view->shape};
  }
  auto* const out = static_cast<float*>(y.data);
  run_loop(context, BroadcastLoop<2>::make(y.shape, {&b_scale.shape, &added.shape}), kCheapGrain,
           [&](int64_t at, const auto& from, const auto& strides, int64_t run) {
             const float* scale = b_scale.values + from[0];
             const float* addend = added.values + from[1];
             for (int64_t i = 0; i < run; ++i) {
               out[at + i] = static_cast<float>(sums[at + i]) * (a_scale * scale[i * strides[0]]) +
                             addend[i * strides[1]];
             }
           });
  return ok();
}

// The product with A, its zero point taken off, given as integers.
Status multiply_to_float(ExecContext& context, const MatMulPlan& plan, const Places& at,
                         const int32_t* a, float a_scale, const MutableTensorView& y) {
  TRY_ASSIGN(const Parameter scale,
             read_parameter(context, at.b_scale, at.b, ParameterSide::kColumns));
  TRY_ASSIGN(const Parameter zero,
             read_parameter(context, at.b_zero, at.b, ParameterSide::kColumns));
  TRY_ASSIGN(const int32_t* const b, shifted<int32_t>(context, context.input(at.b), zero));
  TRY_ASSIGN(const uint64_t bytes, checked_bytes(y.shape.dims(), sizeof(int32_t)));
  TRY_ASSIGN(void* const storage, context.scratch(bytes));
  auto* const sums = static_cast<int32_t*>(storage);
  TRY(multiply_planned(context, plan, a, b, sums));
  return scale_sums(context, sums, a_scale, scale, at.bias, y);
}

Status run_to_float(ExecContext& context) {
  TRY_ASSIGN(const MatMulPlan plan, plan_matmul(context.input(0).shape, context.input(1).shape));
  TRY_ASSIGN(const MutableTensorView y, context.output(0, DType::kFloat32, plan.out));
  TRY_ASSIGN(const float scale, read_number(context, kToFloat.a_scale));
  Parameter zero = no_zero_point();
  if (optional_input(context, kToFloat.a_zero) != nullptr) {
    TRY_ASSIGN(const float number, read_number(context, kToFloat.a_zero));
    TRY_ASSIGN(void* const place, context.scratch(sizeof(float)));
    *static_cast<float*>(place) = number;
    zero.values = static_cast<const float*>(place);
  }
  if (plan.out.element_count() == 0) return ok();
  TRY_ASSIGN(const int32_t* const a, shifted<int32_t>(context, context.input(0), zero));
  return multiply_to_float(context, plan, kToFloat, a, scale, y);
}

Status run_dynamic(ExecContext& context) {
  TRY_ASSIGN(const MatMulPlan plan, plan_matmul(context.input(0).shape, context.input(1).shape));
  TRY_ASSIGN(const MutableTensorView y, context.output(0, DType::kFloat32, plan.out));
  if (plan.out.element_count() == 0) return ok();
  const TensorView& view = context.input(0);
  const auto* const x = static_cast<const float*>(view.data);
  const int64_t count = view.shape.element_count();
  TRY_ASSIGN(const DynamicRange range, dynamic_range(context, x, count));
  TRY_ASSIGN(const uint64_t bytes, checked_bytes(view.shape.dims(), sizeof(int32_t)));
  TRY_ASSIGN(void* const storage, context.scratch(bytes));
  auto* const a = static_cast<int32_t*>(storage);
  const IntegerBounds bounds = bounds_of(DType::kUint8);
  run_loop(context, BroadcastLoop<1>::flat(count), kCheapGrain / 4,
           [&](int64_t at, const auto&, const auto&, int64_t run) {
             float zeros[kBlockElements];
             std::fill_n(zeros, std::min(kBlockElements, run), range.zero_point);
             for (int64_t end = at + run; at < end; at += kBlockElements) {
               const int64_t block = std::min(kBlockElements, end - at);
               float values[kBlockElements];
               for (int64_t i = 0; i < block; ++i) values[i] = x[at + i] / range.scale;
               quantize_to_integers(values, zeros, bounds, block);
               for (int64_t i = 0; i < block; ++i) {
                 a[at + i] = static_cast<int32_t>(values[i] - range.zero_point);
               }
             }
           });
  return multiply_to_float(context, plan, kDynamic, a, range.scale, y);
}

// ---- QGemm

enum GemmInput : size_t { kA, kAScale, kAZero, kB, kBScale, kBZero, kC, kYScale, kYZero };

struct GemmOptions {
  float alpha = 1;
  Transposed a = Transposed::kNo;
  Transposed b = Transposed::kNo;
};

Result<GemmOptions> read_options(const Node& node) {
  GemmOptions options;
  TRY_ASSIGN(options.alpha, node.attributes.get_float("alpha", 1));
  TRY_ASSIGN(const int64_t a, node.attributes.get_int("transA", 0));
  TRY_ASSIGN(const int64_t b, node.attributes.get_int("transB", 0));
  options.a = a != 0 ? Transposed::kYes : Transposed::kNo;
  options.b = b != 0 ? Transposed::kYes : Transposed::kNo;
  return options;
}

Status infer_qgemm(InferContext& context) {
  TRY_ASSIGN(const GemmOptions options, read_options(context.node()));
  for (const size_t i : {kA, kB}) {
    TRY(expect_tensor(context, i, kBytes));
    TRY(expect_tensor(context, i + 1, kSingle));
    TRY(expect_same_dtype(context, i, i + 2));
  }
  if (context.has_input(kC)) TRY(expect_tensor(context, kC, {DType::kInt32}));
  DType out = DType::kFloat32;
  if (context.has_input(kYScale) != context.has_input(kYZero)) {
    return InvalidModel("y_scale and y_zero_point must come together");
  }
  if (context.has_input(kYScale)) {
    TRY(expect_tensor(context, kYScale, kSingle));
    TRY(expect_tensor(context, kYZero, kBytes));
    out = context.input(kYZero).dtype;
  }
  std::vector<Dim> shape(2);
  SymbolicShape sides[2] = {context.input(kA).shape, context.input(kB).shape};
  for (size_t side = 0; side < 2; ++side) {
    SymbolicShape& own = sides[side];
    if (!own) continue;
    if (own->size() != 2) {
      return InvalidModel(cat("input ", 3 * side, " has ", own->size(), " axes, not 2"));
    }
    if ((side == 0 ? options.a : options.b) == Transposed::kYes) std::swap((*own)[0], (*own)[1]);
    shape[side] = (*own)[side];
  }
  TRY(product_shape(sides[0], sides[1], kA, kB));
  context.set_output(0, ValueType::tensor(out, std::move(shape)));
  return ok();
}

// A scale or zero point of B: one, or one per column of the product.
Result<Parameter> per_column(ExecContext& context, size_t i, int64_t columns) {
  TRY_ASSIGN(Parameter made, load_parameter(context, i));
  if (made.shape.element_count() == 1) {
    made.shape = Shape{};
  } else if (!(made.shape == Shape{columns})) {
    return InvalidArgument(cat("input ", i, " of shape ", made.shape.to_string(),
                               " is neither one number nor one for each of ", columns, " columns"));
  }
  return made;
}

Status add_c(const TensorView& c, const Shape& out, MatrixProduct<int32_t>& product) {
  const size_t rank = c.shape.rank();
  const int64_t columns = rank > 0 ? c.shape[rank - 1] : 1;
  const int64_t rows = rank > 1 ? c.shape[rank - 2] : 1;
  if (rank > 2 || (columns != 1 && columns != out[1]) || (rows != 1 && rows != out[0])) {
    return InvalidArgument(cat("input 6 of shape ", c.shape.to_string(),
                               " does not fit a product of ", out.to_string()));
  }
  product.addend = static_cast<const int32_t*>(c.data);
  product.addend_column_stride = columns == 1 ? 0 : 1;
  product.addend_row_stride = rows == 1 ? 0 : columns;
  return ok();
}

// Sums of A less its zero point times B less its own, and C.
Result<int32_t*> gemm_sums(ExecContext& context, const GemmOptions& options, const Shape& out) {
  const TensorView& a = context.input(kA);
  const TensorView& b = context.input(kB);
  TRY_ASSIGN(const Parameter a_zero, per_column(context, kAZero, 1));
  TRY_ASSIGN(Parameter b_zero, per_column(context, kBZero, out[1]));
  if (options.b == Transposed::kYes && b_zero.shape.rank() == 1) b_zero.shape.append(1);
  MatrixProduct<int32_t> product;
  TRY_ASSIGN(product.a, shifted<int32_t>(context, a, a_zero));
  TRY_ASSIGN(product.b, shifted<int32_t>(context, b, b_zero));
  TRY_ASSIGN(const uint64_t bytes, checked_bytes(out.dims(), sizeof(int32_t)));
  TRY_ASSIGN(void* const storage, context.scratch(bytes));
  product.rows = out[0];
  product.columns = product.c_stride = out[1];
  product.inner = a.shape[options.a == Transposed::kYes ? 0 : 1];
  product.a_stride = a.shape[1];
  product.a_order = options.a;
  product.b_stride = b.shape[1];
  product.b_order = options.b;
  product.c = static_cast<int32_t*>(storage);
  if (const TensorView* c = optional_input(context, kC)) TRY(add_c(*c, out, product));
  multiply(context, product);
  return product.c;
}

Status run_qgemm(ExecContext& context) {
  TRY_ASSIGN(const GemmOptions options, read_options(context.node()));
  const Shape& a = context.input(kA).shape;
  const Shape& b = context.input(kB).shape;
  const bool a_swapped = options.a == Transposed::kYes;
  const bool b_swapped = options.b == Transposed::kYes;
  if (a.rank() != 2 || b.rank() != 2 || a[a_swapped ? 0 : 1] != b[b_swapped ? 1 : 0]) {
    return InvalidArgument(
        cat("shapes ", a.to_string(), " and ", b.to_string(), " cannot be multiplied"));
  }
  const Shape out{a[a_swapped ? 1 : 0], b[b_swapped ? 0 : 1]};
  const bool is_quantized = optional_input(context, kYScale) != nullptr;
  const DType dtype = is_quantized ? context.input(kYZero).dtype : DType::kFloat32;
  TRY_ASSIGN(const MutableTensorView y, context.output(0, dtype, out));
  TRY_ASSIGN(const float a_scale, read_number(context, kAScale));
  TRY_ASSIGN(const Parameter b_scale, per_column(context, kBScale, out[1]));
  if (out.element_count() == 0) return ok();
  TRY_ASSIGN(const int32_t* const sums, gemm_sums(context, options, out));
  const float left = options.alpha * a_scale;
  if (!is_quantized) return scale_sums(context, sums, left, b_scale, kNone, y);
  Requantization how;
  how.left = {&left, Shape{}};
  how.right = b_scale;
  TRY_ASSIGN(how.scale, read_number(context, kYScale));
  TRY_ASSIGN(how.zero_point, read_number(context, kYZero));
  requantize(context, sums, how, y);
  return ok();
}

constexpr OpDef kOps[] = {
    {.name = "DynamicQuantizeMatMul",
     .domain = kDomainMicrosoft,
     .inputs = {3, 5},
     .infer = infer_dynamic,
     .run = run_dynamic},
    {.name = "MatMulIntegerToFloat",
     .domain = kDomainMicrosoft,
     .inputs = {4, 7},
     .infer = infer_to_float,
     .run = run_with_halves<run_to_float>},
    {.name = "QGemm",
     .domain = kDomainMicrosoft,
     .inputs = {6, 9},
     .infer = infer_qgemm,
     .run = run_qgemm},
};

}  // namespace

std::span<const OpDef> ops_microsoft_quantized_matmul() { return kOps; }

}  // namespace tundish
