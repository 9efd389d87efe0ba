#include <gtest/gtest.h>

#include "import/onnx/test_models.h"
#include "import/onnx/test_ops.h"

namespace tundish {
namespace {

using namespace test_models;

std::string lifted(const OneNode& one) { return text_of(read_one(one, lift_ops())); }

TEST(LiftDft, the_axis_becomes_an_input) {
  EXPECT_EQ(lifted({.op = "DFT",
                    .opset = 17,
                    .inputs = {floats({1, 3, 1})},
                    .attributes = {{"axis", int64_t{-2}}, {"onesided", int64_t{1}}}}),
            "  input %A : float32[1, 3, 1]\n  const %const : int64[] = [-2]\n"
            "  %Y = DFT(%A, _, %const) : float32[?...] {onesided = 1}\n  output %Y\n");
  EXPECT_EQ(lifted({.op = "DFT",
                    .opset = 19,
                    .inputs = {floats({1, 3, 1}), tensor_of<int64_t>({2}, Shape{})}}),
            "  input %A : float32[1, 3, 1]\n  const %B : int64[] = [2]\n"
            "  const %const : int64[] = [1]\n"
            "  %Y = DFT(%A, %B, %const) : float32[?...]\n  output %Y\n");
}

TEST(LiftDft, the_present_form_stays) {
  EXPECT_EQ(lifted({.op = "DFT", .opset = 20, .inputs = {floats({1, 3, 1})}}),
            "  input %A : float32[1, 3, 1]\n  %Y = DFT(%A) : float32[1, 3, 1]\n  output %Y\n");
}

TEST(LiftDft, refusals) {
  EXPECT_EQ(lifted({.op = "DFT",
                    .opset = 17,
                    .inputs = {floats({1, 3, 1}), tensor_of<int64_t>({2}, Shape{}),
                               tensor_of<int64_t>({1}, Shape{})}}),
            "node 0 \"n0\" (DFT): expected 1 to 2 inputs, got 3");
}

}  // namespace
}  // namespace tundish
