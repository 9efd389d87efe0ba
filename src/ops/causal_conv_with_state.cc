// CausalConvWithState: each channel convolved with its own kernel over present and past positions.
#include <cmath>

#include "base/strings.h"
#include "ops/support/half_adapter.h"
#include "ops/support/move.h"

namespace tundish {
namespace {
using namespace ops;

using Allowed = Types<float, Float16, Bfloat16>;

// Multiplications that a thread should get at least: about 50 us.
constexpr int64_t kGrain = 32768;

enum class Activation : uint8_t { kNone, kSilu };

Result<Activation> read_activation(const AttributeList& attributes) {
  TRY_ASSIGN(const std::string text, attributes.get_string("activation", "none"));
  if (text == "none") return Activation::kNone;
  if (text == "silu" || text == "swish") return Activation::kSilu;
  return InvalidModel(
      cat("attribute \"activation\": ", quoted(text), " is none of none, silu, swish"));
}

// Input i, where it is there, has these sizes as far as they are known.
Status expect_shape(const InferContext& context, size_t i, const std::vector<Dim>& want) {
  if (!context.has_input(i)) return ok();
  TRY(expect_tensor(context, i, Allowed::kSet));
  TRY(expect_same_dtype(context, 0, i));
  const std::vector<Dim>* dims = known_dims(context, i);
  if (dims == nullptr) return ok();
  bool fits = dims->size() == want.size();
  for (size_t axis = 0; fits && axis < want.size(); ++axis) {
    fits = !want[axis].is_known() || !(*dims)[axis].is_known() || want[axis] == (*dims)[axis];
  }
  if (fits) return ok();
  return InvalidModel(cat("input ", i, " has shape ", to_string(context.input(i).shape),
                          ", expected ", to_string(SymbolicShape(want))));
}

Status infer_causal(InferContext& context) {
  TRY(read_activation(context.node().attributes));
  TRY(expect_shape(context, 0, std::vector<Dim>(3)));
  TRY(expect_tensor(context, 1, Allowed::kSet));
  const std::vector<Dim>* x = known_dims(context, 0);
  const std::vector<Dim>* w = known_dims(context, 1);
  const Dim channels = x != nullptr ? (*x)[1] : Dim();
  TRY(expect_shape(context, 1, {channels, 1, Dim()}));
  TRY(expect_shape(context, 2, {channels}));
  Dim carried;
  if (w != nullptr && (*w)[2].is_known()) {
    if ((*w)[2].size() < 1) return InvalidModel("the kernel has no taps");
    carried = Dim((*w)[2].size() - 1);
  }
  TRY(expect_shape(context, 3, {x != nullptr ? (*x)[0] : Dim(), channels, carried}));
  context.set_output(0, context.input(0));
  if (context.node().outputs.size() > 1) {
    SymbolicShape state{{x != nullptr ? (*x)[0] : Dim(), channels, carried}};
    context.set_output(1, ValueType::tensor(context.input(0).dtype, std::move(state)));
  }
  return ok();
}

struct CausalShape {
  int64_t batch, channels, length, taps;
};

Result<CausalShape> shape_of(const ExecContext& context) {
  const Shape& x = context.input(0).shape;
  const Shape& w = context.input(1).shape;
  if (x.rank() != 3 || w.rank() != 3 || w[0] != x[1] || w[1] != 1 || w[2] < 1) {
    return InvalidArgument(cat("shapes ", x.to_string(), " and ", w.to_string(),
                               " are not [batch, channels, length] and [channels, 1, taps]"));
  }
  const CausalShape shape{x[0], x[1], x[2], w[2]};
  if (context.input_count() > 2 && context.has_input(2) &&
      context.input(2).shape != Shape{shape.channels}) {
    return InvalidArgument(cat("the bias has shape ", context.input(2).shape.to_string(),
                               ", expected [", shape.channels, "]"));
  }
  if (context.input_count() > 3 && context.has_input(3) &&
      context.input(3).shape != Shape{shape.batch, shape.channels, shape.taps - 1}) {
    return InvalidArgument(cat("the past state has shape ", context.input(3).shape.to_string(),
                               ", expected [", shape.batch, ", ", shape.channels, ", ",
                               shape.taps - 1, "]"));
  }
  return shape;
}

// What is before and in one row of the input: past state, then the row.
struct Row {
  const float* past;  // or null: zeros
  const float* x;
  int64_t carried;

  float operator[](int64_t i) const {
    if (i >= carried) return x[i - carried];
    return past == nullptr ? 0 : past[i];
  }
};

void convolve(const Row& row, const float* w, float bias, const CausalShape& shape, float* y) {
  std::fill_n(y, shape.length, bias);
  for (int64_t tap = 0; tap < shape.taps; ++tap) {
    // Outputs before `first` see the past through this tap.
    const int64_t first = std::min(row.carried - tap, shape.length);
    for (int64_t i = 0; i < first; ++i) y[i] += w[tap] * row[i + tap];
    const float* x = row.x + (tap - row.carried);
    for (int64_t i = first; i < shape.length; ++i) y[i] += w[tap] * x[i];
  }
}

// A half's sum is rounded before the activation, as in the operator's function body.
float silu(float x, DType dtype) {
  if (dtype == DType::kFloat16) x = static_cast<float>(Float16(x));
  if (dtype == DType::kBfloat16) x = static_cast<float>(Bfloat16(x));
  return x / (1 + std::exp(-x));
}

Status run_float(ExecContext& context, DType dtype) {
  TRY_ASSIGN(const CausalShape shape, shape_of(context));
  TRY_ASSIGN(const Activation activation, read_activation(context.node().attributes));
  const int64_t carried = shape.taps - 1;
  const float* x = static_cast<const float*>(context.input(0).data);
  const float* w = static_cast<const float*>(context.input(1).data);
  const auto optional = [&](size_t i) -> const float* {
    if (context.input_count() <= i || !context.has_input(i)) return nullptr;
    return static_cast<const float*>(context.input(i).data);
  };
  const float* bias = optional(2);
  const float* past = optional(3);
  TRY_ASSIGN(const MutableTensorView y, context.output(0, DType::kFloat32, context.input(0).shape));
  float* state = nullptr;
  if (context.output_count() > 1 && context.output_wanted(1)) {
    TRY_ASSIGN(const MutableTensorView view,
               context.output(1, DType::kFloat32, Shape{shape.batch, shape.channels, carried}));
    state = static_cast<float*>(view.data);
  }
  auto rows = [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t channel = i % shape.channels;
      const Row row{past == nullptr ? nullptr : past + i * carried, x + i * shape.length, carried};
      float* out = static_cast<float*>(y.data) + i * shape.length;
      convolve(row, w + channel * shape.taps, bias == nullptr ? 0 : bias[channel], shape, out);
      if (activation == Activation::kSilu) {
        for (int64_t k = 0; k < shape.length; ++k) out[k] = silu(out[k], dtype);
      }
      for (int64_t k = 0; state != nullptr && k < carried; ++k) {
        state[i * carried + k] = row[shape.length + k];
      }
    }
  };
  context.parallel_for(shape.batch * shape.channels,
                       std::max<int64_t>(1, kGrain / (shape.length * shape.taps + 1)), rows);
  return ok();
}

template <DType kType> Status run_as(ExecContext& context) { return run_float(context, kType); }

Status run_causal(ExecContext& context) {
  switch (context.input(0).dtype) {
    case DType::kFloat16: return run_widened(context, run_as<DType::kFloat16>);
    case DType::kBfloat16: return run_widened(context, run_as<DType::kBfloat16>);
    default: return run_as<DType::kFloat32>(context);
  }
}

constexpr OpDef kOps[] = {
    {.name = "CausalConvWithState",
     .since = 27,
     .inputs = {2, 4},
     .outputs = {1, 2},
     .infer = infer_causal,
     .run = run_causal},
};

}  // namespace

std::span<const OpDef> ops_causal_conv_with_state() { return kOps; }

}  // namespace tundish
