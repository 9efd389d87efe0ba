#include "ir/text_form.h"

#include <algorithm>
#include <charconv>

#include "base/strings.h"

namespace tundish {

namespace {

bool is_word(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.';
  });
}

std::string whole_quote(std::string_view text) { return quoted(text, text.size()); }

std::string value_text(std::string_view name) {
  return cat("%", is_word(name) ? std::string(name) : whole_quote(name));
}

std::string dim_text(const Dim& dim) {
  // A symbol that reads like a number is quoted, so that it stays a symbol.
  if (!dim.is_symbol()) return dim.to_string();
  const bool is_plain = is_word(dim.name()) && !(dim.name()[0] >= '0' && dim.name()[0] <= '9');
  return is_plain ? dim.name() : whole_quote(dim.name());
}

std::string shape_text(const SymbolicShape& shape) {
  if (!shape) return "[?...]";
  std::string text = "[";
  for (size_t i = 0; i < shape->size(); ++i) {
    text += cat(i == 0 ? "" : ", ", dim_text((*shape)[i]));
  }
  return text + "]";
}

std::string type_text(const ValueType& type) {
  const std::string dense = cat(dtype_name(type.dtype), shape_text(type.shape));
  const auto inner = [&] { return type.element.empty() ? "?" : type_text(type.element[0]); };
  switch (type.kind) {
    case ValueKind::kTensor: return dense;
    case ValueKind::kSparse: return cat("sparse(", dense, ")");
    case ValueKind::kSequence: return cat("seq(", inner(), ")");
    case ValueKind::kOptional: return cat("optional(", inner(), ")");
    case ValueKind::kMap: return cat("map(", dtype_name(type.key), ", ", dense, ")");
  }
  return dense;
}

template <class T> std::string shortest(T value) {
  char buffer[40];
  return std::string(buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr);
}

template <class T> std::string element_of(const Tensor& tensor, size_t i) {
  return shortest(tensor.values<T>()[i]);
}

std::string hex_byte(uint8_t byte) {
  constexpr char kDigits[] = "0123456789abcdef";
  return {kDigits[byte >> 4], kDigits[byte & 15]};
}

/// Element i as text; empty for types that are shown as bytes.
std::string element_text(const Tensor& tensor, size_t i) {
  switch (tensor.dtype()) {
    case DType::kFloat32: return element_of<float>(tensor, i);
    case DType::kFloat64: return element_of<double>(tensor, i);
    case DType::kInt8: return shortest(int{tensor.values<int8_t>()[i]});
    case DType::kUint8: return shortest(int{tensor.values<uint8_t>()[i]});
    case DType::kInt16: return element_of<int16_t>(tensor, i);
    case DType::kUint16: return element_of<uint16_t>(tensor, i);
    case DType::kInt32: return element_of<int32_t>(tensor, i);
    case DType::kUint32: return element_of<uint32_t>(tensor, i);
    case DType::kInt64: return element_of<int64_t>(tensor, i);
    case DType::kUint64: return element_of<uint64_t>(tensor, i);
    case DType::kBool: return tensor.values<uint8_t>()[i] != 0 ? "true" : "false";
    case DType::kString: return whole_quote(tensor.values<std::string>()[i]);
    default: return {};
  }
}

std::string bytes_text(const Tensor& tensor, size_t limit) {
  const auto* bytes = static_cast<const uint8_t*>(tensor.data());
  std::string text = "bytes \"";
  const size_t count = std::min(tensor.byte_count(), limit);
  for (size_t i = 0; i < count; ++i) text += hex_byte(bytes[i]);
  return text + (count < tensor.byte_count() ? "\" ..." : "\"");
}

template <class Items, class F> std::string list_text(const Items& items, F one) {
  std::string text = "[";
  for (size_t i = 0; i < items.size(); ++i) text += cat(i == 0 ? "" : ", ", one(items[i]));
  return text + "]";
}

std::string float_text(float value) {
  std::string text = shortest(value);
  // A number without point or exponent would read as an int.
  if (text.find_first_not_of("-0123456789") == std::string::npos) text += ".0";
  return text;
}

class Printer {
 public:
  explicit Printer(const TextFormOptions& options) : options_(options) {}

  std::string graph(const Graph& graph, const std::string& indent) {
    std::string text = cat("graph ", whole_quote(graph.name()), " {\n");
    const std::string inner = indent + "  ";
    for (const auto& [key, value] : graph.metadata()) {
      text += cat(inner, "meta ", whole_quote(key), " = ", whole_quote(value), "\n");
    }
    for (const ValueId id : graph.inputs()) {
      const ValueInfo& info = graph.value(id);
      text += cat(inner, "input ", value_text(info.name), " : ", type_text(info.type), "\n");
    }
    text += constants(graph, inner);
    for (const NodeId id : graph.order()) text += cat(inner, node(graph, id, inner), "\n");
    for (const ValueId id : graph.outputs()) {
      text += cat(inner, "output ", value_text(graph.value(id).name), "\n");
    }
    return text + indent + "}";
  }

 private:
  std::string constants(const Graph& graph, const std::string& indent) {
    std::string text;
    for (size_t i = 0; i < graph.value_capacity(); ++i) {
      const ValueInfo& info = graph.value(ValueId{static_cast<uint32_t>(i)});
      if (!info.constant) continue;
      text += cat(indent, "const ", value_text(info.name), " : ", type_text(info.type), " = ",
                  elements(*info.constant), "\n");
    }
    return text;
  }

  std::string elements(const Tensor& tensor) {
    const size_t limit = options_.max_constant_elements;
    const auto count = static_cast<size_t>(tensor.element_count());
    if (count > 0 && element_text(tensor, 0).empty()) return bytes_text(tensor, limit);
    std::string text = "[";
    for (size_t i = 0; i < std::min(count, limit); ++i) {
      text += cat(i == 0 ? "" : ", ", element_text(tensor, i));
    }
    if (count > limit) text += ", ...";
    return text + "]";
  }

  std::string node(const Graph& graph, NodeId id, const std::string& indent) {
    const Node& node = graph.node(id);
    std::string text = outputs(graph, node) + " = ";
    const bool is_plain = is_word(node.op) && node.op.find('.') == std::string::npos &&
                          (node.domain.empty() || is_word(node.domain));
    if (is_plain) {
      text += node.domain.empty() ? node.op : cat(node.domain, ".", node.op);
    } else {
      text += cat(whole_quote(node.domain), " ", whole_quote(node.op));
    }
    if (node.version != canonical_version(node.domain)) text += cat("-", node.version);
    text += "(";
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      text += i == 0 ? "" : ", ";
      text += node.inputs[i] == kNoValue ? "_" : value_text(graph.value(node.inputs[i]).name);
    }
    text += ")";
    if (node.outputs.size() == 1) {
      text += cat(" : ", type_text(graph.value(node.outputs[0]).type));
    }
    return text + attributes(node, indent) + names(graph, node);
  }

  std::string outputs(const Graph& graph, const Node& node) {
    std::string text;
    for (size_t i = 0; i < node.outputs.size(); ++i) {
      text += i == 0 ? "" : ", ";
      if (node.outputs[i] == kNoValue) {
        text += "_";
        continue;
      }
      const ValueInfo& info = graph.value(node.outputs[i]);
      text += value_text(info.name);
      if (node.outputs.size() > 1) text += cat(" : ", type_text(info.type));
    }
    return text;
  }

  std::string names(const Graph& graph, const Node& node) {
    if (options_.node_names == NodeNames::kHide) return {};
    std::string text;
    const bool is_named_after_output = !node.outputs.empty() && node.outputs[0] != kNoValue &&
                                       graph.value(node.outputs[0]).name == node.name;
    if (!is_named_after_output) text += cat(" name ", whole_quote(node.name));
    if (!node.origin.empty()) text += cat(" from ", whole_quote(node.origin));
    return text;
  }

  std::string attributes(const Node& node, const std::string& indent) {
    if (node.attributes.items().empty()) return {};
    std::string text = " {";
    for (const auto& [name, value] : node.attributes.items()) {
      text += cat(text.size() == 2 ? "" : ", ", is_word(name) ? name : whole_quote(name), " = ",
                  attribute(value, indent));
    }
    return text + "}";
  }

  std::string tensor(const Tensor& value) {
    return cat(dtype_name(value.dtype()), shape_text(symbolic(value.shape())), " ",
               elements(value));
  }

  std::string subgraph(const GraphPointer& value, const std::string& indent) {
    return value == nullptr ? "graph none" : graph(*value, indent);
  }

  std::string attribute(const Attribute& value, const std::string& indent) {
    const std::string kind(attribute_kind_name(value));
    if (const auto* one = std::get_if<float>(&value)) return float_text(*one);
    if (const auto* one = std::get_if<int64_t>(&value)) return cat(*one);
    if (const auto* one = std::get_if<std::string>(&value)) return whole_quote(*one);
    if (const auto* one = std::get_if<Tensor>(&value)) return cat(kind, " ", tensor(*one));
    if (const auto* one = std::get_if<GraphPointer>(&value)) return subgraph(*one, indent);
    if (const auto* one = std::get_if<ValueType>(&value)) return cat(kind, " ", type_text(*one));
    const std::string prefix = kind + " ";
    if (const auto* list = std::get_if<std::vector<float>>(&value)) {
      return (list->empty() ? prefix : "") + list_text(*list, float_text);
    }
    if (const auto* list = std::get_if<std::vector<int64_t>>(&value)) {
      return (list->empty() ? prefix : "") + list_text(*list, shortest<int64_t>);
    }
    if (const auto* list = std::get_if<std::vector<std::string>>(&value)) {
      return (list->empty() ? prefix : "") + list_text(*list, whole_quote);
    }
    if (const auto* list = std::get_if<std::vector<Tensor>>(&value)) {
      return prefix + list_text(*list, [&](const Tensor& one) { return tensor(one); });
    }
    if (const auto* list = std::get_if<std::vector<ValueType>>(&value)) {
      return prefix + list_text(*list, type_text);
    }
    return prefix + list_text(std::get<std::vector<GraphPointer>>(value),
                              [&](const GraphPointer& one) { return subgraph(one, indent); });
  }

  const TextFormOptions& options_;
};

}  // namespace

std::string to_text(const Graph& graph, const TextFormOptions& options) {
  return Printer(options).graph(graph, "") + "\n";
}

std::string to_dot(const Graph& graph) {
  std::string text = cat("digraph ", whole_quote(graph.name()), " {\n  node [shape=box];\n");
  const auto terminal = [&](std::string_view prefix, ValueId id) {
    text += cat("  ", prefix, static_cast<uint32_t>(id),
                " [shape=ellipse, label=", whole_quote(graph.value(id).name), "];\n");
  };
  const auto edge = [&](const std::string& to, ValueId id) {
    const ValueInfo& info = graph.value(id);
    if (info.constant) return;  // weights would drown the picture
    const std::string from = info.producer == kNoNode
                                 ? cat("in", static_cast<uint32_t>(id))
                                 : cat("n", static_cast<uint32_t>(info.producer));
    text += cat("  ", from, " -> ", to, " [label=", whole_quote(type_text(info.type)), "];\n");
  };
  for (const ValueId id : graph.inputs()) terminal("in", id);
  for (const NodeId id : graph.order()) {
    const Node& node = graph.node(id);
    const std::string name = cat("n", static_cast<uint32_t>(id));
    text += cat("  ", name, " [label=", whole_quote(node.op), "];\n");
    for (const ValueId input : node.inputs) {
      if (input != kNoValue) edge(name, input);
    }
  }
  for (const ValueId id : graph.outputs()) {
    terminal("out", id);
    edge(cat("out", static_cast<uint32_t>(id)), id);
  }
  return text + "}\n";
}

}  // namespace tundish
