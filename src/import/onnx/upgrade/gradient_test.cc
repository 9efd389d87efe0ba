#include <gtest/gtest.h>

#include "import/onnx/test_models.h"
#include "import/onnx/test_ops.h"

namespace tundish {
namespace {

using namespace test_models;

/// C = A op B, and the gradient node with these attributes; its inputs and outputs as given.
std::string lifted(std::string_view op, const Attributes& attributes, const Strings& inputs,
                   const Strings& outputs) {
  TestModel model(12);
  model.model.opset_import.push_back({"ai.onnx.preview.training", 1});
  model.input("A", floats({2}));
  model.input("B", floats({2}));
  model.node("", op, {"A", "B"}, {"C"});
  model.node("ai.onnx.preview.training", "Gradient", inputs, outputs, attributes);
  model.output("C");
  for (const std::string& output : outputs) {
    if (!output.empty()) model.output(output);
  }
  return text_of(model.read(lift_ops()));
}
const Attributes kBoth = {{"xs", Strings{"A", "B"}}, {"y", std::string("C")}};

// The numbers are checked in tests/onnx/gradient_test.cc.
TEST(LiftGradient, becomes_nodes) {
  EXPECT_EQ(lifted("Mul", kBoth, {"A", "B"}, {"DA", "DB"}),
            "  input %A : float32[2]\n  input %B : float32[2]\n"
            "  const %const : float32[2] = [1, 1]\n"
            "  %C = Mul(%A, %B) : float32[2]\n"
            "  %n1_Mul = Mul(%const, %B) : float32[2]\n"
            "  %n1_Mul_1 = Mul(%const, %A) : float32[2]\n"
            "  %DA = Identity(%n1_Mul) : float32[2]\n"
            "  %DB = Identity(%n1_Mul_1) : float32[2]\n"
            "  output %C\n  output %DA\n  output %DB\n");
}

TEST(LiftGradient, leaves_outputs_out) {
  const std::string text = lifted("Add", kBoth, {"A", "B"}, {"", "DB"});
  EXPECT_EQ(text.find("DA"), std::string::npos) << text;
  EXPECT_NE(text.find("%DB = Identity(%const)"), std::string::npos) << text;
}

TEST(LiftGradient, copies_the_part_for_other_values) {
  const std::string text = lifted("Div", kBoth, {"B", "A"}, {"", "DB"});
  EXPECT_NE(text.find("= Div(%B, %A)"), std::string::npos) << text;
}

TEST(LiftGradient, refusals) {
  const auto refusal = [](const Attributes& changes, const Strings& inputs,
                          const Strings& outputs) {
    return lifted("Mul", with(kBoth, changes), inputs, outputs);
  };
  const std::string place = "node 1 \"n1\" (Gradient): ";
  EXPECT_EQ(refusal({{"y", std::string("D")}}, {"A", "B"}, {"DA"}),
            place + "value \"D\" is not in the graph before this node");
  EXPECT_EQ(refusal({{"xs", Strings{"A", "Q"}}}, {"A", "B"}, {"DA"}),
            place + "value \"Q\" is not in the graph before this node");
  EXPECT_EQ(refusal({{"xs", Strings{"A", "A"}}}, {"A", "B"}, {"DA"}),
            place + "value \"A\" is named twice");
  EXPECT_EQ(refusal({}, {"A"}, {"DA"}), place + "expected 2 inputs, got 1");
  EXPECT_EQ(refusal({{"xs", Strings{"A"}}, {"zs", Strings{"B"}}}, {"A", "B"}, {"DA", "DB"}),
            place + "2 outputs for 1 values in \"xs\"");
  EXPECT_EQ(lifted("Max", kBoth, {"A", "B"}, {"DA"}),
            place + "node \"n0\": the gradient of Max (input 0) is not known");
}

}  // namespace
}  // namespace tundish
