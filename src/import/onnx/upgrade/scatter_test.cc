#include <gtest/gtest.h>

#include "import/onnx/test_models.h"
#include "import/onnx/test_ops.h"

namespace tundish {
namespace {

using namespace test_models;

TEST(LiftScatter, has_another_name_today) {
  for (const int64_t opset : {9, 10, 11}) {
    const std::string text = text_of(
        read_one({.op = "Scatter",
                  .opset = opset,
                  .inputs = {floats({3}), list_tensor<int64_t>({1}), list_tensor<float>({1})},
                  .attributes = {{"axis", int64_t{0}}}},
                 lift_ops()));
    EXPECT_NE(text.find("%Y = ScatterElements(%A, %B, %C) : float32[?...] {axis = 0}"),
              std::string::npos)
        << text;
  }
}

}  // namespace
}  // namespace tundish
