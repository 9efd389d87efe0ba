#include <gtest/gtest.h>

#include "import/onnx/lift.h"
#include "import/onnx/test_models.h"
#include "import/onnx/test_ops.h"

namespace tundish {
namespace {

using namespace test_models;

constexpr OpDef kRows[] = {
    {.name = "Gemm", .since = 7, .inputs = {2, 3}, .infer = infer_first},
    {.name = "LeakyRelu", .since = 6, .inputs = {1, 1}, .infer = infer_first},
};

std::string lifted(Attributes attributes) {
  const std::span<const OpDef> group(kRows);
  const ListedOps ops(std::span(&group, 1));
  const Limits limits;
  Builder builder(ops, "one");
  Lift lift{builder, ops, limits, "FusedGemm", std::string(kDomainMicrosoft), 1, "n0"};
  for (const char* name : {"A", "B"}) {
    lift.inputs.push_back(builder.input(name, floats({2, 2})).value());
  }
  lift.output_names = {"Y"};
  for (auto& [name, value] : attributes) lift.attributes.set(name, value);
  const Result<std::vector<ValueId>> made = lift_node(lift);
  if (!made) return made.error().to_string();
  EXPECT_TRUE(builder.output(made.value()[0], "Y").has_value());
  return text_of(std::move(builder).finish());
}

TEST(LiftFusedGemm, becomes_two_nodes) {
  EXPECT_EQ(lifted({{"activation", "LeakyRelu"}, {"activation_alpha", 0.5F}, {"alpha", 2.0F}}),
            "  input %A : float32[2, 2]\n  input %B : float32[2, 2]\n"
            "  %n0_Gemm = Gemm(%A, %B) : float32[2, 2] {alpha = 2.0}\n"
            "  %Y = LeakyRelu(%n0_Gemm) : float32[2, 2] {alpha = 0.5}\n  output %Y\n");
}

TEST(LiftFusedGemm, no_activation) {
  EXPECT_EQ(lifted({{"transB", int64_t{1}}}),
            "  input %A : float32[2, 2]\n  input %B : float32[2, 2]\n"
            "  %Y = Gemm(%A, %B) : float32[2, 2] {transB = 1}\n  output %Y\n");
}

TEST(LiftFusedGemm, refusals) {
  EXPECT_EQ(lifted({{"activation", "Loop"}}), "FusedGemm with the activation \"Loop\"");
  EXPECT_EQ(lifted({{"gamma", 1.0F}}), "attribute \"gamma\" does not exist in FusedGemm");
}

}  // namespace
}  // namespace tundish
