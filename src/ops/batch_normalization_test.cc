#include <cmath>

#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

using Attributes = std::vector<std::pair<std::string, Attribute>>;

const Tensor kX = tensor<float>({1, 3, 10, 30, 5, 7, 50, 70}, {2, 2, 2});
const Tensor kOnes = vector<float>({1, 1});
const Tensor kZeros = vector<float>({0, 0});

OpCall batch(std::vector<Tensor> inputs, Attributes attributes = {}, size_t outputs = 1,
             int version = 0) {
  attributes.emplace_back("epsilon", 0.0F);
  return {.op = "BatchNormalization",
          .inputs = std::move(inputs),
          .attributes = std::move(attributes),
          .output_count = outputs,
          .version = version};
}

TEST(BatchNormalization, given_statistics) {
  const Tensor mean = vector<float>({1, 10});
  const Tensor variance = vector<float>({4, 100});
  expect_close(run_op(batch({kX, vector<float>({1, 2}), vector<float>({0, 5}), mean, variance})),
               {2, 2, 2}, {0, 1, 5, 9, 2, 3, 13, 17});
  expect_close(
      run_op(batch({kX, vector<float>({1, 2}), vector<float>({0, 5}), mean, variance}, {}, 1, 9)),
      {2, 2, 2}, {0, 1, 5, 9, 2, 3, 13, 17});
  const Tensor one = vector<float>({2});
  expect_close(run_op(batch({vector<float>({1, 2, 3}), one, one, one, vector<float>({1})})), {3},
               {0, 2, 4});
}

TEST(BatchNormalization, statistics_of_the_batch) {
  const Attributes training{{"training_mode", int64_t{1}}, {"momentum", 0.5F}};
  const auto outputs = run_all(
      batch({kX, kOnes, kZeros, vector<float>({2, 20}), vector<float>({1, 300})}, training, 3));
  ASSERT_TRUE(outputs.has_value()) << outputs.error().to_string();
  const double a = std::sqrt(5.0);
  const double b = std::sqrt(500.0);
  expect_close(outputs.value()[0], {2, 2, 2},
               {-3 / a, -1 / a, -30 / b, -10 / b, 1 / a, 3 / a, 10 / b, 30 / b});
  expect_close(outputs.value()[1], {2}, {3, 30});
  expect_close(outputs.value()[2], {2}, {3, 400});
}

TEST(BatchNormalization, before_14_outputs_ask_for_training) {
  const auto outputs = run_all(batch({kX, kOnes, kZeros, kZeros, kZeros}, {}, 5, 9));
  ASSERT_TRUE(outputs.has_value()) << outputs.error().to_string();
  expect_close(outputs.value()[1], {2}, {0.4, 4}, 1e-6);
  expect_close(outputs.value()[2], {2}, {0.5, 50}, 1e-6);
  expect_close(outputs.value()[3], {2}, {4, 40});
  expect_close(outputs.value()[4], {2}, {5, 500});
}

TEST(BatchNormalization, statistics_may_have_another_type) {
  const Tensor x = halves<Float16>({1, 3}, {1, 1, 2});
  const Tensor one = halves<Float16>({1}, {1});
  const auto outputs = run_all(batch({x, one, one, vector<float>({2}), vector<float>({1})},
                                     {{"training_mode", int64_t{1}}}, 2));
  ASSERT_TRUE(outputs.has_value()) << outputs.error().to_string();
  EXPECT_EQ(outputs.value()[0].dtype(), DType::kFloat16);
  EXPECT_EQ(outputs.value()[1].dtype(), DType::kFloat32);
  expect_close(outputs.value()[0], {1, 1, 2}, {0, 2});
}

TEST(BatchNormalization, threads_change_nothing) {
  Tensor x = Tensor::allocate(DType::kFloat32, Shape{2, 70, 2000}).value();
  for (int64_t i = 0; i < x.element_count(); ++i) {
    x.mutable_values<float>()[static_cast<size_t>(i)] = std::sin(static_cast<float>(i));
  }
  const Tensor zeros = Tensor::allocate(DType::kFloat32, Shape{70}).value();
  OpCall call = batch({x, zeros, zeros, zeros, zeros}, {{"training_mode", int64_t{1}}}, 3);
  const auto one = run_all(call).value();
  call.thread_count = 3;
  const auto three = run_all(call).value();
  for (size_t i = 0; i < 3; ++i) EXPECT_TRUE(same_bits(one[i], three[i]));
}

TEST(BatchNormalization, infers_shapes) {
  const OpCall call = batch({kX, kOnes, kZeros, kZeros, kOnes}, {{"training_mode", int64_t{1}}}, 3);
  EXPECT_EQ(inferred(call, {dims({symbol("N"), 2, symbol("L")})}),
            "float32[N, 2, L] float32[2] float32[2]");
}

TEST(BatchNormalization, refusals) {
  expect_refused(batch({kX, kOnes, kZeros, kZeros, vector<float>({1})}), "for 2 channels");
  expect_fails_to_run(batch({kX, kOnes, kZeros, kZeros, vector<float>({1})}), "for 2 channels");
  expect_refused(batch({kX, kOnes, kZeros, kZeros, kOnes}, {}, 3), "without training_mode");
  expect_refused(batch({Tensor::scalar(1.0F), kOnes, kOnes, kOnes, kOnes}), "X is a scalar");
  expect_fails_to_run(batch({Tensor::scalar(1.0F), kOnes, kOnes, kOnes, kOnes}), "X is a scalar");
  expect_refused(batch({vector<int32_t>({1}), kOnes, kOnes, kOnes, kOnes}), "int32");
}

}  // namespace
}  // namespace tundish
