// DeformConv: a convolution whose taps are moved by tensors of offsets, each place on its own.
#include <cmath>

#include "base/checked.h"
#include "base/strings.h"
#include "ops/support/half_adapter.h"
#include "ops/support/move.h"
#include "ops/support/window.h"

namespace tundish {
namespace {
using namespace ops;

// Multiplications that a thread should get at least: about 50 us.
constexpr int64_t kGrain = 32768;

struct DeformSpec {
  WindowSpec windows;
  int64_t groups = 1;
  int64_t offset_groups = 1;
};

Result<DeformSpec> read_deform(const AttributeList& attributes, size_t dimensions, ErrorCode code) {
  DeformSpec spec;
  TRY_ASSIGN(spec.windows, read_windows(attributes, dimensions < 2 ? 0 : dimensions - 2, code));
  TRY_ASSIGN(spec.groups, attributes.get_int("group", 1));
  TRY_ASSIGN(spec.offset_groups, attributes.get_int("offset_group", 1));
  if (spec.groups < 1 || spec.offset_groups < 1) {
    return Error(code, cat("attributes \"group\" and \"offset_group\": ", spec.groups, " and ",
                           spec.offset_groups, " are not both above 0"));
  }
  return spec;
}

struct DeformShape {
  int64_t batch, inputs, outputs, groups, offset_groups;
  int64_t taps = 1;
  WindowPlan plan;

  int64_t plane() const { return plan.in_rows() * plan.in_columns(); }
  int64_t places() const { return plan.out_rows() * plan.out_columns(); }
};

Status expect_sizes(const Shape& shape, size_t input, const Shape& want, ErrorCode code) {
  if (shape == want) return ok();
  return Error(code, cat("input ", input, " has shape ", shape.to_string(), ", expected ",
                         want.to_string()));
}

// Shapes of inputs 0 to 4; rank 0 stands for an input that is not there or not known.
Result<DeformShape> shape_of(const DeformSpec& read, const std::array<Shape, 5>& inputs,
                             ErrorCode code) {
  const Shape& x = inputs[0];
  const Shape& w = inputs[1];
  if (w.rank() != x.rank()) {
    return Error(code, cat("input 0 has ", x.rank(), " dimensions, the weights have ", w.rank()));
  }
  WindowSpec windows = read.windows;
  TRY(set_kernel(windows, w.dims().subspan(2), code));
  DeformShape shape{x[0], x[1], w[0], read.groups, read.offset_groups, 1, {}};
  if (w[0] % read.groups != 0 || checked_mul(w[1], read.groups) != x[1]) {
    return Error(code, cat("weights ", w.to_string(), " do not fit ", x[1], " channels in ",
                           read.groups, " groups"));
  }
  if (x[1] % read.offset_groups != 0) {
    return Error(
        code, cat(x[1], " channels do not divide into ", read.offset_groups, " groups of offsets"));
  }
  TRY_ASSIGN(shape.plan, plan_windows(windows, x.dims().subspan(2), code));
  for (size_t i = 2; i < w.rank(); ++i) shape.taps *= w[i];
  // Bounded by the number of channels, but for images without any.
  const auto masks = checked_mul(read.offset_groups, shape.taps);
  const auto offsets =
      masks ? checked_mul(*masks, static_cast<int64_t>(w.rank() - 2)) : std::optional<int64_t>();
  if (!offsets) return Error(code, "too many offsets");
  Shape offset{x[0], *offsets};
  Shape mask{x[0], *masks};
  for (size_t i = 0; i < shape.plan.rank; ++i) {
    offset.append(shape.plan.out[i]);
    mask.append(shape.plan.out[i]);
  }
  if (inputs[2].rank() != 0) TRY(expect_sizes(inputs[2], 2, offset, code));
  if (inputs[3].rank() != 0) TRY(expect_sizes(inputs[3], 3, Shape{w[0]}, code));
  if (inputs[4].rank() != 0) TRY(expect_sizes(inputs[4], 4, mask, code));
  return shape;
}

Status infer_deform(InferContext& context) {
  for (size_t i = 0; i < 5; ++i) {
    if (i > 2 && !context.has_input(i)) continue;
    TRY(expect_tensor(context, i, AllFloats::kSet));
    TRY(expect_same_dtype(context, 0, i));
  }
  SymbolicShape out;
  if (const std::vector<Dim>* x = known_dims(context, 0)) {
    TRY_ASSIGN(const DeformSpec spec,
               read_deform(context.node().attributes, x->size(), ErrorCode::kInvalidModel));
    std::array<Shape, 5> shapes;
    for (size_t i = 0; i < 5; ++i) {
      if (!context.has_input(i)) continue;
      if (const std::optional<Shape> known = concrete(context.input(i).shape)) shapes[i] = *known;
    }
    const std::vector<Dim>* w = known_dims(context, 1);
    out.emplace(x->size(), Dim());
    (*out)[0] = (*x)[0];
    if (w != nullptr && w->size() > 0) (*out)[1] = (*w)[0];
    if (shapes[0].rank() != 0 && shapes[1].rank() != 0) {
      TRY_ASSIGN(const DeformShape shape, shape_of(spec, shapes, ErrorCode::kInvalidModel));
      for (size_t i = 0; i < shape.plan.rank; ++i) (*out)[i + 2] = Dim(shape.plan.out[i]);
    }
  }
  context.set_output(0, ValueType::tensor(context.input(0).dtype, std::move(out)));
  return ok();
}

// ---- Running

template <class T> struct DeformInputs {
  const T* x;
  const T* w;
  const T* offsets;
  const T* bias;  // or null
  const T* mask;  // or null
};

// The elements around one place and their weights; outside the image all are 0.
struct Corners {
  static constexpr size_t kMost = size_t{1} << kMaxSpatial;
  size_t count = 0;
  std::array<int64_t, kMost> offsets;
  std::array<double, kMost> weights;

  void start() {
    count = 1;
    offsets[0] = 0;
    weights[0] = 1;
  }
  void add_axis(double at, int64_t size) {
    // NaN and far places are outside.
    if (!(at > -1) || !(at < static_cast<double>(size))) {
      count = 0;
      return;
    }
    const double below = std::floor(at);
    const auto low = static_cast<int64_t>(below);
    const double rest = at - below;
    const size_t before = count;
    count = 0;
    std::array<int64_t, kMost / 2> old_offsets;
    std::array<double, kMost / 2> old_weights;
    std::copy_n(offsets.begin(), before, old_offsets.begin());
    std::copy_n(weights.begin(), before, old_weights.begin());
    for (size_t i = 0; i < before; ++i) {
      for (int64_t side = 0; side < 2; ++side) {
        if (low + side < 0 || low + side >= size) continue;
        offsets[count] = old_offsets[i] * size + low + side;
        weights[count++] = old_weights[i] * (side == 0 ? 1 - rest : rest);
      }
    }
  }
};

// Where tap `tap` of offset group `group` lies at a place of the output.
template <class T>
void find_corners(const DeformShape& shape, const T* offsets, int64_t place, int64_t tap,
                  Corners& corners) {
  const WindowPlan& plan = shape.plan;
  std::array<double, kMaxSpatial> at;
  int64_t rest_place = place;
  int64_t rest_tap = tap;
  for (size_t axis = plan.rank; axis-- > 0;) {
    const AxisWindow& window = plan.axes[axis];
    const int64_t regular = rest_place % plan.out[axis] * window.stride - window.pad_begin +
                            rest_tap % window.kernel * window.dilation;
    const T moved = offsets[(tap * static_cast<int64_t>(plan.rank) + static_cast<int64_t>(axis)) *
                                shape.places() +
                            place];
    at[axis] = static_cast<double>(regular) + static_cast<double>(moved);
    rest_place /= plan.out[axis];
    rest_tap /= window.kernel;
  }
  corners.start();
  for (size_t axis = 0; axis < plan.rank; ++axis) corners.add_axis(at[axis], plan.in[axis]);
}

// values[channel * taps + tap] = what the tap of the channel sees at a place.
template <class T>
void gather_place(const DeformShape& shape, const DeformInputs<T>& in, int64_t image, int64_t place,
                  Corners& corners, T* values) {
  const int64_t per_group = shape.inputs / shape.offset_groups;
  const auto rank = static_cast<int64_t>(shape.plan.rank);
  for (int64_t group = 0; group < shape.offset_groups; ++group) {
    const int64_t block = (image * shape.offset_groups + group) * shape.taps * shape.places();
    for (int64_t tap = 0; tap < shape.taps; ++tap) {
      find_corners(shape, in.offsets + block * rank, place, tap, corners);
      const double mask = in.mask == nullptr
                              ? 1
                              : static_cast<double>(in.mask[block + tap * shape.places() + place]);
      for (int64_t channel = group * per_group; channel < (group + 1) * per_group; ++channel) {
        const T* x = in.x + (image * shape.inputs + channel) * shape.plane();
        double sum = 0;
        for (size_t k = 0; k < corners.count; ++k) {
          sum += corners.weights[k] * static_cast<double>(x[corners.offsets[k]]);
        }
        values[channel * shape.taps + tap] = static_cast<T>(mask * sum);
      }
    }
  }
}

// Places [begin, end) of all images. `values` has room for all channels and taps.
template <class T>
void convolve(const DeformShape& shape, const DeformInputs<T>& in, int64_t begin, int64_t end,
              T* values, T* y) {
  Corners corners;
  const int64_t group_outputs = shape.outputs / shape.groups;
  const int64_t products = shape.inputs / shape.groups * shape.taps;
  for (int64_t i = begin; i < end; ++i) {
    const int64_t image = i / shape.places();
    const int64_t place = i % shape.places();
    gather_place(shape, in, image, place, corners, values);
    for (int64_t output = 0; output < shape.outputs; ++output) {
      const T* w = in.w + output * products;
      const T* x = values + output / group_outputs * products;
      double sum = in.bias == nullptr ? 0 : static_cast<double>(in.bias[output]);
      for (int64_t k = 0; k < products; ++k) {
        sum += static_cast<double>(w[k]) * static_cast<double>(x[k]);
      }
      y[(image * shape.outputs + output) * shape.places() + place] = static_cast<T>(sum);
    }
  }
}

template <class T>
Status run_typed(ExecContext& context, const DeformShape& shape, const MutableTensorView& y) {
  const auto input = [&](size_t i) -> const T* {
    if (context.input_count() <= i || !context.has_input(i)) return nullptr;
    return static_cast<const T*>(context.input(i).data);
  };
  const DeformInputs<T> in{input(0), input(1), input(2), input(3), input(4)};
  const int64_t total = shape.batch * shape.places();
  const int64_t row = std::max<int64_t>(1, shape.inputs * shape.taps);
  const int64_t products = row * (shape.outputs / shape.groups + 8);
  // Each piece has a row of its own.
  const int64_t pieces =
      std::min<int64_t>(std::max<int64_t>(1, total / std::max<int64_t>(1, kGrain / products)), 64);
  const int64_t piece = (total + pieces - 1) / pieces;
  TRY_ASSIGN(const uint64_t bytes, checked_bytes(std::array{row, pieces}, sizeof(T)));
  TRY_ASSIGN(void* memory, context.scratch(bytes));
  auto work = [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      convolve(shape, in, i * piece, std::min(total, (i + 1) * piece),
               static_cast<T*>(memory) + i * row, static_cast<T*>(y.data));
    }
  };
  context.parallel_for(pieces, 1, work);
  return ok();
}

Status run_deform(ExecContext& context) {
  constexpr ErrorCode kCode = ErrorCode::kInvalidArgument;
  std::array<Shape, 5> shapes;
  for (size_t i = 0; i < std::min<size_t>(5, context.input_count()); ++i) {
    if (!context.has_input(i)) continue;
    shapes[i] = context.input(i).shape;
    if (shapes[i].rank() == 0) return InvalidArgument(cat("input ", i, " is a scalar"));
  }
  TRY_ASSIGN(const DeformSpec spec,
             read_deform(context.node().attributes, shapes[0].rank(), kCode));
  TRY_ASSIGN(const DeformShape shape, shape_of(spec, shapes, kCode));
  Shape out{shape.batch, shape.outputs};
  for (size_t i = 0; i < shape.plan.rank; ++i) out.append(shape.plan.out[i]);
  const DType dtype = context.input(0).dtype;
  TRY_ASSIGN(const MutableTensorView y, sized_output(context, 0, dtype, out));
  if (out.element_count() == 0) return ok();
  return dispatch(Floats(), dtype, [&]<class T>() { return run_typed<T>(context, shape, y); });
}

constexpr OpDef kOps[] = {
    {.name = "DeformConv",
     .since = 19,
     .inputs = {3, 5},
     .infer = infer_deform,
     .run = run_with_halves<run_deform>},
};

}  // namespace

std::span<const OpDef> ops_deform_conv() { return kOps; }

}  // namespace tundish
