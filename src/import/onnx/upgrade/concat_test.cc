#include <gtest/gtest.h>

#include "import/onnx/test_models.h"
#include "import/onnx/test_ops.h"

namespace tundish {
namespace {

using namespace test_models;

std::string concat(int64_t opset, Attributes attributes) {
  return text_of(read_one({.op = "Concat",
                           .opset = opset,
                           .inputs = {floats({4, 2}), floats({4, 3})},
                           .attributes = std::move(attributes)},
                          lift_ops()));
}

TEST(LiftConcat, the_axis_was_1) {
  EXPECT_NE(concat(1, {}).find("Concat(%A, %B) : float32[?...] {axis = 1}"), std::string::npos);
  EXPECT_NE(concat(3, {{"axis", int64_t{0}}}).find("{axis = 0}"), std::string::npos);
}

TEST(LiftConcat, the_present_form_stays) {
  EXPECT_NE(concat(4, {{"axis", int64_t{-1}}}).find("{axis = -1}"), std::string::npos);
  EXPECT_EQ(concat(4, {}).find("axis ="), std::string::npos);
}

}  // namespace
}  // namespace tundish
