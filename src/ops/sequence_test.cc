#include "ops/support/value_testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

TypedValue three() {
  return sequence(DType::kInt64,
                  {vector<int64_t>({1, 2}), vector<int64_t>({3}), tensor<int64_t>({4}, {1, 1})});
}
Tensor at(int64_t position) { return Tensor::scalar(position); }

TEST(Sequence, is_constructed_from_tensors) {
  const ValueCall call{"SequenceConstruct", {vector<float>({1, 2}), vector<float>({3})}};
  expect_values<float>(run_item(call, 0), {2}, {1, 2});
  expect_values<float>(run_item(call, 1), {1}, {3});
  EXPECT_EQ(inferred(call), "seq(float32[?])");
  const ValueCall alike{"SequenceConstruct", {vector<float>({1, 2}), vector<float>({3, 4})}};
  EXPECT_EQ(inferred(alike), "seq(float32[2])");
  const ValueCall mixed{"SequenceConstruct", {vector<float>({1}), tensor<float>({3}, {1, 1})}};
  EXPECT_EQ(inferred(mixed), "seq(float32[?...])");
  const ValueCall words{"SequenceConstruct", {strings({"a", "b"})}};
  expect_strings(run_item(words, 0), {"a", "b"});
}

TEST(Sequence, is_empty_of_a_type) {
  EXPECT_EQ(run_length({"SequenceEmpty", {}}), 0);
  EXPECT_EQ(inferred(ValueCall{"SequenceEmpty", {}}), "seq(float32[?...])");
  EXPECT_EQ(inferred(ValueCall{"SequenceEmpty", {}, {{"dtype", int64_t{7}}}}), "seq(int64[?...])");
}

TEST(Sequence, gives_items_from_either_end) {
  expect_values<int64_t>(run_tensor({"SequenceAt", {three(), at(1)}}), {1}, {3});
  expect_values<int64_t>(run_tensor({"SequenceAt", {three(), at(-1)}}), {1, 1}, {4});
  expect_values<int64_t>(run_tensor({"SequenceAt", {three(), Tensor::scalar(int32_t{-3})}}), {2},
                         {1, 2});
  expect_values<int64_t>(run_tensor({"SequenceLength", {three()}}), {}, {3});
}

TEST(Sequence, takes_items_in) {
  const Tensor item = vector<int64_t>({9});
  expect_values<int64_t>(run_item({"SequenceInsert", {three(), item}}, 3), {1}, {9});
  expect_values<int64_t>(run_item({"SequenceInsert", {three(), item, at(3)}}, 3), {1}, {9});
  expect_values<int64_t>(run_item({"SequenceInsert", {three(), item, at(-3)}}, 0), {1}, {9});
  expect_values<int64_t>(run_item({"SequenceInsert", {three(), item, at(1)}}, 2), {1}, {3});
  EXPECT_EQ(run_length({"SequenceInsert", {sequence(DType::kInt64, {}), item}}), 1);
}

TEST(Sequence, loses_items) {
  expect_values<int64_t>(run_item({"SequenceErase", {three(), at(0)}}, 0), {1}, {3});
  expect_values<int64_t>(run_item({"SequenceErase", {three(), at(-2)}}, 1), {1, 1}, {4});
  EXPECT_EQ(run_length({"SequenceErase", {three()}}), 2);
}

TEST(Sequence, rejects_positions) {
  const auto code = ErrorCode::kInvalidArgument;
  expect_error(run_values({"SequenceAt", {three(), at(3)}}), code, "position 3 outside [-3, 3)");
  expect_error(run_values({"SequenceAt", {three(), at(-4)}}), code, "position -4");
  expect_error(run_values({"SequenceInsert", {three(), at(0), at(4)}}), code, "outside [-3, 4)");
  expect_error(run_values({"SequenceErase", {three(), at(3)}}), code, "position 3");
  expect_error(run_values({"SequenceErase", {sequence(DType::kInt64, {})}}), code, "empty");
}

TEST(Sequence, rejects_types) {
  const auto code = ErrorCode::kInvalidModel;
  expect_error(graph_of(ValueCall{"SequenceAt", {three(), vector<int64_t>({1, 2})}}), code,
               "expected one integer");
  expect_error(graph_of(ValueCall{"SequenceAt", {three(), Tensor::scalar(1.0F)}}), code,
               "float32 is not allowed");
  expect_error(graph_of(ValueCall{"SequenceAt", {at(1), at(1)}}), code, "expected a sequence");
  expect_error(graph_of(ValueCall{"SequenceInsert", {three(), vector<float>({1})}}), code,
               "cannot be put into seq(int64");
  expect_error(graph_of(ValueCall{"SequenceInsert", {three(), three()}}), code,
               "expected a tensor");
  expect_error(graph_of(ValueCall{"SequenceConstruct", {vector<float>({1}), at(1)}}), code,
               "differ in element type");
  expect_error(graph_of(ValueCall{"SequenceEmpty", {}, {{"dtype", int64_t{99}}}}), code,
               "number 99");
  expect_error(graph_of(ValueCall{"SequenceLength", {at(1)}}), code, "expected a sequence");
}

}  // namespace
}  // namespace tundish
