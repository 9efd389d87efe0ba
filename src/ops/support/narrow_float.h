// Floating-point numbers of 8 and 4 bits: float8e4m3fn, float8e4m3fnuz, float8e5m2, float8e5m2fnuz
// (Micikevicius et al. 2022, arXiv:2209.05433; Noune et al. 2022, arXiv:2206.02915), float8e8m0 and
// float4e2m1 (Open Compute Project, "OCP Microscaling Formats (MX) v1.0"). They are stored, not
// computed with.
#ifndef TUNDISH_OPS_SUPPORT_NARROW_FLOAT_H_
#define TUNDISH_OPS_SUPPORT_NARROW_FLOAT_H_

#include <cstdint>

#include "tundish/dtype.h"

namespace tundish::ops {

/// Whether it is one of the six types above.
bool is_narrow_float(DType dtype);

/// Value of each code: 256 of them, 16 for float4e2m1. All are exact in float32.
const float* narrow_float_values(DType dtype);

/// What rounding to a narrow type does where ONNX Cast leaves a choice.
struct NarrowRounding {
  /// Attribute `saturate` of Cast. kSaturate: the greatest number of that sign. kSpecial: infinity
  /// where the type has one, else NaN. float4e2m1 has neither and always saturates.
  enum class OutOfRange : uint8_t { kSaturate, kSpecial };
  /// Attribute `round_mode` of Cast, for float8e8m0 only: towards infinity, towards zero, to the
  /// nearest with ties up.
  enum class Direction : uint8_t { kUp, kDown, kNearest };
  OutOfRange out_of_range = OutOfRange::kSaturate;
  Direction direction = Direction::kUp;
};

/// Codes of the numbers next to `values` (ties to the even code; float8e8m0: see NarrowRounding),
/// one a byte. NaN keeps its sign where the type has two; float4e2m1, which has none, gives a zero
/// of the other sign as ml_dtypes does. Below zero float8e8m0 gives NaN (ONNX leaves it open).
void encode_narrow_floats(DType dtype, const float* values, int64_t count, NarrowRounding rounding,
                          uint8_t* codes);

}  // namespace tundish::ops

#endif  // TUNDISH_OPS_SUPPORT_NARROW_FLOAT_H_
