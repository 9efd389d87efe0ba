// Runs the cases of tests/passes/*.ir with the real operators: `name: before --- after` in the text
// form of graphs, without the braces around it; `after` is "unchanged" where the rule must not
// fire. Structure is compared first; then both graphs answer the same random inputs, bit for bit
// where the pass says that it is exact.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>

#include "base/strings.h"
#include "ir/builder.h"
#include "ir/text_form.h"
#include "ir/verifier.h"
#include "ops/index.h"
#include "passes/index.h"
#include "passes/pass.h"
#include "passes/test_cases.h"
#include "proof/compare.h"
#include "runtime/reference.h"

namespace tundish {
namespace {

using namespace pass_cases;  // NOLINT: its three names are what this file is about

// Largest error of a pass that is not exact, relative to the largest answer (float32 has 6e-8).
constexpr double kRounding = 2e-6;

Result<Graph> parse(const std::string& body) {
  return parse_text("graph \"case\" {\n" + body + "\n}", builtin_ops());
}

/// The same graph with values numbered in the order in which they are first used.
std::string canonical(const Graph& graph) {
  Builder builder(builtin_ops(), "case");
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
      if (node.outputs[i] != kNoValue) map[static_cast<size_t>(node.outputs[i])] = outputs[i];
    }
  }
  for (const ValueId id : graph.outputs()) {
    EXPECT_TRUE(builder.output(mapped(id), graph.value(id).name));
  }
  std::string text = to_text(std::move(builder).finish().value(),
                             {.max_constant_elements = 1000, .node_names = NodeNames::kHide});
  // Types may be known better on one side.
  std::string without;
  for (size_t at = 0; at < text.size();) {
    const size_t end = text.find('\n', at);
    std::string line = text.substr(at, end - at);
    const size_t colon = line.find(" : ");
    const size_t equals = line.find(" = ");
    if (line.find("input") == std::string::npos && line.find("const") == std::string::npos &&
        colon != std::string::npos && equals < colon) {
      const size_t brace = line.find(" {", colon);
      line = line.substr(0, colon) + (brace == std::string::npos ? "" : line.substr(brace));
    }
    without += line + "\n";
    at = end + 1;
  }
  return without;
}

Tensor random_tensor(const ValueType& type, std::map<std::string, int64_t>& symbols,
                     std::mt19937& random) {
  Shape shape;
  for (const Dim& dim : *type.shape) {
    int64_t size = dim.size();
    if (!dim.is_known()) {
      size =
          symbols.emplace(dim.to_string(), 2 + static_cast<int64_t>(symbols.size())).first->second;
    }
    shape.append(size);
  }
  Tensor tensor = Tensor::allocate(type.dtype, shape).value();
  std::uniform_real_distribution<double> real(-3, 3);
  for (int64_t i = 0; i < tensor.element_count(); ++i) {
    const double value = real(random);
    switch (type.dtype) {
      case DType::kFloat32: tensor.mutable_values<float>()[i] = static_cast<float>(value); break;
      case DType::kFloat64: tensor.mutable_values<double>()[i] = value; break;
      case DType::kInt64: tensor.mutable_values<int64_t>()[i] = std::abs(std::lround(value)); break;
      case DType::kInt32: tensor.mutable_values<int32_t>()[i] = static_cast<int32_t>(value); break;
      case DType::kInt8:
        tensor.mutable_values<int8_t>()[i] = static_cast<int8_t>(40 * value);
        break;
      case DType::kUint8:
        tensor.mutable_values<uint8_t>()[i] = static_cast<uint8_t>(std::abs(40 * value));
        break;
      case DType::kBool: tensor.mutable_values<uint8_t>()[i] = value > 0; break;
      default: ADD_FAILURE() << "no random " << dtype_name(type.dtype);
    }
  }
  return tensor;
}

bool can_run(const Graph& graph) {
  return std::ranges::all_of(graph.order(), [&](NodeId id) {
    const OpDef* def = builtin_ops().find(graph.node(id));
    return def != nullptr && def->run != nullptr;
  });
}

double largest(const Tensor& tensor) {
  double most = 1;
  if (tensor.dtype() == DType::kFloat32) {
    for (const float one : tensor.values<float>()) most = std::max<double>(most, std::fabs(one));
  }
  return most;
}

void expect_same_answers(const Graph& before, const Graph& after, const PassDef& pass) {
  std::mt19937 random(7);
  std::map<std::string, int64_t> symbols;
  std::vector<Value> inputs;
  for (const ValueId input : before.inputs()) {
    inputs.emplace_back(random_tensor(before.value(input).type, symbols, random));
  }
  auto left = ReferenceRunner::create(std::make_shared<Graph>(before), builtin_ops());
  auto right = ReferenceRunner::create(std::make_shared<Graph>(after), builtin_ops());
  ASSERT_TRUE(left && right);
  const auto wanted = left->run(inputs, {});
  const auto got = right->run(inputs, {});
  ASSERT_TRUE(wanted) << wanted.error().to_string();
  ASSERT_TRUE(got) << got.error().to_string();
  for (size_t i = 0; i < wanted->size(); ++i) {
    const Tensor& a = *(*got)[i].tensor();
    const Tensor& b = *(*wanted)[i].tensor();
    const auto difference = compare_tensors(a.view(), b.view());
    ASSERT_TRUE(difference) << difference.error().to_string();
    if (pass.exact) {
      EXPECT_EQ(difference->different, 0u) << "largest difference " << difference->max_abs;
    } else {
      EXPECT_LE(difference->max_abs, kRounding * largest(b));
    }
  }
}

void run_case(const PassDef& pass, const Case& one) {
  const Result<Graph> before = parse(one.before);
  ASSERT_TRUE(before) << before.error().to_string();
  const bool is_unchanged = one.after.find("unchanged") != std::string::npos;
  const Result<Graph> after = parse(is_unchanged ? one.before : one.after);
  ASSERT_TRUE(after) << after.error().to_string();
  Graph graph = *before;
  ReferenceEvaluator evaluator(builtin_ops());
  std::string notes;
  PassContext context{builtin_ops(), evaluator};
  context.note = [&](const PatchNote& note) { notes += note.reason + "\n"; };
  const Result<int64_t> count = pass.run(graph, context);
  ASSERT_TRUE(count) << count.error().to_string();
  EXPECT_EQ(*count > 0, !is_unchanged) << notes;
  EXPECT_EQ(canonical(graph), canonical(*after)) << notes;
  const Status good = verify(graph, builtin_ops());
  EXPECT_TRUE(good) << good.error().to_string();
  if (!is_unchanged && can_run(graph)) expect_same_answers(*before, graph, pass);
}

TEST(PassCases, every_case_with_the_real_operators) {
  const std::filesystem::path folder = std::filesystem::path(TUNDISH_SOURCE_DIR) / "tests/passes";
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
