// FusedMatMul of domain tundish: a product with what follows it in the graph, in one pass.
//
//   y = f(alpha * op(A) op(B) + bias + residual)    or    f(alpha * op(A) op(B) + bias) + residual
//
// A and B as in MatMul, the last two axes transposed where transA and transB say so; bias [N];
// residual of the shape of y. Made by passes; never written to a portable file.
#include <cmath>
#include <memory>
#include <string>
#include <utility>

#include "base/strings.h"
#include "ops/support/dense_product.h"
#include "ops/support/elementwise.h"
#include "ops/support/matmul_shape.h"
#include "ops/support/move.h"

namespace tundish {
namespace {
using namespace ops;
using kernels::Activation;
using kernels::ResidualOrder;

enum Input : size_t { kLeft, kRight, kBias, kResidual };

struct Named {
  std::string_view name;
  Activation activation;
};
constexpr Named kActivations[] = {
    {"", Activation::kNone},
    {"Relu", Activation::kRelu},
    {"Clip", Activation::kClip},
    {"LeakyRelu", Activation::kLeakyRelu},
    {"Sigmoid", Activation::kSigmoid},
    {"Tanh", Activation::kTanh},
    {"Silu", Activation::kSilu},
    {"Gelu", Activation::kGeluErf},
    {"GeluTanh", Activation::kGeluTanh},
};

struct FusedOptions {
  Transposed a_order = Transposed::kNo;
  Transposed b_order = Transposed::kNo;
  float alpha = 1;
  Activation activation = Activation::kNone;
  float low = 0;
  float high = 0;
  ResidualOrder residual_order = ResidualOrder::kBeforeActivation;
};

Result<FusedOptions> read_options(const Node& node) {
  const AttributeList& attributes = node.attributes;
  FusedOptions options;
  TRY_ASSIGN(const int64_t a, attributes.get_int("transA", 0));
  TRY_ASSIGN(const int64_t b, attributes.get_int("transB", 0));
  options.a_order = a != 0 ? Transposed::kYes : Transposed::kNo;
  options.b_order = b != 0 ? Transposed::kYes : Transposed::kNo;
  TRY_ASSIGN(options.alpha, attributes.get_float("alpha", 1));
  TRY_ASSIGN(options.low, attributes.get_float("activation_low", 0));
  TRY_ASSIGN(options.high, attributes.get_float("activation_high", 0));
  TRY_ASSIGN(const std::string order, attributes.get_string("residual_order", "before"));
  if (order != "before" && order != "after") {
    return InvalidModel(cat("residual_order ", quoted(order)));
  }
  if (order == "after") options.residual_order = ResidualOrder::kAfterActivation;
  TRY_ASSIGN(const std::string name, attributes.get_string("activation", ""));
  const auto* const found = std::ranges::find(kActivations, name, &Named::name);
  if (found == std::end(kActivations)) return InvalidModel(cat("activation ", quoted(name)));
  options.activation = found->activation;
  return options;
}

// ---- Inference

std::vector<Dim> in_order(std::vector<Dim> dims, Transposed order) {
  if (order == Transposed::kYes && dims.size() > 1) std::swap(dims.back(), dims[dims.size() - 2]);
  return dims;
}
Shape in_order(const Shape& shape, Transposed order) {
  Shape made = shape;
  const size_t rank = made.rank();
  if (order == Transposed::kYes && rank > 1) std::swap(made[rank - 1], made[rank - 2]);
  return made;
}

Status check_operand(const InferContext& context, size_t i, const SymbolicShape& out) {
  if (!context.has_input(i)) return ok();
  TRY(expect_same_dtype(context, kLeft, i));
  const std::vector<Dim>* own = known_dims(context, i);
  if (own == nullptr || !out) return ok();
  std::vector<Dim> wanted = *out;
  if (i == kBias && !wanted.empty()) wanted = {wanted.back()};
  bool fits = own->size() == wanted.size();
  for (size_t k = 0; fits && k < wanted.size(); ++k) {
    fits = !(*own)[k].is_known() || !wanted[k].is_known() || (*own)[k] == wanted[k];
  }
  if (fits) return ok();
  return InvalidModel(
      cat("input ", i, " of shape ", to_string(*own), ", expected ", to_string(wanted)));
}

// Types of A and B as the product sees them.
class Reordered : public InferContext {
 public:
  Reordered(const InferContext& outer, const FusedOptions& options)
      : outer_(outer), types_{outer.input(kLeft), outer.input(kRight)} {
    const Transposed orders[] = {options.a_order, options.b_order};
    for (size_t i = 0; i < 2; ++i) {
      if (types_[i].shape) types_[i].shape = in_order(*types_[i].shape, orders[i]);
    }
  }
  const Node& node() const override { return outer_.node(); }
  size_t input_count() const override { return 2; }
  const ValueType& input(size_t i) const override { return types_[i]; }
  const Tensor* constant(size_t) const override { return nullptr; }
  void set_output(size_t, ValueType) override {}

 private:
  const InferContext& outer_;
  ValueType types_[2];
};

Status infer_fused(InferContext& context) {
  TRY_ASSIGN(const FusedOptions options, read_options(context.node()));
  TRY(expect_tensor(context, kLeft, Floats::kSet));
  TRY(expect_tensor(context, kRight, Floats::kSet));
  TRY(expect_same_dtype(context, kLeft, kRight));
  TRY_ASSIGN(SymbolicShape out, infer_product(Reordered(context, options), kLeft, kRight));
  TRY(check_operand(context, kBias, out));
  TRY(check_operand(context, kResidual, out));
  context.set_output(0, ValueType::tensor(context.input(kLeft).dtype, std::move(out)));
  return ok();
}

// ---- Running

struct FusedState : KernelState {
  FusedOptions options;
  PackedWeights weights;  // null data: B is not constant
  std::string kernel;
  std::string description() const override { return kernel; }
};

Result<std::unique_ptr<KernelState>> prepare_fused(const PrepareContext& context) {
  auto state = std::make_unique<FusedState>();
  TRY_ASSIGN(state->options, read_options(context.node()));
  if (context.input(kLeft).dtype == DType::kFloat32) {
    TRY_ASSIGN(state->weights, pack_constant(context, kRight, state->options.b_order));
    state->kernel = product_description(context.kernels(), state->weights);
  }
  return std::unique_ptr<KernelState>(std::move(state));
}

// Bias and residual, or null.
struct Operands {
  const void* bias = nullptr;
  const void* residual = nullptr;
};

Result<Operands> read_operands(const ExecContext& context, const Shape& out) {
  Operands operands;
  for (const size_t i : {kBias, kResidual}) {
    if (i >= context.input_count() || !context.has_input(i)) continue;
    const TensorView& view = context.input(i);
    const bool fits =
        i == kBias ? out.rank() > 0 && view.shape == Shape{out[out.rank() - 1]} : view.shape == out;
    if (!fits) {
      return InvalidArgument(cat("input ", i, " of shape ", view.shape.to_string(),
                                 " for a product of shape ", out.to_string()));
    }
    (i == kBias ? operands.bias : operands.residual) = view.data;
  }
  return operands;
}

template <class T> T activated(const FusedOptions& options, T x) {
  const T low = static_cast<T>(options.low);
  const T high = static_cast<T>(options.high);
  switch (options.activation) {
    case Activation::kNone: return x;
    case Activation::kRelu: return x < 0 ? T{0} : x;
    case Activation::kClip: return x > high ? high : x < low ? low : x;
    case Activation::kLeakyRelu: return x < 0 ? low * x : x;
    case Activation::kSigmoid: return 1 / (1 + std::exp(-x));
    case Activation::kTanh: return std::tanh(x);
    case Activation::kSilu: return x / (1 + std::exp(-x));
    case Activation::kGeluErf: return x * std::erfc(x * -0.70710678118654752440) / 2;
    case Activation::kGeluTanh:
      // sqrt(2 / pi)
      return x / (1 + std::exp(-2 * 0.79788456080286535588 * (x + 0.044715 * x * x * x)));
  }
  return x;
}

void run_doubles(ExecContext& context, const FusedOptions& options, const MatMulPlan& plan,
                 const Operands& operands, std::span<const ProductOffsets> offsets, double* y) {
  MatrixProduct<double> product;
  product.rows = plan.rows;
  product.columns = plan.columns;
  product.inner = plan.inner;
  product.a = static_cast<const double*>(context.input(kLeft).data);
  product.a_order = options.a_order;
  product.a_stride = options.a_order == Transposed::kNo ? plan.inner : plan.rows;
  product.b = static_cast<const double*>(context.input(kRight).data);
  product.b_order = options.b_order;
  product.b_stride = options.b_order == Transposed::kNo ? plan.columns : plan.inner;
  product.c = y;
  product.c_stride = plan.columns;
  multiply_batch(context, product, offsets);
  const auto* bias = static_cast<const double*>(operands.bias);
  const auto* residual = static_cast<const double*>(operands.residual);
  const bool is_late = options.residual_order == ResidualOrder::kAfterActivation;
  const double alpha = static_cast<double>(options.alpha);
  auto part = [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      double x = alpha * y[i] + (bias != nullptr ? bias[i % plan.columns] : 0);
      const double more = residual != nullptr ? residual[i] : 0;
      x = activated(options, is_late ? x : x + more);
      y[i] = is_late ? x + more : x;
    }
  };
  context.parallel_for(plan.out.element_count(), kCostlyGrain, part);
}

void run_floats(ExecContext& context, const FusedOptions& options, const MatMulPlan& plan,
                const Operands& operands, std::span<const ProductOffsets> offsets, float* y) {
  kernels::Gemm gemm;
  gemm.m = static_cast<size_t>(plan.rows);
  gemm.n = static_cast<size_t>(plan.columns);
  gemm.k = static_cast<size_t>(plan.inner);
  const bool a_plain = options.a_order == Transposed::kNo;
  const bool b_plain = options.b_order == Transposed::kNo;
  gemm.a = matrix_of(static_cast<const float*>(context.input(kLeft).data),
                     a_plain ? plan.inner : plan.rows, options.a_order);
  gemm.b = matrix_of(static_cast<const float*>(context.input(kRight).data),
                     b_plain ? plan.columns : plan.inner, options.b_order);
  if (const auto* state = static_cast<const FusedState*>(context.state())) {
    gemm.packed = state->weights.data();
  }
  gemm.c = y;
  gemm.c_row_stride = gemm.n;
  gemm.epilogue.scale = options.alpha;
  gemm.epilogue.column_bias = static_cast<const float*>(operands.bias);
  gemm.epilogue.residual = static_cast<const float*>(operands.residual);
  gemm.epilogue.residual_row_stride = gemm.n;
  gemm.epilogue.residual_order = options.residual_order;
  gemm.epilogue.activation = options.activation;
  gemm.epilogue.low = options.low;
  gemm.epilogue.high = options.high;
  if (offsets.size() == 1) return run_product(context, gemm);
  run_products(context, gemm, offsets);
}

// One matrix against packed weights, the common case, without looking at batches.
Status run_one(ExecContext& context, const FusedState& state) {
  MatMulPlan plan;
  plan.rows = context.input(kLeft).shape[0];
  plan.inner = state.weights.inner();
  plan.columns = state.weights.columns();
  plan.out = Shape{plan.rows, plan.columns};
  TRY_ASSIGN(const Operands operands, read_operands(context, plan.out));
  TRY_ASSIGN(const MutableTensorView y, context.output(0, DType::kFloat32, plan.out));
  const ProductOffsets one;
  run_floats(context, state.options, plan, operands, std::span<const ProductOffsets>(&one, 1),
             static_cast<float*>(y.data));
  return ok();
}

Status run_fused(ExecContext& context) {
  FusedOptions options;
  if (const KernelState* state = context.state()) {
    const auto& fused = *static_cast<const FusedState*>(state);
    options = fused.options;
    const Shape& shape = context.input(kLeft).shape;
    if (fused.weights.data() != nullptr && options.a_order == Transposed::kNo &&
        shape.rank() == 2 && shape[1] == fused.weights.inner() &&
        context.input(kRight).shape.rank() == 2) {
      return run_one(context, fused);
    }
  } else {
    TRY_ASSIGN(options, read_options(context.node()));
  }
  const TensorView& a = context.input(kLeft);
  const TensorView& b = context.input(kRight);
  const Shape left = in_order(a.shape, options.a_order);
  const Shape right = in_order(b.shape, options.b_order);
  const bool a_is_stored_so = options.a_order == Transposed::kNo || left.rank() < 2;
  TRY_ASSIGN(const MatMulPlan plan,
             a_is_stored_so ? plan_matmul(left, right) : plan_products(left, right));
  TRY_ASSIGN(const Operands operands, read_operands(context, plan.out));
  TRY_ASSIGN(const MutableTensorView y, context.output(0, a.dtype, plan.out));
  if (plan.out.element_count() == 0) return ok();
  const ProductOffsets one;
  std::span<const ProductOffsets> offsets(&one, 1);
  if (plan.batch.element_count() != 1) {
    TRY_ASSIGN(offsets, offsets_of(context, plan));
  }
  if (a.dtype == DType::kFloat32) {
    run_floats(context, options, plan, operands, offsets, static_cast<float*>(y.data));
  } else {
    run_doubles(context, options, plan, operands, offsets, static_cast<double*>(y.data));
  }
  return ok();
}

constexpr OpDef kOps[] = {
    {.name = "FusedMatMul",
     .domain = kDomainTundish,
     .since = 1,
     .inputs = {2, 4},
     .infer = infer_fused,
     .run = run_fused,
     .prepare = prepare_fused},
};

}  // namespace

std::span<const OpDef> ops_fused_matmul() { return kOps; }

}  // namespace tundish
