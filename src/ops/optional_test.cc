#include "ops/support/value_testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

TypedValue holding(const Tensor& tensor) {
  Optional held;
  held.item = std::make_shared<const Value>(tensor);
  return {Value(std::move(held)), optional_of(any_tensor(tensor.dtype()))};
}
TypedValue empty() { return {Value(Optional()), optional_of(any_tensor(DType::kInt32))}; }

TEST(Optional, holds_its_input) {
  const ValueCall call{"Optional", {vector<float>({1, 2})}};
  const auto made = run_values(call);
  ASSERT_TRUE(made.has_value());
  const Optional* optional = made.value()[0].optional();
  ASSERT_NE(optional, nullptr);
  ASSERT_NE(optional->item, nullptr);
  expect_values<float>(*optional->item->tensor(), {2}, {1, 2});
  EXPECT_EQ(inferred(call), "optional(float32[2])");
  EXPECT_EQ(inferred(ValueCall{"Optional", {sequence(DType::kInt32, {})}}),
            "optional(seq(int32[?...]))");
}

TEST(Optional, is_empty_of_a_type) {
  const ValueCall call{"Optional", {}, {{"type", any_tensor(DType::kInt64)}}};
  const auto made = run_values(call);
  ASSERT_TRUE(made.has_value());
  EXPECT_EQ(made.value()[0].optional()->item, nullptr);
  EXPECT_EQ(inferred(call), "optional(int64[?...])");
}

TEST(Optional, gives_its_element) {
  expect_values<float>(run_tensor({"OptionalGetElement", {holding(vector<float>({5}))}}), {1}, {5});
  expect_values<float>(run_tensor({"OptionalGetElement", {vector<float>({5})}}), {1}, {5});
  expect_values<int32_t>(
      run_item({"OptionalGetElement", {sequence(DType::kInt32, {vector<int32_t>({7})})}}, 0), {1},
      {7});
  expect_error(run_values({"OptionalGetElement", {empty()}}), ErrorCode::kInvalidArgument,
               "the optional is empty");
}

TEST(Optional, says_whether_it_holds_something) {
  const auto has = [](std::vector<TypedValue> inputs) {
    const auto answer = run_tensor({"OptionalHasElement", std::move(inputs)});
    return answer.has_value() && answer.value().values<bool>()[0];
  };
  EXPECT_TRUE(has({holding(vector<float>({5}))}));
  EXPECT_TRUE(has({vector<float>({5})}));
  EXPECT_TRUE(has({sequence(DType::kInt32, {})}));
  EXPECT_FALSE(has({empty()}));
  EXPECT_FALSE(has({}));
  EXPECT_EQ(inferred(ValueCall{"OptionalHasElement", {empty()}}), "bool[]");
}

TEST(Optional, rejects_types) {
  const auto code = ErrorCode::kInvalidModel;
  expect_error(graph_of(ValueCall{"Optional", {}}), code, "attribute \"type\"");
  expect_error(graph_of(ValueCall{"Optional", {empty()}}), code, "expected a tensor");
  expect_error(
      graph_of(ValueCall{"Optional", {}, {{"type", optional_of(any_tensor(DType::kBool))}}}), code,
      "expected a tensor");
  const TypedValue map{Value(Map()), map_of(DType::kInt64, DType::kFloat32)};
  expect_error(graph_of(ValueCall{"OptionalGetElement", {map}}), code, "expected a tensor");
  expect_error(graph_of(ValueCall{"OptionalHasElement", {map}}), code, "expected a tensor");
}

}  // namespace
}  // namespace tundish
