#include <gtest/gtest.h>

#include "import/onnx/test_models.h"
#include "import/onnx/test_ops.h"

namespace tundish {
namespace {

using namespace test_models;

std::string lifted(const OneNode& one) { return text_of(read_one(one, lift_ops())); }

TEST(LiftShapeAttribute, shapes_and_axes_become_inputs) {
  struct Case {
    const char* op;
    int64_t opset;
    const char* attribute;
  };
  const Case cases[] = {{"Reshape", 1, "shape"},   {"Reshape", 4, "shape"},
                        {"Squeeze", 1, "axes"},    {"Squeeze", 11, "axes"},
                        {"Squeeze", 12, "axes"},   {"Unsqueeze", 1, "axes"},
                        {"Unsqueeze", 11, "axes"}, {"Unsqueeze", 12, "axes"}};
  for (const Case& one : cases) {
    EXPECT_EQ(lifted({.op = one.op,
                      .opset = one.opset,
                      .inputs = {floats({1, 3})},
                      .attributes = {{one.attribute, Ints{0, -1}}}}),
              std::string("  input %A : float32[1, 3]\n  const %const : int64[2] = [0, -1]\n"
                          "  %Y = ") +
                  one.op + "(%A, %const) : float32[?...]\n  output %Y\n");
  }
}

TEST(LiftShapeAttribute, squeeze_needs_no_axes) {
  EXPECT_EQ(lifted({.op = "Squeeze", .opset = 11, .inputs = {floats({1, 3})}}),
            "  input %A : float32[1, 3]\n  %Y = Squeeze(%A) : float32[1, 3]\n  output %Y\n");
}

TEST(LiftShapeAttribute, the_present_form_stays) {
  const std::pair<const char*, int64_t> first[] = {
      {"Reshape", 5}, {"Reshape", 27}, {"Squeeze", 13}, {"Unsqueeze", 13}, {"Unsqueeze", 27}};
  for (const auto& [op, opset] : first) {
    EXPECT_EQ(
        lifted({.op = op, .opset = opset, .inputs = {floats({1, 3}), list_tensor<int64_t>({0})}}),
        std::string("  input %A : float32[1, 3]\n  const %B : int64[1] = [0]\n  %Y = ") + op +
            "(%A, %B) : float32[?...]\n  output %Y\n");
  }
}

TEST(LiftShapeAttribute, refusals) {
  EXPECT_EQ(lifted({.op = "Reshape", .opset = 4, .inputs = {floats({1, 3})}}),
            "node 0 \"n0\" (Reshape): attribute \"shape\" is missing");
  EXPECT_EQ(lifted({.op = "Unsqueeze", .opset = 12, .inputs = {floats({1, 3})}}),
            "node 0 \"n0\" (Unsqueeze): attribute \"axes\" is missing");
  EXPECT_EQ(
      lifted({.op = "Squeeze", .opset = 12, .inputs = {floats({1, 3}), list_tensor<int64_t>({0})}}),
      "node 0 \"n0\" (Squeeze): expected 1 inputs, got 2");
  EXPECT_EQ(lifted({.op = "Squeeze",
                    .opset = 13,
                    .inputs = {floats({1, 3})},
                    .attributes = {{"axes", Ints{0}}}}),
            "node 0 \"n0\" (Squeeze): attribute \"axes\" exists in Squeeze from opset 1 to 12, the "
            "file is of opset 13");
  EXPECT_EQ(
      lifted({.op = "Reshape",
              .opset = 13,
              .inputs = {floats({1, 3}), list_tensor<int64_t>({3})},
              .attributes = {{"allowzero", int64_t{1}}}}),
      "node 0 \"n0\" (Reshape): attribute \"allowzero\" exists in Reshape from opset 14 on, the "
      "file is of opset 13");
  const std::string kind = lifted(
      {.op = "Reshape", .opset = 4, .inputs = {floats({3})}, .attributes = {{"shape", 1.0F}}});
  EXPECT_NE(kind.find("node 0 \"n0\" (Reshape): attribute \"shape\""), std::string::npos) << kind;
}

}  // namespace
}  // namespace tundish
