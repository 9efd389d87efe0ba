#include <cmath>

#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

using Attributes = std::vector<std::pair<std::string, Attribute>>;
using Floats = std::vector<float>;
using Ints = std::vector<int64_t>;

OpCall impute(Tensor x, Attributes attributes) {
  return {"Imputer", {std::move(x)}, std::move(attributes), std::string(kDomainMl)};
}

TEST(Imputer, replaces_per_column) {
  const Attributes nan{{"imputed_value_floats", Floats{7, 8}}, {"replaced_value_float", NAN}};
  expect_values<float>(run_op(impute(tensor<float>({1, NAN, NAN, 4}, {2, 2}), nan)), {2, 2},
                       {1, 8, 7, 4});
  expect_values<double>(run_op(impute(vector<double>({NAN, 2}), nan)), {2}, {7, 2});
  const Attributes three{{"imputed_value_int64s", Ints{7, 8, 9}},
                         {"replaced_value_int64", int64_t{3}}};
  expect_values<int64_t>(run_op(impute(vector<int64_t>({1, 0, 3}), three)), {3}, {1, 0, 9});
}

TEST(Imputer, replaces_all_alike) {
  const Attributes one{{"imputed_value_floats", Floats{7}}, {"imputed_value_int64s", Ints{5}}};
  expect_values<float>(run_op(impute(vector<float>({1, 0, -0.0F, NAN}), one)), {4}, {1, 7, 7, NAN});
  expect_values<int32_t>(run_op(impute(tensor<int32_t>({1, 0}, {2, 1}), one)), {2, 1}, {1, 5});
  expect_values<float>(run_op(impute(Tensor::scalar(0.0F), one)), {}, {7});
  expect_values<float>(run_op(impute(tensor<float>({}, {0, 3}), one)), {0, 3}, {});
}

TEST(Imputer, rejects_attributes) {
  const Attributes two{{"imputed_value_floats", Floats{7, 8}}};
  const OpCall call = impute(vector<float>({1, 2, 3}), two);
  expect_refused(call, "2 imputed values, the input has 3 columns");
  expect_fails_to_run(call, "2 imputed values, the input has 3 columns");
  expect_refused(impute(vector<int64_t>({1}), two), "\"imputed_value_int64s\" has no values");
  expect_refused(impute(vector<float>({1}), {}), "\"imputed_value_floats\" has no values");
  expect_refused(impute(vector<int32_t>({1}), {{"imputed_value_int64s", Ints{1LL << 40}}}),
                 "does not fit int32");
  expect_refused(impute(strings({"a"}), two), "string is not allowed");
  EXPECT_EQ(traits_of("Imputer", kDomainMl), "pei");
}

}  // namespace
}  // namespace tundish
