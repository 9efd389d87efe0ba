#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>

#include "ir/tree_ensemble.h"
#include "ir/verifier.h"
#include "passes/pass.h"
#include "passes/test_evaluator.h"

namespace tundish {

const PassDef& pass_fold_monotone();

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
using Random = std::mt19937_64;

double element(const Tensor& tensor, int64_t i) {
  return tensor.dtype() == DType::kFloat32 ? tensor.values<float>()[i] : tensor.values<double>()[i];
}

/// Whether a node sends x to the true child: the operator's definition (ir/tree_ensemble.h).
bool goes_true(const TreeEnsemble& trees, size_t node, double x) {
  const uint8_t mode = trees.node_mode.values<uint8_t>()[node];
  const double t = element(trees.node_threshold, static_cast<int64_t>(node));
  if (std::isnan(x)) return (mode & kMissingTrue) != 0;
  switch (static_cast<TreeMode>(mode & kTreeModeMask)) {
    case TreeMode::kLeq: return x <= t;
    case TreeMode::kLt: return x < t;
    case TreeMode::kGte: return x >= t;
    case TreeMode::kGt: return x > t;
    case TreeMode::kEq: return x == t;
    case TreeMode::kNeq: return x < t || x > t;
  }
  return false;
}

/// The child that a value in the node's feature leads to.
int32_t child(const TreeEnsemble& trees, size_t node, double x) {
  return goes_true(trees, node, x) ? trees.node_true.values<int32_t>()[node]
                                   : trees.node_false.values<int32_t>()[node];
}

/// A node of a graph that reads X through steps, and the trees in it.
struct Sample {
  Graph graph;
  NodeId trees_node() const {
    for (const NodeId id : graph.order()) {
      if (graph.node(id).op == "TreeEnsemble") return id;
    }
    return kNoNode;
  }
  TreeEnsemble trees() const { return tree_ensemble_of(graph, graph.node(trees_node())).value(); }
  /// What the trees read when the graph's input is this matrix.
  Tensor read_by_trees(Tensor x) const {
    TestEvaluator evaluator;
    std::vector<Value> values(graph.value_capacity());
    values[static_cast<size_t>(graph.inputs()[0])] = std::move(x);
    for (const NodeId id : graph.order()) {
      const Node& node = graph.node(id);
      if (node.op == "TreeEnsemble") {
        return *values[static_cast<size_t>(node.inputs[0])].tensor();
      }
      std::vector<Value> inputs;
      for (const ValueId input : node.inputs) {
        const Tensor* constant = graph.constant(input);
        inputs.push_back(constant ? Value(*constant) : values[static_cast<size_t>(input)]);
      }
      values[static_cast<size_t>(node.outputs[0])] = evaluator.evaluate(node, inputs).value()[0];
    }
    return Tensor();
  }
};

struct Step {
  std::string op;                 ///< "Cast32", "Cast64", "Clamp" or a binary operator
  std::vector<double> constants;  ///< one per column, or one
  bool constant_first = false;
};

Tensor as_tensor(const std::vector<double>& values, DType dtype, const Shape& shape) {
  if (dtype == DType::kFloat64) return Tensor::of(std::span<const double>(values), shape);
  const std::vector<float> narrow(values.begin(), values.end());
  return Tensor::of(std::span<const float>(narrow), shape);
}

Sample make_sample(DType dtype, int64_t columns, const std::vector<Step>& steps,
                   const TreeEnsemble& trees) {
  Builder builder(test_ops::table(), "g");
  const ValueType type = ValueType::tensor(dtype, std::vector<Dim>{Dim::symbol("N"), columns});
  ValueId x = *builder.input("X", type);
  for (const Step& step : steps) {
    if (step.op == "Clamp") {
      x = *builder.op("Clamp", {x});
      continue;
    }
    if (step.op.starts_with("Cast")) {
      AttributeList list;
      list.set("to", int64_t{step.op == "Cast32" ? 1 : 11});
      x = *builder.op("Cast", {x}, list);
      continue;
    }
    const auto count = static_cast<int64_t>(step.constants.size());
    const ValueId c = builder.constant(
        as_tensor(step.constants, builder.type(x).dtype, count == 1 ? Shape{} : Shape{1, count}));
    x = step.constant_first ? *builder.op(step.op, {c, x}) : *builder.op(step.op, {x, c});
  }
  const ValueId y = *add_tree_ensemble(builder, x, trees);
  EXPECT_TRUE(builder.output(y, "y"));
  return {std::move(builder).finish().value()};
}

/// Stumps, one per threshold, over alternating features.
TreeEnsemble stumps(const std::vector<double>& thresholds, int64_t columns,
                    const std::vector<TreeMode>& modes) {
  TreeBuilder builder({.feature_count = columns});
  for (size_t i = 0; i < thresholds.size(); ++i) {
    const std::vector<TreeNode> nodes = {{.feature = static_cast<int64_t>(i) % columns,
                                          .threshold = thresholds[i],
                                          .mode = modes[i % modes.size()],
                                          .missing_true = i % 3 == 0,
                                          .true_child = 1,
                                          .false_child = 2},
                                         {.leaf_row = 0},
                                         {.leaf_row = 1}};
    EXPECT_TRUE(builder.add_tree(nodes, std::vector<double>{1, 2}));
  }
  return std::move(builder).finish().value();
}

struct Folded {
  Sample before, after;
  int64_t count = 0;
  std::string notes;
};

Folded folded(Sample sample) {
  Folded result{sample, sample};
  TestEvaluator evaluator;
  PassContext context{test_ops::table(), evaluator};
  context.note = [&](const PatchNote& note) { result.notes += note.reason + "\n"; };
  const Result<int64_t> count = pass_fold_monotone().run(result.after.graph, context);
  EXPECT_TRUE(count) << (count ? "" : count.error().to_string());
  if (count) result.count = *count;
  EXPECT_TRUE(verify(result.after.graph, test_ops::table()));
  return result;
}

template <class T> double neighbour(double x, double towards) {
  return std::nextafter(static_cast<T>(x), static_cast<T>(towards));
}

/// Values at which something could go wrong: around every old and new threshold, and odd ones.
std::vector<double> probes(const Folded& f, DType dtype, Random& random) {
  std::vector<double> found = {0.0, -0.0, kInfinity, -kInfinity, kNan, 5e-324, -5e-324, 1.0};
  const TreeEnsemble before = f.before.trees();
  const TreeEnsemble after = f.after.trees();
  for (const TreeEnsemble* trees : {&before, &after}) {
    for (int64_t i = 0; i < trees->node_count(); ++i) {
      const double t = element(trees->node_threshold, i);
      found.push_back(t);
      for (const double side : {-kInfinity, kInfinity}) {
        found.push_back(dtype == DType::kFloat32 ? neighbour<float>(t, side)
                                                 : neighbour<double>(t, side));
      }
    }
  }
  for (int i = 0; i < 200; ++i) {
    found.push_back(dtype == DType::kFloat32 ? std::bit_cast<float>(static_cast<uint32_t>(random()))
                                             : std::bit_cast<double>(random()));
  }
  return found;
}

/// Every probe in every feature takes the same branch at every node.
void expect_same_branches(const Folded& f, DType dtype, Random& random) {
  ASSERT_EQ(f.count, 1) << f.notes;
  ASSERT_EQ(f.after.graph.order().size(), 1u);
  const TreeEnsemble before = f.before.trees();
  const TreeEnsemble after = f.after.trees();
  ASSERT_EQ(after.node_threshold.dtype(), dtype);
  const int64_t columns = before.feature_count;
  std::vector<double> matrix;
  const std::vector<double> points = probes(f, dtype, random);
  for (const double point : points) matrix.insert(matrix.end(), columns, point);
  const Tensor x = as_tensor(matrix, dtype, Shape{static_cast<int64_t>(points.size()), columns});
  const Tensor seen = f.before.read_by_trees(x);
  const auto features = before.node_feature.values<int32_t>();
  for (size_t node = 0; node < features.size(); ++node) {
    for (size_t row = 0; row < points.size(); ++row) {
      const int64_t at = static_cast<int64_t>(row) * columns + features[node];
      ASSERT_EQ(child(before, node, element(seen, at)), child(after, node, element(x, at)))
          << "node " << node << ", x = " << element(x, at) << ", g(x) = " << element(seen, at)
          << ", t = " << element(before.node_threshold, static_cast<int64_t>(node))
          << ", t' = " << element(after.node_threshold, static_cast<int64_t>(node));
    }
  }
}

/// Constants of every size that a scaler may have, and some that it should not.
double odd_number(Random& random) {
  switch (random() % 8) {
    case 0: return std::ldexp(1.0 + static_cast<double>(random() % 1000) / 1000, -1060);
    case 1: return 1e300 * static_cast<double>(1 + random() % 1000);
    case 2: return 1e-300;
    case 3: return 4e38;
    case 4: return 1.0 / 3;
    default: return std::normal_distribution<double>(0, 10)(random);
  }
}

std::vector<double> odd_numbers(Random& random, size_t count) {
  std::vector<double> numbers(count);
  for (double& number : numbers) {
    do {
      number = odd_number(random);
    } while (number == 0 || static_cast<float>(number) == 0 ||
             std::isinf(static_cast<float>(number)));
  }
  return numbers;
}

std::vector<double> odd_thresholds(Random& random, size_t count) {
  std::vector<double> found = {kInfinity, -kInfinity, 0.0,  -0.0,   kNan,
                               1e308,     -1e308,     1e39, 5e-324, -5e-324};
  while (found.size() < count) {
    found.push_back(random() % 4 == 0 ? std::bit_cast<double>(random()) : odd_number(random));
  }
  return found;
}

const std::vector<TreeMode> kAllOrders = {TreeMode::kLeq, TreeMode::kLt, TreeMode::kGte,
                                          TreeMode::kGt};

TEST(FoldMonotone, standard_scaler_and_cast) {
  Random random(1);
  const std::vector<Step> steps = {{"Sub", {5.0, -2.5, 1e6}}, {"Div", {2.0, 0.1, 3e5}}, {"Cast32"}};
  const Folded f = folded(make_sample(DType::kFloat64, 3, steps,
                                      stumps({0.5, 1.25, -0.75, 0.1, 0.2}, 3, {TreeMode::kLeq})));
  expect_same_branches(f, DType::kFloat64, random);
  EXPECT_NE(f.notes.find("Sub, Div, Cast after \"X\" folded into 5 thresholds (5 distinct)"),
            std::string::npos)
      << f.notes;
  // x = 6 gives 0.5 exactly; the cast takes a few more values down to it.
  const double t = f.after.trees().node_threshold.values<double>()[0];
  EXPECT_GT(t, 6.0);
  EXPECT_LT(t, 6.0000001);
  // Children and modes are the same tensors as before.
  EXPECT_EQ(f.after.trees().node_mode.data(), f.before.trees().node_mode.data());
}

TEST(FoldMonotone, random_chains_float64) {
  for (uint64_t seed = 0; seed < 60; ++seed) {
    Random random(seed);
    const std::vector<std::vector<Step>> chains = {
        {{"Sub", odd_numbers(random, 2)}, {"Div", odd_numbers(random, 2)}, {"Cast32"}},
        {{"Sub", odd_numbers(random, 1)}, {"Mul", odd_numbers(random, 2)}},
        {{"Cast32"}},
        {{"Sub", odd_numbers(random, 2), true}, {"Cast32"}, {"Add", odd_numbers(random, 2)}},
        {{"Cast32"}, {"Cast64"}, {"Mul", odd_numbers(random, 2), true}},
        {{"Mul", odd_numbers(random, 2)}, {"Clamp"}, {"Mul", odd_numbers(random, 2)}}};
    const Folded f = folded(make_sample(DType::kFloat64, 2, chains[seed % chains.size()],
                                        stumps(odd_thresholds(random, 60), 2, kAllOrders)));
    SCOPED_TRACE(seed);
    expect_same_branches(f, DType::kFloat64, random);
  }
}

TEST(FoldMonotone, random_chains_float32) {
  for (uint64_t seed = 100; seed < 160; ++seed) {
    Random random(seed);
    const std::vector<std::vector<Step>> chains = {
        {{"Sub", odd_numbers(random, 2)}, {"Div", odd_numbers(random, 2)}},
        {{"Cast64"}, {"Sub", odd_numbers(random, 2)}, {"Div", odd_numbers(random, 1)}},
        {{"Cast64"}},
        {{"Mul", odd_numbers(random, 2)}, {"Cast64"}, {"Sub", odd_numbers(random, 1), true}}};
    const Folded f = folded(make_sample(DType::kFloat32, 2, chains[seed % chains.size()],
                                        stumps(odd_thresholds(random, 60), 2, kAllOrders)));
    SCOPED_TRACE(seed);
    expect_same_branches(f, DType::kFloat32, random);
  }
}

TEST(FoldMonotone, columns_may_differ_in_direction) {
  Random random(7);
  const std::vector<Step> steps = {{"Mul", {2.0, -3.0, 0.0}}};
  // Column 2 is constant zero, which no trait covers; no tree reads it.
  TreeBuilder builder({.feature_count = 3});
  for (const int64_t feature : {0, 1}) {
    for (const TreeMode mode : kAllOrders) {
      const std::vector<TreeNode> nodes = {{.feature = feature,
                                            .threshold = 1.0,
                                            .mode = mode,
                                            .missing_true = true,
                                            .true_child = 1,
                                            .false_child = 2},
                                           {.leaf_row = 0},
                                           {.leaf_row = 1}};
      ASSERT_TRUE(builder.add_tree(nodes, std::vector<double>{1, 2}));
    }
  }
  const Folded f =
      folded(make_sample(DType::kFloat64, 3, steps, std::move(builder).finish().value()));
  expect_same_branches(f, DType::kFloat64, random);
  EXPECT_NE(f.notes.find("4 nodes with children exchanged"), std::string::npos) << f.notes;
}

TEST(FoldMonotone, does_not_fire_and_says_why) {
  const TreeEnsemble trees = stumps({0.5, 1.0}, 2, {TreeMode::kLeq});
  const auto reason = [&](const std::vector<Step>& steps, const TreeEnsemble& ensemble) {
    const Folded f = folded(make_sample(DType::kFloat64, 2, steps, ensemble));
    EXPECT_EQ(f.count, 0);
    return f.notes;
  };
  const auto has = [](const std::string& text, std::string_view part) {
    EXPECT_NE(text.find(part), std::string::npos) << text;
  };
  has(reason({{"Mul", {1.0, 0.0}}}, trees), "it is not monotone in column 1");
  has(reason({{"Div", {1.0, kNan}}}, trees), "it is not monotone in column 1");
  has(reason({{"Sub", {kInfinity}}}, trees), "it is not monotone in column 0");
  has(reason({{"Cast32"}}, stumps({1.0}, 2, {TreeMode::kEq})), "compares with EQ or NEQ");
  EXPECT_EQ(reason({}, trees), "");
}

TEST(FoldMonotone, proof_catches_a_trait_that_lies) {
  Builder builder(test_ops::table(), "g");
  const ValueId x = *builder.input("X", test_ops::float64_type({Dim::symbol("N"), 1}));
  const ValueId a = *builder.op("LyingAbs", {x});
  const ValueId y = *add_tree_ensemble(builder, a, stumps({0.5}, 1, {TreeMode::kLeq}));
  ASSERT_TRUE(builder.output(y, "y"));
  const Folded f = folded({std::move(builder).finish().value()});
  EXPECT_EQ(f.count, 0);
  EXPECT_NE(f.notes.find("an infinity is on the wrong side"), std::string::npos) << f.notes;
}

TEST(FoldMonotone, chain_that_others_read_stays_for_them) {
  Builder builder(test_ops::table(), "g");
  const ValueId x = *builder.input("X", test_ops::float64_type({Dim::symbol("N"), 1}));
  const ValueId scaled = *builder.op("Div", {x, builder.scalar(2.0)});
  const ValueId y = *add_tree_ensemble(builder, scaled, stumps({0.5}, 1, {TreeMode::kLeq}));
  ASSERT_TRUE(builder.output(y, "y"));
  ASSERT_TRUE(builder.output(scaled, "scaled"));
  const Folded f = folded({std::move(builder).finish().value()});
  EXPECT_EQ(f.count, 1);
  EXPECT_EQ(f.after.graph.order().size(), 2u);
  EXPECT_EQ(f.after.trees().node_threshold.values<double>()[0], 1.0);
}

TEST(FoldMonotone, stops_at_the_budget) {
  Sample sample = make_sample(DType::kFloat64, 1, {{"Cast32"}}, stumps({0.5}, 1, {TreeMode::kLeq}));
  TestEvaluator evaluator;
  PassContext context{test_ops::table(), evaluator};
  context.patches_left = 0;
  EXPECT_EQ(*pass_fold_monotone().run(sample.graph, context), 0);
  EXPECT_EQ(sample.graph.order().size(), 2u);
}

// 51,000 thresholds of 20 features cost one bisection: 64 rounds over blocks, and the check.
TEST(FoldMonotone, many_thresholds_take_few_evaluations) {
  Random random(3);
  std::vector<double> thresholds(51'000);
  for (double& t : thresholds) t = std::normal_distribution<double>(0, 1)(random);
  const std::vector<Step> steps = {{"Sub", odd_numbers(random, 20)}, {"Cast32"}};
  Sample sample = make_sample(DType::kFloat64, 20, steps, stumps(thresholds, 20, {TreeMode::kLeq}));
  TestEvaluator evaluator;
  PassContext context{test_ops::table(), evaluator};
  ASSERT_EQ(*pass_fold_monotone().run(sample.graph, context), 1);
  EXPECT_LE(evaluator.call_count(), 2 * (4 * 65 + 10));
}

}  // namespace
}  // namespace tundish
