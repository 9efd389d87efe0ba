#include "graph_mutator.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include "ops/index.h"

namespace tundish {
namespace {

constexpr int32_t kLastDataType = 26;  // TensorProto.DataType of ONNX 1.22
constexpr int64_t kLastOpset = 27;

constexpr std::array<int64_t, 22> kIntegers = {
    0,  1,  -1,  2,   -2,  3,    4,         5,         7,         8,         16,
    31, 64, 100, 255, 256, 1000, 1LL << 20, 1LL << 31, 1LL << 40, INT64_MAX, INT64_MIN};
constexpr std::array<std::string_view, 24> kWords = {
    "",        "constant", "edge",  "reflect", "wrap",    "linear",     "nearest", "cubic",
    "none",    "add",      "mul",   "max",     "min",     "SAME_UPPER", "VALID",   "NOTSET",
    "forward", "reverse",  "LOWER", "ij,jk",   "...i->i", "floor",      "tanh",    "bidirectional"};

}  // namespace

int64_t GraphMutator::some_integer() { return kIntegers[below(kIntegers.size())]; }

float GraphMutator::some_float() {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  constexpr std::array<float, 10> kFloats = {0,      -0.0F, 1,         -1,         0.5F,
                                             1e-30F, 3e38F, kInfinity, -kInfinity, NAN};
  return kFloats[below(kFloats.size())];
}

std::string_view GraphMutator::keep(std::string text) {
  return texts_.emplace_back(std::move(text));
}

std::string_view GraphMutator::some_value(const OnnxGraph& graph) {
  std::vector<std::string_view> names;
  for (const OnnxValueInfo& input : graph.input) names.push_back(input.name);
  for (const OnnxTensor& tensor : graph.initializer) names.push_back(tensor.name);
  for (const OnnxNode& node : graph.node) {
    for (const std::string_view output : node.output) names.push_back(output);
  }
  return names.empty() ? std::string_view() : names[below(names.size())];
}

void GraphMutator::change_attribute(OnnxAttribute& attribute) {
  if (one_in(8)) {
    attribute.type = static_cast<OnnxAttributeType>(below(15));
    return;
  }
  switch (attribute.type) {
    case OnnxAttributeType::kFloat: attribute.f = some_float(); return;
    case OnnxAttributeType::kString: attribute.s = kWords[below(kWords.size())]; return;
    case OnnxAttributeType::kInts: {
      std::vector<int64_t>& list = attribute.ints;
      if (list.empty() || one_in(4)) {
        list.push_back(some_integer());
      } else if (one_in(4)) {
        list.pop_back();
      } else {
        list[below(list.size())] = some_integer();
      }
      return;
    }
    case OnnxAttributeType::kFloats:
      if (attribute.floats.empty() || one_in(4)) {
        attribute.floats.push_back(some_float());
      } else {
        attribute.floats[below(attribute.floats.size())] = some_float();
      }
      return;
    case OnnxAttributeType::kTensor:
      if (!attribute.tensors.empty()) change_tensor(attribute.tensors[0]);
      return;
    case OnnxAttributeType::kGraph:
      if (!attribute.graphs.empty()) change_list(attribute.graphs[0]);
      return;
    default: attribute.i = some_integer();
  }
}

void GraphMutator::change_wires(OnnxGraph& graph, OnnxNode& node) {
  if (node.input.empty() || one_in(5)) {
    node.input.push_back(some_value(graph));
  } else if (one_in(5)) {
    node.input.pop_back();
  } else if (one_in(5)) {
    node.input[below(node.input.size())] = {};
  } else {
    node.input[below(node.input.size())] = some_value(graph);
  }
}

void GraphMutator::change_tensor(OnnxTensor& tensor) {
  if (one_in(6)) {
    tensor.data_type = static_cast<int32_t>(below(kLastDataType + 1));
  } else if (one_in(6)) {
    if (tensor.dims.empty() || one_in(3)) {
      tensor.dims.push_back(one_in(2) ? 1 : some_integer());
    } else {
      tensor.dims[below(tensor.dims.size())] = some_integer();
    }
  } else if (tensor.raw_data && !tensor.raw_data->empty()) {
    // A value of the tensor's width: the edges of its range are where operators break.
    std::string bytes(reinterpret_cast<const char*>(tensor.raw_data->data()),
                      tensor.raw_data->size());
    const int64_t value = some_integer();
    const float number = some_float();
    const bool is_wide = tensor.data_type == 7 && bytes.size() >= sizeof(value);
    const size_t width = is_wide ? sizeof(value) : std::min<size_t>(bytes.size(), sizeof(number));
    const size_t at = below(bytes.size() / width) * width;
    const auto* from = is_wide || one_in(2) ? reinterpret_cast<const char*>(&value)
                                            : reinterpret_cast<const char*>(&number);
    std::copy_n(from, width, bytes.begin() + static_cast<ptrdiff_t>(at));
    const std::string_view kept = keep(std::move(bytes));
    tensor.raw_data = Bytes(reinterpret_cast<const uint8_t*>(kept.data()), kept.size());
  }
}

void GraphMutator::change_type(OnnxType& type) {
  if (one_in(3)) {
    type.elem_type = static_cast<int32_t>(below(kLastDataType + 1));
  } else if (type.shape && !type.shape->empty() && !one_in(4)) {
    OnnxDim& dim = (*type.shape)[below(type.shape->size())];
    dim.value = one_in(4) ? some_integer() : static_cast<int64_t>(below(9));
    if (one_in(5)) dim.value.reset();
  } else if (type.shape && one_in(2)) {
    type.shape->push_back({.value = static_cast<int64_t>(below(4))});
  } else if (one_in(6)) {
    type.shape.reset();
  }
}

void GraphMutator::change_node(OnnxGraph& graph, OnnxNode& node) {
  switch (below(6)) {
    case 0: {
      const auto rows = builtin_ops().all();
      const OpDef& other = *rows[below(rows.size())];
      node.op_type = other.name;
      node.domain = other.domain;
      return;
    }
    case 1:
      if (!node.attribute.empty()) {
        node.attribute.erase(node.attribute.begin() +
                             static_cast<ptrdiff_t>(below(node.attribute.size())));
      }
      return;
    case 2:
      if (one_in(3)) {
        node.output.push_back(keep("extra" + std::to_string(below(1000))));
      } else if (node.output.size() > 1) {
        node.output.pop_back();
      }
      return;
    case 3: return change_wires(graph, node);
    default:
      if (!node.attribute.empty()) {
        change_attribute(node.attribute[below(node.attribute.size())]);
      } else {
        change_wires(graph, node);
      }
  }
}

void GraphMutator::change_list(OnnxGraph& graph) {
  switch (below(8)) {
    case 0:
      if (graph.node.size() > 1) {
        std::swap(graph.node[below(graph.node.size())], graph.node[below(graph.node.size())]);
      }
      return;
    case 1:
      if (!graph.node.empty()) {
        graph.node.erase(graph.node.begin() + static_cast<ptrdiff_t>(below(graph.node.size())));
      }
      return;
    case 2:
    case 3:
      if (!graph.initializer.empty()) {
        change_tensor(graph.initializer[below(graph.initializer.size())]);
      }
      return;
    case 4:
      if (!graph.input.empty()) change_type(graph.input[below(graph.input.size())].type);
      return;
    default:
      if (!graph.node.empty()) change_node(graph, graph.node[below(graph.node.size())]);
  }
}

void GraphMutator::change(OnnxModel& model) {
  if (one_in(12) && !model.opset_import.empty()) {
    model.opset_import[below(model.opset_import.size())].version =
        1 + static_cast<int64_t>(below(kLastOpset));
    return;
  }
  if (model.graph) change_list(*model.graph);
}

void GraphMutator::mutate(OnnxModel& model) {
  const size_t count = 1 + below(4);
  for (size_t i = 0; i < count; ++i) change(model);
}

}  // namespace tundish
