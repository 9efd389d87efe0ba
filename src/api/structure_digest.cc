#include "api/structure_digest.h"

#include <bit>
#include <type_traits>
#include <variant>

#include "base/hash.h"

namespace tundish {

namespace {

void add_tensor(Digest128& digest, const Tensor& tensor) {
  digest.add_number(static_cast<uint64_t>(tensor.dtype()));
  digest.add(tensor.shape().to_string());
  if (tensor.dtype() == DType::kString) {
    for (const std::string& text : tensor.values<std::string>()) digest.add(text);
  } else {
    digest.add(Bytes(static_cast<const uint8_t*>(tensor.data()), tensor.byte_count()));
  }
}

void add_one(Digest128& digest, int64_t value) { digest.add_number(static_cast<uint64_t>(value)); }
void add_one(Digest128& digest, float value) { digest.add_number(std::bit_cast<uint32_t>(value)); }
void add_one(Digest128& digest, const std::string& value) { digest.add(value); }
void add_one(Digest128& digest, const Tensor& value) { add_tensor(digest, value); }
void add_one(Digest128& digest, const ValueType& value) { digest.add(value.to_string()); }
void add_one(Digest128& digest, const GraphPointer& value) {
  digest.add(value == nullptr ? std::string() : structure_digest(*value));
}
template <class T> void add_one(Digest128& digest, const std::vector<T>& values) {
  digest.add_number(values.size());
  for (const T& value : values) add_one(digest, value);
}

}  // namespace

std::string structure_digest(const Graph& graph) {
  Digest128 digest;
  // values are numbered in the order in which they are met, so that names and ids do not count
  std::vector<uint64_t> numbers(graph.value_capacity(), UINT64_MAX);
  uint64_t next = 0;
  const auto number = [&](ValueId id) {
    if (id == kNoValue) return UINT64_MAX - 1;
    uint64_t& slot = numbers[static_cast<size_t>(id)];
    if (slot == UINT64_MAX) {
      slot = next++;
      if (const Tensor* constant = graph.constant(id)) add_tensor(digest, *constant);
    }
    return slot;
  };
  digest.add_number(graph.inputs().size());
  for (const ValueId input : graph.inputs()) {
    digest.add(graph.value(input).name);
    digest.add(graph.value(input).type.to_string());
    digest.add_number(number(input));
  }
  for (const NodeId id : graph.order()) {
    const Node& node = graph.node(id);
    digest.add(node.domain);
    digest.add(node.op);
    add_one(digest, int64_t{node.version});
    // each list with its length, each attribute with its kind: nothing reads as something else
    digest.add_number(node.inputs.size());
    for (const ValueId value : node.inputs) digest.add_number(number(value));
    digest.add_number(node.outputs.size());
    for (const ValueId value : node.outputs) digest.add_number(number(value));
    digest.add_number(node.attributes.items().size());
    for (const auto& [name, attribute] : node.attributes.items()) {
      digest.add(name);
      digest.add_number(attribute.index());
      std::visit([&](const auto& value) { add_one(digest, value); }, attribute);
    }
  }
  for (const ValueId output : graph.outputs()) {
    digest.add(graph.value(output).name);
    digest.add_number(number(output));
  }
  return digest.hex();
}

}  // namespace tundish
