#include <gtest/gtest.h>

#include "import/onnx/test_models.h"
#include "import/onnx/test_ops.h"

namespace tundish {
namespace {

using namespace test_models;

std::string lifted(const OneNode& one) { return text_of(read_one(one, lift_ops())); }

std::string constant(int64_t opset, const Attributes& attributes) {
  return lifted({.op = "Constant", .opset = opset, .attributes = attributes});
}

TEST(LiftConstant, every_form_becomes_an_initializer) {
  const std::pair<Attributes, std::string> forms[] = {
      {{{"value", tensor_of<double>({1, 2}, Shape{1, 2})}}, "float64[1, 2] = [1, 2]"},
      {{{"value_float", 0.5F}}, "float32[] = [0.5]"},
      {{{"value_floats", Floats{1, 2}}}, "float32[2] = [1, 2]"},
      {{{"value_int", int64_t{-3}}}, "int64[] = [-3]"},
      {{{"value_ints", Ints{4, 5, 6}}}, "int64[3] = [4, 5, 6]"},
      {{{"value_string", "a"}}, "string[] = [\"a\"]"},
      {{{"value_strings", Strings{"a", "b"}}}, "string[2] = [\"a\", \"b\"]"},
  };
  for (const auto& [attributes, wanted] : forms) {
    const std::string text = constant(13, attributes);
    EXPECT_NE(text.find(wanted), std::string::npos) << text;
    EXPECT_EQ(text.find("Constant"), std::string::npos) << text;
  }
}

TEST(LiftConstant, tensors_at_every_opset) {
  for (const int64_t opset : {1, 9, 11, 12, 13, 19, 21, 23, 24, 25, 27}) {
    const std::string text = constant(opset, {{"value", Tensor::scalar(int64_t{7})}});
    EXPECT_NE(text.find("int64[] = [7]"), std::string::npos) << text;
  }
}

TEST(LiftConstant, refusals) {
  EXPECT_EQ(constant(13, {}),
            "node 0 \"n0\" (Constant): a Constant has one attribute and one output, this one has 0 "
            "and 1");
  EXPECT_EQ(constant(13, {{"value_int", int64_t{1}}, {"value_float", 1.0F}}),
            "node 0 \"n0\" (Constant): a Constant has one attribute and one output, this one has 2 "
            "and 1");
  EXPECT_EQ(
      constant(11, {{"value_int", int64_t{1}}}),
      "node 0 \"n0\" (Constant): attribute \"value_int\" exists in Constant from opset 12 on, "
      "the file is of opset 11");
  EXPECT_EQ(constant(13, {{"sparse_value", 1.0F}}),
            "node 0 \"n0\" (Constant): attribute \"sparse_value\" is not supported");
  for (const char* name :
       {"value", "value_float", "value_floats", "value_ints", "value_string", "value_strings"}) {
    EXPECT_EQ(constant(13, {{name, int64_t{1}}}),
              std::string("node 0 \"n0\" (Constant): attribute \"") + name + "\" holds int");
  }
  EXPECT_EQ(constant(13, {{"value_int", 1.0F}}),
            "node 0 \"n0\" (Constant): attribute \"value_int\" holds float");
  EXPECT_EQ(
      lifted(
          {.op = "Constant", .inputs = {floats({1})}, .attributes = {{"value_int", int64_t{1}}}}),
      "node 0 \"n0\" (Constant): expected 0 inputs, got 1");
}

}  // namespace
}  // namespace tundish
