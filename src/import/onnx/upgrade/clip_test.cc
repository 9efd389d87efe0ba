#include <gtest/gtest.h>

#include "import/onnx/test_models.h"
#include "import/onnx/test_ops.h"

namespace tundish {
namespace {

using namespace test_models;

std::string lifted(const OneNode& one) { return text_of(read_one(one, lift_ops())); }

TEST(LiftClip, bounds_become_inputs) {
  for (const int64_t opset : {1, 6, 10}) {
    EXPECT_EQ(lifted({.op = "Clip",
                      .opset = opset,
                      .inputs = {floats({3})},
                      .attributes = {{"min", -1.0F}, {"max", 2.5F}}}),
              "  input %A : float32[3]\n  const %const : float32[] = [-1]\n"
              "  const %const_1 : float32[] = [2.5]\n"
              "  %Y = Clip(%A, %const, %const_1) : float32[?...]\n  output %Y\n");
  }
}

TEST(LiftClip, a_bound_left_out_before_opset_6_is_none) {
  EXPECT_EQ(lifted({.op = "Clip",
                    .opset = 1,
                    .inputs = {floats({3})},
                    .attributes = {{"max", 2.5F}, {"consumed_inputs", Ints{0}}}}),
            "  input %A : float32[3]\n  const %const : float32[] = [2.5]\n"
            "  %Y = Clip(%A, _, %const) : float32[?...]\n  output %Y\n");
}

TEST(LiftClip, a_bound_left_out_from_opset_6_is_the_last_finite_number) {
  const std::string text =
      lifted({.op = "Clip", .opset = 7, .inputs = {floats({3})}, .attributes = {{"max", 2.5F}}});
  EXPECT_NE(text.find("const %const : float32[] = [-3.4028235e+38]"), std::string::npos) << text;
  EXPECT_NE(text.find("Clip(%A, %const, %const_1)"), std::string::npos) << text;
}

TEST(LiftClip, bounds_take_the_type_of_the_data) {
  const std::string text =
      lifted({.op = "Clip", .opset = 1, .inputs = {doubles({3})}, .attributes = {{"min", 0.5F}}});
  EXPECT_NE(text.find("Cast(%const) : float64[] {to = 11}"), std::string::npos) << text;
}

TEST(LiftClip, stays_from_opset_11_on) {
  for (const int64_t opset : {11, 12, 13, 27}) {
    EXPECT_EQ(lifted({.op = "Clip",
                      .opset = opset,
                      .inputs = {floats({3}), std::monostate(), Tensor::scalar(2.0F)}}),
              "  input %A : float32[3]\n  const %C : float32[] = [2]\n"
              "  %Y = Clip(%A, _, %C) : float32[?...]\n  output %Y\n");
  }
}

TEST(LiftClip, refusals) {
  EXPECT_EQ(lifted({.op = "Clip", .opset = 6, .inputs = {floats({3}), Tensor::scalar(2.0F)}}),
            "node 0 \"n0\" (Clip): expected 1 inputs, got 2");
  EXPECT_EQ(lifted({.op = "Clip", .opset = 6, .inputs = {type_of(DType::kInt32, {3})}}),
            "node 0 \"n0\" (Clip): Clip (opset 6) of int32");
  EXPECT_EQ(
      lifted({.op = "Clip", .opset = 11, .inputs = {floats({3})}, .attributes = {{"min", 0.5F}}}),
      "node 0 \"n0\" (Clip): attribute \"min\" exists in Clip from opset 1 to 10, the file is "
      "of opset 11");
  const std::string kind = lifted(
      {.op = "Clip", .opset = 6, .inputs = {floats({3})}, .attributes = {{"min", int64_t{1}}}});
  EXPECT_NE(kind.find("attribute \"min\""), std::string::npos) << kind;
}

}  // namespace
}  // namespace tundish
