#include <gtest/gtest.h>

#include "import/onnx/test_models.h"
#include "import/onnx/test_ops.h"

namespace tundish {
namespace {

using namespace test_models;

std::string lifted(int64_t opset, const char* mode) {
  OneNode one{.op = "GridSample", .opset = opset, .inputs = {floats({1, 1, 2}), floats({1, 1, 1})}};
  if (mode != nullptr) one.attributes = {{"mode", std::string(mode)}};
  return text_of(read_one(one, lift_ops()));
}

TEST(LiftGridSample, modes_get_their_present_names) {
  EXPECT_NE(lifted(16, nullptr).find("mode = \"linear\""), std::string::npos);
  EXPECT_NE(lifted(16, "bilinear").find("mode = \"linear\""), std::string::npos);
  EXPECT_NE(lifted(19, "bicubic").find("mode = \"cubic\""), std::string::npos);
  EXPECT_NE(lifted(19, "nearest").find("mode = \"nearest\""), std::string::npos);
}

TEST(LiftGridSample, the_present_form_stays) {
  EXPECT_EQ(lifted(20, nullptr).find("mode"), std::string::npos);
  EXPECT_NE(lifted(22, "bicubic").find("mode = \"bicubic\""), std::string::npos);
}

}  // namespace
}  // namespace tundish
