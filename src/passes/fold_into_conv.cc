// What is done to each channel behind a Conv with constant weights goes into the weights:
// BatchNormalization, a product with or a sum with one number a channel. A Pad of zeros before a
// Conv becomes its own padding.
#include <cmath>

#include "base/strings.h"
#include "passes/support/constants.h"
#include "passes/support/rewriter.h"

namespace tundish {

namespace {

constexpr std::string_view kName = "fold_into_conv";

/// y = factor[c] * conv + summand[c]. Numbers are doubles: the weights are rounded once.
struct PerChannel {
  std::vector<double> factor, summand;
};

std::span<const float> floats(const Tensor* tensor) {
  if (tensor == nullptr || tensor->dtype() != DType::kFloat32) return {};
  return tensor->values<float>();
}

/// One number for each channel of a result [N, C, ...]: shapes [1, C, 1...], [C, 1...], and a
/// single number.
std::vector<double> channel_numbers(const Tensor* constant, size_t channels, int64_t rank) {
  const std::span<const float> values = floats(constant);
  if (values.size() == 1 && static_cast<int64_t>(constant->shape().rank()) <= rank) {
    return std::vector<double>(channels, values[0]);
  }
  if (values.size() != channels) return {};
  const Shape& shape = constant->shape();
  const auto place = static_cast<int64_t>(shape.rank()) - (rank - 1);  // of the channel axis
  if (place < 0 || place > 1 ||
      shape[static_cast<size_t>(place)] != static_cast<int64_t>(channels)) {
    return {};
  }
  return std::vector<double>(values.begin(), values.end());
}

std::optional<PerChannel> batch_norm(const Rewriter& rewriter, const Node& node, size_t channels) {
  const auto training = node.attributes.get_int("training_mode", 0);
  const auto epsilon = node.attributes.get_float("epsilon", 1e-5F);
  if (!training || *training != 0 || !epsilon || node.inputs.size() != 5) return std::nullopt;
  std::span<const float> parts[4];  // scale, bias, mean, variance
  for (size_t i = 0; i < 4; ++i) {
    parts[i] = floats(rewriter.constant(node.inputs[i + 1]));
    if (parts[i].size() != channels) return std::nullopt;
  }
  PerChannel result;
  for (size_t c = 0; c < channels; ++c) {
    const double factor = parts[0][c] / std::sqrt(double{parts[3][c]} + double{*epsilon});
    if (!std::isfinite(factor)) return std::nullopt;
    result.factor.push_back(factor);
    result.summand.push_back(parts[1][c] - factor * parts[2][c]);
  }
  return result;
}

std::optional<PerChannel> arithmetic(const Rewriter& rewriter, const Node& node, ValueId conv,
                                     size_t channels, int64_t rank) {
  const size_t own = node.inputs[0] == conv ? 0 : 1;
  if (node.op == "Div" && own != 0) return std::nullopt;
  std::vector<double> numbers =
      channel_numbers(rewriter.constant(node.inputs[1 - own]), channels, rank);
  if (numbers.empty()) return std::nullopt;
  PerChannel result{std::vector<double>(channels, 1), std::vector<double>(channels, 0)};
  for (size_t c = 0; c < channels; ++c) {
    if (node.op == "Mul") result.factor[c] = numbers[c];
    if (node.op == "Div") result.factor[c] = 1 / numbers[c];
    if (node.op == "Add") result.summand[c] = numbers[c];
    if (node.op == "Sub") {
      result.summand[c] = own == 0 ? -numbers[c] : numbers[c];
      if (own == 1) result.factor[c] = -1;
    }
    if (!std::isfinite(result.factor[c])) return std::nullopt;
  }
  return result;
}

Tensor scaled_weights(const Tensor& weights, const std::vector<double>& factor) {
  const std::span<const float> from = weights.values<float>();
  std::vector<float> to(from.size());
  const size_t per_channel = from.size() / factor.size();
  for (size_t i = 0; i < from.size(); ++i) {
    to[i] = static_cast<float>(from[i] * factor[i / per_channel]);
  }
  return Tensor::of(std::span<const float>(to), weights.shape());
}

Tensor new_bias(std::span<const float> bias, const PerChannel& change) {
  std::vector<float> to(change.factor.size());
  for (size_t c = 0; c < to.size(); ++c) {
    const double old = bias.empty() ? 0.0 : bias[c];
    to[c] = static_cast<float>(old * change.factor[c] + change.summand[c]);
  }
  return Tensor::of(std::span<const float>(to));
}

Status fold_behind(Rewriter& rewriter, const Node& node) {
  const bool is_norm = node.op == "BatchNormalization" && node.outputs.size() == 1;
  const bool is_arithmetic =
      node.op == "Mul" || node.op == "Div" || node.op == "Add" || node.op == "Sub";
  if (!is_norm && !is_arithmetic) return ok();
  const Node* conv = rewriter.only_maker(node.inputs[0], "Conv");
  if (conv == nullptr && is_arithmetic) conv = rewriter.only_maker(node.inputs[1], "Conv");
  if (conv == nullptr || node.version != kCanonicalOpset) return ok();
  const Tensor* weights = rewriter.constant(conv->inputs[1]);
  if (weights == nullptr || weights->dtype() != DType::kFloat32 || weights->shape().rank() < 3 ||
      weights->element_count() == 0) {
    return ok();
  }
  const auto channels = static_cast<size_t>(weights->shape()[0]);
  std::span<const float> bias;
  if (conv->inputs.size() > 2 && conv->inputs[2] != kNoValue) {
    bias = floats(rewriter.constant(conv->inputs[2]));
    if (bias.size() != channels) return ok();
  }
  const auto rank = static_cast<int64_t>(weights->shape().rank());
  const auto change = is_norm ? batch_norm(rewriter, node, channels)
                              : arithmetic(rewriter, node, conv->outputs[0], channels, rank);
  if (!change) return ok();
  const ValueId w = rewriter.add_constant(scaled_weights(*weights, change->factor),
                                          rewriter.graph().value(conv->inputs[1]).name);
  const ValueId b = rewriter.add_constant(new_bias(bias, *change), cat(conv->name, "_bias"));
  TRY_ASSIGN(const ValueId result,
             rewriter.add(node, "Conv", {conv->inputs[0], w, b}, AttributeList(conv->attributes)));
  rewriter.rewrite(node, result, {conv}, cat(node.op, " folded into the weights of the Conv"));
  return ok();
}

/// Begins and ends that a Pad of zeros adds to the spatial axes; nothing if it does anything else.
std::optional<std::vector<int64_t>> zero_pads(const Rewriter& rewriter, const Node& pad) {
  const auto mode = pad.attributes.get_string("mode", "constant");
  const auto pads = integers(rewriter.constant(pad.inputs[1]));
  if (!mode || *mode != "constant" || !pads || pads->size() % 2 != 0 || pads->size() < 6) {
    return std::nullopt;
  }
  if (pad.inputs.size() > 2 && pad.inputs[2] != kNoValue &&
      single_number(rewriter.constant(pad.inputs[2])) != 0) {
    return std::nullopt;
  }
  if (pad.inputs.size() > 3 && pad.inputs[3] != kNoValue) return std::nullopt;
  const size_t rank = pads->size() / 2;
  std::vector<int64_t> spatial;
  for (size_t i = 0; i < pads->size(); ++i) {
    if ((*pads)[i] < 0 || (*pads)[i] > INT32_MAX) return std::nullopt;
    if (i % rank >= 2) {
      spatial.push_back((*pads)[i]);
    } else if ((*pads)[i] != 0) {
      return std::nullopt;
    }
  }
  return spatial;
}

Status fold_pad(Rewriter& rewriter, const Node& node) {
  if (!node.is(kDomainOnnx, "Conv") || node.version != kCanonicalOpset) return ok();
  const Node* pad = rewriter.only_maker(node.inputs[0], "Pad");
  if (pad == nullptr) return ok();
  TRY_ASSIGN(const std::string automatic, node.attributes.get_string("auto_pad", "NOTSET"));
  const auto added = zero_pads(rewriter, *pad);
  if (automatic != "NOTSET" || !added) return ok();
  TRY_ASSIGN(std::vector<int64_t> pads,
             node.attributes.get_ints("pads", std::vector<int64_t>(added->size(), 0)));
  if (pads.size() != added->size()) return ok();
  for (size_t i = 0; i < pads.size(); ++i) pads[i] += (*added)[i];
  AttributeList attributes = node.attributes;
  attributes.set("pads", std::move(pads));
  std::vector<ValueId> inputs = node.inputs;
  inputs[0] = pad->inputs[0];
  TRY_ASSIGN(const ValueId result,
             rewriter.add(node, "Conv", std::move(inputs), std::move(attributes)));
  rewriter.rewrite(node, result, {pad}, "Pad of zeros folded into the Conv");
  return ok();
}

Status rule(Rewriter& rewriter, const Node& node) {
  if (node.domain != kDomainOnnx) return ok();
  TRY(fold_behind(rewriter, node));
  return fold_pad(rewriter, node);
}

Result<int64_t> run(Graph& graph, PassContext& context) {
  return rewrite_nodes(graph, context, kName, rule);
}

}  // namespace

const PassDef& pass_fold_into_conv() {
  static constexpr PassDef kPass = {
      .name = kName,
      .description = "folds BatchNormalization, factors, sums and Pads into the Conv beside them",
      .exact = false,
      .looks_for = {"Conv"},
      .run = run};
  return kPass;
}

}  // namespace tundish
