#include "base/checked.h"

#include "base/strings.h"

namespace tundish {

Result<uint64_t> checked_bytes(std::span<const int64_t> dims, uint64_t item_bytes) {
  int64_t total = static_cast<int64_t>(item_bytes);
  bool empty = total == 0;
  for (size_t axis = 0; axis < dims.size(); ++axis) {
    if (dims[axis] < 0) {
      return InvalidModel(cat("dimension ", axis, " is negative (", dims[axis], ")"));
    }
    if (dims[axis] == 0) {
      empty = true;
      continue;
    }
    if (__builtin_mul_overflow(total, dims[axis], &total)) {
      return InvalidModel(cat("the product of the dimensions overflows at dimension ", axis, " (",
                              dims[axis], ")"));
    }
  }
  return empty ? uint64_t{0} : static_cast<uint64_t>(total);
}

}  // namespace tundish
