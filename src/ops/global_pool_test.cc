#include <limits>

#include "ops/support/testing_images.h"

namespace tundish {
namespace {
using namespace ops::testing;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

TEST(GlobalPool, pools_each_channel) {
  const Tensor x = tensor<float>({1, 2, 3, 6, -8, 6, 0, 0}, {1, 2, 2, 2});
  expect_values<float>(run_op({"GlobalAveragePool", {x}}), {1, 2, 1, 1}, {3, -0.5});
  expect_values<float>(run_op({"GlobalMaxPool", {x}}), {1, 2, 1, 1}, {6, 6});
  expect_values<float>(run_op({"GlobalLpPool", {x}}), {1, 2, 1, 1}, {std::sqrt(50.0F), 10});
  expect_values<float>(run_op({"GlobalLpPool", {x}, {{"p", int64_t{1}}}}), {1, 2, 1, 1}, {12, 14});
  OpCall old{"GlobalLpPool", {x}, {{"p", 1.0F}}};
  old.version = 1;
  expect_values<float>(run_op(old), {1, 2, 1, 1}, {12, 14});
}

TEST(GlobalPool, takes_other_ranks_types_and_threads) {
  expect_values<double>(run_op({"GlobalAveragePool", {counting<double>({2, 1, 5})}}), {2, 1, 1},
                        {2, 7});
  expect_values<float>(run_op({"GlobalMaxPool", {counting<float>({1, 2})}}), {1, 2}, {0, 1});
  expect_values<Float16>(run_op({"GlobalAveragePool", {counting<Float16>({1, 1, 2})}}), {1, 1, 1},
                         {Float16(0.5F)});
  OpCall call{"GlobalAveragePool", {noise<float>({3, 5, 30, 30}, 1)}};
  const Tensor one = run_op(call).value();
  call.thread_count = 2;
  EXPECT_TRUE(same_bits(one, run_op(call).value()));
}

TEST(GlobalPool, passes_nan_on_and_takes_nothing) {
  const Tensor x = tensor<float>({1, kNan, 3}, {1, 1, 3});
  expect_values<float>(run_op({"GlobalMaxPool", {x}}), {1, 1, 1}, {kNan});
  const Tensor none = Tensor::allocate(DType::kFloat32, {1, 1, 0}).value();
  expect_values<float>(run_op({"GlobalMaxPool", {none}}), {1, 1, 1}, {-kInfinity});
  expect_values<float>(run_op({"GlobalAveragePool", {none}}), {1, 1, 1}, {kNan});
}

TEST(GlobalPool, infers_and_rejects) {
  const OpCall call{"GlobalMaxPool", {counting<float>({1, 1, 2})}};
  EXPECT_EQ(inferred(call, {dims({symbol("N"), 3, symbol("W")})}), "float32[N, 3, 1]");
  EXPECT_EQ(inferred(call, {SymbolicShape()}), "float32[?...]");
  expect_refused({"GlobalMaxPool", {counting<float>({2})}}, "expected at least 2 dimensions");
  expect_fails_to_run({"GlobalMaxPool", {counting<float>({2})}}, "expected at least 2 dimensions");
  expect_refused({"GlobalLpPool", {counting<float>({1, 1})}, {{"p", int64_t{-1}}}}, "not above 0");
}

}  // namespace
}  // namespace tundish
