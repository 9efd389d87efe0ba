// RoiAlign: regions of an image, each to one size, sampled between the elements.
#include <cmath>

#include "base/strings.h"
#include "ops/support/half_adapter.h"
#include "ops/support/move.h"

namespace tundish {
namespace {
using namespace ops;

// Samples that a thread should get at least: about 50 us.
constexpr int64_t kGrain = 16384;
// Samples of one element of output: sampling_ratio is at most 100 or so in practice, and regions
// have at most as many elements as images.
constexpr double kMostSamples = 1 << 24;

enum class RoiMode : uint8_t { kAverage, kMaximum };

struct RoiSpec {
  RoiMode mode = RoiMode::kAverage;
  bool half_pixel = true;
  int64_t height = 1, width = 1, sampling_ratio = 0;
  double spatial_scale = 1;
};

Result<RoiSpec> read_roi(const AttributeList& attributes) {
  RoiSpec spec;
  TRY_ASSIGN(const std::string mode, attributes.get_string("mode", "avg"));
  TRY_ASSIGN(const std::string shift,
             attributes.get_string("coordinate_transformation_mode", "half_pixel"));
  if (mode != "avg" && mode != "max") {
    return InvalidModel(cat("attribute \"mode\": ", quoted(mode), " is neither avg nor max"));
  }
  if (shift != "half_pixel" && shift != "output_half_pixel") {
    return InvalidModel(cat("attribute \"coordinate_transformation_mode\": ", quoted(shift),
                            " is neither half_pixel nor output_half_pixel"));
  }
  spec.mode = mode == "avg" ? RoiMode::kAverage : RoiMode::kMaximum;
  spec.half_pixel = shift == "half_pixel";
  TRY_ASSIGN(spec.height, attributes.get_int("output_height", 1));
  TRY_ASSIGN(spec.width, attributes.get_int("output_width", 1));
  TRY_ASSIGN(spec.sampling_ratio, attributes.get_int("sampling_ratio", 0));
  TRY_ASSIGN(const float scale, attributes.get_float("spatial_scale", 1));
  spec.spatial_scale = scale;
  if (spec.height < 1 || spec.width < 1) {
    return InvalidModel(cat("output of ", spec.height, " x ", spec.width, " elements"));
  }
  if (spec.sampling_ratio < 0) {
    return InvalidModel(cat("attribute \"sampling_ratio\": ", spec.sampling_ratio, " is negative"));
  }
  return spec;
}

Status check_dims(const std::vector<Dim>* x, const std::vector<Dim>* rois,
                  const std::vector<Dim>* batch, ErrorCode code) {
  if (x != nullptr && x->size() != 4) {
    return Error(code, cat("expected an image of 4 dimensions, got ", x->size()));
  }
  if (rois != nullptr && (rois->size() != 2 || ((*rois)[1].is_known() && (*rois)[1].size() != 4))) {
    return Error(code, cat("regions have shape ", to_string(SymbolicShape(*rois)),
                           ", expected [regions, 4]"));
  }
  if (batch != nullptr &&
      (batch->size() != 1 || (rois != nullptr && (*batch)[0].is_known() && (*rois)[0].is_known() &&
                              (*batch)[0] != (*rois)[0]))) {
    return Error(code, cat("batch indices have shape ", to_string(SymbolicShape(*batch)),
                           ", expected one per region"));
  }
  return ok();
}

Status infer_roi_align(InferContext& context) {
  TRY_ASSIGN(const RoiSpec spec, read_roi(context.node().attributes));
  TRY(expect_tensor(context, 0, AllFloats::kSet));
  TRY(expect_tensor(context, 1, AllFloats::kSet));
  TRY(expect_same_dtype(context, 0, 1));
  TRY(expect_tensor(context, 2, {DType::kInt64}, {}));
  const std::vector<Dim>* x = known_dims(context, 0);
  const std::vector<Dim>* rois = known_dims(context, 1);
  const std::vector<Dim>* batch = known_dims(context, 2);
  TRY(check_dims(x, rois, batch, ErrorCode::kInvalidModel));
  const Dim count = rois != nullptr ? (*rois)[0] : batch != nullptr ? (*batch)[0] : Dim();
  std::vector<Dim> out{count, x != nullptr ? (*x)[1] : Dim(), spec.height, spec.width};
  context.set_output(0, ValueType::tensor(context.input(0).dtype, std::move(out)));
  return ok();
}

// One axis of a region.
struct RegionAxis {
  double start = 0;
  double bin = 0;       // length of an element of output
  int64_t samples = 0;  // of each element
};

Result<RegionAxis> region_axis(const RoiSpec& spec, double low, double high, int64_t count,
                               int64_t region) {
  const double shift = spec.half_pixel ? 0.5 : 0.0;
  RegionAxis axis;
  axis.start = low * spec.spatial_scale - shift;
  double length = high * spec.spatial_scale - shift - axis.start;
  // Regions that are not shifted are at least one element long.
  if (!spec.half_pixel) length = std::max(length, 1.0);
  axis.bin = length / static_cast<double>(count);
  const double samples =
      spec.sampling_ratio > 0 ? static_cast<double>(spec.sampling_ratio) : std::ceil(axis.bin);
  if (!std::isfinite(axis.start) || !(samples <= kMostSamples)) {
    return InvalidArgument(
        cat("input 1: region ", region, " from ", low, " to ", high, " cannot be sampled"));
  }
  axis.samples = std::max<int64_t>(0, static_cast<int64_t>(samples));
  return axis;
}

// Two neighbours on one axis and their weights; all zero outside the image.
struct Between {
  int64_t low = 0;
  int64_t high = 0;
  double low_weight = 0;
  double high_weight = 0;
};

Between between(double at, int64_t size) {
  Between out;
  if (!(at >= -1) || at > static_cast<double>(size)) return out;
  at = std::max(at, 0.0);
  out.low = static_cast<int64_t>(at);
  if (out.low >= size - 1) {
    out.low = out.high = size - 1;
    out.low_weight = 1;
    return out;
  }
  out.high = out.low + 1;
  out.high_weight = at - static_cast<double>(out.low);
  out.low_weight = 1 - out.high_weight;
  return out;
}

struct Region {
  RegionAxis y, x;
  int64_t height, width;  // of the image

  Between row(int64_t bin, int64_t sample) const { return place(y, bin, sample, height); }
  Between column(int64_t bin, int64_t sample) const { return place(x, bin, sample, width); }

 private:
  static Between place(const RegionAxis& axis, int64_t bin, int64_t sample, int64_t size) {
    return between(
        axis.start + static_cast<double>(bin) * axis.bin +
            (static_cast<double>(sample) + 0.5) * axis.bin / static_cast<double>(axis.samples),
        size);
  }
};

// One element of output. The maximum is that of the weighted neighbours, not of their sums, as in
// the published case.
template <class T>
double pool(const Region& region, RoiMode mode, int64_t row, int64_t column, const T* image) {
  double sum = 0;
  double most = 0;
  bool first = true;
  for (int64_t i = 0; i < region.y.samples; ++i) {
    const Between y = region.row(row, i);
    const T* low = image + y.low * region.width;
    const T* high = image + y.high * region.width;
    for (int64_t k = 0; k < region.x.samples; ++k) {
      const Between x = region.column(column, k);
      const double parts[4] = {y.low_weight * x.low_weight * static_cast<double>(low[x.low]),
                               y.low_weight * x.high_weight * static_cast<double>(low[x.high]),
                               y.high_weight * x.low_weight * static_cast<double>(high[x.low]),
                               y.high_weight * x.high_weight * static_cast<double>(high[x.high])};
      if (mode == RoiMode::kAverage) {
        sum += parts[0] + parts[1] + parts[2] + parts[3];
        continue;
      }
      const double here = std::max(std::max(parts[0], parts[1]), std::max(parts[2], parts[3]));
      most = first ? here : std::max(most, here);
      first = false;
    }
  }
  if (mode == RoiMode::kMaximum) return most;
  return sum / static_cast<double>(std::max<int64_t>(1, region.y.samples * region.x.samples));
}

template <class T>
Result<Region> read_region(const RoiSpec& spec, const ExecContext& context, int64_t i) {
  const Shape& x = context.input(0).shape;
  const int64_t batch = context.input(2).values<int64_t>()[static_cast<size_t>(i)];
  if (batch < 0 || batch >= x[0]) {
    return InvalidArgument(cat("input 2: batch index ", batch, " outside [0, ", x[0], ")"));
  }
  const T* edges = static_cast<const T*>(context.input(1).data) + i * 4;
  Region region;
  region.height = x[2];
  region.width = x[3];
  TRY_ASSIGN(region.x, region_axis(spec, edges[0], edges[2], spec.width, i));
  TRY_ASSIGN(region.y, region_axis(spec, edges[1], edges[3], spec.height, i));
  const double samples =
      static_cast<double>(region.x.samples) * static_cast<double>(region.y.samples);
  if (samples > kMostSamples) {
    return InvalidArgument(cat("input 1: region ", i, " takes ", samples, " samples an element"));
  }
  return region;
}

template <class T>
Status run_typed(ExecContext& context, const RoiSpec& spec, const MutableTensorView& y) {
  const Shape& x = context.input(0).shape;
  const int64_t channels = x[1];
  const int64_t plane = x[2] * x[3];
  for (int64_t i = 0; i < y.shape[0]; ++i) {
    TRY(context.interrupted());
    TRY_ASSIGN(const Region region, read_region<T>(spec, context, i));
    const int64_t batch = context.input(2).values<int64_t>()[static_cast<size_t>(i)];
    const T* image = static_cast<const T*>(context.input(0).data) + batch * channels * plane;
    T* out = static_cast<T*>(y.data) + i * channels * spec.height * spec.width;
    auto rows = [&](int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; ++row) {
        for (int64_t column = 0; column < spec.width; ++column) {
          out[row * spec.width + column] = static_cast<T>(pool(
              region, spec.mode, row % spec.height, column, image + row / spec.height * plane));
        }
      }
    };
    const int64_t samples = region.x.samples * region.y.samples * spec.width;
    context.parallel_for(channels * spec.height,
                         std::max<int64_t>(1, kGrain / std::max<int64_t>(1, samples)), rows);
  }
  return ok();
}

Status run_roi_align(ExecContext& context) {
  TRY_ASSIGN(const RoiSpec spec, read_roi(context.node().attributes));
  const SymbolicShape x = symbolic(context.input(0).shape);
  const SymbolicShape rois = symbolic(context.input(1).shape);
  const SymbolicShape batch = symbolic(context.input(2).shape);
  TRY(check_dims(&*x, &*rois, &*batch, ErrorCode::kInvalidArgument));
  const Shape& image = context.input(0).shape;
  const Shape out{context.input(1).shape[0], image[1], spec.height, spec.width};
  const DType dtype = context.input(0).dtype;
  TRY_ASSIGN(const MutableTensorView y, sized_output(context, 0, dtype, out));
  if (out.element_count() == 0) return ok();
  if (image[2] * image[3] == 0) return InvalidArgument("the image has no elements");
  return dispatch(Floats(), dtype, [&]<class T>() { return run_typed<T>(context, spec, y); });
}

// Version 16: regions shifted by half a pixel by default; older nodes say that theirs are not.
constexpr OpDef kOps[] = {
    {.name = "RoiAlign",
     .since = 16,
     .inputs = {3, 3},
     .infer = infer_roi_align,
     .run = run_with_halves<run_roi_align>},
};

}  // namespace

std::span<const OpDef> ops_roi_align() { return kOps; }

}  // namespace tundish
