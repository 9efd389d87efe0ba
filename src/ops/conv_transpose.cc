// ConvTranspose: every input element adds its multiple of the kernel to the output.
#include "base/checked.h"
#include "base/strings.h"
#include "ops/support/half_adapter.h"
#include "ops/support/move.h"
#include "ops/support/window.h"

namespace tundish {
namespace {
using namespace ops;

// Multiplications that a thread should get at least: about 50 us.
constexpr int64_t kGrain = 50000;
constexpr int64_t kMost = (int64_t{1} << 31) - 1;

// What the attributes say of the output beyond its windows.
struct TransposeSpec {
  WindowSpec windows;
  std::array<int64_t, kMaxSpatial> output_padding{};
  std::array<int64_t, kMaxSpatial> output_shape{};
  bool has_output_shape = false;
};

Result<TransposeSpec> read_spec(const AttributeList& attributes, size_t rank, ErrorCode code) {
  TransposeSpec spec;
  TRY_ASSIGN(spec.windows, read_windows(attributes, rank, code));
  for (const std::string_view name : {"output_padding", "output_shape"}) {
    if (!attributes.has(name)) continue;
    TRY_ASSIGN(std::vector<int64_t> values, attributes.get_ints(name));
    const bool is_shape = name == "output_shape";
    if (is_shape && values.empty()) continue;
    // Some files state batch and channels too (ONNX Runtime takes them as well).
    if (is_shape && values.size() == rank + 2) values.erase(values.begin(), values.begin() + 2);
    if (values.size() != rank) {
      return Error(
          code, cat("attribute \"", name, "\": expected ", rank, " values, got ", values.size()));
    }
    for (size_t i = 0; i < rank; ++i) {
      if (values[i] < 0 || values[i] > kMost) {
        return Error(code, cat("attribute \"", name, "\": ", values[i], " outside [0, 2^31)"));
      }
      (is_shape ? spec.output_shape : spec.output_padding)[i] = values[i];
    }
    spec.has_output_shape |= is_shape;
  }
  return spec;
}

// Size of the output on axis i for `size` elements of input; makes the pads, which are negative
// where the output is larger than what the windows reach.
Result<int64_t> place(AxisWindow& axis, int64_t size, const TransposeSpec& spec, size_t i,
                      ErrorCode code) {
  if (size > kMost) return Error(code, cat("an axis of ", size, " elements is too long"));
  const int64_t reach = axis.stride * (size - 1) + spec.output_padding[i] + axis.extent();
  const AutoPad auto_pad = spec.windows.auto_pad;
  const bool same = auto_pad == AutoPad::kSameUpper || auto_pad == AutoPad::kSameLower;
  if (spec.has_output_shape || same) {
    const int64_t count = spec.has_output_shape ? spec.output_shape[i] : size * axis.stride;
    // The larger half at the end for SAME_UPPER, else at the beginning; halves round down.
    const int64_t total = reach - count;
    const int64_t half = total >> 1;
    axis.pad_begin = auto_pad == AutoPad::kSameUpper ? half : total - half;
    axis.pad_end = total - axis.pad_begin;
    return count;
  }
  const int64_t count = reach - axis.pad_begin - axis.pad_end;
  if (count < 0) {
    return Error(code, cat("pads ", axis.pad_begin, " and ", axis.pad_end, " take more than the ",
                           reach, " elements of spatial axis ", i));
  }
  return count;
}

Status check_shapes(const std::vector<Dim>* x, const std::vector<Dim>* w, int64_t groups,
                    ErrorCode code) {
  if (groups < 1) return Error(code, cat("attribute \"group\": ", groups, " is less than 1"));
  if (x != nullptr && w != nullptr) {
    if (x->size() != w->size()) {
      return Error(code,
                   cat("input 0 has ", x->size(), " dimensions, the weights have ", w->size()));
    }
    if (x->size() > 1 && (*x)[1].is_known() && (*w)[0].is_known() && (*x)[1] != (*w)[0]) {
      return Error(code, cat("input 0 has ", (*x)[1].to_string(), " channels, the weights take ",
                             (*w)[0].to_string()));
    }
  }
  if (w != nullptr && !w->empty() && (*w)[0].is_known() && (*w)[0].size() % groups != 0) {
    return Error(code,
                 cat((*w)[0].size(), " input channels do not divide into ", groups, " groups"));
  }
  return ok();
}

Result<Dim> output_channels(const std::vector<Dim>* w, int64_t groups) {
  if (w == nullptr || w->size() < 2 || !(*w)[1].is_known()) return Dim();
  const auto count = checked_mul((*w)[1].size(), groups);
  if (!count) return InvalidModel("too many output channels");
  return Dim(*count);
}

Status check_bias(const InferContext& context, const Dim& channels) {
  if (!context.has_input(2)) return ok();
  TRY(expect_tensor(context, 2, AllFloats::kSet));
  TRY(expect_same_dtype(context, 0, 2));
  const std::vector<Dim>* bias = known_dims(context, 2);
  if (bias == nullptr) return ok();
  if (bias->size() != 1 ||
      ((*bias)[0].is_known() && channels.is_known() && (*bias)[0] != channels)) {
    return InvalidModel(cat("the bias has shape ", to_string(context.input(2).shape),
                            ", expected [", channels.to_string(), "]"));
  }
  return ok();
}

Result<std::vector<Dim>> infer_sizes(TransposeSpec spec, const std::vector<Dim>* x,
                                     const std::vector<Dim>* w, size_t rank) {
  std::vector<Dim> out;
  for (size_t i = 0; i < rank; ++i) {
    AxisWindow axis = spec.windows.axes[i];
    if (w != nullptr && (*w)[i + 2].is_known()) {
      axis.kernel = (*w)[i + 2].size();
      if (axis.kernel < 1 || axis.kernel > kMost ||
          (spec.windows.has_kernel && axis.kernel != spec.windows.axes[i].kernel)) {
        return InvalidModel(cat("the weights have ", axis.kernel, " taps on spatial axis ", i,
                                spec.windows.has_kernel ? ", attribute \"kernel_shape\" has " : "",
                                spec.windows.has_kernel ? cat(spec.windows.axes[i].kernel) : ""));
      }
    } else if (!spec.windows.has_kernel) {
      out.push_back(spec.has_output_shape ? Dim(spec.output_shape[i]) : Dim());
      continue;
    }
    if (x != nullptr && (*x)[i + 2].is_known()) {
      TRY_ASSIGN(const int64_t count,
                 place(axis, (*x)[i + 2].size(), spec, i, ErrorCode::kInvalidModel));
      out.emplace_back(count);
    } else {
      out.push_back(spec.has_output_shape ? Dim(spec.output_shape[i]) : Dim());
    }
  }
  return out;
}

Status infer_conv_transpose(InferContext& context) {
  TRY(expect_tensor(context, 0, AllFloats::kSet));
  TRY(expect_tensor(context, 1, AllFloats::kSet));
  TRY(expect_same_dtype(context, 0, 1));
  const std::vector<Dim>* x = known_dims(context, 0);
  const std::vector<Dim>* w = known_dims(context, 1);
  TRY_ASSIGN(const int64_t groups, context.node().attributes.get_int("group", 1));
  TRY(check_shapes(x, w, groups, ErrorCode::kInvalidModel));
  TRY_ASSIGN(const Dim channels, output_channels(w, groups));
  SymbolicShape out;
  if (x != nullptr || w != nullptr) {
    const size_t dimensions = x != nullptr ? x->size() : w->size();
    const size_t rank = dimensions < 2 ? 0 : dimensions - 2;
    TRY_ASSIGN(const TransposeSpec spec,
               read_spec(context.node().attributes, rank, ErrorCode::kInvalidModel));
    TRY_ASSIGN(const std::vector<Dim> sizes, infer_sizes(spec, x, w, rank));
    out.emplace({x != nullptr ? (*x)[0] : Dim(), channels});
    out->insert(out->end(), sizes.begin(), sizes.end());
  }
  TRY(check_bias(context, channels));
  context.set_output(0, ValueType::tensor(context.input(0).dtype, std::move(out)));
  return ok();
}

// ---- Running

// `windows` are those of the Conv that this one undoes: its image is our output.
struct TransposeShape {
  int64_t batch = 0;
  int64_t groups = 1;
  int64_t group_inputs = 0;
  int64_t group_outputs = 0;
  int64_t taps = 1;
  WindowPlan windows;

  int64_t in_plane() const { return windows.out_rows() * windows.out_columns(); }
  int64_t out_plane() const { return windows.in_rows() * windows.in_columns(); }
};

Result<TransposeShape> shape_of(const ExecContext& context) {
  constexpr ErrorCode kCode = ErrorCode::kInvalidArgument;
  const Shape& x = context.input(0).shape;
  const Shape& w = context.input(1).shape;
  TransposeShape shape;
  TRY_ASSIGN(shape.groups, context.node().attributes.get_int("group", 1));
  const SymbolicShape x_dims = symbolic(x);
  const SymbolicShape w_dims = symbolic(w);
  TRY(check_shapes(&*x_dims, &*w_dims, shape.groups, kCode));
  const size_t rank = x.rank() < 2 ? 0 : x.rank() - 2;
  TRY_ASSIGN(TransposeSpec spec, read_spec(context.node().attributes, rank, kCode));
  TRY(set_kernel(spec.windows, w.dims().subspan(2), kCode));
  if (!checked_mul(shape.groups, w[1])) return Error(kCode, "too many output channels");
  shape.batch = x[0];
  shape.group_inputs = w[0] / shape.groups;
  shape.group_outputs = w[1];
  shape.windows.rank = rank;
  shape.windows.axes = spec.windows.axes;
  for (size_t i = 0; i < rank; ++i) {
    shape.taps *= w[i + 2];
    shape.windows.out[i] = x[i + 2];
    TRY_ASSIGN(shape.windows.in[i], place(shape.windows.axes[i], x[i + 2], spec, i, kCode));
  }
  return shape;
}

template <class T> struct Planes {
  const T* x;
  const T* w;  // of the output channel, for the first input channel of its group
  T* y;
};

// One row of the input, of all channels of a group, through one row of the kernel.
template <class T>
void scatter_row(const TransposeShape& shape, const Planes<T>& planes, int64_t row, int64_t out_row,
                 int64_t tap_row) {
  const AxisWindow& axis = shape.windows.last();
  const int64_t columns = shape.windows.out_columns();
  const int64_t out_columns = shape.windows.in_columns();
  for (int64_t tap = 0; tap < axis.kernel; ++tap) {
    const Range range = windows_inside(axis, out_columns, columns, tap);
    T* y = planes.y + out_row * out_columns + tap * axis.dilation - axis.pad_begin;
    const T* x = planes.x + row * columns;
    const T* w = planes.w + tap_row * axis.kernel + tap;
    for (int64_t channel = 0; channel < shape.group_inputs; ++channel) {
      const T weight = *w;
      if (axis.stride == 1) {
#pragma GCC ivdep
        for (int64_t i = range.begin; i < range.end; ++i) y[i] += weight * x[i];
      } else {
        for (int64_t i = range.begin; i < range.end; ++i) y[i * axis.stride] += weight * x[i];
      }
      x += shape.in_plane();
      w += shape.group_outputs * shape.taps;
    }
  }
}

template <class T>
void run_typed(ExecContext& context, const TransposeShape& shape, const T* x, const T* w,
               const T* bias, T* y) {
  const int64_t outputs = shape.groups * shape.group_outputs;
  auto planes = [&](int64_t begin, int64_t end) {
    for (int64_t plane = begin; plane < end; ++plane) {
      const int64_t image = plane / outputs;
      const int64_t output = plane % outputs;
      const int64_t first_input = output / shape.group_outputs * shape.group_inputs;
      const Planes<T> at{
          x + (image * shape.groups * shape.group_inputs + first_input) * shape.in_plane(),
          w + (first_input * shape.group_outputs + output % shape.group_outputs) * shape.taps,
          y + plane * shape.out_plane()};
      std::fill_n(at.y, shape.out_plane(), bias == nullptr ? T{0} : bias[output]);
      for (int64_t row = 0; row < shape.windows.out_rows(); ++row) {
        for_each_tap_row(shape.windows, row, [&](int64_t out_row, int64_t tap_row) {
          scatter_row(shape, at, row, out_row, tap_row);
        });
      }
    }
  };
  const int64_t products = shape.group_inputs * shape.taps * shape.in_plane();
  context.parallel_for(shape.batch * outputs,
                       std::max<int64_t>(1, kGrain / std::max<int64_t>(1, products)), planes);
}

Status run_conv_transpose(ExecContext& context) {
  TRY_ASSIGN(const TransposeShape shape, shape_of(context));
  const int64_t outputs = shape.groups * shape.group_outputs;
  const bool has_bias = context.input_count() > 2 && context.has_input(2);
  if (has_bias && context.input(2).shape.element_count() != outputs) {
    return InvalidArgument(cat("the bias has ", context.input(2).shape.element_count(),
                               " values for ", outputs, " output channels"));
  }
  Shape out{shape.batch, outputs};
  for (size_t i = 0; i < shape.windows.rank; ++i) out.append(shape.windows.in[i]);
  const DType dtype = context.input(0).dtype;
  TRY_ASSIGN(const MutableTensorView y, context.output(0, dtype, out));
  if (out.element_count() == 0) return ok();
  const void* bias = has_bias ? context.input(2).data : nullptr;
  return dispatch(Floats(), dtype, [&]<class T>() {
    run_typed(context, shape, static_cast<const T*>(context.input(0).data),
              static_cast<const T*>(context.input(1).data), static_cast<const T*>(bias),
              static_cast<T*>(y.data));
    return ok();
  });
}

// One meaning since version 1: the equations for pads of version 11, which mend those of version 1
// (they contradict its text of auto_pad).
constexpr OpDef kOps[] = {
    {.name = "ConvTranspose",
     .since = 1,
     .inputs = {2, 3},
     .infer = infer_conv_transpose,
     .run = run_with_halves<run_conv_transpose>},
};

}  // namespace

std::span<const OpDef> ops_conv_transpose() { return kOps; }

}  // namespace tundish
