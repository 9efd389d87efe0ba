// ai.onnx.preview.training Adagrad, Adam, Momentum: one step of an optimiser over any number of
// tensors. Inputs: learning rate, update count, then all tensors, all gradients, all states;
// outputs: new tensors, new states.
//
// Scalars are computed in double; elements in the type of the tensors, by the formulas of ONNX's
// text.
#include <algorithm>
#include <cmath>

#include "base/strings.h"
#include "ops/support/elementwise.h"
#include "ops/support/move.h"
#include "ops/support/signal.h"
#include "ops/support/values.h"

namespace tundish {
namespace {
using namespace ops;

// What a kind of optimiser needs per tensor: inputs (value, gradient, states) and outputs (value,
// states).
struct Form {
  size_t inputs, outputs;
};
constexpr Form kOneState = {3, 2};
constexpr Form kTwoStates = {4, 3};

Status check_floats(const Node& node, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) TRY(node.attributes.get_float(name, 0));
  return ok();
}

Status infer_form(InferContext& context, const Form& form) {
  TRY(expect_tensor(context, 0, Floats::kSet, {}));
  TRY(expect_tensor(context, 1, {DType::kInt64}, {}));
  const size_t given = context.input_count() - 2;
  const size_t made = context.node().outputs.size();
  const size_t count = given / form.inputs;
  if (count == 0 || given % form.inputs != 0 || made != count * form.outputs) {
    return InvalidModel(cat(given, " tensors in and ", made, " out, expected ", form.inputs,
                            " in and ", form.outputs, " out for each that is optimised"));
  }
  for (size_t i = 0; i < given; ++i) {
    TRY(expect_tensor(context, 2 + i, Floats::kSet, {}));
    TRY(expect_same_dtype(context, 2 + i % count, 2 + i));
  }
  // The value, then the states: outputs have the types of those inputs.
  for (size_t i = 0; i < made; ++i) {
    const size_t kind = i / count == 0 ? 0 : i / count + 1;
    context.set_output(i, context.input(2 + kind * count + i % count));
  }
  return ok();
}

struct Step {
  double rate = 0;
  int64_t count = 0;  ///< updates so far
  size_t tensors = 0;
};

Result<Step> read_step(const ExecContext& context, const Form& form) {
  Step step;
  if (context.input(0).shape.element_count() != 1) {
    return InvalidArgument(
        cat("input 0: expected one number, got shape ", context.input(0).shape.to_string()));
  }
  Complex rate;
  read_signal(context.input(0), 0, 1, 1, Parts::kReal, &rate);
  step.rate = rate.re;
  TRY_ASSIGN(step.count, read_integer(context, 1));
  step.tensors = (context.input_count() - 2) / form.inputs;
  const size_t given = step.tensors * form.inputs;
  for (size_t i = 0; i < given; ++i) {
    const Shape& shape = context.input(2 + i % step.tensors).shape;
    if (!same_shape(context.input(2 + i).shape, shape)) {
      return InvalidArgument(cat("input ", 2 + i, " has shape ",
                                 context.input(2 + i).shape.to_string(), ", expected ",
                                 shape.to_string()));
    }
  }
  return step;
}

// Input `kind` (0: the value, 1: the gradient, ...) and output `kind` of tensor `index`.
const TensorView& input_of(const ExecContext& context, const Step& step, size_t kind,
                           size_t index) {
  return context.input(2 + kind * step.tensors + index);
}
Result<MutableTensorView> output_of(ExecContext& context, const Step& step, size_t kind,
                                    size_t index) {
  const TensorView& like = input_of(context, step, 0, index);
  return context.output(kind * step.tensors + index, like.dtype, like.shape);
}

Status infer_adagrad(InferContext& context) {
  TRY(check_floats(context.node(), {"norm_coefficient", "decay_factor", "epsilon"}));
  return infer_form(context, kOneState);
}

template <class T>
void adagrad(const T* x, const T* g, const T* h, T* new_x, T* new_h, int64_t count, T norm, T rate,
             T epsilon) {
  for (int64_t i = 0; i < count; ++i) {
    const T gradient = norm * x[i] + g[i];
    new_h[i] = h[i] + gradient * gradient;
    new_x[i] = x[i] - rate * gradient / (std::sqrt(new_h[i]) + epsilon);
  }
}

Status run_adagrad(ExecContext& context) {
  const AttributeList& attributes = context.node().attributes;
  TRY_ASSIGN(const float norm, attributes.get_float("norm_coefficient", 0));
  TRY_ASSIGN(const float decay, attributes.get_float("decay_factor", 0));
  TRY_ASSIGN(const float epsilon, attributes.get_float("epsilon", 1e-6F));
  TRY_ASSIGN(const Step step, read_step(context, kOneState));
  const double rate =
      step.rate / (1 + static_cast<double>(step.count) * static_cast<double>(decay));
  for (size_t i = 0; i < step.tensors; ++i) {
    const TensorView& x = input_of(context, step, 0, i);
    TRY_ASSIGN(const MutableTensorView new_x, output_of(context, step, 0, i));
    TRY_ASSIGN(const MutableTensorView new_h, output_of(context, step, 1, i));
    TRY(dispatch(Floats(), x.dtype, [&]<class T>() {
      adagrad(x.values<T>().data(), input_of(context, step, 1, i).values<T>().data(),
              input_of(context, step, 2, i).values<T>().data(), static_cast<T*>(new_x.data),
              static_cast<T*>(new_h.data), x.shape.element_count(), static_cast<T>(norm),
              static_cast<T>(rate), static_cast<T>(epsilon));
      return ok();
    }));
  }
  return ok();
}

struct AdamRule {
  float alpha, beta, norm, norm_post, epsilon;
};

Result<AdamRule> read_adam(const Node& node) {
  AdamRule rule{};
  TRY_ASSIGN(rule.alpha, node.attributes.get_float("alpha", 0.9F));
  TRY_ASSIGN(rule.beta, node.attributes.get_float("beta", 0.999F));
  TRY_ASSIGN(rule.norm, node.attributes.get_float("norm_coefficient", 0));
  TRY_ASSIGN(rule.norm_post, node.attributes.get_float("norm_coefficient_post", 0));
  TRY_ASSIGN(rule.epsilon, node.attributes.get_float("epsilon", 1e-6F));
  return rule;
}

Status infer_adam(InferContext& context) {
  TRY(read_adam(context.node()));
  return infer_form(context, kTwoStates);
}

template <class T> struct AdamTensors {
  const T *x, *g, *v, *h;
  T *new_x, *new_v, *new_h;
  int64_t count;
};

template <class T> void adam(const AdamTensors<T>& t, const AdamRule& rule, T rate) {
  const T alpha = static_cast<T>(rule.alpha);
  const T beta = static_cast<T>(rule.beta);
  const T norm = static_cast<T>(rule.norm);
  const T epsilon = static_cast<T>(rule.epsilon);
  const T shrink = T{1} - static_cast<T>(rule.norm_post);
  for (int64_t i = 0; i < t.count; ++i) {
    const T gradient = norm * t.x[i] + t.g[i];
    t.new_v[i] = alpha * t.v[i] + (T{1} - alpha) * gradient;
    t.new_h[i] = beta * t.h[i] + (T{1} - beta) * gradient * gradient;
    const T moved = t.x[i] - rate * t.new_v[i] / (std::sqrt(t.new_h[i]) + epsilon);
    t.new_x[i] = shrink * moved;
  }
}

Status run_adam(ExecContext& context) {
  TRY_ASSIGN(const AdamRule rule, read_adam(context.node()));
  TRY_ASSIGN(const Step step, read_step(context, kTwoStates));
  double rate = step.rate;
  if (step.count > 0) {
    const auto updates = static_cast<double>(step.count);
    rate *= std::sqrt(1 - std::pow(static_cast<double>(rule.beta), updates)) /
            (1 - std::pow(static_cast<double>(rule.alpha), updates));
  }
  for (size_t i = 0; i < step.tensors; ++i) {
    const TensorView& x = input_of(context, step, 0, i);
    TRY_ASSIGN(const MutableTensorView new_x, output_of(context, step, 0, i));
    TRY_ASSIGN(const MutableTensorView new_v, output_of(context, step, 1, i));
    TRY_ASSIGN(const MutableTensorView new_h, output_of(context, step, 2, i));
    TRY(dispatch(Floats(), x.dtype, [&]<class T>() {
      const AdamTensors<T> tensors{x.values<T>().data(),
                                   input_of(context, step, 1, i).values<T>().data(),
                                   input_of(context, step, 2, i).values<T>().data(),
                                   input_of(context, step, 3, i).values<T>().data(),
                                   static_cast<T*>(new_x.data),
                                   static_cast<T*>(new_v.data),
                                   static_cast<T*>(new_h.data),
                                   x.shape.element_count()};
      adam(tensors, rule, static_cast<T>(rate));
      return ok();
    }));
  }
  return ok();
}

struct MomentumRule {
  float alpha, beta, norm;
  bool is_nesterov;
};

Result<float> require_float(const Node& node, std::string_view name) {
  if (!node.attributes.has(name)) {
    return InvalidModel(cat("attribute ", quoted(name), " is missing"));
  }
  return node.attributes.get_float(name, 0);
}

Result<MomentumRule> read_momentum(const Node& node) {
  MomentumRule rule{};
  TRY_ASSIGN(rule.alpha, require_float(node, "alpha"));
  TRY_ASSIGN(rule.beta, require_float(node, "beta"));
  TRY_ASSIGN(rule.norm, require_float(node, "norm_coefficient"));
  TRY_ASSIGN(const std::string mode, node.attributes.get_string("mode", ""));
  rule.is_nesterov = mode == "nesterov";
  if (!rule.is_nesterov && mode != "standard") {
    return InvalidModel(cat("attribute \"mode\": unknown value ", quoted(mode)));
  }
  return rule;
}

Status infer_momentum(InferContext& context) {
  TRY(read_momentum(context.node()));
  return infer_form(context, kOneState);
}

template <class T>
void momentum(const T* x, const T* g, const T* v, T* new_x, T* new_v, int64_t count,
              const MomentumRule& rule, T rate) {
  const T alpha = static_cast<T>(rule.alpha);
  const T beta = static_cast<T>(rule.beta);
  const T norm = static_cast<T>(rule.norm);
  for (int64_t i = 0; i < count; ++i) {
    const T gradient = norm * x[i] + g[i];
    new_v[i] = alpha * v[i] + beta * gradient;
    const T direction = rule.is_nesterov ? gradient + alpha * new_v[i] : new_v[i];
    new_x[i] = x[i] - rate * direction;
  }
}

Status run_momentum(ExecContext& context) {
  TRY_ASSIGN(MomentumRule rule, read_momentum(context.node()));
  TRY_ASSIGN(const Step step, read_step(context, kOneState));
  if (step.count <= 0) rule.beta = 1;  // the first update takes the gradient as it is
  for (size_t i = 0; i < step.tensors; ++i) {
    const TensorView& x = input_of(context, step, 0, i);
    TRY_ASSIGN(const MutableTensorView new_x, output_of(context, step, 0, i));
    TRY_ASSIGN(const MutableTensorView new_v, output_of(context, step, 1, i));
    TRY(dispatch(Floats(), x.dtype, [&]<class T>() {
      momentum(x.values<T>().data(), input_of(context, step, 1, i).values<T>().data(),
               input_of(context, step, 2, i).values<T>().data(), static_cast<T*>(new_x.data),
               static_cast<T*>(new_v.data), x.shape.element_count(), rule,
               static_cast<T>(step.rate));
      return ok();
    }));
  }
  return ok();
}

constexpr OpDef kOps[] = {
    {.name = "Adagrad",
     .domain = kDomainTraining,
     .since = 1,
     .inputs = {5, kAnyCount},
     .outputs = {2, kAnyCount},
     .infer = infer_adagrad,
     .run = run_adagrad},
    {.name = "Adam",
     .domain = kDomainTraining,
     .since = 1,
     .inputs = {6, kAnyCount},
     .outputs = {3, kAnyCount},
     .infer = infer_adam,
     .run = run_adam},
    {.name = "Momentum",
     .domain = kDomainTraining,
     .since = 1,
     .inputs = {5, kAnyCount},
     .outputs = {2, kAnyCount},
     .infer = infer_momentum,
     .run = run_momentum},
};

}  // namespace

std::span<const OpDef> ops_optimizer() { return kOps; }

}  // namespace tundish
