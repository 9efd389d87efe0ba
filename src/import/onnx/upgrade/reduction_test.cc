#include <gtest/gtest.h>

#include "import/onnx/test_models.h"
#include "import/onnx/test_ops.h"

namespace tundish {
namespace {

using namespace test_models;

std::string lifted(const OneNode& one) { return text_of(read_one(one, lift_ops())); }

TEST(LiftReduction, axes_become_an_input) {
  const std::pair<const char*, int64_t> last[] = {
      {"ReduceSum", 12}, {"ReduceMax", 17}, {"ReduceLogSumExp", 17}};
  for (const auto& [op, newest] : last) {
    for (const int64_t opset : {int64_t{1}, int64_t{11}, newest}) {
      EXPECT_EQ(
          lifted({.op = op,
                  .opset = opset,
                  .inputs = {floats({2, 3})},
                  .attributes = {{"axes", Ints{1}}, {"keepdims", int64_t{0}}}}),
          std::string("  input %A : float32[2, 3]\n  const %const : int64[1] = [1]\n  %Y = ") + op +
              "(%A, %const) : float32[?...] {keepdims = 0}\n  output %Y\n");
    }
  }
}

TEST(LiftReduction, without_axes_there_is_no_input) {
  EXPECT_EQ(lifted({.op = "ReduceMax", .opset = 13, .inputs = {floats({2, 3})}}),
            "  input %A : float32[2, 3]\n  %Y = ReduceMax(%A) : float32[2, 3]\n  output %Y\n");
}

TEST(LiftReduction, the_present_form_stays) {
  const std::pair<const char*, int64_t> first[] = {{"ReduceSum", 13}, {"ReduceMax", 18}};
  for (const auto& [op, opset] : first) {
    EXPECT_EQ(lifted({.op = op,
                      .opset = opset,
                      .inputs = {floats({2, 3}), list_tensor<int64_t>({0})},
                      .attributes = {{"noop_with_empty_axes", int64_t{1}}}}),
              std::string("  input %A : float32[2, 3]\n  const %B : int64[1] = [0]\n  %Y = ") + op +
                  "(%A, %B) : float32[?...] {noop_with_empty_axes = 1}\n  output %Y\n");
  }
}

// Read as if nobody had asked for axes, the answer would be a sum over everything.
TEST(LiftReduction, axes_as_an_attribute_of_the_present_form_are_refused) {
  EXPECT_EQ(lifted({.op = "ReduceSum",
                    .opset = 13,
                    .inputs = {floats({2, 3})},
                    .attributes = {{"axes", Ints{1}}}}),
            "node 0 \"n0\" (ReduceSum): attribute \"axes\" exists in ReduceSum from opset 1 to 12, "
            "the file is of opset 13");
  EXPECT_EQ(lifted({.op = "ReduceMax",
                    .opset = 18,
                    .inputs = {floats({2, 3})},
                    .attributes = {{"axes", Ints{1}}}}),
            "node 0 \"n0\" (ReduceMax): attribute \"axes\" exists in ReduceMax from opset 1 to 17, "
            "the file is of opset 18");
}

TEST(LiftReduction, refusals) {
  EXPECT_EQ(
      lifted(
          {.op = "ReduceMax", .opset = 17, .inputs = {floats({2, 3}), list_tensor<int64_t>({0})}}),
      "node 0 \"n0\" (ReduceMax): expected 1 inputs, got 2");
  const std::string kind = lifted({.op = "ReduceMax",
                                   .opset = 17,
                                   .inputs = {floats({2, 3})},
                                   .attributes = {{"axes", int64_t{1}}}});
  EXPECT_NE(kind.find("node 0 \"n0\" (ReduceMax): attribute \"axes\""), std::string::npos) << kind;
}

}  // namespace
}  // namespace tundish
