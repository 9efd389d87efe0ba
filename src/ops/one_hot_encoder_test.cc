#include <cmath>

#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

using Attributes = std::vector<std::pair<std::string, Attribute>>;
using Ints = std::vector<int64_t>;
using Strings = std::vector<std::string>;

OpCall encode(Tensor x, Attributes attributes) {
  return {"OneHotEncoder", {std::move(x)}, std::move(attributes), std::string(kDomainMl)};
}

// Answers of ONNX Runtime 1.31.1.
TEST(OneHotEncoder, marks_the_category) {
  expect_values<float>(run_op(encode(vector<int64_t>({1, 9, 2}), {{"cats_int64s", Ints{1, 2}}})),
                       {3, 2}, {1, 0, 0, 0, 0, 1});
  expect_values<float>(
      run_op(encode(vector<float>({1.7F, -1.2F, NAN}), {{"cats_int64s", Ints{1, 2, -1}}})), {3, 3},
      {1, 0, 0, 0, 0, 1, 0, 0, 0});
  expect_values<float>(run_op(encode(vector<int32_t>({1}), {{"cats_int64s", Ints{1, 1}}})), {1, 2},
                       {0, 1});
  expect_values<float>(run_op(encode(vector<double>({2.5}), {{"cats_int64s", Ints{2}}})), {1, 1},
                       {1});
  const std::string words[] = {"a", "z"};
  expect_values<float>(
      run_op(encode(Tensor::of_strings(words, {2, 1}), {{"cats_strings", Strings{"a", "b"}}})),
      {2, 1, 2}, {1, 0, 0, 0});
}

TEST(OneHotEncoder, refuses_unknown_ones_where_asked) {
  const Attributes strict{{"cats_int64s", Ints{1}}, {"zeros", int64_t{0}}};
  expect_values<float>(run_op(encode(vector<int64_t>({1}), strict)), {1, 1}, {1});
  expect_fails_to_run(encode(vector<int64_t>({1, 9}), strict), "element 1: 9 is no category");
  expect_fails_to_run(
      encode(strings({"b"}), {{"cats_strings", Strings{"a"}}, {"zeros", int64_t{0}}}),
      "element 0: \"b\" is no category");
}

TEST(OneHotEncoder, rejects_attributes) {
  EXPECT_EQ(inferred(encode(strings({"a"}), {{"cats_strings", Strings{"a", "b"}}}),
                     {dims({symbol("N"), 1})}),
            "float32[N, 1, 2]");
  expect_refused(encode(strings({"a"}), {{"cats_int64s", Ints{1}}}), "the categories are integers");
  expect_refused(encode(vector<int64_t>({1}), {}), "expected categories");
  expect_refused(
      encode(vector<int64_t>({1}), {{"cats_int64s", Ints{1}}, {"cats_strings", Strings{"a"}}}),
      "expected categories");
}

}  // namespace
}  // namespace tundish
