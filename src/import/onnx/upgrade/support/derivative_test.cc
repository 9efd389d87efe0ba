#include "import/onnx/upgrade/support/derivative.h"

#include <gtest/gtest.h>

#include "import/onnx/test_models.h"
#include "import/onnx/test_ops.h"

namespace tundish {
namespace {

using namespace test_models;

/// The derivative of C = A op B with respect to A, given the gradient "G".
std::string derived(std::string_view op, const ValueType& a, const ValueType& b,
                    const ValueType& out) {
  Builder builder(lift_ops(), "g");
  const Limits limits;
  Lift lift{.builder = builder, .ops = lift_ops(), .limits = limits, .name = "d"};
  const std::vector<ValueId> inputs = {builder.input("A", a).value(),
                                       builder.input("B", b).value()};
  const ValueId gradient = builder.input("G", out).value();
  Node node;
  node.op = std::string(op);
  const Step step{node, inputs, gradient, gradient};
  const Result<ValueId> made = derivative(lift, step, 0);
  if (!made) return made.error().to_string();
  EXPECT_TRUE(builder.output(*made, "D").has_value());
  return text_of(std::move(builder).finish());
}

// The numbers of all rules are checked in tests/onnx/gradient_test.cc.
TEST(Derivative, sums_over_broadcast_axes) {
  const std::string text = derived("Add", floats({3, 1}), floats({2, 3, 4}), floats({2, 3, 4}));
  EXPECT_NE(text.find("const %const : int64[1] = [2]"), std::string::npos) << text;
  EXPECT_NE(text.find("ReduceSum(%G, %const) : float32[?...] {keepdims = 1}"), std::string::npos)
      << text;
}

TEST(Derivative, knows_equal_sizes_by_their_names) {
  const Dim n = Dim::symbol("N");
  EXPECT_EQ(derived("Mul", floats({n}), floats({n}), floats({n})),
            "  input %A : float32[N]\n  input %B : float32[N]\n  input %G : float32[N]\n"
            "  %D = Mul(%G, %B) : float32[N]\n  output %D\n");
}

TEST(Derivative, fills_tensors) {
  const auto filled = [](const ValueType& type, Fill fill) {
    Builder builder(lift_ops(), "g");
    const Limits limits;
    Lift lift{.builder = builder, .ops = lift_ops(), .limits = limits, .name = "d"};
    const Result<ValueId> made = filled_like(lift, builder.input("A", type).value(), fill);
    EXPECT_TRUE(builder.output(*made, "D").has_value());
    return text_of(std::move(builder).finish());
  };
  EXPECT_NE(filled(floats({2}), Fill::kOnes).find("float32[2] = [1, 1]"), std::string::npos);
  EXPECT_NE(filled(floats({2}), Fill::kZeros).find("float32[2] = [0, 0]"), std::string::npos);
  EXPECT_NE(filled(doubles({2}), Fill::kOnes).find("= Cast("), std::string::npos);
  const std::string large = filled(floats({100, 100}), Fill::kOnes);
  EXPECT_NE(large.find("ConstantOfShape(%const) : float32[100, 100]"), std::string::npos) << large;
}

TEST(Derivative, refuses_what_it_does_not_know) {
  const Dim n = Dim::symbol("N");
  EXPECT_EQ(derived("Add", floats({n}), floats({4}), floats({4})),
            "the gradient of a broadcast value of shape [N] to shape [4]: sizes are not known");
  EXPECT_EQ(derived("MatMul", floats({2, 2, 2}), floats({2, 2}), floats({2, 2, 2})),
            "the gradient of MatMul of other than two matrices");
  EXPECT_EQ(derived("Conv", floats({1}), floats({1}), floats({1})),
            "the gradient of Conv (input 0) is not known");
}

}  // namespace
}  // namespace tundish
