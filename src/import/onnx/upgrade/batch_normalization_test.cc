#include <gtest/gtest.h>

#include "import/onnx/test_models.h"
#include "import/onnx/test_ops.h"

namespace tundish {
namespace {

using namespace test_models;

Status infer_all(InferContext& context) {
  for (size_t i = 0; i < context.node().outputs.size(); ++i) {
    context.set_output(i, ValueType::tensor(context.input(0).dtype, {}));
  }
  return ok();
}

const OpTable& norm_ops() {
  static constexpr OpDef kRows[] = {
      {.name = "BatchNormalization",
       .since = 9,
       .inputs = {5, 5},
       .outputs = {1, 5},
       .infer = infer_all},
      {.name = "BatchNormalization",
       .since = 14,
       .inputs = {5, 5},
       .outputs = {1, 3},
       .infer = infer_all},
      {.name = "InstanceNormalization", .inputs = {3, 3}, .infer = infer_all},
      {.name = "Reshape", .since = 5, .inputs = {2, 2}, .infer = infer_first},
      {.name = "Shape", .inputs = {1, 1}, .infer = infer_as<DType::kInt64>}};
  static const std::span<const OpDef> kGroups[] = {kRows};
  static const ListedOps kOps(kGroups);
  return kOps;
}

std::string lifted(int64_t opset, Attributes attributes, size_t outputs = 1) {
  const ValueType each = floats({3});
  const std::string text = text_of(read_one({.op = "BatchNormalization",
                                             .opset = opset,
                                             .inputs = {floats({2, 3}), each, each, each, each},
                                             .attributes = std::move(attributes),
                                             .output_count = outputs},
                                            norm_ops()));
  const size_t begin = text.find("  input %E : float32[3]\n");
  return begin == std::string::npos ? text : text.substr(begin + 24);
}

TEST(LiftBatchNormalization, inference_needs_no_mode) {
  const std::string plain =
      "  %Y = BatchNormalization(%A, %B, %C, %D, %E) : float32[?...] {epsilon = 0.5}\n"
      "  output %Y\n";
  EXPECT_EQ(lifted(6, {{"is_test", int64_t{1}}, {"epsilon", 0.5F}, {"momentum", 0.1F}}), plain);
  EXPECT_EQ(lifted(1, {{"is_test", int64_t{1}},
                       {"epsilon", 0.5F},
                       {"spatial", int64_t{1}},
                       {"consumed_inputs", Ints{0, 0, 0, 1, 1}}}),
            plain);
  EXPECT_EQ(lifted(7, {{"epsilon", 0.5F}}), plain);
  EXPECT_EQ(lifted(9, {{"epsilon", 0.5F}}), plain);
  EXPECT_EQ(lifted(15, {{"epsilon", 0.5F}}), plain);
}

TEST(LiftBatchNormalization, training_becomes_an_attribute_or_keeps_its_version) {
  for (const int64_t opset : {6, 9}) {
    const std::string three = lifted(opset, {}, 3);
    EXPECT_NE(three.find("{training_mode = 1}"), std::string::npos) << three;
    const std::string five = lifted(opset, {}, 5);
    EXPECT_EQ(five.find("training_mode"), std::string::npos) << five;
    EXPECT_NE(five.find("BatchNormalization"), std::string::npos) << five;
  }
  const std::string one = lifted(6, {});
  EXPECT_NE(one.find("{training_mode = 1}"), std::string::npos) << one;
}

TEST(LiftBatchNormalization, statistics_per_feature_work_on_rows) {
  const std::string text = lifted(7, {{"spatial", int64_t{0}}});
  EXPECT_NE(text.find("= Reshape(%A, %const_1)"), std::string::npos) << text;
  EXPECT_NE(text.find("= Shape(%A)"), std::string::npos) << text;
  EXPECT_NE(text.find("%Y = Reshape("), std::string::npos) << text;
  EXPECT_EQ(lifted(7, {{"spatial", int64_t{0}}}, 2),
            "node 0 \"n0\" (BatchNormalization): training with spatial = 0");
}

TEST(LiftBatchNormalization, refusals) {
  EXPECT_EQ(lifted(6, {{"is_test", int64_t{1}}}, 2),
            "node 0 \"n0\" (BatchNormalization): outputs of training with is_test");
  const std::string kind = lifted(6, {{"is_test", 1.0F}});
  EXPECT_NE(kind.find("attribute \"is_test\""), std::string::npos) << kind;
}

TEST(LiftBatchNormalization, instances_lose_a_hint) {
  const std::string text = text_of(read_one({.op = "InstanceNormalization",
                                             .opset = 1,
                                             .inputs = {floats({2, 3}), floats({3}), floats({3})},
                                             .attributes = {{"consumed_inputs", Ints{0}}}},
                                            norm_ops()));
  EXPECT_NE(text.find("%Y = InstanceNormalization(%A, %B, %C) : float32[?...]\n"),
            std::string::npos)
      << text;
}

}  // namespace
}  // namespace tundish
