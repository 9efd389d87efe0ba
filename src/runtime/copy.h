// Copying dense tensors of any element type.
#ifndef TUNDISH_RUNTIME_COPY_H_
#define TUNDISH_RUNTIME_COPY_H_

#include <algorithm>
#include <cstring>
#include <string>

#include "tundish/value.h"

namespace tundish {

/// Copies all elements. Both have one dtype and element count; the same place is allowed.
inline void copy_tensor(const TensorView& from, const MutableTensorView& to) {
  if (from.data == to.data) return;
  const auto count = static_cast<size_t>(from.shape.element_count());
  if (from.dtype == DType::kString) {
    std::copy_n(static_cast<const std::string*>(from.data), count,
                static_cast<std::string*>(to.data));
  } else if (const size_t bytes = (count * dtype_bits(from.dtype) + 7) / 8; bytes > 0) {
    std::memcpy(to.data, from.data, bytes);
  }
}

}  // namespace tundish

#endif  // TUNDISH_RUNTIME_COPY_H_
