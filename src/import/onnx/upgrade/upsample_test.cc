#include <gtest/gtest.h>

#include "import/onnx/test_models.h"
#include "import/onnx/test_ops.h"

namespace tundish {
namespace {

using namespace test_models;

std::string lifted(const OneNode& one) { return text_of(read_one(one, lift_ops())); }

constexpr const char* kAttributes =
    "coordinate_transformation_mode = \"asymmetric\", mode = \"linear\", nearest_mode = \"floor\"";

TEST(LiftUpsample, scales_become_an_input) {
  const std::string text = lifted(
      {.op = "Upsample",
       .opset = 7,
       .inputs = {floats({1, 2})},
       .attributes = {{"scales", std::vector<float>{1, 2}}, {"mode", std::string("linear")}}});
  EXPECT_NE(text.find("float32[2] = [1, 2]"), std::string::npos) << text;
  EXPECT_NE(text.find("Resize(%A, _, %const"), std::string::npos) << text;
  EXPECT_NE(text.find(kAttributes), std::string::npos) << text;
}

TEST(LiftUpsample, sides_become_an_input) {
  const std::string text = lifted(
      {.op = "Upsample",
       .opset = 1,
       .inputs = {floats({1, 1, 2, 2})},
       .attributes = {
           {"height_scale", 2.0F}, {"width_scale", 3.0F}, {"mode", std::string("bilinear")}}});
  EXPECT_NE(text.find("float32[4] = [1, 1, 2, 3]"), std::string::npos) << text;
  EXPECT_NE(text.find(kAttributes), std::string::npos) << text;
}

TEST(LiftUpsample, the_input_stays) {
  const std::string text =
      lifted({.op = "Upsample", .opset = 9, .inputs = {floats({2}), list_tensor<float>({2})}});
  EXPECT_NE(text.find("Resize(%A, _, %B)"), std::string::npos) << text;
  EXPECT_NE(text.find("mode = \"nearest\""), std::string::npos) << text;
}

TEST(LiftUpsample, refusals) {
  EXPECT_EQ(lifted({.op = "Upsample", .opset = 7, .inputs = {floats({2})}}),
            "node 0 \"n0\" (Upsample): attribute \"scales\" is missing");
  EXPECT_EQ(lifted({.op = "Upsample",
                    .opset = 1,
                    .inputs = {floats({2})},
                    .attributes = {{"height_scale", 2.0F}}}),
            "node 0 \"n0\" (Upsample): attribute \"width_scale\" is missing");
  EXPECT_EQ(lifted({.op = "Upsample", .opset = 9, .inputs = {floats({2})}}),
            "node 0 \"n0\" (Upsample): expected 2 inputs, got 1");
}

}  // namespace
}  // namespace tundish
