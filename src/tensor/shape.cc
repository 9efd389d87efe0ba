#include <algorithm>
#include <cassert>

#include "base/checked.h"
#include "base/strings.h"
#include "tundish/value.h"

namespace tundish {

Shape::Shape(std::initializer_list<int64_t> dims) : rank_(dims.size()) {
  assert(dims.size() <= kMaxRank);
  std::copy(dims.begin(), dims.end(), dims_.begin());
}

Result<Shape> Shape::from_dims(std::span<const int64_t> dims) {
  if (dims.size() > kMaxRank) {
    return Limit(cat("a tensor has ", dims.size(), " dimensions, the limit is ", kMaxRank));
  }
  TRY(checked_bytes(dims, 1));
  Shape shape;
  for (const int64_t size : dims) shape.append(size);
  return shape;
}

bool Shape::operator==(const Shape& other) const {
  return std::equal(dims().begin(), dims().end(), other.dims().begin(), other.dims().end());
}

std::string Shape::to_string() const {
  std::string text = "[";
  for (size_t i = 0; i < rank_; ++i) {
    if (i > 0) text += ", ";
    text += std::to_string(dims_[i]);
  }
  return text + "]";
}

}  // namespace tundish
