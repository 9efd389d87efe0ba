#include <cmath>

#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

using Attributes = std::vector<std::pair<std::string, Attribute>>;

OpCall draw(Tensor x, int64_t count, Attributes more = {}) {
  more.emplace_back("sample_size", count);
  more.emplace_back("seed", 3.0F);
  return {"Multinomial", {std::move(x)}, std::move(more)};
}

// Uniform numbers of seed 3: 0.55, 0.71, 0.29, 0.51, 0.89, 0.90 (support/random_state_test.cc).
TEST(Multinomial, draws_by_weight) {
  const Tensor even = tensor<float>({0, 0, 0, 0}, {1, 4});
  expect_values<int32_t>(run_op(draw(even, 6)), {1, 6}, {2, 2, 1, 2, 3, 3});
  const Tensor logs = tensor<double>({std::log(0.25), std::log(0.5), -INFINITY}, {1, 3});
  expect_values<int64_t>(run_op(draw(logs, 4, {{"dtype", static_cast<int64_t>(DType::kInt64)}})),
                         {1, 4}, {1, 1, 0, 1});
  const Tensor rows = tensor<float>({0, 0, 100, 0}, {2, 2});
  expect_values<int32_t>(run_op(draw(rows, 2)), {2, 2}, {1, 1, 0, 0});
}

TEST(Multinomial, infers_shapes) {
  EXPECT_EQ(inferred(draw(tensor<float>({0}, {1, 1}), 5), {dims({symbol("N"), 3})}), "int32[N, 5]");
}

TEST(Multinomial, rejects_inputs) {
  expect_fails_to_run(draw(tensor<float>({NAN, 0}, {1, 2}), 1), "row 0 is no list");
  expect_fails_to_run(draw(tensor<float>({}, {1, 0}), 1), "row 0 is no list");
  expect_fails_to_run(draw(tensor<float>({-INFINITY}, {1, 1}), 1), "row 0 is no list");
  expect_refused(draw(vector<float>({1}), 1), "expected shape [batch, classes]");
  expect_fails_to_run(draw(vector<float>({1}), 1), "expected shape [batch, classes]");
  expect_refused(draw(tensor<float>({0}, {1, 1}), 0), "\"sample_size\" is 0");
  expect_refused(draw(tensor<float>({0}, {1, 1}), 1, {{"dtype", int64_t{1}}}), "element type 1");
}

}  // namespace
}  // namespace tundish
