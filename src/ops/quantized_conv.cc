// ConvInteger and QLinearConv: convolutions of quantized images, as numbers less their zero points;
// sums wrap at 32 bits. Padding counts as the zero point.
#include <array>
#include <memory>

#include "base/checked.h"
#include "base/strings.h"
#include "ops/support/conv_shape.h"
#include "ops/support/integer_product.h"
#include "ops/support/move.h"
#include "ops/support/types.h"

namespace tundish {
namespace {
using namespace ops;

constexpr DTypeSet kBytes{DType::kInt8, DType::kUint8};
// Multiplications that a thread should get at least: about 50 us.
constexpr int64_t kGrain = 100000;

// ---- Zero points and scales of weights: one, or one per output channel

/// The shape in which they are broadcast to a tensor of this rank, channels along `axis`.
Result<Shape> channel_shape(const Shape& parameter, int64_t channels, size_t rank, size_t axis,
                            size_t input, ErrorCode code) {
  if (parameter.element_count() == 1) return Shape{};
  if (!(parameter == Shape{channels})) {
    return Error(code, cat("input ", input, ": shape ", parameter.to_string(), " is neither one ",
                           "number nor one per output channel, of which there are ", channels));
  }
  Shape shape{channels};
  for (size_t i = axis + 1; i < rank; ++i) shape.append(1);
  return shape;
}

Result<Parameter> read_channels(ExecContext& context, size_t input, int64_t channels, size_t rank,
                                size_t axis) {
  if (input >= context.input_count() || !context.has_input(input)) return no_zero_point();
  TRY_ASSIGN(Parameter made, load_parameter(context, input));
  TRY_ASSIGN(made.shape,
             channel_shape(made.shape, channels, rank, axis, input, ErrorCode::kInvalidArgument));
  return made;
}

Result<Parameter> read_number(ExecContext& context, size_t input) {
  if (input >= context.input_count() || !context.has_input(input)) return no_zero_point();
  TRY_ASSIGN(Parameter made, load_parameter(context, input));
  if (made.shape.element_count() != 1) {
    return InvalidArgument(
        cat("input ", input, ": expected one number, got shape ", made.shape.to_string()));
  }
  made.shape = Shape{};
  return made;
}

std::optional<Shape> known_shape(const InferContext& context, size_t i) {
  return context.has_input(i) ? concrete(context.input(i).shape) : std::nullopt;
}

Status infer_number(const InferContext& context, size_t input) {
  const std::optional<Shape> shape = known_shape(context, input);
  if (!shape || shape->element_count() == 1) return ok();
  return InvalidModel(
      cat("input ", input, ": expected one number, got shape ", shape->to_string()));
}

Status infer_channels(const InferContext& context, size_t input, size_t weights) {
  const std::optional<Shape> shape = known_shape(context, input);
  const std::vector<Dim>* w = known_dims(context, weights);
  if (!shape || w == nullptr || w->empty() || !(*w)[0].is_known()) return ok();
  TRY(channel_shape(*shape, (*w)[0].size(), w->size(), 0, input, ErrorCode::kInvalidModel));
  return ok();
}

// ---- Sums

struct Convolution {
  const ConvShape& shape;
  const int32_t* x;
  const int32_t* w;
  const int32_t* bias;   ///< one per output channel, or null
  const Range* columns;  ///< for each tap of a row: the windows that see the image through it
  uint32_t* sums;

  void compute_row(int64_t row) const;
};

// One row of one output channel of one image; rows are numbered through all of them.
void Convolution::compute_row(int64_t row) const {
  const WindowPlan& plan = shape.plan;
  const AxisWindow& axis = plan.last();
  const int64_t out_columns = plan.out_columns();
  const int64_t in_columns = plan.in_columns();
  const int64_t plane = plan.in_rows() * in_columns;
  const int64_t output = row / plan.out_rows() % shape.outputs();
  const int64_t image = row / plan.out_rows() / shape.outputs();
  const int64_t channel = output / shape.group_outputs * shape.group_inputs;
  const int32_t* inputs = x + (image * shape.inputs() + channel) * plane;
  const int32_t* weights = w + output * shape.group_inputs * shape.taps;
  uint32_t* to = sums + row * out_columns;
  std::fill_n(to, out_columns, bias != nullptr ? static_cast<uint32_t>(bias[output]) : 0U);
  if (shape.group_inputs == 0) return;
  for_each_tap_row(plan, row % plan.out_rows(), [&](int64_t input_row, int64_t tap_row) {
    for (int64_t tap = 0; tap < axis.kernel; ++tap) {
      const Range range = columns[tap];
      const int64_t count = range.count();
      if (count == 0) continue;
      const int64_t first =
          input_row * in_columns + tap * axis.dilation - axis.pad_begin + range.begin * axis.stride;
      for (int64_t i = 0; i < shape.group_inputs; ++i) {
        const auto weight =
            static_cast<uint32_t>(weights[i * shape.taps + tap_row * axis.kernel + tap]);
        const int32_t* from = inputs + i * plane + first;
        uint32_t* out = to + range.begin;
        if (axis.stride == 1) {
          for (int64_t c = 0; c < count; ++c) out[c] += weight * static_cast<uint32_t>(from[c]);
        } else {
          for (int64_t c = 0; c < count; ++c) {
            out[c] += weight * static_cast<uint32_t>(from[c * axis.stride]);
          }
        }
      }
    }
  });
}

/// Where the inputs of the two operators are.
struct InputPlaces {
  size_t w, x_zero, w_zero, bias;
};

Status sum_up(ExecContext& context, ConvShape shape, const InputPlaces& places, int32_t* sums) {
  const TensorView& x = context.input(0);
  const TensorView& w = context.input(places.w);
  TRY_ASSIGN(const Parameter x_zero, read_number(context, places.x_zero));
  TRY_ASSIGN(const Parameter w_zero,
             read_channels(context, places.w_zero, shape.outputs(), w.shape.rank(), 0));
  TRY_ASSIGN(const int32_t* x_values, shifted<int32_t>(context, x, x_zero));
  TRY_ASSIGN(const int32_t* w_values, shifted<int32_t>(context, w, w_zero));
  flatten_windows(shape.plan);
  const AxisWindow& axis = shape.plan.last();
  // Weights of no channels may claim any kernel.
  const int64_t taps = shape.group_inputs == 0 ? 0 : axis.kernel;
  TRY_ASSIGN(const uint64_t bytes, checked_bytes(std::array{taps}, sizeof(Range)));
  TRY_ASSIGN(void* memory, context.scratch(bytes));
  auto* columns = static_cast<Range*>(memory);
  for (int64_t tap = 0; tap < taps; ++tap) {
    columns[tap] = windows_inside(axis, shape.plan.in_columns(), shape.plan.out_columns(), tap);
  }
  const bool has_bias =
      places.bias != 0 && places.bias < context.input_count() && context.has_input(places.bias);
  const auto* bias =
      has_bias ? static_cast<const int32_t*>(context.input(places.bias).data) : nullptr;
  // Signed sums are unsigned ones with the same bits; overflow of those is defined.
  const Convolution convolution{shape, x_values, w_values,
                                bias,  columns,  reinterpret_cast<uint32_t*>(sums)};
  const int64_t rows = shape.batch * shape.outputs() * shape.plan.out_rows();
  const auto work = static_cast<double>(shape.plan.out_columns()) *
                    static_cast<double>(shape.group_inputs) * static_cast<double>(shape.taps);
  const auto grain = static_cast<int64_t>(static_cast<double>(kGrain) / (work + 1)) + 1;
  auto piece = [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) convolution.compute_row(row);
  };
  context.parallel_for(rows, grain, piece);
  return context.interrupted();
}

/// Attributes, read once where the kernel is known.
class WindowState : public KernelState {
 public:
  WindowSpec spec;
};

template <size_t kWeights>
Result<std::unique_ptr<KernelState>> prepare_windows(const PrepareContext& context) {
  const std::vector<Dim>* w = known_dims(context, kWeights);
  if (w == nullptr) return std::unique_ptr<KernelState>();
  TRY_ASSIGN(const std::optional<WindowSpec> spec, known_windows(context.node(), w->size() - 2, w));
  if (!spec) return std::unique_ptr<KernelState>();
  auto state = std::make_unique<WindowState>();
  state->spec = *spec;
  return std::unique_ptr<KernelState>(std::move(state));
}

Result<ConvShape> shape_of(const ExecContext& context, size_t weights) {
  const auto* state = static_cast<const WindowState*>(context.state());
  return conv_shape_of(context.node(), context.input(0).shape, context.input(weights).shape,
                       state != nullptr ? &state->spec : nullptr);
}

// ---- ConvInteger: the image, the weights, their zero points

constexpr InputPlaces kIntegerPlaces{1, 2, 3, 0};

Status infer_conv_integer(InferContext& context) {
  TRY(expect_tensor(context, 0, kBytes));
  TRY(expect_tensor(context, 1, kBytes));
  for (const size_t zero_point : {size_t{2}, size_t{3}}) {
    if (!context.has_input(zero_point)) continue;
    TRY(expect_tensor(context, zero_point, kBytes));
    TRY(expect_same_dtype(context, zero_point - 2, zero_point));
  }
  TRY_ASSIGN(SymbolicShape out, infer_conv_shape(context, 0, 1));
  TRY(infer_number(context, 2));
  TRY(infer_channels(context, 3, 1));
  context.set_output(0, ValueType::tensor(DType::kInt32, std::move(out)));
  return ok();
}

Status run_conv_integer(ExecContext& context) {
  TRY_ASSIGN(const ConvShape shape, shape_of(context, 1));
  TRY_ASSIGN(const MutableTensorView y, context.output(0, DType::kInt32, shape.out()));
  if (y.shape.element_count() == 0) return ok();
  return sum_up(context, shape, kIntegerPlaces, static_cast<int32_t*>(y.data));
}

// ---- QLinearConv: the image, its scale and zero point, the weights, their two, the two of the
// answer, the bias

constexpr InputPlaces kLinearPlaces{3, 2, 5, 8};

Status infer_bias(const InferContext& context) {
  if (!context.has_input(8)) return ok();
  TRY(expect_tensor(context, 8, {DType::kInt32}));
  const std::vector<Dim>* bias = known_dims(context, 8);
  const std::vector<Dim>* w = known_dims(context, 3);
  if (bias == nullptr) return ok();
  const bool fits = bias->size() == 1 && (w == nullptr || w->empty() || !(*w)[0].is_known() ||
                                          !(*bias)[0].is_known() || (*w)[0] == (*bias)[0]);
  if (fits) return ok();
  return InvalidModel(cat("the bias has shape ", to_string(context.input(8).shape),
                          ", expected one number per output channel"));
}

Status infer_qlinear_conv(InferContext& context) {
  for (const size_t i : {size_t{0}, size_t{3}, size_t{7}}) {
    const size_t scale = i == 7 ? 6 : i + 1;
    const size_t zero_point = i == 7 ? 7 : i + 2;
    TRY(expect_tensor(context, i, kBytes));
    TRY(expect_tensor(context, scale, {DType::kFloat32}));
    TRY(expect_tensor(context, zero_point, kBytes));
    TRY(expect_same_dtype(context, i, zero_point));
    if (i == 3) {
      TRY(infer_channels(context, scale, 3));
      TRY(infer_channels(context, zero_point, 3));
    } else {
      TRY(infer_number(context, scale));
      TRY(infer_number(context, zero_point));
    }
  }
  TRY_ASSIGN(SymbolicShape out, infer_conv_shape(context, 0, 3));
  TRY(infer_bias(context));
  context.set_output(0, ValueType::tensor(context.input(7).dtype, std::move(out)));
  return ok();
}

Status run_qlinear_conv(ExecContext& context) {
  TRY_ASSIGN(const ConvShape shape, shape_of(context, 3));
  TRY_ASSIGN(const MutableTensorView y, context.output(0, context.input(7).dtype, shape.out()));
  Requantization how;
  TRY_ASSIGN(how.left, read_number(context, 1));
  TRY_ASSIGN(how.right, read_channels(context, 4, shape.outputs(), y.shape.rank(), 1));
  TRY_ASSIGN(const Parameter scale, read_number(context, 6));
  TRY_ASSIGN(const Parameter zero_point, read_number(context, 7));
  how.scale = scale.values[0];
  how.zero_point = zero_point.values[0];
  if (context.input_count() > 8 && context.has_input(8) &&
      context.input(8).shape.element_count() != shape.outputs()) {
    return InvalidArgument(cat("the bias has ", context.input(8).shape.element_count(),
                               " values for ", shape.outputs(), " output channels"));
  }
  const int64_t count = y.shape.element_count();
  if (count == 0) return ok();
  TRY_ASSIGN(void* memory, context.scratch(static_cast<size_t>(count) * sizeof(int32_t)));
  auto* sums = static_cast<int32_t*>(memory);
  TRY(sum_up(context, shape, kLinearPlaces, sums));
  requantize(context, sums, how, y);
  return ok();
}

constexpr OpDef kOps[] = {
    {.name = "ConvInteger",
     .since = 10,
     .inputs = {2, 4},
     .infer = infer_conv_integer,
     .run = run_conv_integer,
     .prepare = prepare_windows<1>},
    {.name = "QLinearConv",
     .since = 10,
     .inputs = {8, 9},
     .infer = infer_qlinear_conv,
     .run = run_qlinear_conv,
     .prepare = prepare_windows<3>},
};

}  // namespace

std::span<const OpDef> ops_quantized_conv() { return kOps; }

}  // namespace tundish
