#include <gtest/gtest.h>

#include "import/onnx/test_models.h"
#include "import/onnx/test_ops.h"

namespace tundish {
namespace {

using namespace test_models;

std::string lifted(const OneNode& one) { return text_of(read_one(one, lift_ops())); }

const Strings kClasses = {"a", "b"};

TEST(LiftLabelEncoder, version_1_from_strings) {
  EXPECT_EQ(lifted({.op = "LabelEncoder",
                    .inputs = {type_of(DType::kString, {3})},
                    .attributes = {{"classes_strings", kClasses},
                                   {"default_int64", int64_t{-7}},
                                   {"default_string", "?"}},
                    .ml_opset = 1}),
            "  input %A : string[3]\n"
            "  %Y = ai.onnx.ml.LabelEncoder(%A) : int64[?...] {default_int64 = -7, keys_strings = "
            "[\"a\", \"b\"], "
            "values_int64s = [0, 1]}\n  output %Y\n");
}

TEST(LiftLabelEncoder, version_1_from_numbers) {
  EXPECT_EQ(lifted({.op = "LabelEncoder",
                    .inputs = {type_of(DType::kInt64, {3})},
                    .attributes = {{"classes_strings", kClasses},
                                   {"default_int64", int64_t{-7}},
                                   {"default_string", "?"}},
                    .ml_opset = 1}),
            "  input %A : int64[3]\n"
            "  %Y = ai.onnx.ml.LabelEncoder(%A) : string[?...] {default_string = \"?\", "
            "keys_int64s = [0, 1], "
            "values_strings = [\"a\", \"b\"]}\n  output %Y\n");
}

TEST(LiftLabelEncoder, later_versions_stay) {
  for (const int64_t version : {2, 3, 4, 5}) {
    const Result<Graph> graph =
        read_one({.op = "LabelEncoder",
                  .inputs = {type_of(DType::kInt64, {3})},
                  .attributes = {{"keys_int64s", Ints{5}}, {"values_int64s", Ints{6}}},
                  .ml_opset = version},
                 lift_ops());
    ASSERT_TRUE(graph.has_value()) << graph.error().to_string();
    const Node& node = graph->node(graph->order()[0]);
    EXPECT_EQ(node.version, kCanonicalMlOpset);
    EXPECT_EQ(*node.attributes.get_ints("keys_int64s"), Ints{5});
  }
}

TEST(LiftLabelEncoder, refusals) {
  const ValueType text = type_of(DType::kString, {3});
  EXPECT_EQ(lifted({.op = "LabelEncoder", .inputs = {text}, .ml_opset = 1}),
            "node 0 \"n0\" (LabelEncoder): attribute \"classes_strings\" is missing");
  EXPECT_EQ(lifted({.op = "LabelEncoder", .inputs = {text, text}, .ml_opset = 2}),
            "node 0 \"n0\" (LabelEncoder): expected 1 inputs, got 2");
  EXPECT_EQ(lifted({.op = "LabelEncoder",
                    .inputs = {floats({3})},
                    .attributes = {{"classes_strings", kClasses}},
                    .ml_opset = 1}),
            "node 0 \"n0\" (LabelEncoder): LabelEncoder (version 1) of float32");
  EXPECT_EQ(
      lifted({.op = "LabelEncoder",
              .inputs = {text},
              .attributes = {{"classes_strings", kClasses}},
              .ml_opset = 2}),
      "node 0 \"n0\" (LabelEncoder): attribute \"classes_strings\" exists in LabelEncoder from "
      "opset 1 to 1, the file is of opset 2");
  const std::string kind = lifted({.op = "LabelEncoder",
                                   .inputs = {text},
                                   .attributes = {{"classes_strings", Ints{1}}},
                                   .ml_opset = 1});
  EXPECT_NE(kind.find("attribute \"classes_strings\""), std::string::npos) << kind;
}

}  // namespace
}  // namespace tundish
