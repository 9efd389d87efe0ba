#include <gtest/gtest.h>

#include "import/onnx/test_models.h"
#include "import/onnx/test_ops.h"

namespace tundish {
namespace {

using namespace test_models;

std::string lifted(const OneNode& one) { return text_of(read_one(one, lift_ops())); }

TEST(LiftElementwise, hints_of_the_first_opset_are_dropped) {
  for (const char* op : {"Abs", "Exp", "Log", "Neg", "Sqrt"}) {
    EXPECT_EQ(
        lifted({.op = op,
                .opset = 1,
                .inputs = {floats({3})},
                .attributes = {{"consumed_inputs", Ints{0}}}}),
        std::string("  input %A : float32[3]\n  %Y = ") + op + "(%A) : float32[3]\n  output %Y\n");
  }
}

TEST(LiftElementwise, operators_are_of_the_canonical_version_whatever_the_opset) {
  for (const int64_t opset : {7, 13, 14, 18, 27}) {
    const Result<Graph> graph =
        read_one({.op = "Add", .opset = opset, .inputs = {floats({3}), floats({3})}}, lift_ops());
    ASSERT_TRUE(graph.has_value());
    EXPECT_EQ(graph->node(graph->order()[0]).version, kCanonicalOpset);
    EXPECT_EQ(graph->node(graph->order()[0]).name, "n0");
  }
}

TEST(LiftElementwise, an_operand_along_an_axis_gets_axes_of_size_one) {
  for (const int64_t axis : {1, -3}) {
    EXPECT_EQ(lifted({.op = "Mul",
                      .opset = 6,
                      .inputs = {floats({2, 3, 4, 5}), floats({3})},
                      .attributes = {{"broadcast", int64_t{1}}, {"axis", axis}}}),
              "  input %A : float32[2, 3, 4, 5]\n  input %B : float32[3]\n"
              "  const %const : int64[2] = [1, 2]\n"
              "  %n0_Unsqueeze = Unsqueeze(%B, %const) : float32[?...]\n"
              "  %Y = Mul(%A, %n0_Unsqueeze) : float32[?...]\n  output %Y\n");
  }
}

TEST(LiftElementwise, an_operand_along_the_last_axes_stays) {
  const Attributes both[] = {{{"broadcast", int64_t{1}}},
                             {{"broadcast", int64_t{1}}, {"axis", int64_t{1}}}};
  for (const Attributes& attributes : both) {
    EXPECT_EQ(lifted({.op = "Pow",
                      .opset = 6,
                      .inputs = {floats({2, 3}), floats({3})},
                      .attributes = attributes}),
              "  input %A : float32[2, 3]\n  input %B : float32[3]\n"
              "  %Y = Pow(%A, %B) : float32[?...]\n  output %Y\n");
  }
}

TEST(LiftElementwise, concat_had_a_default_axis_before_opset_4) {
  const std::string before =
      lifted({.op = "Concat", .opset = 3, .inputs = {floats({2, 3}), floats({2, 3})}});
  EXPECT_NE(before.find("Concat(%A, %B) : float32[2, 3] {axis = 1}"), std::string::npos) << before;
  const std::string given = lifted({.op = "Concat",
                                    .opset = 3,
                                    .inputs = {floats({2, 3})},
                                    .attributes = {{"axis", int64_t{0}}}});
  EXPECT_NE(given.find("Concat(%A) : float32[2, 3] {axis = 0}"), std::string::npos) << given;
}

TEST(LiftElementwise, refusals) {
  const auto broadcast = [](int64_t axis) {
    return Attributes{{"broadcast", int64_t{1}}, {"axis", axis}};
  };
  for (const int64_t axis : {2, -3}) {
    EXPECT_EQ(lifted({.op = "Add",
                      .opset = 6,
                      .inputs = {floats({2, 3}), floats({3})},
                      .attributes = broadcast(axis)}),
              "node 0 \"n0\" (Add): axis " + std::to_string(axis) + " with ranks 2 and 1");
  }
  EXPECT_EQ(lifted({.op = "Add",
                    .opset = 6,
                    .inputs = {ValueType::tensor(DType::kFloat32, {}), floats({3})},
                    .attributes = broadcast(0)}),
            "node 0 \"n0\" (Add): broadcast along an axis of a value whose rank is unknown");
  EXPECT_EQ(lifted({.op = "Add", .opset = 6, .inputs = {floats({3})}, .attributes = broadcast(0)}),
            "node 0 \"n0\" (Add): expected 2 inputs, got 1");
  EXPECT_EQ(
      lifted({.op = "Add",
              .opset = 7,
              .inputs = {floats({2, 3}), floats({3})},
              .attributes = broadcast(0)}),
      "node 0 \"n0\" (Add): attribute \"axis\" exists in Add from opset 1 to 6, the file is of "
      "opset 7");
  const std::string kind = lifted({.op = "Add",
                                   .opset = 6,
                                   .inputs = {floats({2, 3}), floats({3})},
                                   .attributes = {{"broadcast", 1.0F}}});
  EXPECT_NE(kind.find("n0"), std::string::npos) << kind;
  EXPECT_NE(kind.find("attribute \"broadcast\""), std::string::npos) << kind;
}

TEST(LiftElementwise, without_the_flag_operands_of_two_shapes_are_refused) {
  for (const char* op : {"Add", "Less", "Pow"}) {
    EXPECT_EQ(lifted({.op = op, .opset = 6, .inputs = {floats({2, 3}), floats({3})}}),
              std::string("node 0 \"n0\" (") + op +
                  "): operands of float32[2, 3] and float32[3] without broadcast");
  }
}

TEST(LiftElementwise, selu_had_shorter_defaults_before_opset_6) {
  EXPECT_EQ(lifted({.op = "Selu", .opset = 1, .inputs = {floats({3})}}),
            "  input %A : float32[3]\n"
            "  %Y = Selu(%A) : float32[3] {alpha = 1.6732, gamma = 1.0507}\n  output %Y\n");
  EXPECT_EQ(lifted({.op = "Selu", .opset = 6, .inputs = {floats({3})}}),
            "  input %A : float32[3]\n  %Y = Selu(%A) : float32[3]\n  output %Y\n");
}

TEST(LiftElementwise, extrema_took_one_shape_before_opset_8) {
  EXPECT_EQ(lifted({.op = "Max", .opset = 7, .inputs = {floats({2, 3}), floats({3})}}),
            "node 0 \"n0\" (Max): inputs of float32[2, 3] and float32[3] before opset 8");
  EXPECT_EQ(lifted({.op = "Max", .opset = 8, .inputs = {floats({2, 3}), floats({3})}}),
            "  input %A : float32[2, 3]\n  input %B : float32[3]\n"
            "  %Y = Max(%A, %B) : float32[?...]\n  output %Y\n");
}

}  // namespace
}  // namespace tundish
