// Arithmetic on sizes that come from outside: overflow is an answer, never a wrap.
#ifndef TUNDISH_BASE_CHECKED_H_
#define TUNDISH_BASE_CHECKED_H_

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "tundish/result.h"

namespace tundish {

template <std::integral T> std::optional<T> checked_add(T a, T b) {
  T sum;
  if (__builtin_add_overflow(a, b, &sum)) return std::nullopt;
  return sum;
}

template <std::integral T> std::optional<T> checked_mul(T a, T b) {
  T product;
  if (__builtin_mul_overflow(a, b, &product)) return std::nullopt;
  return product;
}

/// Product of the sizes times `item_bytes`. kInvalidModel for a negative size or an overflow of 63
/// bits, also where another size is 0 (2^32 x 2^32 x 0 is refused).
Result<uint64_t> checked_bytes(std::span<const int64_t> dims, uint64_t item_bytes);

}  // namespace tundish

#endif  // TUNDISH_BASE_CHECKED_H_
