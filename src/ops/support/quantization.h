// Scales and zero points: which of them belong to which element.
#ifndef TUNDISH_OPS_SUPPORT_QUANTIZATION_H_
#define TUNDISH_OPS_SUPPORT_QUANTIZATION_H_

#include <cstdint>

#include "ir/exec_context.h"
#include "ir/op_def.h"
#include "ops/support/types.h"
#include "tundish/result.h"
#include "tundish/value.h"

namespace tundish::ops {

/// Integers that numbers are quantized to.
inline constexpr DTypeSet kQuantizedIntegers{DType::kUint8, DType::kInt8,  DType::kUint16,
                                             DType::kInt16, DType::kUint4, DType::kInt4,
                                             DType::kUint2, DType::kInt2};
/// float8e8m0 is a type of scales only.
inline constexpr DTypeSet kQuantizedFloats{DType::kFloat8E4M3FN, DType::kFloat8E4M3FNUZ,
                                           DType::kFloat8E5M2, DType::kFloat8E5M2FNUZ,
                                           DType::kFloat4E2M1};

/// The least and the greatest number of an integer type of up to 16 bits.
struct IntegerBounds {
  float least, most;
};
IntegerBounds bounds_of(DType dtype);

/// values[i] = the nearest integer to values[i], ties to even, plus zero_points[i], within the
/// bounds. NaN gives the least. Zero points are integers of up to 16 bits.
void quantize_to_integers(float* values, const float* zero_points, IntegerBounds bounds,
                          int64_t count);

/// The scale of each element of a tensor (ONNX QuantizeLinear-25): one for all, one per index of an
/// axis, or one per block of neighbours along an axis.
class Granularity {
 public:
  /// How a tensor of shape `x` takes scales of shape `scale`; a fault has code `code`. A scale of
  /// one element belongs to all.
  static Result<Granularity> make(const Shape& x, const Shape& scale, int64_t axis,
                                  int64_t block_size, ErrorCode code);

  bool is_per_tensor() const { return scale_count_ == 1; }
  /// out[i] = the value of `values` (one per scale) for element begin + i.
  void spread(const float* values, int64_t begin, int64_t count, float* out) const;

 private:
  // The tensor as [outer, axis_, inner_]; scales as [outer, blocks_, inner_ or 1].
  int64_t scale_count_ = 1;
  int64_t axis_ = 1;
  int64_t inner_ = 1;
  int64_t block_ = 1;
  int64_t blocks_ = 1;
  bool per_axis_ = false;
};

/// Attributes `axis` and `block_size`.
struct QuantizationAxis {
  int64_t axis = 1;
  int64_t block_size = 0;
};
Result<QuantizationAxis> quantization_axis(const Node& node);

/// The shapes of a scale and a zero point (inputs 1 and 2) fit input 0, as far as they are known.
Status infer_granularity(const InferContext& context);
/// The same for the tensors themselves.
Result<Granularity> granularity_of(const ExecContext& context);

/// The elements of a scale or zero point as float32, in memory of the context.
Result<const float*> load_floats(ExecContext& context, const TensorView& view);

}  // namespace tundish::ops

#endif  // TUNDISH_OPS_SUPPORT_QUANTIZATION_H_
