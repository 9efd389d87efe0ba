#include "import/onnx/upgrade/support/post_transform.h"

#include <array>

#include "base/strings.h"

namespace tundish {

namespace {

using OneValue = Result<ValueId>;

AttributeList keep_dims() {
  AttributeList list;
  list.set("keepdims", int64_t{1});
  return list;
}

ValueId last_axis(Lift& lift) {
  const std::array<int64_t, 1> axis = {1};
  return lift.builder.constant(Tensor::of(std::span<const int64_t>(axis)));
}

// 1 / (1 + exp(-|v|)), and one minus that for negative v (trees.md 2.2).
OneValue logistic(Lift& lift, ValueId v) {
  const ValueId one = lift.builder.scalar(1.0F);
  const ValueId zero = lift.builder.scalar(0.0F);
  TRY_ASSIGN(const ValueId size, lift.inner("Abs", {v}));
  TRY_ASSIGN(const ValueId minus, lift.inner("Neg", {size}));
  TRY_ASSIGN(const ValueId power, lift.inner("Exp", {minus}));
  TRY_ASSIGN(const ValueId divisor, lift.inner("Add", {one, power}));
  TRY_ASSIGN(const ValueId upper, lift.inner("Div", {one, divisor}));
  TRY_ASSIGN(const ValueId lower, lift.inner("Sub", {one, upper}));
  TRY_ASSIGN(const ValueId is_negative, lift.inner("Less", {v, zero}));
  return lift.inner("Where", {is_negative, lower, upper});
}

// exp(v - max) over its sum. With `skip_zeros`, entries of at most 1e-7 in size become
// v * exp(-max) and are left out of the sum.
OneValue softmax(Lift& lift, ValueId v, PostTransform kind) {
  const ValueId axis = last_axis(lift);
  TRY_ASSIGN(const ValueId largest, lift.inner("ReduceMax", {v, axis}, keep_dims()));
  TRY_ASSIGN(const ValueId shifted, lift.inner("Sub", {v, largest}));
  TRY_ASSIGN(ValueId power, lift.inner("Exp", {shifted}));
  ValueId summed = power;
  if (kind == PostTransform::kSoftmaxZero) {
    TRY_ASSIGN(const ValueId size, lift.inner("Abs", {v}));
    TRY_ASSIGN(const ValueId counts,
               lift.inner("Greater", {size, lift.builder.scalar(0.0000001F)}));
    TRY_ASSIGN(const ValueId minus, lift.inner("Neg", {largest}));
    TRY_ASSIGN(const ValueId scale, lift.inner("Exp", {minus}));
    TRY_ASSIGN(const ValueId scaled, lift.inner("Mul", {v, scale}));
    TRY_ASSIGN(summed, lift.inner("Where", {counts, power, lift.builder.scalar(0.0F)}));
    TRY_ASSIGN(power, lift.inner("Where", {counts, power, scaled}));
  }
  TRY_ASSIGN(const ValueId sum, lift.inner("ReduceSum", {summed, axis}, keep_dims()));
  return lift.inner("Div", {power, sum});
}

// sqrt(2) * erfinv(2v - 1) with the approximation of erfinv by S. Winitzki ("A handy approximation
// for the error function and its inverse", 2008, a = 0.147), as ONNX Runtime computes it.
OneValue probit(Lift& lift, ValueId v) {
  const auto number = [&](float value) { return lift.builder.scalar(value); };
  constexpr float kA = 0.147F;
  constexpr float kPi = 3.14159265F;
  TRY_ASSIGN(const ValueId doubled, lift.inner("Mul", {number(2.0F), v}));
  TRY_ASSIGN(const ValueId x, lift.inner("Sub", {doubled, number(1.0F)}));
  TRY_ASSIGN(const ValueId below, lift.inner("Sub", {number(1.0F), x}));
  TRY_ASSIGN(const ValueId above, lift.inner("Add", {number(1.0F), x}));
  TRY_ASSIGN(const ValueId product, lift.inner("Mul", {below, above}));
  TRY_ASSIGN(const ValueId log, lift.inner("Log", {product}));
  TRY_ASSIGN(const ValueId half, lift.inner("Mul", {number(0.5F), log}));
  TRY_ASSIGN(const ValueId a, lift.inner("Add", {number(2.0F / (kPi * kA)), half}));
  TRY_ASSIGN(const ValueId b, lift.inner("Mul", {number(1.0F / kA), log}));
  TRY_ASSIGN(const ValueId square, lift.inner("Mul", {a, a}));
  TRY_ASSIGN(const ValueId difference, lift.inner("Sub", {square, b}));
  TRY_ASSIGN(const ValueId root, lift.inner("Sqrt", {difference}));
  TRY_ASSIGN(const ValueId inner, lift.inner("Sub", {root, a}));
  TRY_ASSIGN(const ValueId size, lift.inner("Sqrt", {inner}));
  TRY_ASSIGN(const ValueId is_negative, lift.inner("Less", {x, number(0.0F)}));
  TRY_ASSIGN(const ValueId minus, lift.inner("Neg", {size}));
  TRY_ASSIGN(const ValueId signed_size, lift.inner("Where", {is_negative, minus, size}));
  return lift.inner("Mul", {number(1.41421356F), signed_size});
}

}  // namespace

Result<PostTransform> post_transform_of(std::string_view name) {
  if (name == "NONE") return PostTransform::kNone;
  if (name == "SOFTMAX") return PostTransform::kSoftmax;
  if (name == "LOGISTIC") return PostTransform::kLogistic;
  if (name == "SOFTMAX_ZERO") return PostTransform::kSoftmaxZero;
  if (name == "PROBIT") return PostTransform::kProbit;
  return InvalidModel(cat("attribute \"post_transform\": unknown value ", quoted(name)));
}

Result<ValueId> add_post_transform(Lift& lift, ValueId scores, PostTransform transform) {
  if (transform == PostTransform::kNone) return scores;
  const DType dtype = lift.builder.type(scores).dtype;
  if (dtype != DType::kFloat32) {
    return Unsupported(cat("post_transform of ", dtype_name(dtype), " scores"));
  }
  switch (transform) {
    case PostTransform::kLogistic: return logistic(lift, scores);
    case PostTransform::kProbit: return probit(lift, scores);
    default: return softmax(lift, scores, transform);
  }
}

Result<std::vector<ValueId>> finish_scores(Lift& lift, ValueId scores, PostTransform transform,
                                           int64_t target_count) {
  if (lift.output_names.size() != 1) {
    return InvalidModel(cat("expected 1 output, got ", lift.output_names.size()));
  }
  if (target_count == 1 && transform != PostTransform::kProbit) transform = PostTransform::kNone;
  TRY_ASSIGN(const ValueId transformed, add_post_transform(lift, scores, transform));
  return std::vector<ValueId>{transformed};
}

}  // namespace tundish
