// GridSample: an image sampled at places that a tensor states.
#include <algorithm>
#include <cmath>

#include "base/strings.h"
#include "ops/support/convert.h"
#include "ops/support/half_adapter.h"
#include "ops/support/move.h"
#include "ops/support/window.h"

namespace tundish {
namespace {
using namespace ops;

// Places that a thread should get at least: about 50 us.
constexpr int64_t kGrain = 1024;

enum class SampleMode : uint8_t { kNearest, kLinear, kCubic };
enum class SamplePadding : uint8_t { kZeros, kBorder, kReflection };

struct SampleSpec {
  SampleMode mode = SampleMode::kLinear;
  SamplePadding padding = SamplePadding::kZeros;
  bool align_corners = false;
  size_t taps() const {
    return mode == SampleMode::kNearest ? 1 : mode == SampleMode::kLinear ? 2 : 4;
  }
};

Result<SampleSpec> read_sample(const AttributeList& attributes) {
  SampleSpec spec;
  TRY_ASSIGN(const std::string mode, attributes.get_string("mode", "linear"));
  TRY_ASSIGN(const std::string padding, attributes.get_string("padding_mode", "zeros"));
  TRY_ASSIGN(const int64_t corners, attributes.get_int("align_corners", 0));
  if (mode == "nearest") {
    spec.mode = SampleMode::kNearest;
  } else if (mode == "cubic") {
    spec.mode = SampleMode::kCubic;
  } else if (mode != "linear") {
    return InvalidModel(
        cat("attribute \"mode\": ", quoted(mode), " is none of linear, nearest, cubic"));
  }
  if (padding == "border") {
    spec.padding = SamplePadding::kBorder;
  } else if (padding == "reflection") {
    spec.padding = SamplePadding::kReflection;
  } else if (padding != "zeros") {
    return InvalidModel(cat("attribute \"padding_mode\": ", quoted(padding),
                            " is none of zeros, border, reflection"));
  }
  spec.align_corners = corners != 0;
  return spec;
}

// ---- Shapes

Status check_dims(const std::vector<Dim>& x, const std::vector<Dim>& grid, ErrorCode code) {
  if (x.size() < 3 || grid.size() != x.size()) {
    return Error(
        code, cat("shapes ", to_string(SymbolicShape(x)), " and ", to_string(SymbolicShape(grid)),
                  " are not [batch, channels, sizes...] and [batch, sizes..., axes]"));
  }
  const Dim axes(static_cast<int64_t>(x.size() - 2));
  if (grid.back().is_known() && grid.back() != axes) {
    return Error(code, cat("the grid has ", grid.back().to_string(), " coordinates for ",
                           axes.to_string(), " axes"));
  }
  if (x[0].is_known() && grid[0].is_known() && x[0] != grid[0]) {
    return Error(code,
                 cat("the image has batch ", x[0].to_string(), ", the grid ", grid[0].to_string()));
  }
  return ok();
}

Status infer_sample(InferContext& context) {
  TRY_ASSIGN(const SampleSpec spec, read_sample(context.node().attributes));
  TRY(expect_tensor(context, 0, kMovable, {}));
  TRY(expect_tensor(context, 1, AllFloats::kSet));
  const DType dtype = context.input(0).dtype;
  if (spec.mode != SampleMode::kNearest && !AllNumbers::kSet.contains(dtype)) {
    return Unsupported(cat("interpolation of ", dtype_name(dtype)));
  }
  const std::vector<Dim>* x = known_dims(context, 0);
  const std::vector<Dim>* grid = known_dims(context, 1);
  if (x != nullptr && grid != nullptr) {
    TRY(check_dims(*x, *grid, ErrorCode::kInvalidModel));
  }
  SymbolicShape out;
  if (x != nullptr || grid != nullptr) {
    out.emplace((x != nullptr ? x : grid)->size(), Dim());
    if (out->size() < 3) return InvalidModel("expected at least 3 dimensions");
    if (x != nullptr) std::copy_n(x->begin(), 2, out->begin());
    if (x == nullptr) (*out)[0] = (*grid)[0];
    if (grid != nullptr) std::copy(grid->begin() + 1, grid->end() - 1, out->begin() + 2);
  }
  context.set_output(0, ValueType::tensor(dtype, std::move(out)));
  return ok();
}

struct SampleShape {
  int64_t batch, channels;
  int64_t places = 1;  // of one image
  int64_t plane = 1;
  size_t rank;
  std::array<int64_t, kMaxSpatial> sizes, strides;

  SampleShape(const Shape& x, const Shape& grid) : batch(x[0]), channels(x[1]), rank(x.rank() - 2) {
    for (size_t axis = rank; axis-- > 0;) {
      sizes[axis] = x[axis + 2];
      strides[axis] = plane;
      plane *= sizes[axis];
      places *= grid[axis + 1];
    }
  }
};

// ---- Coordinates

// From border to border, as often as it takes.
double reflect(double x, double low, double high) {
  const double length = high - low;
  if (!(length > 0) || !std::isfinite(x)) return low;
  const double beyond = x < low ? low - x : x - high;
  if (beyond <= 0) return x;
  const double times = std::floor(beyond / length);
  const double rest = beyond - times * length;
  const bool from_low = (x < low) == (std::fmod(times, 2) == 0);
  return from_low ? low + rest : high - rest;
}

// Taps of one place on one axis: offsets of elements (-1: a zero) and their weights.
struct AxisTaps {
  std::array<int64_t, 4> offsets;
  std::array<double, 4> weights;
};

class AxisSampler {
 public:
  AxisSampler(const SampleSpec& spec, int64_t size, int64_t stride)
      : spec_(spec), size_(size), stride_(stride) {
    low_ = spec.align_corners ? 0.0 : -0.5;
    high_ = static_cast<double>(size) - (spec.align_corners ? 1.0 : 0.5);
  }

  // `coordinate` from -1 to 1, of the grid's own type: rounding decides what is nearest.
  template <class T> void sample(T coordinate, AxisTaps& taps) const {
    const T size = static_cast<T>(size_);
    T place =
        spec_.align_corners ? (coordinate + 1) / 2 * (size - 1) : ((coordinate + 1) * size - 1) / 2;
    if (spec_.mode == SampleMode::kNearest) place = std::nearbyint(place);
    const double x = inside(static_cast<double>(place));
    const double below = std::floor(x);
    const double rest = x - below;
    const auto first = static_cast<int64_t>(below);
    switch (spec_.mode) {
      case SampleMode::kNearest: taps.offsets[0] = offset(first); return;
      case SampleMode::kLinear:
        taps.offsets = {offset(first), offset(first + 1)};
        taps.weights = {1 - rest, rest};
        return;
      default:
        taps.offsets = {offset(first - 1), offset(first), offset(first + 1), offset(first + 2)};
        taps.weights = {cubic(1 + rest), cubic(rest), cubic(1 - rest), cubic(2 - rest)};
    }
  }

 private:
  // Keys 1981, equation 4, with a = -0.75.
  static double cubic(double x) {
    constexpr double kA = -0.75;
    if (x <= 1) return ((kA + 2) * x - (kA + 3)) * x * x + 1;
    return ((kA * x - 5 * kA) * x + 8 * kA) * x - 4 * kA;
  }

  // The coordinate brought to where the image is; what is nowhere near it, to just outside.
  double inside(double x) const {
    constexpr double kFar = 10;  // further than any filter reaches
    const double last = static_cast<double>(size_ - 1);
    if (spec_.padding == SamplePadding::kZeros) {
      return x >= -kFar && x <= last + kFar ? x : -kFar;
    }
    if (x >= low_ && x <= high_) return x;
    if (spec_.padding == SamplePadding::kReflection) return reflect(x, low_, high_);
    // Cubic filters go on beyond the border and find its values there (PyTorch, ONNX Runtime).
    const double beyond = spec_.mode == SampleMode::kCubic ? kFar : 0;
    return x > -beyond ? std::max(-beyond, std::min(x, last + beyond)) : -beyond;
  }

  int64_t offset(int64_t at) const {
    if (size_ == 0) return -1;
    if (at < 0 || at >= size_) {
      if (spec_.padding == SamplePadding::kZeros) return -1;
      if (spec_.padding == SamplePadding::kReflection) {
        at = static_cast<int64_t>(reflect(static_cast<double>(at), low_, high_));
      }
      at = std::clamp<int64_t>(at, 0, size_ - 1);
    }
    return at * stride_;
  }

  const SampleSpec& spec_;
  int64_t size_, stride_;
  double low_, high_;
};

// ---- Sampling

// The weighted sum over the taps of axes [axis, rank).
template <class T>
double weigh(const T* x, const std::array<AxisTaps, kMaxSpatial>& taps, size_t axis, size_t rank,
             size_t count) {
  double sum = 0;
  for (size_t k = 0; k < count; ++k) {
    const int64_t offset = taps[axis].offsets[k];
    if (offset < 0) continue;
    const double value = axis + 1 == rank ? static_cast<double>(x[offset])
                                          : weigh(x + offset, taps, axis + 1, rank, count);
    sum += taps[axis].weights[k] * value;
  }
  return sum;
}

// Calls `body(image, place, taps)` for each place of each image.
template <class G, class Body>
void for_each_place(ExecContext& context, const SampleSpec& spec, const SampleShape& shape,
                    const G* grid, Body body) {
  std::vector<AxisSampler> samplers;
  for (size_t axis = 0; axis < shape.rank; ++axis) {
    samplers.emplace_back(spec, shape.sizes[axis], shape.strides[axis]);
  }
  auto places = [&](int64_t begin, int64_t end) {
    std::array<AxisTaps, kMaxSpatial> taps;
    for (int64_t i = begin; i < end; ++i) {
      const G* at = grid + i * static_cast<int64_t>(shape.rank);
      // Coordinates begin with that of the last axis.
      for (size_t axis = 0; axis < shape.rank; ++axis) {
        samplers[axis].sample(at[shape.rank - 1 - axis], taps[axis]);
      }
      body(i / shape.places, i % shape.places, taps);
    }
  };
  context.parallel_for(shape.batch * shape.places,
                       std::max<int64_t>(1, kGrain / std::max<int64_t>(1, shape.channels)), places);
}

template <class G>
void sample_nearest(ExecContext& context, const SampleSpec& spec, const SampleShape& shape,
                    const G* grid, const MutableTensorView& y) {
  with_moved_type(y.dtype, [&]<class T>() {
    const T* x = static_cast<const T*>(context.input(0).data);
    T* out = static_cast<T*>(y.data);
    for_each_place(context, spec, shape, grid, [&](int64_t image, int64_t place, const auto& taps) {
      int64_t offset = 0;
      for (size_t axis = 0; axis < shape.rank && offset >= 0; ++axis) {
        const int64_t step = taps[axis].offsets[0];
        offset = step < 0 ? -1 : offset + step;
      }
      for (int64_t channel = image * shape.channels; channel < (image + 1) * shape.channels;
           ++channel) {
        out[channel * shape.places + place] = offset < 0 ? T{} : x[channel * shape.plane + offset];
      }
    });
  });
}

template <class G, class T>
void interpolate(ExecContext& context, const SampleSpec& spec, const SampleShape& shape,
                 const G* grid, const T* x, T* y) {
  for_each_place(context, spec, shape, grid, [&](int64_t image, int64_t place, const auto& taps) {
    for (int64_t channel = image * shape.channels; channel < (image + 1) * shape.channels;
         ++channel) {
      y[channel * shape.places + place] =
          static_cast<T>(weigh(x + channel * shape.plane, taps, 0, shape.rank, spec.taps()));
    }
  });
}

// Integers are interpolated in double and cut off.
template <class G>
Status interpolate_integers(ExecContext& context, const SampleSpec& spec, const SampleShape& shape,
                            const G* grid, const MutableTensorView& y) {
  const TensorView& x = context.input(0);
  const auto in_count = static_cast<size_t>(x.shape.element_count());
  const auto out_count = static_cast<size_t>(y.shape.element_count());
  TRY_ASSIGN(void* in_memory, context.scratch(in_count * sizeof(double)));
  TRY_ASSIGN(void* out_memory, context.scratch(out_count * sizeof(double)));
  double* in = static_cast<double*>(in_memory);
  double* out = static_cast<double*>(out_memory);
  return dispatch(Numbers(), x.dtype, [&]<class T>() {
    std::copy_n(static_cast<const T*>(x.data), in_count, in);
    interpolate(context, spec, shape, grid, in, out);
    std::transform(out, out + out_count, static_cast<T*>(y.data), convert<T, double>);
    return ok();
  });
}

template <class G>
Status run_typed(ExecContext& context, const SampleSpec& spec, const SampleShape& shape,
                 const MutableTensorView& y) {
  const G* grid = static_cast<const G*>(context.input(1).data);
  const void* x = context.input(0).data;
  if (spec.mode == SampleMode::kNearest) {
    sample_nearest(context, spec, shape, grid, y);
  } else if (y.dtype == DType::kFloat32) {
    interpolate(context, spec, shape, grid, static_cast<const float*>(x),
                static_cast<float*>(y.data));
  } else if (y.dtype == DType::kFloat64) {
    interpolate(context, spec, shape, grid, static_cast<const double*>(x),
                static_cast<double*>(y.data));
  } else {
    return interpolate_integers(context, spec, shape, grid, y);
  }
  return ok();
}

Status run_wide(ExecContext& context) {
  TRY_ASSIGN(const SampleSpec spec, read_sample(context.node().attributes));
  const Shape& x = context.input(0).shape;
  const Shape& grid = context.input(1).shape;
  TRY(check_dims(*symbolic(x), *symbolic(grid), ErrorCode::kInvalidArgument));
  const SampleShape shape(x, grid);
  Shape out{x[0], x[1]};
  for (size_t axis = 0; axis < shape.rank; ++axis) out.append(grid[axis + 1]);
  TRY_ASSIGN(const MutableTensorView y, sized_output(context, 0, context.input(0).dtype, out));
  if (out.element_count() == 0) return ok();
  return dispatch(Floats(), context.input(1).dtype,
                  [&]<class G>() { return run_typed<G>(context, spec, shape, y); });
}

DType type_of_image(const ExecContext& outer, size_t) { return outer.input(0).dtype; }

// Version 20: modes named for any number of axes.
constexpr OpDef kOps[] = {
    {.name = "GridSample",
     .since = 20,
     .inputs = {2, 2},
     .infer = infer_sample,
     .run = run_with_halves<run_wide, type_of_image>},
};

}  // namespace

std::span<const OpDef> ops_grid_sample() { return kOps; }

}  // namespace tundish
