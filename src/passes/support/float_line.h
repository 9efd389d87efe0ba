// The values of a floating-point type in ascending order, numbered: bisection walks over them.
#ifndef TUNDISH_PASSES_SUPPORT_FLOAT_LINE_H_
#define TUNDISH_PASSES_SUPPORT_FLOAT_LINE_H_

#include <bit>
#include <cstdint>

#include "tundish/dtype.h"

namespace tundish {

/// All values but NaN of float32 or float64 as integers: 0 is both zeros, 1 the smallest subnormal,
/// last() infinity, -n the negative of n. (IEEE 754: the bits of positive values ascend with them.)
class FloatLine {
 public:
  explicit FloatLine(DType dtype) : is_double_(dtype == DType::kFloat64) {}

  /// Number of +infinity; the line runs from -last() to last().
  int64_t last() const { return is_double_ ? 0x7ff0000000000000 : 0x7f800000; }
  /// The value at a place in [-last(), last()]; a float32 is widened, which is exact.
  double at(int64_t place) const {
    const int64_t magnitude = place < 0 ? -place : place;
    const double value = is_double_
                             ? std::bit_cast<double>(magnitude)
                             : double{std::bit_cast<float>(static_cast<uint32_t>(magnitude))};
    return place < 0 ? -value : value;
  }

 private:
  bool is_double_;
};

}  // namespace tundish

#endif  // TUNDISH_PASSES_SUPPORT_FLOAT_LINE_H_
