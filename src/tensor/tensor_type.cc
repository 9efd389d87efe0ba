#include "tensor/tensor_type.h"

#include "base/strings.h"

namespace tundish {

Dim Dim::symbol(std::string name) {
  Dim dim;
  dim.symbol_ = std::move(name);
  return dim;
}

std::string Dim::to_string() const {
  if (is_known()) return std::to_string(size_);
  return symbol_.empty() ? "?" : symbol_;
}

SymbolicShape symbolic(const Shape& shape) {
  return std::vector<Dim>(shape.dims().begin(), shape.dims().end());
}

std::string to_string(const SymbolicShape& shape) {
  if (!shape) return "[?...]";
  std::string text = "[";
  for (size_t i = 0; i < shape->size(); ++i) {
    if (i > 0) text += ", ";
    text += (*shape)[i].to_string();
  }
  return text + "]";
}

std::optional<Shape> concrete(const SymbolicShape& shape) {
  if (!shape || shape->size() > Shape::kMaxRank) return std::nullopt;
  Shape result;
  for (const Dim& dim : *shape) {
    if (!dim.is_known()) return std::nullopt;
    result.append(dim.size());
  }
  return result;
}

std::string ValueType::to_string() const {
  const std::string inner = element.empty() ? "?" : element[0].to_string();
  switch (kind) {
    case ValueKind::kTensor: return cat(dtype_name(dtype), tundish::to_string(shape));
    case ValueKind::kSparse:
      return cat("sparse(", dtype_name(dtype), tundish::to_string(shape), ")");
    case ValueKind::kSequence: return cat("seq(", inner, ")");
    case ValueKind::kOptional: return cat("optional(", inner, ")");
    case ValueKind::kMap:
      return cat("map(", dtype_name(key), ", ", dtype_name(dtype), tundish::to_string(shape), ")");
  }
  return "?";
}

}  // namespace tundish
