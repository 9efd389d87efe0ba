#include <cmath>

#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

OpCall binarize(Tensor x, std::vector<std::pair<std::string, Attribute>> attributes) {
  return {"Binarizer", {std::move(x)}, std::move(attributes), std::string(kDomainMl)};
}

TEST(Binarizer, compares_with_the_threshold) {
  const Tensor x = tensor<float>({1, 2, -1, NAN}, {2, 2});
  expect_values<float>(run_op(binarize(x, {{"threshold", 1.0F}})), {2, 2}, {0, 1, 0, 0});
  expect_values<float>(run_op(binarize(x, {})), {2, 2}, {1, 1, 0, 0});
  expect_values<int64_t>(run_op(binarize(vector<int64_t>({1, 2, -1}), {{"threshold", 1.5F}})), {3},
                         {0, 1, 0});
  expect_values<int32_t>(run_op(binarize(vector<int32_t>({0, 3}), {})), {2}, {0, 1});
  expect_values<double>(run_op(binarize(vector<double>({1e-300, 0}), {})), {2}, {1, 0});
  expect_values<float>(run_op(binarize(vector<float>({}), {})), {0}, {});
}

TEST(Binarizer, rejects_types) {
  expect_refused(binarize(strings({"a"}), {}), "string is not allowed");
  expect_refused(binarize(vector<float>({1}), {{"threshold", int64_t{1}}}), "\"threshold\"");
  EXPECT_EQ(traits_of("Binarizer", kDomainMl), "peim");
  EXPECT_EQ(direction(binarize(vector<float>({1}), {}), 0), Monotone::kIncreasing);
}

}  // namespace
}  // namespace tundish
