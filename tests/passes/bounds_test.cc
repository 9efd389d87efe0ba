// What a model says in a few bytes must not become gigabytes, or hours, when it is opened.
#include <gtest/gtest.h>

#include <chrono>

#include "base/strings.h"
#include "ir/text_form.h"
#include "ops/index.h"
#include "passes/pass.h"
#include "runtime/reference.h"

namespace tundish {
namespace {

struct Rewritten {
  size_t nodes = 0;
  uint64_t constant_bytes = 0;
  double seconds = 0;
};

Rewritten rewritten(const std::string& body) {
  Result<Graph> graph = parse_text("graph \"g\" {" + body + "}", builtin_ops());
  EXPECT_TRUE(graph) << graph.error().to_string();
  ReferenceEvaluator evaluator(builtin_ops());
  PassContext context{builtin_ops(), evaluator};
  const auto begin = std::chrono::steady_clock::now();
  const Result<int64_t> done = run_pipeline(*graph, context);
  EXPECT_TRUE(done) << done.error().to_string();
  Rewritten result;
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  result.nodes = graph->order().size();
  for (size_t i = 0; i < graph->value_capacity(); ++i) {
    const Tensor* constant = graph->constant(ValueId{static_cast<uint32_t>(i)});
    if (constant != nullptr) result.constant_bytes += constant->byte_count();
  }
  return result;
}

constexpr uint64_t kFewBytes = 1 << 20;

TEST(Bounds, results_of_terabytes_stay_computations) {
  for (const std::string body :
       {"const %s : int64[2] = [4194304, 1048576] %c = ConstantOfShape(%s) %y = Abs(%c) output %y",
        "const %x : float32[4] = [1, 2, 3, 4] const %r : int64[1] = [1099511627776] "
        "%t = Tile(%x, %r) %y = Abs(%t) output %y",
        "const %a : int64[] = [0] const %b : int64[] = [1125899906842624] const %c : int64[] = [1] "
        "%r = Range(%a, %b, %c) %y = Abs(%r) output %y"}) {
    const Rewritten result = rewritten(body);
    EXPECT_EQ(result.nodes, 2u);
    EXPECT_LT(result.constant_bytes, kFewBytes);
  }
}

TEST(Bounds, weights_that_are_fills_become_constants_within_a_budget) {
  const auto constant_bytes_with = [](int64_t rows) {
    return rewritten(cat("input %X : float32[1, ", rows, "] const %s : int64[2] = [", rows,
                         ", 1024] %w = ConstantOfShape(%s) %y = MatMul(%X, %w) output %y"))
        .constant_bytes;
  };
  EXPECT_EQ(constant_bytes_with(5120) >> 20, 20u);
  EXPECT_LT(constant_bytes_with(81920), kFewBytes);  // 320 MB: more than one may have
}

TEST(Bounds, doubling_stops) {
  std::string body = "const %c0 : float32[4] = [1, 2, 3, 4] ";
  for (int i = 0; i < 35; ++i) {
    body += cat("%c", i + 1, " = Concat(%c", i, ", %c", i, ") {axis = 0} ");
  }
  const Rewritten result = rewritten(body + "%y = Abs(%c35) output %y");
  EXPECT_GT(result.nodes, 10u);
  EXPECT_LT(result.constant_bytes, uint64_t{40} << 20);
}

TEST(Bounds, many_large_results_share_one_budget) {
  std::string body = "const %s : int64[1] = [4000] input %X : float32[4000] ";
  std::string last = "%X";
  for (int i = 0; i < 300; ++i) {
    body += cat("const %v", i, " : float32[1, 1] = [", i, "] const %u", i,
                " : int64[2] = [1000, 4000] %e", i, " = Expand(%v", i, ", %u", i, ") %r", i,
                " = ReduceSum(%e", i, ") %a", i, " = Add(", last, ", %r", i, ") ");
    last = cat("%a", i);
  }
  EXPECT_LT(rewritten(body + cat("%y = Abs(", last, ") output %y")).constant_bytes,
            uint64_t{80} << 20);
}

TEST(Bounds, what_loops_is_not_folded) {
  const Rewritten loop = rewritten(
      "const %n : int64[] = [4611686018427387904] const %t : bool[] = [true] "
      "const %x : float32[1] = [0] %l = Loop(%n, %t, %x) {body = graph \"b\" { input %i : int64[] "
      "input %c : bool[] input %v : float32[1] %k = Identity(%c) %w = Neg(%v) output %k output %w "
      "}} %y = Abs(%l) output %y");
  EXPECT_EQ(loop.nodes, 2u);
  std::string inputs;
  std::string letters;
  for (int i = 0; i < 12; ++i) {
    inputs += i == 0 ? "%v" : ", %v";
    letters += cat(i == 0 ? "" : ",", std::string(1, static_cast<char>('a' + i)));
  }
  std::string ones = "1";
  for (int i = 1; i < 64; ++i) ones += ", 1";
  const Rewritten einsum =
      rewritten(cat("const %v : float32[64] = [", ones, "] %e = Einsum(", inputs,
                    ") {equation = \"", letters, "->\"} %y = Abs(%e) output %y"));
  EXPECT_EQ(einsum.nodes, 2u);
}

TEST(Bounds, a_fault_in_a_branch_that_may_not_run_is_none_of_the_model) {
  const Rewritten result = rewritten(
      "input %c : bool[] %y = If(%c) {else_branch = graph \"e\" { const %a : int64[1] = [1] "
      "const %z : int64[1] = [0] %d = Div(%a, %z) %s = Abs(%d) output %s }, then_branch = graph "
      "\"t\" { const %a : int64[1] = [1] %s = Abs(%a) output %s }} output %y");
  EXPECT_EQ(result.nodes, 1u);
}

}  // namespace
}  // namespace tundish
