// Directed rounding of float64 to float32.
#ifndef TUNDISH_PASSES_SUPPORT_ROUND_FLOAT_H_
#define TUNDISH_PASSES_SUPPORT_ROUND_FLOAT_H_

namespace tundish {

/// The largest float32 that is not above `value`, infinities included. Not for NaN.
float round_down(double value);
/// The smallest float32 that is not below `value`, infinities included. Not for NaN.
float round_up(double value);

}  // namespace tundish

#endif  // TUNDISH_PASSES_SUPPORT_ROUND_FLOAT_H_
