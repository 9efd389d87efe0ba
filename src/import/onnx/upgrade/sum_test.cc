#include <gtest/gtest.h>

#include "import/onnx/test_models.h"
#include "import/onnx/test_ops.h"

namespace tundish {
namespace {

using namespace test_models;

std::string lifted(const OneNode& one) { return text_of(read_one(one, lift_ops())); }

TEST(LiftSum, is_a_chain_of_additions_from_the_first_on) {
  for (const int64_t opset : {1, 6, 8, 13, 27}) {
    EXPECT_EQ(
        lifted({.op = "Sum",
                .opset = opset,
                .inputs = {floats({3}), floats({3}), floats({3}), floats({3})}}),
        "  input %A : float32[3]\n  input %B : float32[3]\n  input %C : float32[3]\n"
        "  input %D : float32[3]\n  %n0_Add = Add(%A, %B) : float32[3]\n"
        "  %n0_Add_1 = Add(%n0_Add, %C) : float32[3]\n  %Y = Add(%n0_Add_1, %D) : float32[3]\n"
        "  output %Y\n");
  }
}

TEST(LiftSum, of_one_value_is_that_value) {
  EXPECT_EQ(lifted({.op = "Sum", .opset = 8, .inputs = {floats({3})}}),
            "  input %A : float32[3]\n  %Y = Identity(%A) : float32[3]\n  output %Y\n");
}

TEST(LiftSum, a_mean_is_the_sum_divided_by_the_count) {
  EXPECT_EQ(lifted({.op = "Mean", .opset = 6, .inputs = {floats({3}), floats({3})}}),
            "  input %A : float32[3]\n  input %B : float32[3]\n  const %const : float32[] = [2]\n"
            "  %n0_Add = Add(%A, %B) : float32[3]\n  %Y = Div(%n0_Add, %const) : float32[?...]\n"
            "  output %Y\n");
  EXPECT_EQ(lifted({.op = "Mean", .opset = 13, .inputs = {floats({3})}}),
            "  input %A : float32[3]\n  %Y = Identity(%A) : float32[3]\n  output %Y\n");
  const std::string text =
      lifted({.op = "Mean", .opset = 13, .inputs = {doubles({3}), doubles({3})}});
  EXPECT_NE(text.find("Cast(%const) : float64[] {to = 11}"), std::string::npos) << text;
}

TEST(LiftSum, refusals) {
  EXPECT_EQ(lifted({.op = "Sum", .opset = 8}),
            "node 0 \"n0\" (Sum): expected at least 1 input, got 0");
  EXPECT_EQ(
      lifted({.op = "Sum", .opset = 8, .inputs = {floats({3}), std::monostate(), floats({3})}}),
      "node 0 \"n0\" (Sum): input 1 is left out");
  for (const char* op : {"Sum", "Mean"}) {
    EXPECT_EQ(lifted({.op = op, .opset = 6, .inputs = {floats({2, 3}), floats({3})}}),
              std::string("node 0 \"n0\" (") + op +
                  "): inputs of float32[2, 3] and float32[3] before opset 8");
  }
  EXPECT_EQ(
      lifted({.op = "Sum",
              .opset = 8,
              .inputs = {floats({3})},
              .attributes = {{"consumed_inputs", Ints{0}}}}),
      "node 0 \"n0\" (Sum): attribute \"consumed_inputs\" exists in Sum from opset 1 to 5, the "
      "file is of opset 8");
}

}  // namespace
}  // namespace tundish
