#include "ops/support/value_testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

using Attributes = std::vector<std::pair<std::string, Attribute>>;

Tensor grid() { return tensor<float>({1, 2, 3, 4, 5, 6}, {3, 2}); }
ValueCall split(Attributes attributes, std::vector<TypedValue> more = {}) {
  ValueCall call{"SplitToSequence", {grid()}, std::move(attributes)};
  for (TypedValue& input : more) call.inputs.push_back(std::move(input));
  return call;
}

TEST(SplitToSequence, splits_into_single_rows) {
  EXPECT_EQ(run_length(split({})), 3);
  expect_values<float>(run_item(split({}), 2), {1, 2}, {5, 6});
  expect_values<float>(run_item(split({{"keepdims", int64_t{0}}}), 1), {2}, {3, 4});
  expect_values<float>(run_item(split({{"keepdims", int64_t{0}}, {"axis", int64_t{-1}}}), 1), {3},
                       {2, 4, 6});
}

TEST(SplitToSequence, splits_into_chunks) {
  const ValueCall by_two = split({{"keepdims", int64_t{0}}}, {Tensor::scalar(int64_t{2})});
  EXPECT_EQ(run_length(by_two), 2);
  expect_values<float>(run_item(by_two, 0), {2, 2}, {1, 2, 3, 4});
  expect_values<float>(run_item(by_two, 1), {1, 2}, {5, 6});
  const ValueCall lengths = split({}, {vector<int32_t>({1, 0, 2})});
  expect_values<float>(run_item(lengths, 1), {0, 2}, {});
  expect_values<float>(run_item(lengths, 2), {2, 2}, {3, 4, 5, 6});
  const ValueCall words{"SplitToSequence", {strings({"a", "b"})}};
  expect_strings(run_item(words, 1), {"b"});
}

TEST(SplitToSequence, infers_items) {
  EXPECT_EQ(inferred(split({})), "seq(float32[1, 2])");
  EXPECT_EQ(inferred(split({{"keepdims", int64_t{0}}})), "seq(float32[2])");
  EXPECT_EQ(inferred(split({{"axis", int64_t{1}}}, {Tensor::scalar(int64_t{2})})),
            "seq(float32[3, ?])");
}

TEST(SplitToSequence, rejects_lengths) {
  const auto code = ErrorCode::kInvalidArgument;
  expect_error(run_values(split({}, {Tensor::scalar(int64_t{0})})), code, "chunks of 0");
  expect_error(run_values(split({}, {vector<int64_t>({2, 2})})), code, "length 2, 1 of 3");
  expect_error(run_values(split({}, {vector<int64_t>({1, 1})})), code, "leave 1 of 3");
  expect_error(run_values(split({}, {vector<int64_t>({-1, 4})})), code, "length -1");
  expect_error(graph_of(split({{"axis", int64_t{2}}})), ErrorCode::kInvalidModel, "axis 2");
  expect_error(graph_of(split({}, {Tensor::scalar(1.0F)})), ErrorCode::kInvalidModel, "float32");
  expect_error(graph_of(split({}, {tensor<int64_t>({1}, {1, 1})})), ErrorCode::kInvalidModel,
               "a number or a list");
}

}  // namespace
}  // namespace tundish
