// RandomUniform, RandomNormal and their Like forms; Bernoulli.
//
// With a seed the numbers are those of ONNX's reference implementation; without one the node's name
// is the seed (support/random_state.h). Every call draws the same.
#include <algorithm>

#include "base/strings.h"
#include "ops/support/elementwise.h"
#include "ops/support/move.h"
#include "ops/support/random_state.h"
#include "ops/support/signal.h"
#include "ops/support/written.h"

namespace tundish {
namespace {
using namespace ops;

Status check_attributes(const Node& node) {
  for (const std::string_view name : {"low", "high", "mean", "scale", "seed"}) {
    TRY(node.attributes.get_float(name, 0));
  }
  TRY(random_state(node));
  return ok();
}

Result<Shape> read_shape(const Node& node) {
  if (!node.attributes.has("shape")) return InvalidModel("attribute \"shape\" is missing");
  TRY_ASSIGN(const std::vector<int64_t> sizes, node.attributes.get_ints("shape"));
  return in("attribute \"shape\"", Shape::from_dims(sizes));
}

Status infer_random(InferContext& context) {
  TRY(check_attributes(context.node()));
  TRY_ASSIGN(const DType dtype,
             read_dtype(context.node(), "dtype", DType::kFloat32, AllFloats::kSet));
  TRY_ASSIGN(const Shape shape, read_shape(context.node()));
  context.set_output(0, ValueType::tensor(dtype, symbolic(shape)));
  return ok();
}

Status infer_like(InferContext& context) {
  TRY(check_attributes(context.node()));
  if (!context.has_input(0)) return InvalidModel("input 0 is missing");
  const ValueType& type = context.input(0);
  if (type.kind != ValueKind::kTensor) {
    return InvalidModel(cat("input 0: expected a tensor, got ", type.to_string()));
  }
  TRY_ASSIGN(const DType dtype, read_dtype(context.node(), "dtype", type.dtype, AllFloats::kSet));
  context.set_output(0, ValueType::tensor(dtype, type.shape));
  return ok();
}

// Blocks of numbers drawn in order by `draw(state)` into output 0.
template <class Draw>
Status fill(ExecContext& context, DType dtype, const Shape& shape, Draw draw) {
  TRY_ASSIGN(RandomState state, random_state(context.node()));
  TRY_ASSIGN(const MutableTensorView y, context.output(0, dtype, shape));
  const int64_t count = shape.element_count();
  double block[256];
  for (int64_t at = 0; at < count; at += 256) {
    const auto size = static_cast<size_t>(std::min<int64_t>(256, count - at));
    for (size_t i = 0; i < size; ++i) block[i] = draw(state, at + static_cast<int64_t>(i));
    write_numbers(std::span(block, size), y, at);
  }
  return ok();
}

Status draw_uniform(ExecContext& context, DType dtype, const Shape& shape) {
  TRY_ASSIGN(const float low, context.node().attributes.get_float("low", 0));
  TRY_ASSIGN(const float high, context.node().attributes.get_float("high", 1));
  const auto from = static_cast<double>(low);
  const double width = static_cast<double>(high) - from;
  return fill(context, dtype, shape,
              [&](RandomState& state, int64_t) { return state.uniform() * width + from; });
}

Status draw_normal(ExecContext& context, DType dtype, const Shape& shape) {
  TRY_ASSIGN(const float mean, context.node().attributes.get_float("mean", 0));
  TRY_ASSIGN(const float scale, context.node().attributes.get_float("scale", 1));
  const auto centre = static_cast<double>(mean);
  const auto width = static_cast<double>(scale);
  return fill(context, dtype, shape,
              [&](RandomState& state, int64_t) { return state.normal() * width + centre; });
}

template <Status (*draw)(ExecContext&, DType, const Shape&)> Status run(ExecContext& context) {
  TRY_ASSIGN(const DType dtype,
             read_dtype(context.node(), "dtype", DType::kFloat32, AllFloats::kSet));
  TRY_ASSIGN(const Shape shape, read_shape(context.node()));
  return draw(context, dtype, shape);
}

// The shape of a tensor of any type; its elements are not looked at.
template <Status (*draw)(ExecContext&, DType, const Shape&)> Status run_like(ExecContext& context) {
  const TensorView& x = context.input(0);
  TRY_ASSIGN(const DType dtype, read_dtype(context.node(), "dtype", x.dtype, AllFloats::kSet));
  return draw(context, dtype, x.shape);
}

Status infer_bernoulli(InferContext& context) {
  TRY(expect_tensor(context, 0, AllFloats::kSet, {}));
  TRY(check_attributes(context.node()));
  TRY_ASSIGN(const DType dtype, read_dtype(context.node(), "dtype", context.input(0).dtype,
                                           AllNumbers::kSet | kBools));
  context.set_output(0, ValueType::tensor(dtype, context.input(0).shape));
  return ok();
}

Status run_bernoulli(ExecContext& context) {
  const TensorView& x = context.input(0);
  TRY_ASSIGN(const DType dtype,
             read_dtype(context.node(), "dtype", x.dtype, AllNumbers::kSet | kBools));
  const int64_t count = x.shape.element_count();
  Complex chance;
  for (int64_t i = 0; i < count; ++i) {
    read_signal(x, i, 1, 1, Parts::kReal, &chance);
    if (!(chance.re >= 0 && chance.re <= 1)) {
      return InvalidArgument(
          cat("input 0, element ", i, ": a probability of ", chance.re, " outside [0, 1]"));
    }
  }
  return fill(context, dtype, x.shape, [&](RandomState& state, int64_t i) {
    read_signal(x, i, 1, 1, Parts::kReal, &chance);
    return state.bernoulli(chance.re) ? 1.0 : 0.0;
  });
}

constexpr OpTraits kRandom = {.pure = false};

constexpr OpDef kOps[] = {
    {.name = "RandomUniform",
     .since = 1,
     .inputs = {0, 0},
     .traits = kRandom,
     .infer = infer_random,
     .run = run<draw_uniform>},
    {.name = "RandomNormal",
     .since = 1,
     .inputs = {0, 0},
     .traits = kRandom,
     .infer = infer_random,
     .run = run<draw_normal>},
    {.name = "RandomUniformLike",
     .since = 1,
     .inputs = {1, 1},
     .traits = kRandom,
     .infer = infer_like,
     .run = run_like<draw_uniform>},
    {.name = "RandomNormalLike",
     .since = 1,
     .inputs = {1, 1},
     .traits = kRandom,
     .infer = infer_like,
     .run = run_like<draw_normal>},
    {.name = "Bernoulli",
     .since = 15,
     .inputs = {1, 1},
     .traits = kRandom,
     .infer = infer_bernoulli,
     .run = run_bernoulli},
};

}  // namespace

std::span<const OpDef> ops_random() { return kOps; }

}  // namespace tundish
