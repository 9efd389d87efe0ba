// Gemm: alpha * op(A) * op(B) + beta * C, with C broadcast to the product.
#include <memory>
#include <string>
#include <utility>

#include "base/strings.h"
#include "ops/support/convert.h"
#include "ops/support/dense_product.h"
#include "ops/support/elementwise.h"
#include "ops/support/half_adapter.h"
#include "ops/support/matrix_multiply.h"
#include "ops/support/move.h"

namespace tundish {
namespace {
using namespace ops;

using Others = Types<double, int32_t, int64_t, uint32_t, uint64_t>;
using Multiplied = Types<float, double, int32_t, int64_t, uint32_t, uint64_t>;
constexpr DTypeSet kTypes = Multiplied::kSet | AllFloats::kSet;

struct GemmOptions {
  float alpha = 1;
  float beta = 1;
  bool transposes_a = false;
  bool transposes_b = false;
};

Result<GemmOptions> read_options(const Node& node) {
  GemmOptions options;
  TRY_ASSIGN(options.alpha, node.attributes.get_float("alpha", 1));
  TRY_ASSIGN(options.beta, node.attributes.get_float("beta", 1));
  TRY_ASSIGN(const int64_t a, node.attributes.get_int("transA", 0));
  TRY_ASSIGN(const int64_t b, node.attributes.get_int("transB", 0));
  options.transposes_a = a != 0;
  options.transposes_b = b != 0;
  return options;
}

Status check_addend(const InferContext& context, const std::vector<Dim>& out) {
  const std::vector<Dim>* c = known_dims(context, 2);
  if (c == nullptr) return ok();
  bool fits = c->size() <= 2;
  for (size_t i = 0; fits && i < c->size(); ++i) {
    const Dim& own = (*c)[c->size() - 1 - i];
    const Dim& product = out[1 - i];
    fits = !own.is_known() || own.size() == 1 || !product.is_known() || own == product;
  }
  if (fits) return ok();
  return InvalidModel(
      cat("input 2 of shape ", to_string(*c), " does not fit a product of ", to_string(out)));
}

Status infer_gemm(InferContext& context) {
  TRY_ASSIGN(const GemmOptions options, read_options(context.node()));
  for (size_t i = 0; i < 3; ++i) {
    if (i == 2 && !context.has_input(2)) break;
    TRY(expect_tensor(context, i, kTypes));
    TRY(expect_same_dtype(context, 0, i));
  }
  const std::vector<Dim>* a = known_dims(context, 0);
  const std::vector<Dim>* b = known_dims(context, 1);
  for (const auto* dims : {a, b}) {
    if (dims != nullptr && dims->size() != 2) {
      return InvalidModel(cat("input ", dims == a ? 0 : 1, " has ", dims->size(), " axes, not 2"));
    }
  }
  std::vector<Dim> out(2);
  if (a != nullptr) out[0] = (*a)[options.transposes_a ? 1 : 0];
  if (b != nullptr) out[1] = (*b)[options.transposes_b ? 0 : 1];
  if (a != nullptr && b != nullptr) {
    const Dim& left = (*a)[options.transposes_a ? 0 : 1];
    const Dim& right = (*b)[options.transposes_b ? 1 : 0];
    if (left.is_known() && right.is_known() && left != right) {
      return InvalidModel(cat("shapes ", to_string(*a), " and ", to_string(*b), ": ", left.size(),
                              " columns against ", right.size(), " rows"));
    }
  }
  if (context.has_input(2)) TRY(check_addend(context, out));
  context.set_output(0, ValueType::tensor(context.input(0).dtype, std::move(out)));
  return ok();
}

struct Addend {
  const void* data = nullptr;
  int64_t row_stride = 0;
  int64_t column_stride = 0;
};

// Nothing when C is left out or counts 0 times.
Result<Addend> read_addend(const ExecContext& context, const Shape& out, float beta) {
  Addend addend;
  if (context.input_count() < 3 || !context.has_input(2)) return addend;
  const TensorView& c = context.input(2);
  const size_t rank = c.shape.rank();
  const int64_t columns = rank > 0 ? c.shape[rank - 1] : 1;
  const int64_t rows = rank > 1 ? c.shape[rank - 2] : 1;
  if (rank > 2 || (columns != 1 && columns != out[1]) || (rows != 1 && rows != out[0])) {
    return InvalidArgument(cat("input 2 of shape ", c.shape.to_string(),
                               " does not fit a product of ", out.to_string()));
  }
  if (beta == 0) return addend;
  addend.data = c.data;
  addend.column_stride = columns == 1 ? 0 : 1;
  addend.row_stride = rows == 1 ? 0 : columns;
  return addend;
}

// y = alpha * y + beta * addend; integers in double, as numpy multiplies them by a float.
template <class T>
void scale_and_add(ExecContext& context, const GemmOptions& options, const Addend& addend, T* y,
                   int64_t columns, int64_t count) {
  using Wide = std::conditional_t<std::is_integral_v<T>, double, T>;
  const auto alpha = static_cast<Wide>(options.alpha);
  const auto beta = static_cast<Wide>(options.beta);
  const T* c = static_cast<const T*>(addend.data);
  run_loop(context, BroadcastLoop<1>::flat(count), kCheapGrain,
           [&](int64_t at, const auto&, const auto&, int64_t run) {
             for (int64_t i = at; i < at + run; ++i) {
               Wide value = alpha * static_cast<Wide>(y[i]);
               if (c != nullptr) {
                 value +=
                     beta *
                     static_cast<Wide>(
                         c[i / columns * addend.row_stride + i % columns * addend.column_stride]);
               }
               y[i] = convert<T>(value);
             }
           });
}

template <class T>
void multiply_and_add(ExecContext& context, const GemmOptions& options, const Addend& addend,
                      const Shape& out, T* y) {
  const TensorView& a = context.input(0);
  const TensorView& b = context.input(1);
  const bool is_plain = options.alpha == 1 && (options.beta == 1 || addend.data == nullptr);
  MatrixProduct<T> product;
  product.rows = out[0];
  product.columns = out[1];
  product.inner = a.shape[options.transposes_a ? 0 : 1];
  product.a = static_cast<const T*>(a.data);
  product.a_stride = a.shape[1];
  product.a_order = options.transposes_a ? Transposed::kYes : Transposed::kNo;
  product.b = static_cast<const T*>(b.data);
  product.b_stride = b.shape[1];
  product.b_order = options.transposes_b ? Transposed::kYes : Transposed::kNo;
  product.c = y;
  product.c_stride = out[1];
  if (is_plain) {
    product.addend = static_cast<const T*>(addend.data);
    product.addend_row_stride = addend.row_stride;
    product.addend_column_stride = addend.column_stride;
  }
  multiply(context, product);
  if (!is_plain) scale_and_add(context, options, addend, y, out[1], out.element_count());
}

// ---- Float32 on the kernels

struct GemmState : KernelState {
  GemmOptions options;
  PackedWeights weights;  // null data: B is not constant
  std::string kernel;
  std::string description() const override { return kernel; }
};

Result<std::unique_ptr<KernelState>> prepare_gemm(const PrepareContext& context) {
  if (context.input(0).dtype != DType::kFloat32) return std::unique_ptr<KernelState>();
  auto state = std::make_unique<GemmState>();
  TRY_ASSIGN(state->options, read_options(context.node()));
  const Transposed order = state->options.transposes_b ? Transposed::kYes : Transposed::kNo;
  TRY_ASSIGN(state->weights, pack_constant(context, 1, order));
  state->kernel = product_description(context.kernels(), state->weights);
  return std::unique_ptr<KernelState>(std::move(state));
}

// beta * (`count` elements of C, or one that is repeated), in memory of the context.
Result<const float*> scaled(ExecContext& context, const float* c, int64_t stride, float beta,
                            int64_t count) {
  TRY_ASSIGN(void* const memory, context.scratch(static_cast<size_t>(count) * sizeof(float)));
  float* const values = static_cast<float*>(memory);
  for (int64_t i = 0; i < count; ++i) values[i] = beta * c[i * stride];
  return values;
}

Status set_addend(ExecContext& context, const Addend& addend, float beta, const Shape& out,
                  kernels::GemmEpilogue& epilogue) {
  const float* c = static_cast<const float*>(addend.data);
  if (c == nullptr) return ok();
  if (addend.row_stride != 0 && addend.column_stride != 0) {
    epilogue.residual = c;
    epilogue.residual_row_stride = static_cast<size_t>(addend.row_stride);
    epilogue.residual_scale = beta;
    return ok();
  }
  const bool is_column = addend.row_stride != 0;
  const int64_t stride = is_column ? addend.row_stride : addend.column_stride;
  if (beta != 1 || stride == 0) {
    TRY_ASSIGN(c, scaled(context, c, stride, beta, is_column ? out[0] : out[1]));
  }
  (is_column ? epilogue.row_bias : epilogue.column_bias) = c;
  return ok();
}

Status run_float_gemm(ExecContext& context, const GemmOptions& options, const Addend& addend,
                      const Shape& out, float* y) {
  const TensorView& a = context.input(0);
  const TensorView& b = context.input(1);
  kernels::Gemm gemm;
  gemm.m = static_cast<size_t>(out[0]);
  gemm.n = static_cast<size_t>(out[1]);
  gemm.k = static_cast<size_t>(a.shape[options.transposes_a ? 0 : 1]);
  gemm.a = matrix_of(static_cast<const float*>(a.data), a.shape[1],
                     options.transposes_a ? Transposed::kYes : Transposed::kNo);
  gemm.b = matrix_of(static_cast<const float*>(b.data), b.shape[1],
                     options.transposes_b ? Transposed::kYes : Transposed::kNo);
  if (const auto* state = static_cast<const GemmState*>(context.state())) {
    gemm.packed = state->weights.data();
  }
  gemm.c = y;
  gemm.c_row_stride = gemm.n;
  gemm.epilogue.scale = options.alpha;
  TRY(set_addend(context, addend, options.beta, out, gemm.epilogue));
  run_product(context, gemm);
  return ok();
}

Status run_gemm(ExecContext& context) {
  GemmOptions options;
  if (const KernelState* state = context.state()) {
    options = static_cast<const GemmState*>(state)->options;
  } else {
    TRY_ASSIGN(options, read_options(context.node()));
  }
  const TensorView& a = context.input(0);
  const TensorView& b = context.input(1);
  if (a.shape.rank() != 2 || b.shape.rank() != 2 ||
      a.shape[options.transposes_a ? 0 : 1] != b.shape[options.transposes_b ? 1 : 0]) {
    return InvalidArgument(
        cat("shapes ", a.shape.to_string(), " and ", b.shape.to_string(), " cannot be multiplied"));
  }
  const Shape out{a.shape[options.transposes_a ? 1 : 0], b.shape[options.transposes_b ? 0 : 1]};
  TRY_ASSIGN(const Addend addend, read_addend(context, out, options.beta));
  TRY_ASSIGN(const MutableTensorView y, context.output(0, a.dtype, out));
  if (out.element_count() == 0) return ok();
  if (a.dtype == DType::kFloat32) {
    return run_float_gemm(context, options, addend, out, static_cast<float*>(y.data));
  }
  return dispatch(Others(), a.dtype, [&]<class T>() {
    multiply_and_add(context, options, addend, out, static_cast<T*>(y.data));
    return ok();
  });
}

// Meaning of version 7; 9 and 13 added types, 11 made C optional.
constexpr OpDef kOps[] = {
    {.name = "Gemm",
     .since = 7,
     .inputs = {2, 3},
     .infer = infer_gemm,
     .run = run_with_halves<run_gemm>,
     .prepare = prepare_gemm},
};

}  // namespace

std::span<const OpDef> ops_gemm() { return kOps; }

}  // namespace tundish
