#include "ir/graph.h"

#include <algorithm>

namespace tundish {

const Tensor* Graph::constant(ValueId id) const {
  if (id == kNoValue) return nullptr;
  const ValueInfo& info = value(id);
  return info.constant ? &*info.constant : nullptr;
}

const Node* Graph::producer(ValueId id) const {
  if (id == kNoValue) return nullptr;
  const NodeId maker = value(id).producer;
  return maker == kNoNode ? nullptr : &node(maker);
}

std::vector<NodeId> Graph::readers(ValueId id) const {
  std::vector<NodeId> found;
  for (const NodeId reader : order_) {
    const std::vector<ValueId>& read = node(reader).inputs;
    if (std::find(read.begin(), read.end(), id) != read.end()) found.push_back(reader);
  }
  return found;
}

bool Graph::is_output(ValueId id) const {
  return std::find(outputs_.begin(), outputs_.end(), id) != outputs_.end();
}

bool Graph::is_input(ValueId id) const {
  return std::find(inputs_.begin(), inputs_.end(), id) != inputs_.end();
}

ValueId Graph::find_value(std::string_view name) const {
  if (name.empty()) return kNoValue;
  for (size_t i = 0; i < values_.size(); ++i) {
    if (values_[i].name == name) return ValueId{static_cast<uint32_t>(i)};
  }
  return kNoValue;
}

const std::string* Graph::find_metadata(std::string_view key) const {
  for (const auto& [name, text] : metadata_) {
    if (name == key) return &text;
  }
  return nullptr;
}

void Graph::set_metadata(std::string key, std::string value) {
  for (auto& [name, text] : metadata_) {
    if (name == key) {
      text = std::move(value);
      return;
    }
  }
  metadata_.emplace_back(std::move(key), std::move(value));
}

int canonical_version(std::string_view domain) {
  if (domain == kDomainOnnx) return kCanonicalOpset;
  if (domain == kDomainMl) return kCanonicalMlOpset;
  return 1;
}

bool is_known_domain(std::string_view domain) {
  for (const std::string_view known : {kDomainOnnx, kDomainMl, kDomainPreview, kDomainTraining,
                                       kDomainMicrosoft, kDomainTundish}) {
    if (domain == known) return true;
  }
  return false;
}

}  // namespace tundish
