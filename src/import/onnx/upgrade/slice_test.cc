#include <gtest/gtest.h>

#include "import/onnx/test_models.h"
#include "import/onnx/test_ops.h"

namespace tundish {
namespace {

using namespace test_models;

std::string lifted(const OneNode& one) { return text_of(read_one(one, lift_ops())); }

TEST(LiftSlice, lists_become_inputs) {
  for (const int64_t opset : {1, 9}) {
    EXPECT_EQ(lifted({.op = "Slice",
                      .opset = opset,
                      .inputs = {floats({4, 5})},
                      .attributes = {{"starts", Ints{1, -2}},
                                     {"ends", Ints{3, 1000}},
                                     {"axes", Ints{1, 0}}}}),
              "  input %A : float32[4, 5]\n  const %const : int64[2] = [1, -2]\n"
              "  const %const_1 : int64[2] = [3, 1000]\n  const %const_2 : int64[2] = [1, 0]\n"
              "  %Y = Slice(%A, %const, %const_1, %const_2) : float32[?...]\n  output %Y\n");
  }
}

TEST(LiftSlice, axes_may_be_left_out) {
  const std::string text = lifted({.op = "Slice",
                                   .opset = 1,
                                   .inputs = {floats({4})},
                                   .attributes = {{"starts", Ints{1}}, {"ends", Ints{3}}}});
  EXPECT_NE(text.find("Slice(%A, %const, %const_1) :"), std::string::npos) << text;
}

TEST(LiftSlice, the_present_form_stays) {
  for (const int64_t opset : {10, 11, 13, 27}) {
    const std::string text =
        lifted({.op = "Slice",
                .opset = opset,
                .inputs = {floats({4}), list_tensor<int64_t>({1}), list_tensor<int64_t>({3}),
                           std::monostate(), list_tensor<int64_t>({2})}});
    EXPECT_NE(text.find("Slice(%A, %B, %C, _, %E) :"), std::string::npos) << text;
  }
}

TEST(LiftSlice, refusals) {
  EXPECT_EQ(
      lifted(
          {.op = "Slice", .opset = 9, .inputs = {floats({4})}, .attributes = {{"ends", Ints{3}}}}),
      "node 0 \"n0\" (Slice): attribute \"starts\" is missing");
  EXPECT_EQ(lifted({.op = "Slice",
                    .opset = 9,
                    .inputs = {floats({4})},
                    .attributes = {{"starts", Ints{3}}}}),
            "node 0 \"n0\" (Slice): attribute \"ends\" is missing");
  EXPECT_EQ(lifted({.op = "Slice", .opset = 9, .inputs = {floats({4}), list_tensor<int64_t>({1})}}),
            "node 0 \"n0\" (Slice): expected 1 inputs, got 2");
  EXPECT_EQ(
      lifted({.op = "Slice",
              .opset = 10,
              .inputs = {floats({4})},
              .attributes = {{"starts", Ints{3}}, {"ends", Ints{4}}}}),
      "node 0 \"n0\" (Slice): attribute \"ends\" exists in Slice from opset 1 to 9, the file is "
      "of opset 10");
  const std::string kind = lifted({.op = "Slice",
                                   .opset = 9,
                                   .inputs = {floats({4})},
                                   .attributes = {{"starts", Floats{3}}, {"ends", Ints{4}}}});
  EXPECT_NE(kind.find("node 0 \"n0\" (Slice): attribute \"starts\""), std::string::npos) << kind;
}

}  // namespace
}  // namespace tundish
