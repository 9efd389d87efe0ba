#include "tundish/optimize.h"

#include <gtest/gtest.h>

#include "api/model_for_test.h"
#include "ir/text_form.h"

namespace tundish {
namespace {

std::shared_ptr<const Model> model_of_text(std::string_view body) {
  const Graph graph = must(parse_text(cat("graph \"g\" {", body, "}"), builtin_ops()));
  return must(model_of(must(export_onnx(graph, builtin_ops()))));
}

constexpr std::string_view kSilly =
    "input %X : float32[N, 2] const %o : float32[] = [1] %a = Mul(%X, %o) %b = Abs(%a) "
    "%c = Abs(%a) %y = Add(%b, %c) output %y";

TEST(Optimize, counts_rewrites_and_proves_equality) {
  OptimizeOptions options;
  options.verify = true;
  const Optimization done = must(optimize(model_of_text(kSilly), options));
  EXPECT_EQ(done.nodes_before, 4u);
  EXPECT_EQ(done.nodes_after, 2u);
  EXPECT_EQ(done.rewrites.size(), 2u);
  EXPECT_TRUE(done.exact);
  EXPECT_TRUE(done.is_verified && done.holds && done.generated_data);
  ASSERT_EQ(done.outputs.size(), 1u);
  EXPECT_EQ(done.outputs[0].different, 0u);
  EXPECT_GT(done.outputs[0].elements, 0u);
}

TEST(Optimize, stops_after_so_many) {
  OptimizeOptions options;
  options.most_patches = 1;
  EXPECT_EQ(must(optimize(model_of_text(kSilly), options)).rewrites.size(), 1u);
}

TEST(Optimize, exact_leaves_out_what_changes_digits) {
  const auto model = model_of_text(
      "input %X : float32[N, 2] const %h : float32[] = [0.5] const %r : float32[] = [1.4142135] "
      "const %o : float32[] = [1] %d = Div(%X, %r) %e = Erf(%d) %a = Add(%e, %o) "
      "%m = Mul(%X, %h) %y = Mul(%m, %a) output %y");
  OptimizeOptions options;
  options.verify = true;
  const Optimization free = must(optimize(model, options));
  EXPECT_EQ(free.nodes_after, 1u);
  EXPECT_FALSE(free.exact);
  EXPECT_TRUE(free.holds);
  options.exact = true;
  EXPECT_EQ(must(optimize(model, options)).nodes_after, 5u);
}

TEST(Optimize, writes_branches_and_what_they_take_from_outside) {
  const auto model = model_of_text(
      "input %X : float32[N, 2] input %c : bool[] %s = Abs(%X) %y = If(%c, %s, %X) "
      "{captures = [1, 1], else_branch = graph \"e\" { input %x : float32[N, 2] %i = Identity(%x) "
      "%s = Neg(%i) output %s }, then_branch = graph \"t\" { input %x : float32[N, 2] "
      "const %k : float32[1] = [2] %s = Mul(%x, %k) output %s }} output %y");
  OptimizeOptions options;
  options.verify = true;
  const Optimization done = must(optimize(model, options));
  EXPECT_EQ(done.nodes_before - done.nodes_after, 1u);  // the Identity inside
  EXPECT_TRUE(done.holds);
}

TEST(Optimize, writes_constants_that_only_a_branch_reads) {
  const auto model = model_of_text(
      "input %X : float32[N, 2] input %c : bool[] const %k : float32[2] = [1, 2] "
      "%d = Add(%k, %k) %y = If(%c, %X, %X, %d) {captures = [1, 2], else_branch = graph \"e\" { "
      "input %x : float32[N, 2] %s = Neg(%x) output %s }, then_branch = graph \"t\" { "
      "input %x : float32[N, 2] input %k : float32[2] %s = Mul(%x, %k) output %s }} output %y");
  OptimizeOptions options;
  options.verify = true;
  const Optimization done = must(optimize(model, options));
  EXPECT_EQ(done.nodes_after, 3u);
  EXPECT_TRUE(done.holds);
}

TEST(Optimize, asks_for_data_it_cannot_make_up) {
  OptimizeOptions options;
  options.verify = true;
  const auto refused =
      optimize(model_of_text("input %X : string[N] %y = Identity(%X) output %y"), options);
  EXPECT_NE(refusal_of(refused).find("give them with --input"), std::string::npos);
}

TEST(Optimize, lists_passes) {
  const std::vector<PassDescription> passes = optimization_passes();
  EXPECT_GT(passes.size(), 10u);
  for (const PassDescription& pass : passes) EXPECT_FALSE(pass.description.empty());
}

}  // namespace
}  // namespace tundish
