#include <gtest/gtest.h>

#include "import/onnx/test_models.h"
#include "import/onnx/test_ops.h"

namespace tundish {
namespace {

using namespace test_models;

const OpTable& softmax_ops() {
  static constexpr OpDef kRows[] = {
      {.name = "Flatten", .since = 13, .inputs = {1, 1}, .infer = infer_first},
      {.name = "Hardmax", .since = 13, .inputs = {1, 1}, .infer = infer_first},
      {.name = "Reshape", .since = 14, .inputs = {2, 2}, .infer = infer_first},
      {.name = "Shape", .since = 15, .inputs = {1, 1}, .infer = infer_as<DType::kInt64>},
      {.name = "Softmax", .since = 13, .inputs = {1, 1}, .infer = infer_first}};
  static const std::span<const OpDef> kGroups[] = {kRows};
  static const ListedOps kOps(kGroups);
  return kOps;
}

std::string lifted(const OneNode& one) { return text_of(read_one(one, softmax_ops())); }

TEST(LiftSoftmax, one_axis_at_the_end_is_the_new_meaning) {
  const std::string expected =
      "  input %A : float32[2, 3]\n  %Y = Softmax(%A) : float32[2, 3] {axis = -1}\n  output %Y\n";
  EXPECT_EQ(lifted({.op = "Softmax", .opset = 9, .inputs = {floats({2, 3})}}), expected);
  EXPECT_EQ(lifted({.op = "Softmax",
                    .opset = 12,
                    .inputs = {floats({2, 3})},
                    .attributes = {{"axis", int64_t{-1}}}}),
            expected);
}

TEST(LiftSoftmax, several_axes_are_made_one) {
  EXPECT_EQ(
      lifted({.op = "Hardmax", .opset = 9, .inputs = {floats({2, 3, 4})}}),
      "  input %A : float32[2, 3, 4]\n"
      "  %n0_Flatten = Flatten(%A) : float32[2, 3, 4] {axis = 1}\n"
      "  %n0_Hardmax = Hardmax(%n0_Flatten) : float32[2, 3, 4] {axis = -1}\n"
      "  %n0_Shape = Shape(%A) : int64[?...]\n"
      "  %Y = Reshape(%n0_Hardmax, %n0_Shape) : float32[?...] {allowzero = 1}\n  output %Y\n");
}

TEST(LiftSoftmax, from_13_on_it_stays_as_it_is) {
  EXPECT_EQ(lifted({.op = "Softmax",
                    .opset = 13,
                    .inputs = {floats({2, 3, 4})},
                    .attributes = {{"axis", int64_t{1}}}}),
            "  input %A : float32[2, 3, 4]\n"
            "  %Y = Softmax(%A) : float32[2, 3, 4] {axis = 1}\n  output %Y\n");
}

TEST(LiftSoftmax, refusals) {
  EXPECT_EQ(lifted({.op = "Softmax", .opset = 9, .inputs = {floats({2})}}),
            "node 0 \"n0\" (Softmax): axis 1 of float32[2]");
}

}  // namespace
}  // namespace tundish
