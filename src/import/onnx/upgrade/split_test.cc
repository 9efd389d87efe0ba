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

TEST(LiftSplit, sizes_become_an_input) {
  for (const int64_t opset : {1, 2, 12}) {
    const std::string text = lifted({.op = "Split",
                                     .opset = opset,
                                     .inputs = {floats({6})},
                                     .attributes = {{"split", Ints{2, 4}}, {"axis", int64_t{0}}},
                                     .output_count = 2});
    EXPECT_TRUE(has(text, "const %const : int64[2] = [2, 4]")) << text;
    EXPECT_TRUE(has(text, "= Split(%A, %const) {axis = 0}")) << text;
  }
}

TEST(LiftSplit, outputs_are_counted_where_no_sizes_are) {
  for (const int64_t opset : {1, 2, 13, 17}) {
    const std::string text =
        lifted({.op = "Split", .opset = opset, .inputs = {floats({6})}, .output_count = 2});
    EXPECT_TRUE(has(text, "= Split(%A) {num_outputs = 2}")) << text;
  }
}

TEST(LiftSplit, the_first_version_takes_sizes_of_the_data_type) {
  const std::string text = lifted({.op = "Split",
                                   .opset = 1,
                                   .inputs = {floats({6}), list_tensor<float>({2, 4})},
                                   .output_count = 2});
  EXPECT_TRUE(has(text, "Cast(%B) : int64[2] {to = 7}")) << text;
}

TEST(LiftSplit, the_present_form_stays) {
  const std::string text = lifted({.op = "Split",
                                   .opset = 18,
                                   .inputs = {floats({6})},
                                   .attributes = {{"num_outputs", int64_t{2}}},
                                   .output_count = 2});
  EXPECT_TRUE(has(text, "= Split(%A) {num_outputs = 2}")) << text;
  EXPECT_TRUE(has(lifted({.op = "Split",
                          .opset = 13,
                          .inputs = {floats({6}), list_tensor<int64_t>({2, 4})},
                          .output_count = 2}),
                  "= Split(%A, %B)\n"));
}

TEST(LiftSplit, refusals) {
  EXPECT_TRUE(has(lifted({.op = "Split",
                          .opset = 1,
                          .inputs = {floats({6}), list_tensor<float>({2, 4})},
                          .attributes = {{"split", Ints{2, 4}}},
                          .output_count = 2}),
                  "both as an input and as an attribute"));
  EXPECT_TRUE(has(lifted({.op = "Split",
                          .opset = 2,
                          .inputs = {floats({6}), list_tensor<int64_t>({2, 4})},
                          .output_count = 2}),
                  "expected 1 inputs, got 2"));
}

}  // namespace
}  // namespace tundish
