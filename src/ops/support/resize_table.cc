#include "ops/support/resize_table.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "base/checked.h"
#include "base/strings.h"

namespace tundish::ops {
namespace {

// No axis of a tensor that fits a machine is longer.
constexpr double kMostElements = 9007199254740992.0;  // 2^53

template <class Value, size_t N>
Result<Value> choose(const AttributeList& attributes, std::string_view name,
                     std::string_view fallback,
                     const std::pair<std::string_view, Value> (&choices)[N], ErrorCode code) {
  TRY_ASSIGN(const std::string text, attributes.get_string(name, fallback));
  for (const auto& [word, value] : choices) {
    if (text == word) return value;
  }
  return Error(code, cat("attribute \"", name, "\": unknown value ", quoted(text)));
}

constexpr std::pair<std::string_view, ResizeMode> kModes[] = {
    {"nearest", ResizeMode::kNearest},
    {"linear", ResizeMode::kLinear},
    {"cubic", ResizeMode::kCubic},
};
constexpr std::pair<std::string_view, ResizeCoordinates> kCoordinates[] = {
    {"half_pixel", ResizeCoordinates::kHalfPixel},
    {"half_pixel_symmetric", ResizeCoordinates::kHalfPixelSymmetric},
    {"pytorch_half_pixel", ResizeCoordinates::kPytorchHalfPixel},
    {"align_corners", ResizeCoordinates::kAlignCorners},
    {"asymmetric", ResizeCoordinates::kAsymmetric},
    {"tf_crop_and_resize", ResizeCoordinates::kCropAndResize},
    {"tf_half_pixel_for_nn", ResizeCoordinates::kTfHalfPixelForNn},
};
constexpr std::pair<std::string_view, NearestMode> kNearestModes[] = {
    {"round_prefer_floor", NearestMode::kRoundPreferFloor},
    {"round_prefer_ceil", NearestMode::kRoundPreferCeil},
    {"floor", NearestMode::kFloor},
    {"ceil", NearestMode::kCeil},
};
constexpr std::pair<std::string_view, AspectPolicy> kPolicies[] = {
    {"stretch", AspectPolicy::kStretch},
    {"not_larger", AspectPolicy::kNotLarger},
    {"not_smaller", AspectPolicy::kNotSmaller},
};

// The axes that roi, scales and sizes speak of, in their order.
Result<ShortList> spoken_axes(const ResizeSpec& spec, size_t rank, ErrorCode code) {
  ShortList list;
  if (!spec.has_axes) {
    for (size_t axis = 0; axis < rank; ++axis) {
      list.values[list.count++] = static_cast<int64_t>(axis);
    }
    return list;
  }
  uint32_t seen = 0;
  for (const int64_t entry : spec.axes) {
    TRY_ASSIGN(const size_t axis, checked_axis(entry, rank, code));
    if ((seen >> axis & 1U) != 0) {
      return Error(code, cat("attribute \"axes\" names axis ", axis, " twice"));
    }
    seen |= uint32_t{1} << axis;
    list.values[list.count++] = static_cast<int64_t>(axis);
  }
  return list;
}

Status check_inputs(const ResizeSpec& spec, const ResizeInputs& inputs, size_t axes,
                    ErrorCode code) {
  if (inputs.scales.empty() == inputs.sizes.empty() && axes > 0) {
    return Error(code, inputs.scales.empty() ? "neither scales nor sizes are given"
                                             : "scales and sizes are both given");
  }
  const size_t given = inputs.sizes.empty() ? inputs.scales.size() : inputs.sizes.size();
  if (given != axes) {
    return Error(code, cat(inputs.sizes.empty() ? "scales have " : "sizes have ", given,
                           " values for ", axes, " axes"));
  }
  for (const double scale : inputs.scales) {
    if (!(scale > 0) || std::isinf(scale)) {
      return Error(code, cat("scale ", scale, " is not a positive number"));
    }
  }
  for (const int64_t size : inputs.sizes) {
    if (size < 0) return Error(code, cat("size ", size, " is negative"));
  }
  if (spec.coordinates == ResizeCoordinates::kCropAndResize && inputs.roi.size() != 2 * axes) {
    return Error(code, cat("the area has ", inputs.roi.size(), " values for ", axes, " axes"));
  }
  return ok();
}

// floor(size * scale) in float32, as ONNX's own shape inference and ONNX Runtime count; the area
// of tf_crop_and_resize is left out there too.
Result<int64_t> scaled_size(int64_t size, double scale, ErrorCode code) {
  const double product = std::floor(static_cast<float>(size) * static_cast<float>(scale));
  if (product >= kMostElements) return Error(code, cat("scale ", scale, " is too large"));
  return static_cast<int64_t>(product);
}

// Sizes under a policy: one scale for all axes, the smallest or the largest.
double common_scale(const ResizeSpec& spec, const ResizeInputs& inputs, const ShortList& axes,
                    const Shape& shape) {
  double common = 0;
  for (size_t i = 0; i < axes.count; ++i) {
    const double scale = static_cast<double>(inputs.sizes[i]) /
                         static_cast<double>(shape[static_cast<size_t>(axes.values[i])]);
    const bool takes = spec.policy == AspectPolicy::kNotLarger ? scale < common : scale > common;
    if (i == 0 || takes) common = scale;
  }
  return common;
}

Status place_axis(ResizeAxis& axis, const ResizeSpec& spec, const ResizeInputs& inputs, size_t i,
                  double common, ErrorCode code) {
  if (!inputs.scales.empty()) {
    axis.scale = inputs.scales[i];
    TRY_ASSIGN(axis.out, scaled_size(axis.in, axis.scale, code));
  } else if (spec.policy == AspectPolicy::kStretch) {
    axis.out = inputs.sizes[i];
    axis.scale = static_cast<double>(axis.out) / static_cast<double>(axis.in);
  } else {
    const double size = std::floor(common * static_cast<double>(axis.in) + 0.5);
    if (!(size < kMostElements)) return Error(code, cat("a size of ", size, " is too large"));
    axis.scale = common;
    axis.out = static_cast<int64_t>(size);
  }
  if (axis.in == 0 && axis.out > 0) {
    return Error(code, cat("an axis of no elements cannot be resized to ", axis.out));
  }
  axis.is_identity = axis.scale == 1 && axis.out == axis.in;
  if (spec.coordinates == ResizeCoordinates::kCropAndResize) {
    axis.start = inputs.roi[i];
    axis.end = inputs.roi[inputs.roi.size() / 2 + i];
    axis.is_identity &= axis.start == 0 && axis.end == 1;
  }
  return ok();
}

// The place in the input of element x of the output.
double source_of(const ResizeSpec& spec, const ResizeAxis& axis, double x) {
  const auto in = static_cast<double>(axis.in);
  // Of align_corners and tf_crop_and_resize: not yet rounded down, as in the published cases.
  const double out = axis.scale * in;
  switch (spec.coordinates) {
    case ResizeCoordinates::kHalfPixel: return (x + 0.5) / axis.scale - 0.5;
    case ResizeCoordinates::kHalfPixelSymmetric: {
      const double adjustment = static_cast<double>(axis.out) / out;
      return in / 2 * (1 - adjustment) + (x + 0.5) / axis.scale - 0.5;
    }
    case ResizeCoordinates::kPytorchHalfPixel:
      return axis.out > 1 ? (x + 0.5) / axis.scale - 0.5 : 0;
    case ResizeCoordinates::kAlignCorners: return out == 1 ? 0 : x * (in - 1) / (out - 1);
    case ResizeCoordinates::kAsymmetric: return x / axis.scale;
    case ResizeCoordinates::kTfHalfPixelForNn: return (x + 0.5) / axis.scale;
    default: break;
  }
  const double begin = axis.start * (in - 1);
  const double length = (axis.end - axis.start) * (in - 1);
  return out == 1 ? begin + length / 2 : begin + x * length / (out - 1);
}

// Whether an element of tf_crop_and_resize gets the extrapolation value.
bool is_outside(const ResizeSpec& spec, const ResizeAxis& axis, double source) {
  return spec.coordinates == ResizeCoordinates::kCropAndResize &&
         !(source >= 0 && source <= static_cast<double>(axis.in - 1));
}

// A scale such as 4 / 3 is stated as the nearest float32, and so are the edges of areas: places
// that should lie at elements, at the last of them or half-way between two lie a little off. They
// are put where they should be.
double snapped(double source) {
  const double halves = std::nearbyint(source * 2) / 2;
  const double tolerance = std::min(0x1p-22 * (std::fabs(source) + 1), 0.01);
  return std::fabs(source - halves) <= tolerance ? halves : source;
}

double nearest_to(NearestMode mode, double source, double scale) {
  switch (mode) {
    case NearestMode::kRoundPreferFloor: return std::ceil(source - 0.5);
    case NearestMode::kRoundPreferCeil: return std::floor(source + 0.5);
    case NearestMode::kFloor: return std::floor(source);
    case NearestMode::kCeil: return std::ceil(source);
    default: return scale < 1 ? std::ceil(source) : std::floor(source);
  }
}

// Keys 1981, "Cubic convolution interpolation for digital image processing", equation 4.
double cubic_weight(double distance, double a) {
  const double x = std::fabs(distance);
  if (x <= 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a;
  return 0;
}

double filter_weight(const ResizeSpec& spec, double distance) {
  if (spec.mode == ResizeMode::kCubic) return cubic_weight(distance, spec.cubic_coeff_a);
  return std::max(0.0, 1 - std::fabs(distance));
}

// Weights of one element; the sources are cut to the axis.
void fill_taps(const ResizeSpec& spec, const ResizeAxis& axis, double source, double stretch,
               int64_t taps, int64_t* sources, double* weights) {
  const double below = std::floor(source);
  const int64_t half = taps / 2;
  const double first = below + 1 - static_cast<double>(half);
  double sum = 0;
  for (int64_t k = 0; k < taps; ++k) {
    const double at = first + static_cast<double>(k);
    const bool inside = at >= 0 && at < static_cast<double>(axis.in);
    weights[k] = filter_weight(spec, (at - source) * stretch);
    if (spec.exclude_outside && !inside) weights[k] = 0;
    sum += weights[k];
    sources[k] = static_cast<int64_t>(std::clamp(at, 0.0, static_cast<double>(axis.in - 1)));
  }
  if ((stretch == 1 && !spec.exclude_outside) || sum == 0) return;
  for (int64_t k = 0; k < taps; ++k) weights[k] /= sum;
}

template <class T> T stored(double value) {
  if constexpr (std::is_same_v<T, bool>) {
    return value != 0;
  } else if constexpr (std::is_floating_point_v<T>) {
    return static_cast<T>(value);
  } else if constexpr (is_half<T>) {
    return T(value);
  } else {
    const double rounded = std::nearbyint(value);
    // One more than the greatest value is a power of two, so exact.
    const double most = std::ldexp(1.0, std::numeric_limits<T>::digits);
    const double least = std::is_signed_v<T> ? -most : 0.0;
    if (!(rounded >= least)) return rounded < least ? std::numeric_limits<T>::min() : T{0};
    return rounded >= most ? std::numeric_limits<T>::max() : static_cast<T>(rounded);
  }
}

}  // namespace

Result<ResizeSpec> read_resize(const AttributeList& attributes, ErrorCode code) {
  ResizeSpec spec;
  TRY_ASSIGN(spec.mode, choose(attributes, "mode", "nearest", kModes, code));
  TRY_ASSIGN(spec.coordinates, choose(attributes, "coordinate_transformation_mode", "half_pixel",
                                      kCoordinates, code));
  TRY_ASSIGN(spec.nearest,
             choose(attributes, "nearest_mode", "round_prefer_floor", kNearestModes, code));
  TRY_ASSIGN(spec.policy,
             choose(attributes, "keep_aspect_ratio_policy", "stretch", kPolicies, code));
  TRY_ASSIGN(const int64_t antialias, attributes.get_int("antialias", 0));
  TRY_ASSIGN(const int64_t exclude, attributes.get_int("exclude_outside", 0));
  TRY_ASSIGN(const float a, attributes.get_float("cubic_coeff_a", -0.75F));
  TRY_ASSIGN(const float extrapolation, attributes.get_float("extrapolation_value", 0));
  spec.antialias = antialias != 0;
  spec.exclude_outside = exclude != 0;
  spec.cubic_coeff_a = a;
  spec.extrapolation_value = extrapolation;
  spec.has_axes = attributes.has("axes");
  TRY_ASSIGN(spec.axes, attributes.get_ints("axes"));
  return spec;
}

Result<std::vector<double>> read_resize_numbers(const TensorView& view, size_t input,
                                                ErrorCode code) {
  const int64_t count = view.shape.element_count();
  if (count > 2 * static_cast<int64_t>(Shape::kMaxRank)) {
    return Error(code, cat("input ", input, ": ", count, " values, at most ", 2 * Shape::kMaxRank,
                           " are needed"));
  }
  std::vector<double> values(static_cast<size_t>(count));
  TRY(dispatch(AllFloats(), view.dtype, [&]<class T>() {
    const auto from = view.values<T>();
    for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>(from[i]);
    return ok();
  }));
  return values;
}

Result<ResizePlan> plan_resize(const ResizeSpec& spec, const ResizeInputs& inputs,
                               const Shape& shape, ErrorCode code) {
  TRY_ASSIGN(const ShortList axes, spoken_axes(spec, shape.rank(), code));
  TRY(check_inputs(spec, inputs, axes.count, code));
  ResizePlan plan;
  plan.rank = shape.rank();
  for (size_t axis = 0; axis < plan.rank; ++axis) {
    plan.axes[axis].in = plan.axes[axis].out = shape[axis];
  }
  const bool common = !inputs.sizes.empty() && spec.policy != AspectPolicy::kStretch;
  const double scale = common ? common_scale(spec, inputs, axes, shape) : 0;
  for (size_t i = 0; i < axes.count; ++i) {
    TRY(place_axis(plan.axes[static_cast<size_t>(axes.values[i])], spec, inputs, i, scale, code));
  }
  return plan;
}

Result<SymbolicShape> infer_resize(const ResizeSpec& spec, const ResizeInputs& inputs,
                                   const std::vector<Dim>& dims) {
  constexpr ErrorCode kCode = ErrorCode::kInvalidModel;
  TRY_ASSIGN(const ShortList axes, spoken_axes(spec, dims.size(), kCode));
  ResizeSpec without_area = spec;  // which changes no size
  without_area.coordinates = ResizeCoordinates::kAsymmetric;
  TRY(check_inputs(without_area, inputs, axes.count, kCode));
  if (const std::optional<Shape> shape = concrete(dims)) {
    TRY_ASSIGN(const ResizePlan plan, plan_resize(without_area, inputs, *shape, kCode));
    Shape out;
    for (size_t axis = 0; axis < plan.rank; ++axis) out.append(plan.axes[axis].out);
    return symbolic(out);
  }
  std::vector<Dim> out = dims;
  for (size_t i = 0; i < axes.count; ++i) {
    Dim& dim = out[static_cast<size_t>(axes.values[i])];
    if (!inputs.sizes.empty()) {
      dim = spec.policy == AspectPolicy::kStretch ? Dim(inputs.sizes[i]) : Dim();
    } else if (dim.is_known()) {
      TRY_ASSIGN(const int64_t size, scaled_size(dim.size(), inputs.scales[i], kCode));
      dim = Dim(size);
    } else if (inputs.scales[i] != 1) {
      dim = Dim();
    }
  }
  return SymbolicShape(std::move(out));
}

Result<SymbolicShape> infer_unsized(const ResizeSpec& spec, const std::vector<Dim>& dims) {
  TRY_ASSIGN(const ShortList axes, spoken_axes(spec, dims.size(), ErrorCode::kInvalidModel));
  std::vector<Dim> out = dims;
  for (const int64_t axis : axes.span()) out[static_cast<size_t>(axis)] = Dim();
  return SymbolicShape(std::move(out));
}

void nearest_sources(const ResizeSpec& spec, const ResizeAxis& axis, int64_t* sources) {
  const auto last = static_cast<double>(axis.in - 1);
  for (int64_t i = 0; i < axis.out; ++i) {
    const double source = snapped(source_of(spec, axis, static_cast<double>(i)));
    if (is_outside(spec, axis, source)) {
      sources[i] = -1;
      continue;
    }
    const double nearest = nearest_to(spec.nearest, source, axis.scale);
    sources[i] = static_cast<int64_t>(std::clamp(nearest, 0.0, last));
  }
}

Result<ResizeTable> make_resize_table(ExecContext& context, const ResizeSpec& spec,
                                      const ResizeAxis& axis) {
  // Antialiasing widens the filter by what an axis shrinks.
  const double stretch = spec.antialias ? std::min(axis.scale, 1.0) : 1.0;
  const double support = spec.mode == ResizeMode::kCubic ? 2 : 1;
  ResizeTable table;
  table.in = axis.in;
  table.out = axis.out;
  table.taps = 2 * static_cast<int64_t>(std::ceil(support / stretch));
  TRY_ASSIGN(const uint64_t bytes,
             checked_bytes(std::array{table.taps, table.out}, sizeof(int64_t)));
  TRY_ASSIGN(void* source_memory, context.scratch(bytes));
  TRY_ASSIGN(void* weight_memory, context.scratch(bytes));
  auto* sources = static_cast<int64_t*>(source_memory);
  auto* weights = static_cast<double*>(weight_memory);
  for (int64_t i = 0; i < table.out; ++i) {
    double source = source_of(spec, axis, static_cast<double>(i));
    if (spec.coordinates == ResizeCoordinates::kCropAndResize) source = snapped(source);
    if (is_outside(spec, axis, source)) {
      sources[i * table.taps] = -1;
      continue;
    }
    fill_taps(spec, axis, source, stretch, table.taps, sources + i * table.taps,
              weights + i * table.taps);
  }
  table.sources = sources;
  table.weights = weights;
  return table;
}

void store_number(DType dtype, double value, void* to) {
  const auto put = [&]<class T>(T element) { std::memcpy(to, &element, sizeof(element)); };
  if (dtype == DType::kBool) return put(stored<bool>(value));
  // Types without numbers are zeros.
  if (!AllNumbers::kSet.contains(dtype)) return;
  (void)dispatch(AllNumbers(), dtype, [&]<class T>() {
    put(stored<T>(value));
    return ok();
  });
}

void store_numbers(const MutableTensorView& to, const double* values) {
  (void)dispatch(Numbers(), to.dtype, [&]<class T>() {
    T* out = static_cast<T*>(to.data);
    const int64_t count = to.shape.element_count();
    for (int64_t i = 0; i < count; ++i) out[i] = stored<T>(values[i]);
    return ok();
  });
}

}  // namespace tundish::ops
