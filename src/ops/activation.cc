// Activation functions of one input, most with parameters from attributes. Formulas are those of
// the operators' texts, in forms that lose no digits; a NaN stays NaN where the text lets it.
#include <cmath>

#include "base/strings.h"
#include "ops/support/convert.h"
#include "ops/support/elementwise.h"
#include "ops/support/vector_span.h"

namespace tundish {
namespace {
using namespace ops;

// Float attributes of an operator with their defaults, at most two.
struct Parameter {
  std::string_view name;
  float fallback;
};
struct Values {
  float first = 0;
  float second = 0;
};
using Parameters = std::span<const Parameter>;

Result<Values> read_values(const AttributeList& attributes, Parameters parameters) {
  Values values;
  if (!parameters.empty()) {
    TRY_ASSIGN(values.first, attributes.get_float(parameters[0].name, parameters[0].fallback));
  }
  if (parameters.size() > 1) {
    TRY_ASSIGN(values.second, attributes.get_float(parameters[1].name, parameters[1].fallback));
  }
  return values;
}

struct Cheap {
  static constexpr int64_t kGrain = kCheapGrain;
  static constexpr std::array<Parameter, 0> kParameters{};
  Values p;
};
struct Costly {
  static constexpr int64_t kGrain = kCostlyGrain;
  static constexpr std::array<Parameter, 0> kParameters{};
  Values p;
};

struct ReluOf : Cheap {
  template <class T> T of(T x) const { return x < 0 ? T{0} : x; }
};
struct LeakyReluOf : Cheap {
  static constexpr std::array kParameters{Parameter{"alpha", 0.01F}};
  template <class T> T of(T x) const { return x < 0 ? static_cast<T>(p.first) * x : x; }
};
struct ThresholdedReluOf : Cheap {
  static constexpr std::array kParameters{Parameter{"alpha", 1.0F}};
  template <class T> T of(T x) const { return x > static_cast<T>(p.first) ? x : T{0}; }
};
struct EluOf : Costly {
  static constexpr std::array kParameters{Parameter{"alpha", 1.0F}};
  template <class T> T of(T x) const { return x < 0 ? static_cast<T>(p.first) * std::expm1(x) : x; }
};
struct SeluOf : Costly {
  // Defaults as the text gives them, exact in float32.
  static constexpr std::array kParameters{Parameter{"alpha", 1.67326319217681884765625F},
                                          Parameter{"gamma", 1.05070102214813232421875F}};
  template <class T> T of(T x) const {
    const T gamma = static_cast<T>(p.second);
    return x <= 0 ? gamma * (static_cast<T>(p.first) * std::expm1(x)) : gamma * x;
  }
};
struct CeluOf : Costly {
  static constexpr std::array kParameters{Parameter{"alpha", 1.0F}};
  template <class T> T of(T x) const {
    const T alpha = static_cast<T>(p.first);
    const T below = alpha * std::expm1(x / alpha);
    return (x > 0 ? x : T{0}) + (below >= 0 ? T{0} : below);
  }
};
struct HardSigmoidOf : Cheap {
  static constexpr std::array kParameters{Parameter{"alpha", 0.2F}, Parameter{"beta", 0.5F}};
  template <class T> T of(T x) const {
    const T line = static_cast<T>(p.first) * x + static_cast<T>(p.second);
    return line < 0 ? T{0} : line > 1 ? T{1} : line;
  }
};
struct HardSwishOf : Cheap {
  template <class T> T of(T x) const {
    const T line = x * (T{1} / T{6}) + T{0.5};
    return x * (line < 0 ? T{0} : line > 1 ? T{1} : line);
  }
};
// 1 + erf(z) is erfc(-z), which keeps its digits far below 0.
struct GeluOf : Costly {
  template <class T> T of(T x) const {
    return T{0.5} * x * std::erfc(x * static_cast<T>(-0.70710678118654752440));
  }
};
// (1 + tanh(z)) / 2 is 1 / (1 + exp(-2 z)).
struct GeluTanhOf : Costly {
  template <class T> T of(T x) const {
    constexpr T kRoot = static_cast<T>(0.79788456080286535588);  // sqrt(2 / pi)
    const T z = kRoot * (x + static_cast<T>(0.044715) * x * x * x);
    return x / (T{1} + std::exp(T{-2} * z));
  }
};
struct SwishOf : Costly {
  static constexpr std::array kParameters{Parameter{"alpha", 1.0F}};
  template <class T> T of(T x) const { return x / (T{1} + std::exp(-static_cast<T>(p.first) * x)); }
};
// With e = exp(x), tanh(log(1 + e)) is ((1 + e)^2 - 1) / ((1 + e)^2 + 1) = n / (n + 2) with
// n = e (e + 2). Nothing cancels. From 22 on 2 / n is below the last bit of a double.
struct MishOf : Costly {
  template <class T> T of(T x) const {
    if (x > 22) return x;
    const T e = std::exp(x);
    const T n = e * (e + T{2});
    return x * (n / (n + T{2}));
  }
};
struct SoftplusOf : Costly {
  template <class T> T of(T x) const {
    return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x));
  }
};
struct SoftsignOf : Cheap {
  template <class T> T of(T x) const { return x / (T{1} + std::fabs(x)); }
};
// Integers: in double, cut towards zero, as numpy does; a bias of 0 leaves every one as it is.
struct ShrinkOf : Cheap {
  static constexpr std::array kParameters{Parameter{"lambd", 0.5F}, Parameter{"bias", 0.0F}};
  template <class T> T of(T x) const {
    using Wide = std::conditional_t<std::is_integral_v<T>, double, T>;
    const auto wide = static_cast<Wide>(x);
    const auto edge = static_cast<Wide>(p.first);
    const auto bias = static_cast<Wide>(p.second);
    const bool below = wide < -edge;
    if (!below && !(wide > edge)) return 0;
    if (bias == 0) return x;
    return convert<T>(below ? wide + bias : wide - bias);
  }
};

using ReluTypes = Types<float, double, int64_t, int32_t, int16_t, int8_t, Float16, Bfloat16>;

template <class Functor, class List> Status infer_activation(InferContext& context) {
  TRY(read_values(context.node().attributes, Functor::kParameters));
  return infer_unary<List>(context);
}

template <class Functor, class List> Status run_activation(ExecContext& context) {
  TRY_ASSIGN(const Values values, read_values(context.node().attributes, Functor::kParameters));
  Functor functor;
  functor.p = values;
  return run_parametric<List>(context, functor);
}

Result<bool> is_tanh_form(const Node& node) {
  TRY_ASSIGN(const std::string form, node.attributes.get_string("approximate", "none"));
  if (form == "tanh" || form == "none") return form == "tanh";
  return InvalidModel(cat("attribute \"approximate\" is ", quoted(form)));
}

Status infer_gelu(InferContext& context) {
  TRY(is_tanh_form(context.node()));
  return infer_unary<AllFloats>(context);
}

Status run_gelu(ExecContext& context) {
  TRY_ASSIGN(const bool is_tanh, is_tanh_form(context.node()));
  if (computed_type(context.input(0).dtype) == DType::kFloat32) {
    const kernels::VectorKernels& vector = *context.kernels().vector;
    return run_vector_function(context, is_tanh ? vector.gelu_tanh : vector.gelu_erf);
  }
  return is_tanh ? run_activation<GeluTanhOf, AllFloats>(context)
                 : run_activation<GeluOf, AllFloats>(context);
}

Status run_swish(ExecContext& context) {
  TRY_ASSIGN(const Values values, read_values(context.node().attributes, SwishOf::kParameters));
  if (values.first == 1 && computed_type(context.input(0).dtype) == DType::kFloat32) {
    return run_vector_function(context, context.kernels().vector->silu);
  }
  return run_activation<SwishOf, AllFloats>(context);
}

// ---- Directions. Products, sums and cuts at a bound round without turning round; a factor of 0
// makes NaN of an infinity.

Monotone increasing(const InferContext&, size_t) { return Monotone::kIncreasing; }

template <class Functor> Monotone rises_where_positive(const InferContext& context, size_t) {
  const Result<Values> values = read_values(context.node().attributes, Functor::kParameters);
  const bool rises = values.has_value() && values.value().first > 0 &&
                     std::isfinite(values.value().first) && std::isfinite(values.value().second);
  return rises ? Monotone::kIncreasing : Monotone::kNo;
}

template <class Functor, class List = AllFloats>
constexpr OpDef activation(std::string_view name, int since,
                           Monotone (*monotone)(const InferContext&, size_t) = nullptr) {
  return {.name = name,
          .since = since,
          .inputs = {1, 1},
          .traits = {.elementwise = true,
                     .in_place = true,
                     .propagates_nan = true,
                     .monotone = monotone},
          .infer = infer_activation<Functor, List>,
          .run = run_activation<Functor, List>};
}

// NaN is neither above nor below a threshold: the answer is 0.
constexpr OpDef relu() {
  OpDef row = activation<ReluOf, ReluTypes>("Relu", 6, increasing);
  row.run = run_vectorised<&kernels::VectorKernels::relu, run_activation<ReluOf, ReluTypes>>;
  return row;
}

template <class Functor, class List>
constexpr OpDef threshold(std::string_view name, int since,
                          Monotone (*monotone)(const InferContext&, size_t)) {
  OpDef row = activation<Functor, List>(name, since, monotone);
  row.traits.propagates_nan = false;
  return row;
}

// Versions later than those here only added types.
constexpr OpDef kOps[] = {
    relu(),
    activation<LeakyReluOf>("LeakyRelu", 6, rises_where_positive<LeakyReluOf>),
    threshold<ThresholdedReluOf, AllFloats>("ThresholdedRelu", 10,
                                            rises_where_positive<ThresholdedReluOf>),
    activation<EluOf>("Elu", 6),
    activation<SeluOf>("Selu", 6),
    activation<CeluOf>("Celu", 12),
    activation<HardSigmoidOf>("HardSigmoid", 6, rises_where_positive<HardSigmoidOf>),
    activation<HardSwishOf>("HardSwish", 14),
    {.name = "Gelu",
     .since = 20,
     .inputs = {1, 1},
     .traits = {.elementwise = true, .in_place = true, .propagates_nan = true},
     .infer = infer_gelu,
     .run = run_gelu},
    {.name = "Swish",
     .since = 24,
     .inputs = {1, 1},
     .traits = {.elementwise = true, .in_place = true, .propagates_nan = true},
     .infer = infer_activation<SwishOf, AllFloats>,
     .run = run_swish},
    activation<MishOf>("Mish", 18),
    activation<SoftplusOf>("Softplus", 1),
    activation<SoftsignOf>("Softsign", 1),
    threshold<ShrinkOf, AllNumbers>("Shrink", 9, nullptr),
};

}  // namespace

std::span<const OpDef> ops_activation() { return kOps; }

}  // namespace tundish
