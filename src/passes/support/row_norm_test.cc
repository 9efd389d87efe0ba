#include "passes/support/row_norm.h"

#include <gtest/gtest.h>

#include "ir/text_form.h"
#include "passes/test_evaluator.h"

namespace tundish {
namespace {

std::optional<int64_t> axis_of(std::string_view axes, std::string_view attributes = "") {
  Graph graph = parse_text(cat("graph \"g\" { input %X : float64[N, 2, 3] const %a : ", axes,
                               " %y = ReduceMean(%X, %a) ", attributes, " output %y }"),
                           test_ops::table())
                    .value();
  TestEvaluator evaluator;
  PassContext context{test_ops::table(), evaluator};
  const Rewriter rewriter(graph, context, "p");
  return mean_axis(rewriter, graph.node(graph.order()[0]));
}

TEST(RowNorm, mean_over_the_last_axes) {
  EXPECT_EQ(axis_of("int64[1] = [-1]"), -1);
  EXPECT_EQ(axis_of("int64[1] = [2]"), -1);
  EXPECT_EQ(axis_of("int64[2] = [2, 1]"), -2);
  EXPECT_EQ(axis_of("int64[1] = [1]"), std::nullopt);
  EXPECT_EQ(axis_of("int64[2] = [0, 2]"), std::nullopt);
  EXPECT_EQ(axis_of("int64[1] = [-1]", "{keepdims = 0}"), std::nullopt);
}

TEST(RowNorm, ones_where_sizes_are_known) {
  const auto type = [](std::vector<Dim> dims) {
    return ValueType::tensor(DType::kFloat32, std::move(dims));
  };
  const auto ones = ones_of(type({Dim::symbol("N"), 2, 3}), -2);
  ASSERT_TRUE(ones);
  EXPECT_EQ(ones->shape(), (Shape{2, 3}));
  EXPECT_EQ(ones_of(type({Dim(), Dim::symbol("N")}), -1), std::nullopt);
  EXPECT_EQ(ones_of(type({int64_t{1} << 40}), -1), std::nullopt);
  EXPECT_EQ(ones_of(ValueType::tensor(DType::kInt64, std::vector<Dim>{3}), -1), std::nullopt);
}

TEST(RowNorm, constant_of_a_rows_shape) {
  Graph graph = parse_text(
                    "graph \"g\" { input %X : float64[N, 3] const %a : float64[3] = [1, 2, 3] "
                    "const %b : float64[1] = [1] %y = Mul(%a, %X) %z = Mul(%X, %b) output %y "
                    "output %z }",
                    test_ops::table())
                    .value();
  TestEvaluator evaluator;
  PassContext context{test_ops::table(), evaluator};
  const Rewriter rewriter(graph, context, "p");
  EXPECT_EQ(row_constant(rewriter, graph.node(graph.order()[0]), -1), 0u);
  EXPECT_EQ(row_constant(rewriter, graph.node(graph.order()[1]), -1), std::nullopt);
}

}  // namespace
}  // namespace tundish
