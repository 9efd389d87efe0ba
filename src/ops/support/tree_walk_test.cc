#include "ops/support/tree_walk.h"

#include <cmath>

#include "ops/support/testing.h"

namespace tundish::ops {
namespace {
using testing::expect_error;

// Two trees over two columns:
//   tree 0: x0 <= 1 ? leaf 0 : (x1 < 5, missing true ? leaf 1 : leaf 2);   tree 1: leaf 3
struct Forest {
  std::vector<int32_t> roots{0, ~3};
  std::vector<int32_t> feature{0, 1};
  std::vector<double> threshold{1, 5};
  std::vector<uint8_t> mode{static_cast<uint8_t>(TreeMode::kLeq),
                            static_cast<uint8_t>(TreeMode::kLt) | kMissingTrue};
  std::vector<int32_t> if_true{~0, ~1};
  std::vector<int32_t> if_false{1, ~2};
  std::vector<double> weight{1, 2, 4, 8};
  std::vector<int32_t> target;
  std::vector<double> base;
  int64_t target_count = 1;
  Aggregate aggregate = Aggregate::kSum;
  BaseOrder base_order = BaseOrder::kFirst;

  template <class T> static TensorView view(const std::vector<T>& values) {
    return {dtype_of<T>, Shape{static_cast<int64_t>(values.size())}, values.data()};
  }
  TreeTables tables() const {
    TreeTables tables;
    tables.roots = view(roots);
    tables.feature = view(feature);
    tables.threshold = view(threshold);
    tables.mode = view(mode);
    tables.if_true = view(if_true);
    tables.if_false = view(if_false);
    tables.weight = view(weight);
    if (target.empty()) {
      tables.weight.shape = {static_cast<int64_t>(weight.size()) / target_count, target_count};
    } else {
      tables.target = target.data();
    }
    if (!base.empty()) tables.base = base.data();
    tables.target_count = target_count;
    tables.aggregate = aggregate;
    tables.base_order = base_order;
    return tables;
  }
  Status walk(const std::vector<double>& x, std::vector<double>& out) const {
    const auto rows = static_cast<int64_t>(x.size() / 2);
    out.assign(static_cast<size_t>(rows * target_count), -99);
    return walk_trees(tables(), matrix_view(x.data(), rows, 2), out.data());
  }
  std::vector<double> answers(const std::vector<double>& x) const {
    std::vector<double> out;
    const Status status = walk(x, out);
    EXPECT_TRUE(status.has_value());
    return out;
  }
};

TEST(TreeWalk, follows_comparisons_to_leaves) {
  const Forest forest;
  EXPECT_EQ(forest.answers({1, 0, 2, 4, 2, 5, NAN, NAN, NAN, 9}),
            (std::vector<double>{9, 10, 12, 10, 12}));
  EXPECT_TRUE(forest.answers({}).empty());
}

TEST(TreeWalk, knows_every_mode) {
  // Answers for x < 1, x == 1, x > 1, NaN: leaf 0 (weight 1) where the comparison holds.
  const std::pair<TreeMode, std::vector<double>> wanted[] = {
      {TreeMode::kLeq, {1, 1, 2, 2}}, {TreeMode::kLt, {1, 2, 2, 2}},
      {TreeMode::kGte, {2, 1, 1, 2}}, {TreeMode::kGt, {2, 2, 1, 2}},
      {TreeMode::kEq, {2, 1, 2, 2}},  {TreeMode::kNeq, {1, 2, 1, 1}}};
  Forest forest;
  forest.roots = {0};
  forest.if_false[0] = ~1;
  for (const auto& [mode, answers] : wanted) {
    forest.mode[0] = static_cast<uint8_t>(mode);
    EXPECT_EQ(forest.answers({0, 0, 1, 0, 2, 0, NAN, 0}), answers) << static_cast<int>(mode);
    forest.mode[0] |= kMissingTrue;
    EXPECT_EQ(forest.answers({NAN, 0}), (std::vector<double>{1}));
  }
  forest.mode[0] = 6;
  std::vector<double> out;
  expect_error(forest.walk({0, 0}, out), ErrorCode::kInvalidArgument, "unknown mode 6");
}

TEST(TreeWalk, aggregates) {
  Forest forest;
  forest.base = {100};
  EXPECT_EQ(forest.answers({1, 0}), (std::vector<double>{109}));
  forest.aggregate = Aggregate::kAverage;
  EXPECT_EQ(forest.answers({1, 0}), (std::vector<double>{104.5}));
  forest.aggregate = Aggregate::kMin;
  EXPECT_EQ(forest.answers({1, 0}), (std::vector<double>{101}));
  forest.aggregate = Aggregate::kMax;
  EXPECT_EQ(forest.answers({1, 0}), (std::vector<double>{108}));
}

TEST(TreeWalk, adds_the_base_first_or_last) {
  Forest forest;
  forest.weight = {-1e16, 0, 0, 1};
  forest.base = {1e16};
  EXPECT_EQ(forest.answers({1, 0}), (std::vector<double>{1}));  // (1e16 - 1e16) + 1
  forest.base_order = BaseOrder::kLast;
  EXPECT_EQ(forest.answers({1, 0}), (std::vector<double>{0}));  // 1e16 takes the 1 in between
}

TEST(TreeWalk, gives_weights_to_targets) {
  Forest forest;
  forest.target_count = 2;
  forest.weight = {1, 2, 3, 4, 5, 6, 7, 8};  // a pair per leaf
  EXPECT_EQ(forest.answers({1, 0, 2, 9}), (std::vector<double>{8, 10, 12, 14}));
  forest.weight = {1, 2, 4, -8};
  forest.target = {0, 1, 1, 0};  // one target per leaf
  EXPECT_EQ(forest.answers({1, 0, 2, 9}), (std::vector<double>{-7, 0, -8, 4}));
  // A target that no leaf names is 0, not an extremum.
  forest.aggregate = Aggregate::kMax;
  EXPECT_EQ(forest.answers({2, 9, 1, 0}), (std::vector<double>{-8, 4, 1, 0}));
}

TEST(TreeWalk, rounds_each_step_to_the_accumulation_type) {
  Forest forest;
  forest.weight = {16777216, 0, 0, 1};
  TreeTables tables = forest.tables();
  tables.accumulate = DType::kFloat32;
  const float x[] = {1, 0};
  float out = 0;
  ASSERT_TRUE(walk_trees(tables, matrix_view(x, 1, 2), &out).has_value());
  EXPECT_EQ(out, 16777216.0F);
  EXPECT_EQ(forest.answers({1, 0}), (std::vector<double>{16777217}));
}

TEST(TreeWalk, does_not_trust_its_tables) {
  std::vector<double> out;
  const auto expect_bad = [&](const Forest& forest, std::string_view part) {
    expect_error(forest.walk({2, 0}, out), ErrorCode::kInvalidArgument, part);
  };
  Forest forest;
  forest.if_false[0] = 0;
  expect_bad(forest, "tree 0: node 0 does not lead to a leaf");
  forest.if_false[0] = 2;
  expect_bad(forest, "tree 0: node 2 does not lead to a leaf");
  forest.if_false[0] = ~4;
  expect_bad(forest, "tree 0: leaf 4 leaf 4 does not exist");
  forest = Forest();
  forest.feature[1] = 2;
  expect_bad(forest, "tree 0: node 1 reads column 2 of 2");
  forest.feature[1] = -1;
  expect_bad(forest, "tree 0: node 1 reads column -1 of 2");
  forest = Forest();
  forest.roots[1] = INT32_MIN;
  expect_bad(forest, "tree 1: leaf 2147483647");
  forest = Forest();
  forest.target = {0, 0, 0, 1};
  expect_bad(forest, "tree 1: leaf 3 names target 1 of 1");
}

TEST(TreeWalk, reads_attributes) {
  Node node;
  const TreeTables plain = read_tree_attributes(node).value();
  EXPECT_EQ(plain.target_count, 1);
  EXPECT_EQ(plain.aggregate, Aggregate::kSum);
  EXPECT_EQ(plain.base_order, BaseOrder::kFirst);
  EXPECT_EQ(plain.accumulate, DType::kFloat64);
  node.attributes.set("aggregate", std::string("AVERAGE"));
  node.attributes.set("base_order", std::string("last"));
  node.attributes.set("accumulate", std::string("float32"));
  node.attributes.set("n_targets", int64_t{3});
  const TreeTables read = read_tree_attributes(node).value();
  EXPECT_EQ(read.target_count, 3);
  EXPECT_EQ(read.aggregate, Aggregate::kAverage);
  EXPECT_EQ(read.base_order, BaseOrder::kLast);
  EXPECT_EQ(read.accumulate, DType::kFloat32);
}

TEST(TreeWalk, refuses_attributes) {
  const std::pair<const char*, Attribute> wrong[] = {{"n_targets", int64_t{0}},
                                                     {"aggregate", std::string("sum")},
                                                     {"base_order", std::string("")},
                                                     {"accumulate", std::string("int64")}};
  for (const auto& [name, value] : wrong) {
    Node node;
    node.attributes.set(name, value);
    expect_error(read_tree_attributes(node), ErrorCode::kInvalidModel, name);
  }
}

class ReadTrees : public ::testing::Test {
 protected:
  ReadTrees() {
    const Forest forest;
    for (const TensorView& view :
         {matrix_view(x_.data(), 1, 2), Forest::view(forest.roots), Forest::view(forest.feature),
          Forest::view(forest.threshold), Forest::view(forest.mode), Forest::view(forest.if_true),
          Forest::view(forest.if_false), forest.tables().weight}) {
      inputs_.push_back(Tensor::copy_of(view).value());
    }
  }
  Result<TreeTables> read() const {
    testing::TestContext context(node_, inputs_, nullptr,
                                 kernels::table_for(kernels::Isa::kGeneric), 1);
    return read_trees(context);
  }

  std::array<double, 2> x_{2, 4};
  Node node_;
  std::vector<Tensor> inputs_;
};

TEST_F(ReadTrees, reads_the_tables_of_a_node) {
  inputs_.push_back(Tensor());
  inputs_.push_back(testing::vector<double>({0.5}));
  const TreeTables trees = read().value();
  EXPECT_EQ(trees.target, nullptr);
  double out = 0;
  ASSERT_TRUE(walk_trees(trees, inputs_[0].view(), &out).has_value());
  EXPECT_EQ(out, 10.5);
}

TEST_F(ReadTrees, rejects_tables_that_contradict_each_other) {
  const std::vector<Tensor> sound = inputs_;
  inputs_[3] = testing::vector<double>({1});
  expect_error(read(), ErrorCode::kInvalidArgument, "a node table has 1 entries, node_feature");
  inputs_ = sound;
  inputs_[7] = testing::vector<double>({1, 2, 4, 8});
  expect_error(read(), ErrorCode::kInvalidArgument, "leaf_weight of shape [4] for 1 targets");
  inputs_.push_back(testing::vector<int32_t>({0, 0}));
  expect_error(read(), ErrorCode::kInvalidArgument, "leaf_target has 2 entries, there are 4");
  inputs_ = sound;
  inputs_.push_back(Tensor());
  inputs_.push_back(testing::vector<float>({1}));
  expect_error(read(), ErrorCode::kInvalidArgument, "base: expected float64[1], got float32[1]");
  inputs_[9] = testing::vector<double>({1, 2});
  expect_error(read(), ErrorCode::kInvalidArgument, "base: expected float64[1], got float64[2]");
}

}  // namespace
}  // namespace tundish::ops
