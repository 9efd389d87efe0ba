#include <limits>

#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

template <class T> OpCall range(T start, T limit, T delta) {
  return {"Range", {Tensor::scalar(start), Tensor::scalar(limit), Tensor::scalar(delta)}};
}

TEST(Range, stops_before_the_limit) {
  expect_values<int32_t>(run_op(range<int32_t>(3, 9, 3)), {2}, {3, 6});
  expect_values<int32_t>(run_op(range<int32_t>(10, 4, -2)), {3}, {10, 8, 6});
  expect_values<int64_t>(run_op(range<int64_t>(10, 6, -3)), {2}, {10, 7});
  expect_values<int16_t>(run_op(range<int16_t>(0, 0, 5)), {0}, {});
  expect_values<int16_t>(run_op(range<int16_t>(0, -1, 5)), {0}, {});
  expect_values<double>(run_op(range<double>(1, 5, 2)), {2}, {1, 3});
  expect_values<float>(run_op(range<float>(0, 1, 0.25F)), {4}, {0, 0.25F, 0.5F, 0.75F});
  expect_values<float>(run_op(range<float>(1, 0, 1)), {0}, {});
}

TEST(Range, rounds_each_number_once) {
  const Result<Tensor> got = run_op(range<float>(0, 100, 0.1F));
  ASSERT_TRUE(got.has_value());
  EXPECT_EQ(got.value().values<float>()[777], static_cast<float>(777 * double{0.1F}));
}

TEST(Range, counts_halves_in_float) {
  const auto half = [](float x) { return Float16(x); };
  expect_values<Float16>(run_op(range(half(1), half(5), half(2))), {2}, {half(1), half(3)});
  // 2048 + 1 is no float16, but the next even number is.
  expect_values<Float16>(run_op(range(half(2046), half(2052), half(2))), {3},
                         {half(2046), half(2048), half(2050)});
  const auto brain = [](float x) { return Bfloat16(x); };
  OpCall call = range(brain(0), brain(3), brain(1));
  call.attributes = {{"stash_type", int64_t{11}}};
  expect_values<Bfloat16>(run_op(call), {3}, {brain(0), brain(1), brain(2)});
}

TEST(Range, goes_to_the_ends_of_integers) {
  expect_values<int64_t>(run_op(range<int64_t>(INT64_MIN, INT64_MAX, INT64_MAX)), {3},
                         {INT64_MIN, -1, INT64_MAX - 1});
  expect_values<int64_t>(run_op(range<int64_t>(INT64_MAX, INT64_MIN, INT64_MIN)), {2},
                         {INT64_MAX, -1});
}

TEST(Range, infers_its_length) {
  EXPECT_EQ(inferred(range<int32_t>(3, 9, 3), {}), "int32[2]");
  EXPECT_EQ(inferred(range<int32_t>(3, 9, 3), {dims({})}), "int32[?]");
}

TEST(Range, refusals) {
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  expect_refused(range<int32_t>(0, 1, 0), "a step of 0");
  expect_fails_to_run(range<float>(0, 1, 0), "a step of 0");
  expect_refused(range<float>(0, kNan, 1), "no range from 0 to nan");
  expect_error(run_op(range<float>(0, 3e38F, 1)), ErrorCode::kLimit, "a range of");
  expect_error(run_op(range<int64_t>(INT64_MIN, INT64_MAX, 1)), ErrorCode::kLimit, "a range of");
  expect_error(run_op(range<int64_t>(0, int64_t{1} << 50, 1)), ErrorCode::kLimit,
               "does not fit into memory");
  expect_refused({"Range", {vector<float>({1, 2}), Tensor::scalar(1.0F), Tensor::scalar(1.0F)}},
                 "expected a scalar, got shape [2]");
  OpCall stash = range<float>(0, 1, 1);
  stash.attributes = {{"stash_type", int64_t{10}}};
  expect_refused(stash, "10 is neither float32 nor float64");
}

}  // namespace
}  // namespace tundish
