// Resize: what its attributes and inputs say, and where each element of an axis comes from.
#ifndef TUNDISH_OPS_SUPPORT_RESIZE_TABLE_H_
#define TUNDISH_OPS_SUPPORT_RESIZE_TABLE_H_

#include <string>
#include <vector>

#include "ir/exec_context.h"
#include "ops/support/move.h"

namespace tundish::ops {

enum class ResizeMode : uint8_t { kNearest, kLinear, kCubic };
enum class ResizeCoordinates : uint8_t {
  kHalfPixel,
  kHalfPixelSymmetric,
  kPytorchHalfPixel,
  kAlignCorners,
  kAsymmetric,
  kCropAndResize,
  kTfHalfPixelForNn,  ///< of versions 11 and 12
};
enum class NearestMode : uint8_t {
  kRoundPreferFloor,
  kRoundPreferCeil,
  kFloor,
  kCeil,
  kByDirection,  ///< of version 10: floor when the axis grows, ceil when it shrinks
};
enum class AspectPolicy : uint8_t { kStretch, kNotLarger, kNotSmaller };

/// The attributes.
struct ResizeSpec {
  ResizeMode mode = ResizeMode::kNearest;
  ResizeCoordinates coordinates = ResizeCoordinates::kHalfPixel;
  NearestMode nearest = NearestMode::kRoundPreferFloor;
  AspectPolicy policy = AspectPolicy::kStretch;
  bool antialias = false;
  bool exclude_outside = false;
  double cubic_coeff_a = -0.75;
  double extrapolation_value = 0;
  bool has_axes = false;
  std::vector<int64_t> axes;
};
Result<ResizeSpec> read_resize(const AttributeList& attributes, ErrorCode code);

/// The inputs besides the image; empty when left out.
struct ResizeInputs {
  std::vector<double> roi, scales;
  std::vector<int64_t> sizes;
};
/// Elements of a floating-point tensor, at most two per axis.
Result<std::vector<double>> read_resize_numbers(const TensorView& view, size_t input,
                                                ErrorCode code);

struct ResizeAxis {
  int64_t in = 0;
  int64_t out = 0;
  double scale = 1;
  double start = 0;  ///< of the area
  double end = 1;
  bool is_identity = true;
};
struct ResizePlan {
  size_t rank = 0;
  std::array<ResizeAxis, Shape::kMaxRank> axes;
};
/// Faults of values name the input; so do axes of no elements that should get some.
Result<ResizePlan> plan_resize(const ResizeSpec& spec, const ResizeInputs& inputs,
                               const Shape& shape, ErrorCode code);
/// Sizes of the output where scales or sizes are constant.
Result<SymbolicShape> infer_resize(const ResizeSpec& spec, const ResizeInputs& inputs,
                                   const std::vector<Dim>& dims);

/// The same where neither is known: axes that are not spoken of keep their sizes.
Result<SymbolicShape> infer_unsized(const ResizeSpec& spec, const std::vector<Dim>& dims);

/// sources[i] = the element that element i of the output is, -1 for one outside the area.
void nearest_sources(const ResizeSpec& spec, const ResizeAxis& axis, int64_t* sources);

/// Element i of the output is the sum of weights[i * taps + k] times element
/// sources[i * taps + k]; a negative first source says that it lies outside the area.
struct ResizeTable {
  int64_t in = 0;
  int64_t out = 0;
  int64_t taps = 0;
  const int64_t* sources = nullptr;
  const double* weights = nullptr;
};
Result<ResizeTable> make_resize_table(ExecContext& context, const ResizeSpec& spec,
                                      const ResizeAxis& axis);

/// A number as an element of this type: integers are rounded to nearest, ties to even, and held to
/// their range; NaN gives 0.
void store_number(DType dtype, double value, void* to);
/// All elements of `to`, of a type of Numbers.
void store_numbers(const MutableTensorView& to, const double* values);

}  // namespace tundish::ops

#endif  // TUNDISH_OPS_SUPPORT_RESIZE_TABLE_H_
