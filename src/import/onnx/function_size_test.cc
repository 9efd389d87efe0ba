#include "import/onnx/function_size.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tundish {
namespace {

using testing::HasSubstr;

OnnxNode call(std::string_view name) {
  OnnxNode node;
  node.op_type = name;
  node.domain = "f";
  return node;
}

/// A function of `calls` calls of `callee`.
OnnxFunction function(std::string_view name, std::string_view callee, int calls) {
  OnnxFunction made;
  made.name = name;
  made.domain = "f";
  for (int i = 0; i < calls; ++i) made.node.push_back(call(callee));
  return made;
}

Status check(std::vector<OnnxFunction> list, const Limits& limits = {}) {
  OnnxFunctions functions;
  for (OnnxFunction& one : list) functions.emplace(function_key("f", one.name, ""), &one);
  OnnxGraph graph;
  graph.node.push_back(call("A"));
  return check_function_sizes(graph, functions, limits);
}

TEST(FunctionSize, counts_without_putting_in_place) {
  std::vector<OnnxFunction> chain;
  for (char name = 'A'; name < 'R'; ++name) {
    static const std::string kNames = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    const auto at = static_cast<size_t>(name - 'A');
    chain.push_back(function(std::string_view(kNames).substr(at, 1),
                             std::string_view(kNames).substr(at + 1, 1), 10));
  }
  const Status all = check(std::move(chain));
  EXPECT_EQ(all.error().code(), ErrorCode::kLimit);
  EXPECT_THAT(all.error().to_string(), HasSubstr("more than 1000000 nodes"));
}

TEST(FunctionSize, allows_what_is_within_the_limit) {
  Limits limits;
  limits.max_inlined_nodes = 12;  // the call, ten calls in it, one node in the last: 1 + 10 * 1 ...
  std::vector<OnnxFunction> two;
  two.push_back(function("A", "Relu", 10));
  EXPECT_TRUE(check(std::move(two), limits));
}

TEST(FunctionSize, refuses_recursion_by_name) {
  std::vector<OnnxFunction> direct;
  direct.push_back(function("A", "A", 1));
  EXPECT_THAT(check(std::move(direct)).error().to_string(), HasSubstr("\"A\" calls itself"));
  std::vector<OnnxFunction> round;
  round.push_back(function("A", "B", 1));
  round.push_back(function("B", "A", 1));
  EXPECT_EQ(check(std::move(round)).error().code(), ErrorCode::kInvalidModel);
}

TEST(FunctionSize, refuses_a_chain_that_is_too_deep) {
  static std::vector<std::string> names;
  std::vector<OnnxFunction> chain;
  for (int i = 0; i < 101; ++i) names.push_back(i == 0 ? "A" : "f" + std::to_string(i));
  for (size_t i = 0; i < 100; ++i) chain.push_back(function(names[i], names[i + 1], 1));
  EXPECT_THAT(check(std::move(chain)).error().to_string(), HasSubstr("deeper than 64"));
}

}  // namespace
}  // namespace tundish
