#include <gtest/gtest.h>

#include "import/onnx/test_models.h"
#include "import/onnx/test_ops.h"

namespace tundish {
namespace {

using namespace test_models;

std::string lifted(const OneNode& one) { return text_of(read_one(one, lift_ops())); }

TEST(LiftPad, lists_become_inputs) {
  for (const auto& [opset, name] : {std::pair{1, "paddings"}, {2, "pads"}, {10, "pads"}}) {
    EXPECT_EQ(lifted({.op = "Pad",
                      .opset = opset,
                      .inputs = {floats({4})},
                      .attributes = {{name, Ints{1, -2}}, {"mode", std::string("edge")}}}),
              "  input %A : float32[4]\n  const %const : int64[2] = [1, -2]\n"
              "  %Y = Pad(%A, %const) : float32[?...] {mode = \"edge\"}\n  output %Y\n");
  }
}

TEST(LiftPad, the_value_becomes_a_constant_of_the_type) {
  const Attributes attributes = {{"pads", Ints{1, 1}}, {"value", 2.5F}};
  EXPECT_EQ(lifted({.op = "Pad", .opset = 9, .inputs = {floats({4})}, .attributes = attributes}),
            "  input %A : float32[4]\n  const %const : int64[2] = [1, 1]\n"
            "  const %const_1 : float32[] = [2.5]\n"
            "  %Y = Pad(%A, %const, %const_1) : float32[?...]\n  output %Y\n");
  const ValueType doubles = ValueType::tensor(DType::kFloat64, std::vector<Dim>{4});
  const std::string text =
      lifted({.op = "Pad", .opset = 9, .inputs = {doubles}, .attributes = attributes});
  EXPECT_NE(text.find("Cast(%const_1) : float64[] {to = 11}"), std::string::npos) << text;
}

TEST(LiftPad, the_present_form_stays) {
  for (const int64_t opset : {11, 17, 18, 27}) {
    const std::string text =
        lifted({.op = "Pad",
                .opset = opset,
                .inputs = {floats({4}), list_tensor<int64_t>({1, 1}), list_tensor<float>({3})}});
    EXPECT_NE(text.find("Pad(%A, %B, %C) :"), std::string::npos) << text;
  }
}

TEST(LiftPad, refusals) {
  EXPECT_EQ(lifted({.op = "Pad", .opset = 2, .inputs = {floats({4})}}),
            "node 0 \"n0\" (Pad): attribute \"pads\" is missing");
  EXPECT_EQ(lifted({.op = "Pad",
                    .opset = 17,
                    .inputs = {floats({4}), list_tensor<int64_t>({1, 1}), list_tensor<float>({3}),
                               list_tensor<int64_t>({0})}}),
            "node 0 \"n0\" (Pad): expected 2 to 3 inputs, got 4");
}

}  // namespace
}  // namespace tundish
