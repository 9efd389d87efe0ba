#include "ops/support/half_adapter.h"

#include "ops/support/testing.h"

namespace tundish::ops {
namespace {
using namespace testing;

// Adds 2^-12 twice: lost when each step rounds to float16, kept when only the end does.
Status add_small(ExecContext& context) {
  const TensorView& x = context.input(0);
  EXPECT_EQ(x.dtype, DType::kFloat32);
  EXPECT_EQ(context.input_value(0).tensor()->dtype(), DType::kFloat32);
  TRY_ASSIGN(const MutableTensorView y, context.output(0, x.dtype, x.shape));
  for (int64_t i = 0; i < x.shape.element_count(); ++i) {
    y.values<float>()[i] = (x.values<float>()[i] + 0x1p-11F) + 0x1p-11F;
  }
  return ok();
}

Status count_halves(ExecContext& context) {
  TRY_ASSIGN(const MutableTensorView y, context.output(0, DType::kInt64, Shape{}));
  y.values<int64_t>()[0] = context.input(0).dtype == DType::kFloat32 ? 1 : 0;
  return ok();
}

Tensor halves(DType dtype, std::initializer_list<float> values) {
  Tensor made = Tensor::allocate(dtype, Shape{static_cast<int64_t>(values.size())}).value();
  for (size_t i = 0; i < values.size(); ++i) {
    const float value = values.begin()[i];
    made.mutable_values<uint16_t>()[i] =
        dtype == DType::kFloat16 ? Float16(value).bits : Bfloat16(value).bits;
  }
  return made;
}

Tensor run(const Tensor& x, RunFunction function, HalfOutputType type = first_half_type) {
  Node node;
  node.inputs.resize(1);
  node.outputs.resize(1);
  const Tensor inputs[] = {x};
  TestContext context(node, inputs, nullptr, kernels::table_for(kernels::Isa::kGeneric), 1);
  EXPECT_TRUE(run_widened(context, function, type).has_value());
  return context.results[0];
}

TEST(HalfAdapter, rounds_once_at_the_end) {
  const Tensor y = run(halves(DType::kFloat16, {1, -2}), add_small);
  ASSERT_EQ(y.dtype(), DType::kFloat16);
  EXPECT_EQ(static_cast<float>(y.values<Float16>()[0]), 1 + 0x1p-10F);
  const Tensor z = run(halves(DType::kBfloat16, {1, -2}), add_small);
  ASSERT_EQ(z.dtype(), DType::kBfloat16);
  EXPECT_EQ(static_cast<float>(z.values<Bfloat16>()[1]), -2.0F);
}

TEST(HalfAdapter, leaves_other_types_alone) {
  const Tensor y = run(vector<float>({1, 2}), add_small);
  ASSERT_EQ(y.dtype(), DType::kFloat32);
  EXPECT_EQ(y.values<float>()[1], 2 + 0x1p-10F);
  EXPECT_EQ(run(halves(DType::kFloat16, {1}), count_halves).values<int64_t>()[0], 1);
}

TEST(HalfAdapter, an_output_may_stay_float32) {
  const auto stays = [](const ExecContext&, size_t) { return DType::kFloat32; };
  EXPECT_EQ(run(halves(DType::kFloat16, {1}), add_small, stays).dtype(), DType::kFloat32);
}

TEST(HalfAdapter, passes_errors_and_nothing_on) {
  EXPECT_EQ(run(halves(DType::kFloat16, {}), add_small).shape().to_string(), "[0]");
  Node node;
  node.inputs.resize(1);
  const Tensor inputs[] = {halves(DType::kFloat16, {1})};
  TestContext context(node, inputs, nullptr, kernels::table_for(kernels::Isa::kGeneric), 1);
  const auto fails = [](ExecContext&) -> Status { return InvalidArgument("no"); };
  expect_error(run_widened(context, fails), ErrorCode::kInvalidArgument, "no");
}

}  // namespace
}  // namespace tundish::ops
