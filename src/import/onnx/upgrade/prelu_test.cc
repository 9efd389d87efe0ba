#include <gtest/gtest.h>

#include "import/onnx/test_models.h"
#include "import/onnx/test_ops.h"

namespace tundish {
namespace {

using namespace test_models;

std::string lifted(const OneNode& one) { return text_of(read_one(one, lift_ops())); }

TEST(LiftPRelu, a_slope_per_channel_gets_axes_after_it) {
  EXPECT_EQ(lifted({.op = "PRelu",
                    .opset = 1,
                    .inputs = {floats({2, 3, 4, 5}), floats({3})},
                    .attributes = {{"consumed_inputs", Ints{0, 0}}}}),
            "  input %A : float32[2, 3, 4, 5]\n  input %B : float32[3]\n"
            "  const %const : int64[2] = [1, 2]\n"
            "  %n0_Unsqueeze = Unsqueeze(%B, %const) : float32[?...]\n"
            "  %Y = PRelu(%A, %n0_Unsqueeze) : float32[?...]\n  output %Y\n");
}

TEST(LiftPRelu, one_slope_and_the_present_form_stay) {
  const auto stays = [](int64_t opset, const ValueType& x, const ValueType& slope) {
    const std::string text = lifted({.op = "PRelu", .opset = opset, .inputs = {x, slope}});
    EXPECT_NE(text.find("%Y = PRelu(%A, %B)"), std::string::npos) << text;
  };
  stays(6, floats({2, 3, 4}), floats({1}));
  stays(6, floats({2, 3}), floats({3}));
  stays(6, floats({2, 3, 4}), floats({3, 1}));
  stays(7, floats({2, 3, 4}), floats({4}));
}

TEST(LiftPRelu, refusals) {
  EXPECT_EQ(lifted({.op = "PRelu", .opset = 6, .inputs = {floats({2, 3})}}),
            "node 0 \"n0\" (PRelu): expected 2 inputs, got 1");
  EXPECT_EQ(lifted({.op = "PRelu",
                    .opset = 6,
                    .inputs = {ValueType::tensor(DType::kFloat32, {}), floats({3})}}),
            "node 0 \"n0\" (PRelu): slopes of data whose rank is unknown");
}

}  // namespace
}  // namespace tundish
