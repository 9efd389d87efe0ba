// Runs the cases of src/passes/*.ir: `name: before --- after` in the text form of graphs, without
// the braces around it; `after` is "unchanged" where the rule must not fire. Values are compared by
// structure: names of inner values and of nodes do not matter. More cases, with the real operators,
// are in tests/passes.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "ir/builder.h"
#include "ir/text_form.h"
#include "ir/verifier.h"
#include "passes/index.h"
#include "passes/pass.h"
#include "passes/test_cases.h"
#include "passes/test_evaluator.h"

namespace tundish {
namespace {

using namespace pass_cases;  // NOLINT: its three names are what this file is about

Result<Graph> parse(const std::string& body) {
  return parse_text("graph \"case\" {\n" + body + "\n}", test_ops::table());
}

/// The same graph with values numbered in the order in which they are first used.
std::string canonical(const Graph& graph) {
  Builder builder(test_ops::table(), "case");
  std::vector<ValueId> map(graph.value_capacity(), kNoValue);
  const auto mapped = [&](ValueId id) {
    if (id == kNoValue) return kNoValue;
    ValueId& there = map[static_cast<size_t>(id)];
    if (there == kNoValue) there = builder.constant(*graph.constant(id), "c");
    return there;
  };
  for (const ValueId id : graph.inputs()) {
    map[static_cast<size_t>(id)] =
        builder.input(graph.value(id).name, graph.value(id).type).value();
  }
  for (const NodeId id : graph.order()) {
    const Node& node = graph.node(id);
    NodeSpec spec{.op = node.op, .domain = node.domain, .attributes = node.attributes};
    for (const ValueId input : node.inputs) spec.inputs.push_back(mapped(input));
    spec.name = spec.output_names.emplace_back("v");
    spec.version = node.version;
    spec.output_count = node.outputs.size();
    const std::vector<ValueId> outputs = builder.add(std::move(spec)).value();
    for (size_t i = 0; i < outputs.size(); ++i) {
      map[static_cast<size_t>(node.outputs[i])] = outputs[i];
    }
  }
  for (const ValueId id : graph.outputs()) {
    EXPECT_TRUE(builder.output(mapped(id), graph.value(id).name));
  }
  return to_text(std::move(builder).finish().value(),
                 {.max_constant_elements = 1000, .node_names = NodeNames::kHide});
}

void run_case(const PassDef& pass, const Case& one) {
  const Result<Graph> before = parse(one.before);
  ASSERT_TRUE(before) << before.error().to_string();
  const bool is_unchanged = one.after.find("unchanged") != std::string::npos;
  const Result<Graph> after = parse(is_unchanged ? one.before : one.after);
  ASSERT_TRUE(after) << after.error().to_string();
  Graph graph = *before;
  TestEvaluator evaluator;
  std::string notes;
  PassContext context{test_ops::table(), evaluator};
  context.note = [&](const PatchNote& note) { notes += note.reason + "\n"; };
  const Result<int64_t> count = pass.run(graph, context);
  ASSERT_TRUE(count) << count.error().to_string();
  EXPECT_EQ(*count > 0, !is_unchanged) << notes;
  EXPECT_EQ(canonical(graph), canonical(*after)) << notes;
  const Status good = verify(graph, test_ops::table());
  EXPECT_TRUE(good) << good.error().to_string();
}

TEST(PassCases, every_case_of_every_file) {
  const std::filesystem::path folder = std::filesystem::path(TUNDISH_SOURCE_DIR) / "src/passes";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".ir") continue;
    const PassDef* pass = find_pass(entry.path().stem());
    ASSERT_NE(pass, nullptr) << entry.path() << " belongs to no pass";
    const std::vector<Case> cases = read_cases(entry.path());
    EXPECT_GE(cases.size(), 2u) << entry.path();
    for (const Case& one : cases) {
      SCOPED_TRACE(entry.path().filename().string() + ": " + one.name);
      run_case(*pass, one);
    }
  }
}

}  // namespace
}  // namespace tundish
