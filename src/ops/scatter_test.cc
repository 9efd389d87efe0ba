#include <limits>

#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

OpCall elements(Tensor data, Tensor indices, Tensor updates, int64_t axis,
                std::string reduction = "none") {
  return {"ScatterElements",
          {std::move(data), std::move(indices), std::move(updates)},
          {{"axis", axis}, {"reduction", std::move(reduction)}}};
}
OpCall slices(Tensor data, Tensor indices, Tensor updates, std::string reduction = "none") {
  return {"ScatterND",
          {std::move(data), std::move(indices), std::move(updates)},
          {{"reduction", std::move(reduction)}}};
}
// 1, 2, 3 with 10, 20, 5 on to places 1, 1, 0.
template <class T> OpCall reduced(const char* reduction) {
  return elements(vector<T>({T(1.0F), T(2.0F), T(3.0F)}), vector<int64_t>({1, 1, 0}),
                  vector<T>({T(10.0F), T(20.0F), T(5.0F)}), 0, reduction);
}

TEST(ScatterElements, writes_an_element_per_index) {
  const Tensor zeros = tensor<float>({0, 0, 0, 0, 0, 0, 0, 0, 0}, {3, 3});
  const Tensor indices = tensor<int64_t>({1, 0, 2, 0, 2, 1}, {2, 3});
  const Tensor updates = tensor<float>({1, 1.5F, 2, 3, 3.5F, 4}, {2, 3});
  expect_values<float>(run_op(elements(zeros, indices, updates, 0)), {3, 3},
                       {3, 1.5F, 0, 1, 0, 4, 0, 3.5F, 2});
  const Tensor row = tensor<float>({1, 2, 3, 4, 5}, {1, 5});
  const Tensor two = tensor<float>({8, 9}, {1, 2});
  expect_values<float>(run_op(elements(row, tensor<int32_t>({1, -2}, {1, 2}), two, 1)), {1, 5},
                       {1, 8, 3, 9, 5});
  expect_strings(run_op(elements(strings({"a", "b"}), vector<int64_t>({1}), strings({"x"}), 0)),
                 {"a", "x"});
  const Tensor none = tensor<int64_t>({}, {1, 0});
  expect_values<float>(run_op(elements(row, none, tensor<float>({}, {1, 0}), 1)), {1, 5},
                       {1, 2, 3, 4, 5});
}

TEST(ScatterElements, combines_in_order) {
  expect_values<float>(run_op(reduced<float>("add")), {3}, {6, 32, 3});
  expect_values<float>(run_op(reduced<float>("mul")), {3}, {5, 400, 3});
  expect_values<double>(run_op(reduced<double>("max")), {3}, {5, 20, 3});
  expect_values<double>(run_op(reduced<double>("min")), {3}, {1, 2, 3});
  expect_values<uint8_t>(run_op(reduced<uint8_t>("mul")), {3}, {5, 400 - 256, 3});
  expect_values<int8_t>(run_op(reduced<int8_t>("add")), {3}, {6, 32, 3});
  expect_values<Float16>(run_op(reduced<Float16>("add")), {3},
                         {Float16(6.0F), Float16(32.0F), Float16(3.0F)});
  expect_values<bool>(run_op(elements(vector<bool>({false, true}), vector<int64_t>({0, 1}),
                                      vector<bool>({true, false}), 0, "min")),
                      {2}, {false, false});
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  for (const char* reduction : {"max", "min"}) {
    expect_values<float>(run_op(elements(vector<float>({kNan, 1}), vector<int64_t>({0, 1}),
                                         vector<float>({1, kNan}), 0, reduction)),
                         {2}, {kNan, kNan});
  }
}

TEST(ScatterElements, refusals) {
  const Tensor x = vector<float>({1, 2});
  const Tensor one = vector<float>({1});
  expect_refused(elements(x, vector<int64_t>({2}), one, 0), "input 1: index 2 outside [-2, 2)");
  expect_fails_to_run(elements(x, vector<int64_t>({-3}), one, 0), "index -3 outside [-2, 2)");
  expect_refused(elements(x, vector<int64_t>({0}), one, 1), "axis 1 outside [-1, 1)");
  expect_refused(elements(x, vector<int64_t>({0}), one, 0, "sum"), "\"sum\" is not known");
  expect_refused(elements(x, vector<int64_t>({0}), Tensor::scalar(1.0F), 0), "input 2 has 0 axes");
  expect_fails_to_run(elements(x, vector<int64_t>({0, 1}), one, 0), "do not fit");
  expect_refused(elements(x, vector<int64_t>({0}), vector<double>({1}), 0),
                 "differ in element type");
  expect_refused(elements(strings({"a"}), vector<int64_t>({0}), strings({"b"}), 0, "add"),
                 "a reduction of element type string", ErrorCode::kUnsupported);
}

TEST(ScatterNd, writes_a_slice_per_tuple) {
  const Tensor x = tensor<int32_t>({1, 2, 3, 4, 5, 6}, {3, 2});
  expect_values<int32_t>(run_op(slices(x, tensor<int64_t>({2, -3}, {2, 1}),
                                       tensor<int32_t>({10, 20, 30, 40}, {2, 2}))),
                         {3, 2}, {30, 40, 3, 4, 10, 20});
  expect_values<int32_t>(run_op(slices(x, tensor<int64_t>({1, 1}, {1, 2}), vector<int32_t>({9}))),
                         {3, 2}, {1, 2, 3, 9, 5, 6});
  const Tensor twice = tensor<int64_t>({0, 0}, {2, 1});
  const Tensor updates = tensor<int32_t>({10, 20, 3, 1}, {2, 2});
  expect_values<int32_t>(run_op(slices(x, twice, updates, "add")), {3, 2}, {14, 23, 3, 4, 5, 6});
  expect_values<int32_t>(run_op(slices(x, twice, updates, "mul")), {3, 2}, {30, 40, 3, 4, 5, 6});
  expect_values<int32_t>(run_op(slices(x, twice, updates, "min")), {3, 2}, {1, 1, 3, 4, 5, 6});
}

TEST(ScatterNd, refusals) {
  const Tensor x = tensor<float>({1, 2, 3, 4}, {2, 2});
  expect_fails_to_run(slices(x, tensor<int64_t>({2}, {1, 1}), tensor<float>({1, 2}, {1, 2})),
                      "input 1: tuple 0, axis 0: index 2 outside [-2, 2)");
  expect_refused(slices(x, tensor<int64_t>({0, 0, 0}, {1, 3}), vector<float>({1})),
                 "tuples of 3 indices into 2 axes");
  expect_refused(slices(x, tensor<int64_t>({0}, {1, 1}), vector<float>({1})),
                 "input 2 has 1 axes, expected 2");
  expect_fails_to_run(slices(x, tensor<int64_t>({0}, {1, 1}), tensor<float>({1}, {1, 1})),
                      "do not fit");
  expect_refused(slices(x, Tensor::scalar(int64_t{0}), x), "input 1 is a scalar");
}

}  // namespace
}  // namespace tundish
