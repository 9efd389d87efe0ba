// Attributes of a node: named constants of the kinds that ONNX knows.
#ifndef TUNDISH_IR_ATTRIBUTE_H_
#define TUNDISH_IR_ATTRIBUTE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "tensor/tensor_type.h"
#include "tundish/result.h"
#include "tundish/value.h"

namespace tundish {

class Graph;
using GraphPointer = std::shared_ptr<const Graph>;  ///< a subgraph: immutable, shared by copies

/// One attribute value. Alternatives in the order of ONNX's AttributeProto kinds.
using Attribute =
    std::variant<float, int64_t, std::string, Tensor, GraphPointer, std::vector<float>,
                 std::vector<int64_t>, std::vector<std::string>, std::vector<Tensor>,
                 std::vector<GraphPointer>, ValueType, std::vector<ValueType>>;

/// "float", "int", "string", "tensor", "graph", "floats", ... for messages.
std::string_view attribute_kind_name(const Attribute& attribute);

/// The attributes of one node, sorted by name; typed access with errors that name the attribute.
class AttributeList {
 public:
  void set(std::string name, Attribute value);  ///< replaces an attribute of that name
  void erase(std::string_view name);
  const Attribute* find(std::string_view name) const;  ///< null when absent
  bool has(std::string_view name) const { return find(name) != nullptr; }
  const std::vector<std::pair<std::string, Attribute>>& items() const { return items_; }

  /// The value, `fallback` when absent; kInvalidModel when it is of another kind.
  Result<int64_t> get_int(std::string_view name, int64_t fallback) const;
  Result<float> get_float(std::string_view name, float fallback) const;
  Result<std::string> get_string(std::string_view name, std::string_view fallback) const;
  Result<std::vector<int64_t>> get_ints(std::string_view name,
                                        std::vector<int64_t> fallback = {}) const;
  Result<std::vector<float>> get_floats(std::string_view name,
                                        std::vector<float> fallback = {}) const;
  Result<std::vector<std::string>> get_strings(std::string_view name,
                                               std::vector<std::string> fallback = {}) const;
  /// As get_ints without a copy: the attribute is erased.
  Result<std::vector<int64_t>> take_ints(std::string_view name);
  /// As above, and kInvalidModel when absent.
  Result<int64_t> require_int(std::string_view name) const;
  Result<Tensor> require_tensor(std::string_view name) const;

 private:
  std::vector<std::pair<std::string, Attribute>> items_;
};

}  // namespace tundish

#endif  // TUNDISH_IR_ATTRIBUTE_H_
