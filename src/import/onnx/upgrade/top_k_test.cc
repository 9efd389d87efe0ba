#include <gtest/gtest.h>

#include "import/onnx/test_models.h"
#include "import/onnx/test_ops.h"

namespace tundish {
namespace {

using namespace test_models;

std::string lifted(const OneNode& one) { return text_of(read_one(one, lift_ops())); }

TEST(LiftTopK, k_becomes_an_input) {
  for (const int64_t opset : {1, 9}) {
    EXPECT_EQ(lifted({.op = "TopK",
                      .opset = opset,
                      .inputs = {floats({6})},
                      .attributes = {{"k", int64_t{2}}, {"axis", int64_t{0}}}}),
              "  input %A : float32[6]\n  const %const : int64[1] = [2]\n"
              "  %Y = TopK(%A, %const) : float32[?...] {axis = 0}\n  output %Y\n");
  }
}

TEST(LiftTopK, the_present_form_stays) {
  for (const int64_t opset : {10, 11, 24, 27}) {
    const std::string text =
        lifted({.op = "TopK", .opset = opset, .inputs = {floats({6}), list_tensor<int64_t>({2})}});
    EXPECT_NE(text.find("TopK(%A, %B) :"), std::string::npos) << text;
  }
}

TEST(LiftTopK, refusals) {
  EXPECT_EQ(lifted({.op = "TopK", .opset = 9, .inputs = {floats({6})}}),
            "node 0 \"n0\" (TopK): attribute \"k\" is missing (int)");
}

}  // namespace
}  // namespace tundish
