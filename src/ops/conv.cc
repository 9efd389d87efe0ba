// Conv: sums of products of weights and the windows of an image; FusedConv of com.microsoft: the
// same, a residual added and a function applied: y = f(conv + B + Z).
#include <cmath>

#include "base/checked.h"
#include "base/strings.h"
#include "kernels/conv.h"
#include "ops/support/conv_float.h"
#include "ops/support/conv_plain.h"
#include "ops/support/conv_shape.h"
#include "ops/support/half_adapter.h"
#include "ops/support/move.h"

namespace tundish {
namespace {
using namespace ops;
using kernels::Activation;
using kernels::GemmEpilogue;

// ---- Shapes

Status check_bias(const InferContext& context, const std::vector<Dim>* w) {
  if (!context.has_input(2)) return ok();
  TRY(expect_tensor(context, 2, AllFloats::kSet));
  TRY(expect_same_dtype(context, 0, 2));
  const std::vector<Dim>* bias = known_dims(context, 2);
  if (bias == nullptr) return ok();
  if (bias->size() != 1 ||
      (w != nullptr && (*bias)[0].is_known() && (*w)[0].is_known() && (*bias)[0] != (*w)[0])) {
    return InvalidModel(cat("the bias has shape ", to_string(context.input(2).shape),
                            ", expected [", w != nullptr ? (*w)[0].to_string() : "?", "]"));
  }
  return ok();
}

Status check_residual(const InferContext& context, const SymbolicShape& out) {
  if (!context.has_input(3)) return ok();
  TRY(expect_tensor(context, 3, AllFloats::kSet));
  TRY(expect_same_dtype(context, 0, 3));
  const std::vector<Dim>* residual = known_dims(context, 3);
  if (residual == nullptr || !out) return ok();
  bool fits = residual->size() == out->size();
  for (size_t i = 0; fits && i < out->size(); ++i) {
    const Dim& a = (*residual)[i];
    const Dim& b = (*out)[i];
    fits = !a.is_known() || !b.is_known() || a == b;
  }
  if (fits) return ok();
  return InvalidModel(cat("the addend has shape ", to_string(context.input(3).shape), ", expected ",
                          to_string(out)));
}

Status infer_conv(InferContext& context) {
  TRY(expect_tensor(context, 0, AllFloats::kSet));
  TRY(expect_tensor(context, 1, AllFloats::kSet));
  TRY(expect_same_dtype(context, 0, 1));
  TRY_ASSIGN(SymbolicShape out, infer_conv_shape(context, 0, 1));
  TRY(check_bias(context, known_dims(context, 1)));
  TRY(check_residual(context, out));
  context.set_output(0, ValueType::tensor(context.input(0).dtype, std::move(out)));
  return ok();
}

// ---- What follows the sums

// A function of ONNX Runtime's FusedConv, its parameters in the order they have there.
struct Finish {
  Activation activation = Activation::kNone;
  bool hard_sigmoid = false;  // max(0, min(1, low * x + high)), no activation of the kernels
  float low = 0;
  float high = 0;

  bool is_nothing() const { return activation == Activation::kNone && !hard_sigmoid; }
};

struct NamedActivation {
  std::string_view name;
  Activation activation;
  size_t parameters;
};
constexpr NamedActivation kActivations[] = {
    {"", Activation::kNone, 0},     {"Relu", Activation::kRelu, 0},
    {"Tanh", Activation::kTanh, 0}, {"Sigmoid", Activation::kSigmoid, 0},
    {"Silu", Activation::kSilu, 0}, {"LeakyRelu", Activation::kLeakyRelu, 1},
    {"Clip", Activation::kClip, 2}, {"HardSigmoid", Activation::kNone, 2},
};

Result<Finish> read_finish(const Node& node) {
  Finish finish;
  if (node.op != "FusedConv") return finish;
  TRY_ASSIGN(const std::string name, node.attributes.get_string("activation", ""));
  TRY_ASSIGN(const std::vector<float> parameters,
             node.attributes.get_floats("activation_params", {}));
  for (const NamedActivation& known : kActivations) {
    if (known.name != name) continue;
    if (parameters.size() != known.parameters) {
      return InvalidModel(cat("attribute \"activation_params\": ", name, " takes ",
                              known.parameters, " values, got ", parameters.size()));
    }
    finish.activation = known.activation;
    finish.hard_sigmoid = name == "HardSigmoid";
    if (!parameters.empty()) finish.low = parameters[0];
    if (parameters.size() > 1) finish.high = parameters[1];
    return finish;
  }
  return InvalidModel(cat("attribute \"activation\": ", quoted(name), " is not supported"));
}

template <class T> T finished(const Finish& finish, T x) {
  const T low = finish.low;
  const T high = finish.high;
  if (finish.hard_sigmoid) {
    const T y = low * x + high;
    return y < 0 ? T{0} : y > 1 ? T{1} : y;
  }
  switch (finish.activation) {
    case Activation::kRelu: return x < 0 ? T{0} : x;
    case Activation::kClip: return x < low ? low : x > high ? high : x;
    case Activation::kLeakyRelu: return x < 0 ? low * x : x;
    case Activation::kSigmoid: return 1 / (1 + std::exp(-x));
    case Activation::kTanh: return std::tanh(x);
    case Activation::kSilu: return x / (1 + std::exp(-x));
    default: return x;
  }
}

// In a pass of its own, where the kernel does not do it.
template <class T>
void finish_all(ExecContext& context, const Finish& finish, const T* residual, T* y,
                int64_t count) {
  constexpr int64_t kElementGrain = 16384;
  auto body = [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      y[i] = finished(finish, residual != nullptr ? y[i] + residual[i] : y[i]);
    }
  };
  context.parallel_for(count, kElementGrain, body);
}

Status infer_fused_conv(InferContext& context) {
  TRY(read_finish(context.node()));
  return infer_conv(context);
}

// ---- The operators

class ConvState : public KernelState {
 public:
  WindowSpec spec;
  Finish finish;
  // Nothing when the weights are not constant:
  Tensor packed;       ///< float64
  ReadyWeights ready;  ///< float32
  std::string name;
  std::string description() const override { return name; }
};

// The shape of the convolution of one image; nothing where the image's sizes are not known.
Result<std::optional<ConvShape>> known_shape(const PrepareContext& context, const Tensor& weights,
                                             const WindowSpec& spec) {
  const std::vector<Dim>* x = known_dims(context, 0);
  if (x == nullptr) return std::optional<ConvShape>();
  Shape image{1};
  for (size_t i = 1; i < x->size(); ++i) {
    if (!(*x)[i].is_known()) return std::optional<ConvShape>();
    image.append((*x)[i].size());
  }
  TRY_ASSIGN(const ConvShape shape, conv_shape_of(context.node(), image, weights.shape(), &spec));
  return std::optional(shape);
}

Status prepare_weights(const PrepareContext& context, const Tensor& weights, ConvState& state) {
  ConvShape shape;
  TRY_ASSIGN(shape.groups, context.node().attributes.get_int("group", 1));
  shape.group_inputs = weights.shape()[1];
  shape.group_outputs = weights.shape()[0] / shape.groups;
  shape.taps = tap_count(weights.shape());
  if (weights.dtype() == DType::kFloat64) {
    TRY_ASSIGN(state.packed, pack_plain_conv(weights, shape));
    return ok();
  }
  TRY_ASSIGN(const std::optional<ConvShape> known, known_shape(context, weights, state.spec));
  TRY_ASSIGN(state.ready, ready_conv_weights(context.kernels(), known.value_or(shape), weights));
  if (state.ready.order == ConvOrder::kWinograd) state.name = "winograd-4x4";
  if (state.ready.order == ConvOrder::kPixelRows) state.name = "pixel-rows";
  return ok();
}

Result<std::unique_ptr<KernelState>> prepare_conv(const PrepareContext& context) {
  const std::vector<Dim>* w = known_dims(context, 1);
  if (w == nullptr) return std::unique_ptr<KernelState>();
  TRY_ASSIGN(const std::optional<WindowSpec> spec, known_windows(context.node(), w->size() - 2, w));
  if (!spec) return std::unique_ptr<KernelState>();
  auto state = std::make_unique<ConvState>();
  state->spec = *spec;
  TRY_ASSIGN(state->finish, read_finish(context.node()));
  state->name = context.input(0).dtype == DType::kFloat64 ? "plain-rows" : "patches";
  if (const Tensor* weights = context.constant(1)) {
    TRY(prepare_weights(context, *weights, *state));
  }
  return std::unique_ptr<KernelState>(std::move(state));
}

// Bias and addend as they come, null where there are none.
struct Addends {
  const void* bias = nullptr;
  const void* residual = nullptr;
};

Result<Addends> check_addends(const ExecContext& context, const ConvShape& shape) {
  Addends addends;
  if (context.input_count() > 2 && context.has_input(2)) {
    const TensorView& bias = context.input(2);
    if (bias.shape.element_count() != shape.outputs()) {
      return InvalidArgument(cat("the bias has ", bias.shape.element_count(), " values for ",
                                 shape.outputs(), " output channels"));
    }
    addends.bias = bias.data;
  }
  if (context.input_count() > 3 && context.has_input(3)) {
    const TensorView& residual = context.input(3);
    if (residual.shape != shape.out()) {
      return InvalidArgument(cat("the addend has shape ", residual.shape.to_string(), ", expected ",
                                 shape.out().to_string()));
    }
    addends.residual = residual.data;
  }
  return addends;
}

Result<bool> run_fast(ExecContext& context, const ConvShape& shape, const Finish& finish,
                      const Addends& addends, float* y) {
  FloatConv conv;
  const auto* state = static_cast<const ConvState*>(context.state());
  if (state != nullptr) conv.ready = &state->ready;
  conv.x = static_cast<const float*>(context.input(0).data);
  conv.weights = static_cast<const float*>(context.input(1).data);
  conv.y = y;
  conv.epilogue.row_bias = static_cast<const float*>(addends.bias);
  conv.epilogue.residual = static_cast<const float*>(addends.residual);
  conv.epilogue.activation = finish.activation;
  conv.epilogue.low = finish.low;
  conv.epilogue.high = finish.high;
  TRY_ASSIGN(const bool done, run_float_conv(context, shape, conv));
  if (done && finish.hard_sigmoid) {
    finish_all<float>(context, finish, nullptr, y, shape.out().element_count());
  }
  return done;
}

Status run_conv(ExecContext& context) {
  const auto* state = static_cast<const ConvState*>(context.state());
  TRY_ASSIGN(const ConvShape shape,
             conv_shape_of(context.node(), context.input(0).shape, context.input(1).shape,
                           state != nullptr ? &state->spec : nullptr));
  Finish finish;
  if (state != nullptr) {
    finish = state->finish;
  } else {
    TRY_ASSIGN(finish, read_finish(context.node()));
  }
  TRY_ASSIGN(const Addends addends, check_addends(context, shape));
  const Shape out = shape.out();
  const DType dtype = context.input(0).dtype;
  TRY_ASSIGN(const MutableTensorView y, context.output(0, dtype, out));
  if (out.element_count() == 0) return ok();
  if (dtype == DType::kFloat32) {
    TRY_ASSIGN(const bool done,
               run_fast(context, shape, finish, addends, static_cast<float*>(y.data)));
    if (done) return ok();
  }
  PlainConv conv{dtype,   context.input(0).data, context.input(1).data,
                 nullptr, addends.bias,          y.data};
  if (state != nullptr && state->packed.defined()) conv.packed = state->packed.data();
  TRY(run_plain_conv(context, shape, conv));
  if (finish.is_nothing() && addends.residual == nullptr) return ok();
  return dispatch(Floats(), dtype, [&]<class T>() {
    finish_all(context, finish, static_cast<const T*>(addends.residual), static_cast<T*>(y.data),
               out.element_count());
    return ok();
  });
}

// Conv has one meaning since version 1; later ones name defaults and types.
constexpr OpDef kOps[] = {
    {.name = "Conv",
     .since = 1,
     .inputs = {2, 3},
     .infer = infer_conv,
     .run = run_with_halves<run_conv>,
     .prepare = prepare_conv},
    {.name = "FusedConv",
     .domain = kDomainMicrosoft,
     .since = 1,
     .inputs = {2, 4},
     .infer = infer_fused_conv,
     .run = run_with_halves<run_conv>,
     .prepare = prepare_conv},
};

}  // namespace

std::span<const OpDef> ops_conv() { return kOps; }

}  // namespace tundish
