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

TEST(LiftSum, refusals) {
  EXPECT_EQ(lifted({.op = "Sum", .opset = 8}),
            "node 0 \"n0\" (Sum): expected at least 1 input, got 0");
  EXPECT_EQ(
      lifted({.op = "Sum", .opset = 8, .inputs = {floats({3}), std::monostate(), floats({3})}}),
      "node 0 \"n0\" (Sum): input 1 is left out");
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
