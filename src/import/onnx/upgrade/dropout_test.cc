#include <gtest/gtest.h>

#include "import/onnx/test_models.h"
#include "import/onnx/test_ops.h"

namespace tundish {
namespace {

using namespace test_models;

std::string lifted(const OneNode& one) { return text_of(read_one(one, lift_ops())); }
bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST(LiftDropout, is_nothing_unless_it_trains) {
  for (const int64_t opset : {7, 10, 11, 12, 27}) {
    EXPECT_EQ(lifted({.op = "Dropout", .opset = opset, .inputs = {floats({3})}}),
              "  input %A : float32[3]\n  %Y = Identity(%A) : float32[3]\n  output %Y\n");
  }
  EXPECT_TRUE(has(lifted({.op = "Dropout",
                          .opset = 6,
                          .inputs = {floats({3})},
                          .attributes = {{"is_test", int64_t{1}}, {"ratio", 0.25F}}}),
                  "Identity(%A) :"));
  EXPECT_TRUE(
      has(lifted({.op = "Dropout",
                  .opset = 13,
                  .inputs = {floats({3}), list_tensor<float>({0.5F}), list_tensor<bool>({false})}}),
          "Identity(%A) :"));
}

TEST(LiftDropout, trains_where_the_model_says_so) {
  EXPECT_TRUE(
      has(lifted({.op = "Dropout",
                  .opset = 13,
                  .inputs = {floats({3}), list_tensor<float>({0.5F}), list_tensor<bool>({true})},
                  .attributes = {{"seed", int64_t{7}}}}),
          "{seed = 7}"));
  // The first versions trained by default.
  const std::string old = lifted(
      {.op = "Dropout", .opset = 6, .inputs = {floats({3})}, .attributes = {{"ratio", 0.25F}}});
  EXPECT_TRUE(has(old, "const %const : float32[] = [0.25]")) << old;
  EXPECT_TRUE(has(old, "const %const_1 : bool[] = [true]")) << old;
  EXPECT_TRUE(has(old, "Dropout(%A, %const, %const_1) :")) << old;
}

TEST(LiftDropout, the_mask_had_the_data_type_before_10) {
  const std::string old =
      lifted({.op = "Dropout", .opset = 7, .inputs = {floats({3})}, .output_count = 2});
  EXPECT_TRUE(has(old, " = Dropout(%A)\n")) << old;
  EXPECT_TRUE(has(old, "%Z = Cast(%")) << old;
  EXPECT_TRUE(has(old, "{to = 1}")) << old;
  const std::string later =
      lifted({.op = "Dropout", .opset = 10, .inputs = {floats({3})}, .output_count = 2});
  EXPECT_TRUE(has(later, "= Dropout(%A)\n")) << later;
}

TEST(LiftDropout, refusals) {
  EXPECT_EQ(
      lifted({.op = "Dropout", .opset = 10, .inputs = {floats({3}), list_tensor<float>({0.5F})}}),
      "node 0 \"n0\" (Dropout): expected 1 inputs, got 2");
}

}  // namespace
}  // namespace tundish
