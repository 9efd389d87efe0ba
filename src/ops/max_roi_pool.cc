// MaxRoiPool: the largest element of each part of each region of an image.
#include <algorithm>
#include <cmath>
#include <limits>

#include "base/strings.h"
#include "ops/support/half_adapter.h"
#include "ops/support/move.h"

namespace tundish {
namespace {
using namespace ops;

// Elements that a thread should get at least: about 50 us.
constexpr int64_t kGrain = 32768;

struct RoiPoolSpec {
  int64_t height, width;
  double spatial_scale;
};

Result<RoiPoolSpec> read_roi_pool(const AttributeList& attributes) {
  TRY_ASSIGN(const std::vector<int64_t> shape, attributes.get_ints("pooled_shape"));
  if (shape.size() != 2 || shape[0] < 1 || shape[1] < 1) {
    return InvalidModel("attribute \"pooled_shape\": expected a height and a width above 0");
  }
  TRY_ASSIGN(const float scale, attributes.get_float("spatial_scale", 1));
  return RoiPoolSpec{shape[0], shape[1], scale};
}

Status check_dims(const std::vector<Dim>* x, const std::vector<Dim>* rois, ErrorCode code) {
  if (x != nullptr && x->size() != 4) {
    return Error(code, cat("expected an image of 4 dimensions, got ", x->size()));
  }
  if (rois != nullptr && (rois->size() != 2 || ((*rois)[1].is_known() && (*rois)[1].size() != 5))) {
    return Error(code, cat("regions have shape ", to_string(SymbolicShape(*rois)),
                           ", expected [regions, 5]"));
  }
  return ok();
}

Status infer_roi_pool(InferContext& context) {
  TRY_ASSIGN(const RoiPoolSpec spec, read_roi_pool(context.node().attributes));
  TRY(expect_tensor(context, 0, AllFloats::kSet));
  TRY(expect_tensor(context, 1, AllFloats::kSet));
  TRY(expect_same_dtype(context, 0, 1));
  const std::vector<Dim>* x = known_dims(context, 0);
  const std::vector<Dim>* rois = known_dims(context, 1);
  TRY(check_dims(x, rois, ErrorCode::kInvalidModel));
  std::vector<Dim> out{rois != nullptr ? (*rois)[0] : Dim(), x != nullptr ? (*x)[1] : Dim(),
                       spec.height, spec.width};
  context.set_output(0, ValueType::tensor(context.input(0).dtype, std::move(out)));
  return ok();
}

// One axis of a region, whose edges are rounded to elements; both belong to it.
struct RegionAxis {
  double start, bin;
  double size;  // of the image

  RegionAxis(double low, double high, double scale, int64_t count, int64_t image)
      : start(std::round(low * scale)), size(static_cast<double>(image)) {
    const double length = std::max(std::round(high * scale) - start + 1, 1.0);
    bin = length / static_cast<double>(count);
  }
  int64_t begin(int64_t i) const { return cut(std::floor(static_cast<double>(i) * bin)); }
  int64_t end(int64_t i) const { return cut(std::ceil(static_cast<double>(i + 1) * bin)); }

 private:
  // NaN lies at the beginning.
  int64_t cut(double at) const {
    return static_cast<int64_t>(std::min(std::max(0.0, at + start), size));
  }
};

template <class T>
T largest(const T* image, int64_t width, int64_t top, int64_t bottom, int64_t left, int64_t right) {
  // A part without elements is 0 (Girshick 2015, "Fast R-CNN", in its own implementation).
  if (top >= bottom || left >= right) return T{0};
  T most = -std::numeric_limits<T>::infinity();
  for (int64_t row = top; row < bottom; ++row) {
    const T* x = image + row * width;
    for (int64_t i = left; i < right; ++i) most = x[i] > most || x[i] != x[i] ? x[i] : most;
  }
  return most;
}

template <class T>
Status run_typed(ExecContext& context, const RoiPoolSpec& spec, const MutableTensorView& y) {
  const Shape& x = context.input(0).shape;
  const int64_t plane = x[2] * x[3];
  for (int64_t i = 0; i < y.shape[0]; ++i) {
    TRY(context.interrupted());
    const T* roi = static_cast<const T*>(context.input(1).data) + i * 5;
    const double batch = std::floor(static_cast<double>(roi[0]));
    if (!(batch >= 0) || batch >= static_cast<double>(x[0])) {
      return InvalidArgument(
          cat("input 1: region ", i, " is of image ", roi[0], " outside [0, ", x[0], ")"));
    }
    const RegionAxis columns(roi[1], roi[3], spec.spatial_scale, spec.width, x[3]);
    const RegionAxis rows(roi[2], roi[4], spec.spatial_scale, spec.height, x[2]);
    const T* image =
        static_cast<const T*>(context.input(0).data) + static_cast<int64_t>(batch) * x[1] * plane;
    T* out = static_cast<T*>(y.data) + i * x[1] * spec.height * spec.width;
    auto channels = [&](int64_t begin, int64_t end) {
      for (int64_t k = begin * spec.height * spec.width; k < end * spec.height * spec.width; ++k) {
        const int64_t column = k % spec.width;
        const int64_t row = k / spec.width % spec.height;
        const int64_t channel = k / spec.width / spec.height;
        out[k] = largest(image + channel * plane, x[3], rows.begin(row), rows.end(row),
                         columns.begin(column), columns.end(column));
      }
    };
    context.parallel_for(x[1], std::max<int64_t>(1, kGrain / std::max<int64_t>(1, plane)),
                         channels);
  }
  return ok();
}

Status run_roi_pool(ExecContext& context) {
  TRY_ASSIGN(const RoiPoolSpec spec, read_roi_pool(context.node().attributes));
  const SymbolicShape x = symbolic(context.input(0).shape);
  const SymbolicShape rois = symbolic(context.input(1).shape);
  TRY(check_dims(&*x, &*rois, ErrorCode::kInvalidArgument));
  const Shape out{context.input(1).shape[0], context.input(0).shape[1], spec.height, spec.width};
  const DType dtype = context.input(0).dtype;
  TRY_ASSIGN(const MutableTensorView y, sized_output(context, 0, dtype, out));
  if (out.element_count() == 0) return ok();
  return dispatch(Floats(), dtype, [&]<class T>() { return run_typed<T>(context, spec, y); });
}

constexpr OpDef kOps[] = {
    {.name = "MaxRoiPool",
     .since = 1,
     .inputs = {2, 2},
     .infer = infer_roi_pool,
     .run = run_with_halves<run_roi_pool>},
};

}  // namespace

std::span<const OpDef> ops_max_roi_pool() { return kOps; }

}  // namespace tundish
