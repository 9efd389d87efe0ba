#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

OpCall transpose(Tensor x, std::vector<int64_t> perm) {
  return {"Transpose", {std::move(x)}, {{"perm", std::move(perm)}}};
}

TEST(Transpose, reverses_axes_or_follows_perm) {
  const Tensor x = tensor<double>({1, 2, 3, 4, 5, 6}, {2, 3});
  expect_values<double>(run_op({"Transpose", {x}}), {3, 2}, {1, 4, 2, 5, 3, 6});
  expect_values<double>(run_op(transpose(x, {0, 1})), {2, 3}, {1, 2, 3, 4, 5, 6});
  expect_values<double>(run_op(transpose(x, {1, 0})), {3, 2}, {1, 4, 2, 5, 3, 6});
  const Tensor cube = tensor<int16_t>({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, {2, 3, 2});
  expect_values<int16_t>(run_op(transpose(cube, {1, 2, 0})), {3, 2, 2},
                         {1, 7, 2, 8, 3, 9, 4, 10, 5, 11, 6, 12});
  expect_values<int16_t>(run_op(transpose(cube, {2, 0, 1})), {2, 2, 3},
                         {1, 3, 5, 7, 9, 11, 2, 4, 6, 8, 10, 12});
  expect_values<int16_t>(run_op(transpose(cube, {0, 2, 1})), {2, 2, 3},
                         {1, 3, 5, 2, 4, 6, 7, 9, 11, 8, 10, 12});
}

TEST(Transpose, takes_every_type_and_rank) {
  expect_values<double>(run_op({"Transpose", {Tensor::scalar(1.0)}}), {}, {1});
  expect_values<bool>(run_op({"Transpose", {vector<bool>({1, 0})}}), {2}, {true, false});
  expect_values<float>(run_op({"Transpose", {tensor<float>({}, {0, 3})}}), {3, 0}, {});
  const Tensor words =
      run_op({"Reshape", {strings({"a", "b", "c", "d"}), vector<int64_t>({2, 2})}}).value();
  expect_strings(run_op({"Transpose", {words}}), {"a", "c", "b", "d"});
}

TEST(Transpose, infers_shapes) {
  const Tensor x = tensor<double>({1, 2}, {1, 2});
  EXPECT_EQ(inferred({"Transpose", {x}}, {dims({symbol("N"), 3})}), "float64[3, N]");
  EXPECT_EQ(inferred(transpose(x, {1, 2, 0}), {dims({symbol("N"), 3, Dim()})}), "float64[3, ?, N]");
  EXPECT_EQ(inferred({"Transpose", {x}}, {SymbolicShape()}), "float64[?...]");
}

TEST(Transpose, rejects_perms_and_types) {
  const Tensor x = tensor<double>({1, 2}, {1, 2});
  expect_refused(transpose(x, {0}), "\"perm\" has 1 entries, the input has 2 axes");
  expect_fails_to_run(transpose(x, {0, 1, 2}), "\"perm\" has 3 entries, the input has 2 axes");
  expect_refused(transpose(x, {0, 2}), "axis 2 outside [-2, 2)");
  expect_refused(transpose(x, {1, 1}), "names an axis twice");
  expect_fails_to_run(transpose(x, {1, -1}), "names an axis twice");
  expect_refused({"Transpose", {x}, {{"perm", int64_t{0}}}}, "\"perm\"");
}

TEST(Transpose, claims_nothing_per_element) { EXPECT_EQ(traits_of("Transpose"), "p"); }

}  // namespace
}  // namespace tundish
