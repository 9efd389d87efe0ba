#include <gtest/gtest.h>

#include "import/onnx/test_models.h"
#include "import/onnx/test_ops.h"

namespace tundish {
namespace {

using namespace test_models;

std::string lifted(int64_t opset) {
  const OneNode one{.op = "RoiAlign",
                    .opset = opset,
                    .inputs = {floats({1, 1, 2, 2}), floats({1, 4}), list_tensor<int64_t>({0})}};
  return text_of(read_one(one, lift_ops()));
}

TEST(LiftRoiAlign, regions_were_not_shifted) {
  const std::string text = lifted(10);
  EXPECT_NE(text.find("coordinate_transformation_mode = \"output_half_pixel\""), std::string::npos)
      << text;
}

TEST(LiftRoiAlign, the_present_form_stays) {
  for (const int64_t opset : {16, 22, 27}) {
    EXPECT_EQ(lifted(opset).find("coordinate_transformation_mode"), std::string::npos);
  }
}

}  // namespace
}  // namespace tundish
