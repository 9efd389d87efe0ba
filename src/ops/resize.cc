// Resize: an image sampled at other places, one axis after the other.
//
// Interpolation is separable: each axis gets a table of source elements and weights, and is resized
// on its own, in double. `nearest` only moves elements, of any type.
#include <algorithm>
#include <cstring>

#include "base/checked.h"
#include "base/strings.h"
#include "ops/support/half_adapter.h"
#include "ops/support/resize_table.h"

namespace tundish {
namespace {
using namespace ops;

// About 50 us of elements that are moved; products of interpolation.
constexpr int64_t kMoveGrain = 65536;
constexpr int64_t kProductGrain = 32768;

constexpr DTypeSet kAreaTypes{DType::kFloat16, DType::kFloat32, DType::kFloat64};

// Which inputs hold what. Version 10 has X and scales.
struct InputPlaces {
  size_t roi, scales, sizes;
};
constexpr InputPlaces kPlaces{1, 2, 3};
constexpr InputPlaces kPlaces10{SIZE_MAX, 1, SIZE_MAX};

template <class View>
Result<ResizeInputs> gather_inputs(const InputPlaces& places, View view, ErrorCode code) {
  ResizeInputs inputs;
  if (const std::optional<TensorView> roi = view(places.roi)) {
    TRY_ASSIGN(inputs.roi, read_resize_numbers(*roi, places.roi, code));
  }
  if (const std::optional<TensorView> scales = view(places.scales)) {
    TRY_ASSIGN(inputs.scales, read_resize_numbers(*scales, places.scales, code));
  }
  if (const std::optional<TensorView> sizes = view(places.sizes)) {
    TRY_ASSIGN(const ShortList list, read_short_list(*sizes, places.sizes, code));
    inputs.sizes.assign(list.values.begin(), list.values.begin() + list.count);
  }
  return inputs;
}

// ---- Inference

Status expect_inputs(InferContext& context, const InputPlaces& places, const ResizeSpec& spec) {
  TRY(expect_tensor(context, 0, kMovable, {}));
  const DType dtype = context.input(0).dtype;
  if (spec.mode != ResizeMode::kNearest && !AllNumbers::kSet.contains(dtype)) {
    return Unsupported(cat("interpolation of ", dtype_name(dtype)));
  }
  if (context.has_input(places.roi)) TRY(expect_tensor(context, places.roi, kAreaTypes, {}));
  if (context.has_input(places.scales)) {
    TRY(expect_tensor(context, places.scales, {DType::kFloat32}, {}));
  }
  if (context.has_input(places.sizes)) {
    TRY(expect_tensor(context, places.sizes, {DType::kInt64}, {}));
  }
  return ok();
}

Status infer_with(InferContext& context, const InputPlaces& places) {
  TRY_ASSIGN(const ResizeSpec spec,
             read_resize(context.node().attributes, ErrorCode::kInvalidModel));
  TRY(expect_inputs(context, places, spec));
  SymbolicShape out;
  if (const std::vector<Dim>* dims = known_dims(context, 0)) {
    bool constant = true;
    auto view = [&](size_t i) -> std::optional<TensorView> {
      if (!context.has_input(i)) return std::nullopt;
      const Tensor* value = context.constant(i);
      if (value != nullptr) return value->view();
      // An area changes no size.
      constant &= i == places.roi;
      return std::nullopt;
    };
    TRY_ASSIGN(const ResizeInputs inputs, gather_inputs(places, view, ErrorCode::kInvalidModel));
    if (constant) {
      TRY_ASSIGN(out, infer_resize(spec, inputs, *dims));
    } else {
      TRY_ASSIGN(out, infer_unsized(spec, *dims));
    }
  }
  context.set_output(0, ValueType::tensor(context.input(0).dtype, std::move(out)));
  return ok();
}

Status infer_resize11(InferContext& context) { return infer_with(context, kPlaces); }
Status infer_resize10(InferContext& context) { return infer_with(context, kPlaces10); }

// ---- Moving the nearest elements

// Where each element of the output comes from on each axis; null tables are the identity.
struct NearestPlan {
  const ResizePlan& plan;
  std::array<const int64_t*, Shape::kMaxRank> sources;
};

template <class T>
void move_row(const NearestPlan& nearest, const T* row, const T& outside, T* to) {
  const size_t last = nearest.plan.rank - 1;
  const int64_t count = nearest.plan.axes[last].out;
  const int64_t* sources = nearest.sources[last];
  if (row == nullptr) {
    std::fill_n(to, count, outside);
  } else if (sources == nullptr) {
    std::copy_n(row, count, to);
  } else {
    for (int64_t i = 0; i < count; ++i) to[i] = sources[i] < 0 ? outside : row[sources[i]];
  }
}

template <class T>
void move_rows(const NearestPlan& nearest, const T* x, const T& outside, T* y, int64_t begin,
               int64_t end) {
  const ResizePlan& plan = nearest.plan;
  const size_t last = plan.rank - 1;
  for (int64_t row = begin; row < end; ++row) {
    int64_t from = 0;
    int64_t step = 1;
    int64_t rest = row;
    bool inside = true;
    for (size_t axis = last; axis-- > 0;) {
      int64_t at = rest % plan.axes[axis].out;
      rest /= plan.axes[axis].out;
      if (nearest.sources[axis] != nullptr) at = nearest.sources[axis][at];
      inside &= at >= 0;
      from += at * step;
      step *= plan.axes[axis].in;
    }
    move_row(nearest, inside ? x + from * plan.axes[last].in : nullptr, outside,
             y + row * plan.axes[last].out);
  }
}

// The value outside of the area of tf_crop_and_resize, as an element.
template <class T> T outside_value(DType dtype, double value) {
  T out{};
  if constexpr (!std::is_same_v<T, std::string>) {
    unsigned char bytes[16] = {};
    store_number(dtype, value, bytes);
    std::memcpy(&out, bytes, sizeof(out));
  }
  return out;
}

Status run_nearest(ExecContext& context, const ResizeSpec& spec, const ResizePlan& plan,
                   const MutableTensorView& y) {
  const TensorView& x = context.input(0);
  NearestPlan nearest{plan, {}};
  for (size_t axis = 0; axis < plan.rank; ++axis) {
    if (plan.axes[axis].is_identity) continue;
    TRY_ASSIGN(void* memory,
               context.scratch(static_cast<size_t>(plan.axes[axis].out) * sizeof(int64_t)));
    auto* sources = static_cast<int64_t*>(memory);
    nearest_sources(spec, plan.axes[axis], sources);
    nearest.sources[axis] = sources;
  }
  const int64_t row = plan.axes[plan.rank - 1].out;
  return with_moved_type(x.dtype, [&]<class T>() {
    const T outside = outside_value<T>(x.dtype, spec.extrapolation_value);
    auto rows = [&](int64_t begin, int64_t end) {
      move_rows(nearest, static_cast<const T*>(x.data), outside, static_cast<T*>(y.data), begin,
                end);
    };
    context.parallel_for(y.shape.element_count() / row, std::max<int64_t>(1, kMoveGrain / row),
                         rows);
    return ok();
  });
}

// ---- Interpolation

// One axis of a tensor [outer, in, inner] to [outer, out, inner].
void interpolate_axis(ExecContext& context, const ResizeTable& table, double outside,
                      const double* x, double* y, int64_t outer, int64_t inner) {
  auto rows = [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const int64_t at = row % table.out;
      const double* image = x + row / table.out * table.in * inner;
      const int64_t* sources = table.sources + at * table.taps;
      const double* weights = table.weights + at * table.taps;
      double* to = y + row * inner;
      if (sources[0] < 0) {
        std::fill_n(to, inner, outside);
        continue;
      }
      for (int64_t i = 0; i < inner; ++i) to[i] = weights[0] * image[sources[0] * inner + i];
      for (int64_t tap = 1; tap < table.taps; ++tap) {
        const double* from = image + sources[tap] * inner;
        for (int64_t i = 0; i < inner; ++i) to[i] += weights[tap] * from[i];
      }
    }
  };
  context.parallel_for(outer * table.out,
                       std::max<int64_t>(1, kProductGrain / (inner * table.taps)), rows);
}

Result<double*> doubles(ExecContext& context, int64_t count) {
  TRY_ASSIGN(const uint64_t bytes, checked_bytes(std::span(&count, 1), sizeof(double)));
  TRY_ASSIGN(void* memory, context.scratch(bytes));
  return static_cast<double*>(memory);
}

Status run_interpolation(ExecContext& context, const ResizeSpec& spec, const ResizePlan& plan,
                         const MutableTensorView& y) {
  const TensorView& x = context.input(0);
  TRY_ASSIGN(double* values, doubles(context, x.shape.element_count()));
  TRY(dispatch(Numbers(), x.dtype, [&]<class T>() {
    const T* from = static_cast<const T*>(x.data);
    std::copy_n(from, x.shape.element_count(), values);
    return ok();
  }));
  Shape shape = x.shape;
  for (size_t axis = 0; axis < plan.rank; ++axis) {
    if (plan.axes[axis].is_identity) continue;
    TRY(context.interrupted());
    TRY_ASSIGN(const ResizeTable table, make_resize_table(context, spec, plan.axes[axis]));
    int64_t outer = 1;
    int64_t inner = 1;
    for (size_t i = 0; i < axis; ++i) outer *= shape[i];
    for (size_t i = axis + 1; i < plan.rank; ++i) inner *= shape[i];
    shape[axis] = table.out;
    TRY(checked_bytes(shape.dims(), sizeof(double)));
    TRY_ASSIGN(double* resized, doubles(context, shape.element_count()));
    interpolate_axis(context, table, spec.extrapolation_value, values, resized, outer, inner);
    values = resized;
  }
  store_numbers(y, values);
  return ok();
}

// ---- The operator

Status run_with(ExecContext& context, const InputPlaces& places, const ResizeSpec& spec) {
  constexpr ErrorCode kCode = ErrorCode::kInvalidArgument;
  auto view = [&](size_t i) -> std::optional<TensorView> {
    if (i >= context.input_count() || !context.has_input(i)) return std::nullopt;
    return context.input(i);
  };
  TRY_ASSIGN(const ResizeInputs inputs, gather_inputs(places, view, kCode));
  const TensorView& x = context.input(0);
  TRY_ASSIGN(const ResizePlan plan, plan_resize(spec, inputs, x.shape, kCode));
  Shape shape;
  for (size_t axis = 0; axis < plan.rank; ++axis) shape.append(plan.axes[axis].out);
  TRY_ASSIGN(const MutableTensorView y, sized_output(context, 0, x.dtype, shape));
  if (shape.element_count() == 0) return ok();
  if (plan.rank == 0) {
    copy_elements(x.dtype, y.data, x.data, 1);
    return ok();
  }
  return spec.mode == ResizeMode::kNearest ? run_nearest(context, spec, plan, y)
                                           : run_interpolation(context, spec, plan, y);
}

Status run_read(ExecContext& context) {
  TRY_ASSIGN(const ResizeSpec spec,
             read_resize(context.node().attributes, ErrorCode::kInvalidArgument));
  return run_with(context, kPlaces, spec);
}

DType type_of_image(const ExecContext& outer, size_t) { return outer.input(0).dtype; }

// Only interpolation computes with halves.
Status run_resize(ExecContext& context) {
  TRY_ASSIGN(const std::string mode, context.node().attributes.get_string("mode", "nearest"));
  return mode == "nearest" ? run_read(context) : run_widened(context, run_read, type_of_image);
}

// Coordinates before version 11: x / scale; the nearest is the one below when an axis grows and the
// one above when it shrinks (the cases published with onnx 1.5, and ONNX Runtime).
Status run_read10(ExecContext& context) {
  TRY_ASSIGN(ResizeSpec spec, read_resize(context.node().attributes, ErrorCode::kInvalidArgument));
  spec.coordinates = ResizeCoordinates::kAsymmetric;
  spec.nearest = NearestMode::kByDirection;
  return run_with(context, kPlaces10, spec);
}

Status run_resize10(ExecContext& context) {
  TRY_ASSIGN(const std::string mode, context.node().attributes.get_string("mode", "nearest"));
  return mode == "nearest" ? run_read10(context) : run_widened(context, run_read10, type_of_image);
}

// 11: areas, sizes, coordinates; 18: antialias, axes, aspect ratios; 19: half_pixel_symmetric.
constexpr OpDef kOps[] = {
    {.name = "Resize", .since = 10, .inputs = {2, 2}, .infer = infer_resize10, .run = run_resize10},
    {.name = "Resize", .since = 11, .inputs = {1, 4}, .infer = infer_resize11, .run = run_resize},
};

}  // namespace

std::span<const OpDef> ops_resize() { return kOps; }

}  // namespace tundish
