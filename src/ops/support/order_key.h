// Numbers of every type as unsigned keys of the same order, so that sorting and comparing is
// compiled once.
#ifndef TUNDISH_OPS_SUPPORT_ORDER_KEY_H_
#define TUNDISH_OPS_SUPPORT_ORDER_KEY_H_

#include <bit>
#include <cstdint>
#include <type_traits>

#include "ops/support/types.h"

namespace tundish::ops {

/// a < b exactly when order_key(a) < order_key(b), and equal numbers have equal keys: -0.0 is 0.0.
/// NaN is greater than all numbers and equal to NaN, as numpy sorts.
template <class T> uint64_t order_key(T value) {
  if constexpr (is_half<T>) {
    return order_key(static_cast<float>(value));
  } else if constexpr (std::is_floating_point_v<T>) {
    using Bits = std::conditional_t<sizeof(T) == 4, uint32_t, uint64_t>;
    constexpr Bits kSign = Bits{1} << (sizeof(T) * 8 - 1);
    if (value != value) return ~uint64_t{0};
    const auto bits = std::bit_cast<Bits>(value + T{0});  // turns -0.0 to 0.0
    return (bits & kSign) != 0 ? static_cast<Bits>(~bits) : static_cast<Bits>(bits | kSign);
  } else if constexpr (std::is_signed_v<T>) {
    return static_cast<uint64_t>(int64_t{value}) ^ uint64_t { 1 } << 63;
  } else {
    return uint64_t{value};
  }
}

/// keys[i] = order_key(element i * step), bytes of bools as 0 or 1. `dtype` is a number or bool.
void order_keys(DType dtype, const void* data, int64_t step, int64_t count, uint64_t* keys);

}  // namespace tundish::ops

#endif  // TUNDISH_OPS_SUPPORT_ORDER_KEY_H_
