#include "passes/support/product.h"

#include <gtest/gtest.h>

#include "ir/text_form.h"
#include "passes/test_evaluator.h"

namespace tundish {
namespace {

struct Fixture {
  explicit Fixture(std::string_view nodes)
      : graph(parse_text(cat("graph \"g\" { input %X : float64[N] input %Z : float64[N] const %c : "
                             "float64[] = [4] const %one : float64[] = [1] ",
                             nodes, " output %y }"),
                         test_ops::table())
                  .value()),
        rewriter(graph, context, "p") {}
  ValueId value(std::string_view name) const { return graph.find_value(name); }
  Product product() const { return product_of(rewriter, value("y"), graph.producer(value("y"))); }

  Graph graph;
  TestEvaluator evaluator;
  PassContext context{test_ops::table(), evaluator};
  Rewriter rewriter;
};

TEST(Product, is_taken_apart_in_any_order) {
  for (const std::string_view nodes :
       {"%a = Mul(%c, %X) %y = Mul(%a, %Z)", "%a = Mul(%Z, %X) %y = Mul(%a, %c)",
        "%a = Mul(%Z, %c) %y = Mul(%X, %a)"}) {
    const Fixture f(nodes);
    const Product product = f.product();
    EXPECT_EQ(product.factor, 4);
    EXPECT_EQ(product.values, (std::vector<ValueId>{f.value("X"), f.value("Z")}));
    EXPECT_EQ(product.nodes.size(), 2u);
  }
}

TEST(Product, divides_by_numbers_only) {
  const Fixture by_number("%y = Div(%X, %c)");
  EXPECT_EQ(by_number.product().factor, 0.25);
  const Fixture by_value("%y = Div(%X, %Z)");
  EXPECT_EQ(by_value.product().values, std::vector<ValueId>{by_value.value("y")});
}

TEST(Product, keeps_what_others_read) {
  const Fixture f("%a = Mul(%X, %c) %b = Abs(%a) %y = Mul(%a, %b)");
  EXPECT_EQ(f.product().values, (std::vector<ValueId>{f.value("a"), f.value("b")}));
}

TEST(Product, sum_with_a_number) {
  const Fixture f("%a = Add(%one, %X) %y = Abs(%a)");
  std::vector<const Node*> nodes;
  EXPECT_EQ(without_number(f.rewriter, f.value("a"), 1, nodes), f.value("X"));
  EXPECT_EQ(nodes.size(), 1u);
  EXPECT_EQ(without_number(f.rewriter, f.value("a"), 2, nodes), kNoValue);
}

TEST(Product, numbers_written_with_few_digits_are_the_same) {
  EXPECT_TRUE(is_about(1.41421, 1.4142135623730951));
  EXPECT_FALSE(is_about(1.414, 1.4142135623730951));
}

}  // namespace
}  // namespace tundish
