#include "ir/type_match.h"

#include "base/checked.h"
#include "base/strings.h"

namespace tundish {

namespace {

bool same_kind(const ValueType& a, const ValueType& b) {
  return a.kind == b.kind && a.dtype == b.dtype && a.key == b.key &&
         a.element.size() == b.element.size();
}

bool shapes_contradict(const SymbolicShape& a, const SymbolicShape& b) {
  if (!a || !b) return false;
  if (a->size() != b->size()) return true;
  for (size_t i = 0; i < a->size(); ++i) {
    const Dim& left = (*a)[i];
    const Dim& right = (*b)[i];
    if (left.is_known() && right.is_known() && left.size() != right.size()) return true;
  }
  return false;
}

}  // namespace

bool contradicts(const ValueType& a, const ValueType& b) {
  if (!same_kind(a, b) || shapes_contradict(a.shape, b.shape)) return true;
  for (size_t i = 0; i < a.element.size(); ++i) {
    if (contradicts(a.element[i], b.element[i])) return true;
  }
  return false;
}

ValueType refine(ValueType stored, const ValueType& inferred) {
  if (!stored.shape) {
    stored.shape = inferred.shape;
  } else if (inferred.shape) {
    for (size_t i = 0; i < stored.shape->size(); ++i) {
      Dim& dim = (*stored.shape)[i];
      const Dim& other = (*inferred.shape)[i];
      if (!dim.is_known() && (other.is_known() || !dim.is_symbol())) dim = other;
    }
  }
  for (size_t i = 0; i < stored.element.size(); ++i) {
    stored.element[i] = refine(std::move(stored.element[i]), inferred.element[i]);
  }
  return stored;
}

Status check_sizes(const ValueType& type) {
  if (!type.shape) return ok();
  std::vector<int64_t> known;
  for (const Dim& dim : *type.shape) {
    if (dim.is_known()) known.push_back(dim.size());
  }
  if (checked_bytes(known, 1).has_value()) return ok();
  return InvalidModel(cat("no tensor has the shape ", to_string(type.shape)));
}

}  // namespace tundish
