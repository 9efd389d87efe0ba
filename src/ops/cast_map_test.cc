#include <cmath>

#include "ops/support/value_testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

using Attributes = std::vector<std::pair<std::string, Attribute>>;

ValueCall cast(Tensor keys, Tensor values, Attributes attributes) {
  const TypedValue map{Value(Map{keys, values}), map_of(keys.dtype(), values.dtype())};
  return {"CastMap", {map}, std::move(attributes), std::string(kDomainMl)};
}
Tensor keys() { return vector<int64_t>({3, 1, -2}); }
Attributes to(std::string type) { return {{"cast_to", std::move(type)}}; }
Attributes sparse(int64_t width, std::string type = "TO_FLOAT") {
  return {{"map_form", std::string("SPARSE")}, {"max_map", width}, {"cast_to", std::move(type)}};
}

// Answers of ONNX Runtime 1.31.1 where it takes such maps (floats).
TEST(CastMap, orders_values_by_their_keys) {
  const Tensor values = vector<float>({1.5F, 2.7F, -3.9F});
  expect_values<float>(run_tensor(cast(keys(), values, {})), {1, 3}, {-3.9F, 2.7F, 1.5F});
  expect_values<int64_t>(run_tensor(cast(keys(), values, to("TO_INT64"))), {1, 3}, {-3, 2, 1});
  expect_strings(run_tensor(cast(keys(), values, to("TO_STRING"))),
                 {"-3.900000", "2.700000", "1.500000"});
  expect_strings(run_tensor(cast(keys(), vector<float>({1e20F, INFINITY, NAN}), to("TO_STRING"))),
                 {"nan", "inf", "100000002004087734272.000000"});
  EXPECT_EQ(inferred(cast(keys(), values, {})), "float32[1, ?]");
}

TEST(CastMap, puts_values_at_their_keys) {
  const Tensor few = vector<int64_t>({3, 1});
  expect_values<float>(run_tensor(cast(few, vector<float>({1.5F, 2.7F}), sparse(5))), {1, 5},
                       {0, 2.7F, 0, 1.5F, 0});
  expect_strings(run_tensor(cast(few, strings({"q", "r"}), sparse(4, "TO_STRING"))),
                 {"", "r", "", "q"});
  EXPECT_EQ(inferred(cast(few, strings({"q", "r"}), sparse(4))), "float32[1, 4]");
}

TEST(CastMap, reads_numbers_of_strings) {
  const Tensor values = strings({"1.5", "+2", "-3e1"});
  expect_values<float>(run_tensor(cast(keys(), values, {})), {1, 3}, {-30, 2, 1.5F});
  expect_values<int64_t>(run_tensor(cast(vector<int64_t>({1}), strings({"-7"}), to("TO_INT64"))),
                         {1, 1}, {-7});
}

TEST(CastMap, rejects_values) {
  const auto code = ErrorCode::kInvalidArgument;
  const Tensor one = vector<int64_t>({1});
  expect_error(run_values(cast(one, strings({"1x"}), {})), code, "\"1x\" is no number");
  expect_error(run_values(cast(one, strings({""}), {})), code, "\"\" is no number");
  expect_error(run_values(cast(one, strings({"1.5"}), to("TO_INT64"))), code, "no number");
  const Tensor value = vector<float>({1});
  expect_error(run_values(cast(one, value, sparse(1))), code, "key 1 outside [0, 1)");
  expect_error(run_values(cast(vector<int64_t>({-1}), value, sparse(1))), code, "key -1");
  expect_error(run_values(cast(one, vector<float>({1, 2}), {})), code, "is no map");
}

TEST(CastMap, rejects_attributes_and_types) {
  const auto code = ErrorCode::kInvalidModel;
  const Tensor one = vector<int64_t>({1});
  const Tensor value = vector<float>({1});
  expect_error(graph_of(cast(one, value, to("TO_DOUBLE"))), code, "\"TO_DOUBLE\"");
  expect_error(graph_of(cast(one, value, {{"map_form", std::string("WIDE")}})), code, "\"WIDE\"");
  expect_error(graph_of(cast(one, value, sparse(0))), code, "\"max_map\" is 0");
  expect_error(graph_of(cast(strings({"a"}), value, {})), code, "is not allowed");
  expect_error(graph_of(cast(one, vector<double>({1}), {})), code, "is not allowed");
  expect_error(graph_of(ValueCall{"CastMap", {value}, {}, std::string(kDomainMl)}), code,
               "expected a map");
}

}  // namespace
}  // namespace tundish
