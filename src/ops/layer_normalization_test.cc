#include <cmath>

#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

using Attributes = std::vector<std::pair<std::string, Attribute>>;

OpCall layer(std::vector<Tensor> inputs, Attributes attributes = {}, size_t outputs = 1) {
  attributes.emplace_back("epsilon", 0.0F);
  return {.op = "LayerNormalization",
          .inputs = std::move(inputs),
          .attributes = std::move(attributes),
          .output_count = outputs};
}
OpCall rms(std::vector<Tensor> inputs, Attributes attributes = {}) {
  attributes.emplace_back("epsilon", 0.0F);
  return {"RMSNormalization", std::move(inputs), std::move(attributes)};
}

const Tensor kX = tensor<float>({1, 3, 10, 30}, {2, 2});
const Tensor kOnes = vector<float>({1, 1});

TEST(LayerNormalization, rows_get_mean_0_and_variance_1) {
  const auto outputs = run_all(layer({kX, vector<float>({2, 3}), vector<float>({0, 5})}, {}, 3));
  ASSERT_TRUE(outputs.has_value()) << outputs.error().to_string();
  expect_close(outputs.value()[0], {2, 2}, {-2, 8, -2, 8});
  expect_close(outputs.value()[1], {2, 1}, {2, 20});
  expect_close(outputs.value()[2], {2, 1}, {1, 0.1});
  expect_close(run_op(layer({kX, Tensor::scalar(1.0F)}, {{"axis", int64_t{0}}})), {2, 2},
               {-10 / 11.467344, -8 / 11.467344, -1 / 11.467344, 19 / 11.467344}, 1e-5);
}

TEST(LayerNormalization, scale_and_bias_are_broadcast) {
  const Tensor column = tensor<float>({2, 3}, {2, 1});
  expect_close(run_op(layer({kX, column, column})), {2, 2}, {0, 4, 0, 6});
  expect_close(run_op(layer({kX, kOnes, column})), {2, 2}, {1, 3, 2, 4});
  expect_close(run_op(layer({kX, kX})), {2, 2}, {-1, 3, -10, 30});
  expect_close(run_op(layer({kX.reshaped({2, 1, 2}), kOnes.reshaped({1, 2})})), {2, 1, 2},
               {-1, 1, -1, 1});
  expect_close(run_op(layer({kX.reshaped({1, 2, 2}), kOnes}, {{"axis", int64_t{1}}})), {1, 2, 2},
               {-10 / 11.467344, -8 / 11.467344, -1 / 11.467344, 19 / 11.467344}, 1e-5);
}

TEST(LayerNormalization, statistics_have_the_stash_type) {
  const Tensor half = halves<Float16>({1, 3}, {2});
  const auto outputs =
      run_all(layer({half, halves<Float16>({1, 1}, {2})}, {{"stash_type", int64_t{16}}}, 3));
  ASSERT_TRUE(outputs.has_value()) << outputs.error().to_string();
  EXPECT_EQ(outputs.value()[0].dtype(), DType::kFloat16);
  EXPECT_EQ(outputs.value()[1].dtype(), DType::kBfloat16);
  expect_close(outputs.value()[2], {1}, {1});
  const Tensor wide = vector<double>({1, 3});
  const auto doubles = run_all(layer({wide, vector<double>({1, 1})}, {}, 2));
  ASSERT_TRUE(doubles.has_value()) << doubles.error().to_string();
  EXPECT_EQ(doubles.value()[1].dtype(), DType::kFloat32);
  expect_close(doubles.value()[0], {2}, {-1, 1}, 1e-14);
}

TEST(RmsNormalization, rows_get_mean_square_1) {
  const double size = std::sqrt(5.0);
  expect_close(run_op(rms({kX, vector<float>({1, 10})})), {2, 2},
               {1 / size, 30 / size, 1 / size, 30 / size});
  expect_close(run_op(rms({kX, tensor<float>({1, 2}, {2, 1})})), {2, 2},
               {1 / size, 3 / size, 2 / size, 6 / size});
}

TEST(RmsNormalization, the_answer_has_the_type_of_the_scale) {
  const Tensor half = halves<Float16>({3, 4}, {2});
  const double size = std::sqrt(12.5);
  for (const Tensor& scale : {kOnes, vector<double>({1, 1}), halves<Bfloat16>({1, 1}, {2})}) {
    const Result<Tensor> y = run_op(rms({half, scale}));
    ASSERT_TRUE(y.has_value()) << y.error().to_string();
    EXPECT_EQ(y.value().dtype(), scale.dtype());
    expect_close(y, {2}, {3 / size, 4 / size}, 3e-3);
  }
  expect_close(run_op(rms({vector<double>({3, 4}), kOnes})), {2}, {3 / size, 4 / size});
}

TEST(LayerNormalization, of_nothing_and_on_threads) {
  expect_close(run_op(layer({tensor<float>({}, {0, 2}), kOnes})), {0, 2}, {});
  expect_close(run_op(rms({tensor<float>({}, {2, 0}), tensor<float>({}, {0})})), {2, 0}, {});
  Tensor x = Tensor::allocate(DType::kFloat32, Shape{3000, 32}).value();
  for (int64_t i = 0; i < x.element_count(); ++i) {
    x.mutable_values<float>()[static_cast<size_t>(i)] = std::sin(static_cast<float>(i));
  }
  Tensor ones = Tensor::allocate(DType::kFloat32, Shape{32}).value();
  OpCall call = layer({x, ones});
  const Tensor one = run_op(call).value();
  call.thread_count = 3;
  EXPECT_TRUE(same_bits(one, run_op(call).value()));
}

TEST(LayerNormalization, infers_shapes) {
  EXPECT_EQ(inferred(layer({kX, kOnes}, {}, 3), {dims({symbol("N"), 2})}),
            "float32[N, 2] float32[N, 1] float32[N, 1]");
  EXPECT_EQ(inferred(layer({kX, kOnes}, {{"stash_type", int64_t{16}}}, 2), {SymbolicShape()}),
            "float32[?...] bfloat16[?...]");
}

TEST(LayerNormalization, refusals) {
  expect_refused(layer({kX, kOnes}, {{"axis", int64_t{2}}}), "axis 2 outside [-2, 2)");
  expect_fails_to_run(layer({kX, kOnes}, {{"axis", int64_t{-3}}}), "axis -3 outside");
  expect_refused(layer({kX, kOnes}, {{"stash_type", int64_t{7}}}), "stash_type 7");
  expect_refused(layer({kX, vector<float>({1, 2, 3})}), "cannot be broadcast");
  expect_fails_to_run(layer({kX, vector<float>({1, 2, 3})}), "cannot be broadcast");
  expect_fails_to_run(layer({kX, kOnes, tensor<float>({1, 2}, {1, 1, 2})}), "cannot be broadcast");
  expect_refused(layer({kX, vector<double>({1, 1})}), "float32 and float64");
  expect_refused(rms({kX, vector<float>({1, 2, 3})}), "cannot be broadcast");
  expect_refused(rms({kX, kOnes}, {{"axis", int64_t{2}}}), "axis 2 outside [-2, 2)");
}

}  // namespace
}  // namespace tundish
