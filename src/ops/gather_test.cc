#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

OpCall gather(Tensor data, Tensor indices, int64_t axis = 0) {
  return {"Gather", {std::move(data), std::move(indices)}, {{"axis", axis}}};
}
OpCall extract(Tensor data, Tensor columns) {
  return {
      "ArrayFeatureExtractor", {std::move(data), std::move(columns)}, {}, std::string(kDomainMl)};
}

TEST(Gather, puts_the_axes_of_the_indices_in_place_of_the_axis) {
  const Tensor x = tensor<double>({1, 2, 3, 4, 5, 6}, {2, 3});
  expect_values<double>(run_op(gather(x, vector<int64_t>({1, 0, 1}))), {3, 3},
                        {4, 5, 6, 1, 2, 3, 4, 5, 6});
  expect_values<double>(run_op(gather(x, tensor<int64_t>({2, 0}, {1, 2}), 1)), {2, 1, 2},
                        {3, 1, 6, 4});
  expect_values<double>(run_op(gather(x, Tensor::scalar(int64_t{1}), -1)), {2}, {2, 5});
  expect_values<double>(run_op({"Gather", {x, vector<int64_t>({1})}}), {1, 3}, {4, 5, 6});
  const Tensor cube = tensor<int8_t>({1, 2, 3, 4, 5, 6, 7, 8}, {2, 2, 2});
  expect_values<int8_t>(run_op(gather(cube, vector<int64_t>({1}), 1)), {2, 1, 2}, {3, 4, 7, 8});
}

TEST(Gather, counts_negative_indices_from_the_end) {
  const Tensor x = vector<double>({1, 2, 3});
  expect_values<double>(run_op(gather(x, tensor<int32_t>({-1, 0, -3}, {1, 3}))), {1, 3}, {3, 1, 1});
  expect_values<double>(run_op(gather(x, vector<int64_t>({-2}))), {1}, {2});
}

TEST(Gather, moves_strings_and_nothing) {
  expect_strings(run_op(gather(strings({"a", "b"}), vector<int64_t>({1, 1, 0}))), {"b", "b", "a"});
  expect_values<double>(run_op(gather(vector<double>({1}), tensor<int64_t>({}, {0}))), {0}, {});
  expect_values<double>(run_op(gather(tensor<double>({}, {0, 2}), vector<int64_t>({1}), 1)), {0, 1},
                        {});
}

TEST(Gather, infers_shapes) {
  const OpCall call = gather(tensor<double>({1, 2}, {1, 2}), vector<int64_t>({1, 0, 1}), 1);
  EXPECT_EQ(inferred(call, {dims({symbol("N"), 2})}), "float64[N, 3]");
  EXPECT_EQ(inferred(call, {dims({symbol("N"), 2}), dims({symbol("K"), 4})}), "float64[N, K, 4]");
  EXPECT_EQ(inferred(call, {dims({symbol("N"), 2}), SymbolicShape()}), "float64[?...]");
  EXPECT_EQ(inferred(call, {SymbolicShape()}), "float64[?...]");
}

TEST(Gather, rejects_indices_axes_and_types) {
  const Tensor x = vector<double>({1, 2, 3});
  expect_refused(gather(x, vector<int64_t>({3})), "index 3 outside [-3, 3)");
  expect_refused(gather(x, vector<int32_t>({-4})), "index -4 outside [-3, 3)");
  expect_fails_to_run(gather(x, vector<int64_t>({0, 3})), "index 3 outside [-3, 3)");
  expect_fails_to_run(gather(x, vector<int64_t>({INT64_MIN})), "outside [-3, 3)");
  expect_fails_to_run(gather(tensor<double>({}, {0}), vector<int64_t>({0})), "outside [0, 0)");
  expect_refused(gather(x, vector<int64_t>({0}), 1), "axis 1 outside [-1, 1)");
  expect_fails_to_run(gather(x, vector<int64_t>({0}), -2), "axis -2 outside [-1, 1)");
  expect_refused(gather(Tensor::scalar(1.0), vector<int64_t>({0})), "axis 0 outside [0, 0)");
  expect_refused(gather(x, vector<double>({0})), "input 1: element type float64");
  const Tensor deep = tensor<int64_t>({0}, {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1});
  expect_refused(gather(tensor<double>({1, 2}, {1, 2}), deep), "the result has 13 axes");
  expect_fails_to_run(gather(tensor<double>({1, 2}, {1, 2}), deep), "too many axes");
}

TEST(ArrayFeatureExtractor, takes_columns) {
  const Tensor x = tensor<double>({1, 2, 3, 4, 5, 6}, {2, 3});
  expect_values<double>(run_op(extract(x, vector<int64_t>({2, 0, 2}))), {2, 3}, {3, 1, 3, 6, 4, 6});
  expect_values<double>(run_op(extract(x, tensor<int64_t>({1}, {1, 1}))), {2, 1}, {2, 5});
  // A vector counts as one row.
  expect_values<int64_t>(run_op(extract(vector<int64_t>({1, 2, 3}), vector<int64_t>({2, 0}))),
                         {1, 2}, {3, 1});
  expect_strings(run_op(extract(strings({"a", "b"}), vector<int64_t>({1}))), {"b"});
  const Tensor cube = tensor<float>({1, 2, 3, 4}, {2, 1, 2});
  expect_values<float>(run_op(extract(cube, vector<int64_t>({1}))), {2, 1, 1}, {2, 4});
  expect_values<double>(run_op(extract(tensor<double>({}, {0, 3}), vector<int64_t>({1}))), {0, 1},
                        {});
}

TEST(ArrayFeatureExtractor, infers_shapes) {
  const OpCall call = extract(tensor<double>({1, 2}, {1, 2}), vector<int64_t>({1, 0, 1}));
  EXPECT_EQ(inferred(call, {dims({symbol("N"), 2})}), "float64[N, 3]");
  EXPECT_EQ(inferred(call, {dims({symbol("N"), 2}), dims({symbol("K")})}), "float64[N, ?]");
  EXPECT_EQ(inferred(call, {dims({symbol("F")})}), "float64[1, 3]");
  EXPECT_EQ(inferred(call, {SymbolicShape()}), "float64[?...]");
}

TEST(ArrayFeatureExtractor, rejects_columns_and_types) {
  const Tensor x = vector<double>({1, 2, 3});
  expect_fails_to_run(extract(x, vector<int64_t>({3})), "column 3 outside [0, 3)");
  expect_fails_to_run(extract(x, vector<int64_t>({-1})), "column -1 outside [0, 3)");
  expect_refused(extract(Tensor::scalar(1.0), vector<int64_t>({0})), "input 0 is a scalar");
  expect_fails_to_run(extract(Tensor::scalar(1.0), vector<int64_t>({0})), "input 0 is a scalar");
  expect_refused(extract(x, vector<int32_t>({0})), "input 1: element type int32");
  expect_refused(extract(vector<bool>({true}), vector<int64_t>({0})), "bool is not allowed");
}

TEST(Gather, claims_nothing_per_element) {
  EXPECT_EQ(traits_of("Gather"), "p");
  EXPECT_EQ(traits_of("ArrayFeatureExtractor", kDomainMl), "p");
}

}  // namespace
}  // namespace tundish
