#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

OpCall elements(Tensor data, Tensor indices, int64_t axis) {
  return {"GatherElements", {std::move(data), std::move(indices)}, {{"axis", axis}}};
}
OpCall tuples(Tensor data, Tensor indices, int64_t batch_dims = 0) {
  return {"GatherND", {std::move(data), std::move(indices)}, {{"batch_dims", batch_dims}}};
}

TEST(GatherElements, takes_an_element_per_index) {
  const Tensor x = tensor<float>({1, 2, 3, 4, 5, 6, 7, 8, 9}, {3, 3});
  expect_values<float>(run_op(elements(x, tensor<int64_t>({1, 2, 0, 2, 0, 0}, {2, 3}), 0)), {2, 3},
                       {4, 8, 3, 7, 2, 3});
  expect_values<float>(run_op(elements(x, tensor<int32_t>({-1, 0, 1}, {3, 1}), 1)), {3, 1},
                       {3, 4, 8});
  const Tensor cube = tensor<int16_t>({1, 2, 3, 4, 5, 6, 7, 8}, {2, 2, 2});
  expect_values<int16_t>(run_op(elements(cube, tensor<int64_t>({1, 0, 0, 1}, {2, 1, 2}), 1)),
                         {2, 1, 2}, {3, 2, 5, 8});
  expect_strings(run_op(elements(strings({"a", "b"}), vector<int64_t>({1, 1, 0}), 0)),
                 {"b", "b", "a"});
  expect_values<float>(run_op(elements(x, tensor<int64_t>({}, {0, 3}), 0)), {0, 3}, {});
}

TEST(GatherElements, refusals) {
  const Tensor x = tensor<float>({1, 2, 3, 4}, {2, 2});
  const OpCall outside = elements(x, tensor<int64_t>({0, 2}, {1, 2}), 0);
  expect_refused(outside, "input 1: index 2 outside [-2, 2)");
  expect_fails_to_run(outside, "input 1: index 2 outside [-2, 2)");
  expect_refused(elements(x, vector<int64_t>({0}), 0), "input 1 has 1 axes, input 0 has 2");
  const OpCall wide = elements(x, tensor<int64_t>({0, 0, 0}, {1, 3}), 0);
  expect_refused(wide, "axis 1 has size 3, that of input 0 is 2");
  expect_fails_to_run(wide, "does not fit input 0");
  expect_refused(elements(x, tensor<int64_t>({0}, {1, 1}), 2), "axis 2 outside [-2, 2)");
  expect_refused(elements(x, tensor<float>({0}, {1, 1}), 0), "input 1: element type float32");
}

TEST(GatherNd, takes_a_slice_per_tuple) {
  const Tensor x = tensor<int32_t>({0, 1, 2, 3, 4, 5, 6, 7}, {2, 2, 2});
  expect_values<int32_t>(run_op(tuples(x, tensor<int64_t>({0, 1, 1, 0}, {2, 2}))), {2, 2},
                         {2, 3, 4, 5});
  expect_values<int32_t>(run_op(tuples(x, tensor<int64_t>({0, 1, -1}, {1, 3}))), {1}, {3});
  expect_values<int32_t>(run_op(tuples(x, tensor<int64_t>({-1}, {1, 1, 1}))), {1, 1, 2, 2},
                         {4, 5, 6, 7});
  expect_values<int32_t>(run_op(tuples(x, tensor<int64_t>({1, 0}, {2, 1}), 1)), {2, 2},
                         {2, 3, 4, 5});
  expect_values<int32_t>(run_op(tuples(x, tensor<int64_t>({1, 0, 0, 1}, {2, 2}), 1)), {2}, {2, 5});
  expect_values<int32_t>(run_op(tuples(x, tensor<int64_t>({}, {0, 1}))), {0, 2, 2}, {});
}

TEST(GatherNd, infers_shapes) {
  const OpCall call = tuples(tensor<float>({1, 2}, {1, 2}), tensor<int64_t>({0}, {1, 1}));
  EXPECT_EQ(inferred(call, {dims({symbol("N"), 2})}), "float32[1, 2]");
  EXPECT_EQ(inferred(call, {dims({symbol("N"), 2}), dims({symbol("M"), 2})}), "float32[M]");
  EXPECT_EQ(inferred(call, {dims({symbol("N"), 2}), dims({symbol("M"), symbol("K")})}),
            "float32[?...]");
}

TEST(GatherNd, refusals) {
  const Tensor x = tensor<float>({1, 2, 3, 4}, {2, 2});
  expect_fails_to_run(tuples(x, tensor<int64_t>({0, 2}, {1, 2})),
                      "input 1: tuple 0, axis 1: index 2 outside [-2, 2)");
  expect_refused(tuples(x, tensor<int64_t>({0, 0, 0}, {1, 3})), "tuples of 3 indices into 2 axes");
  expect_fails_to_run(tuples(x, tensor<int64_t>({0, 0, 0}, {1, 3})), "tuples of 3 indices");
  expect_fails_to_run(tuples(x, tensor<int64_t>({}, {1, 0})), "tuples of 0 indices");
  expect_refused(tuples(x, tensor<int64_t>({0}, {1, 1}), 2), "\"batch_dims\" is 2");
  expect_fails_to_run(tuples(x, tensor<int64_t>({0}, {1, 1}), -1), "\"batch_dims\" is -1");
  expect_fails_to_run(tuples(x, tensor<int64_t>({0}, {1, 1}), 1), "batch axis 0 has size 2 and 1");
}

}  // namespace
}  // namespace tundish
