#include "kernels/forest.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "kernels/forest_testing.h"

namespace tundish::kernels {
namespace {

using testing::ForestOptions;
using testing::Leaves;
using testing::make_forest;
using testing::Modes;
using testing::Shape;
using testing::TestForest;
using testing::Thresholds;

class ForestOnIsa : public ::testing::TestWithParam<Isa> {
 protected:
  void SetUp() override {
    if (!isa_available(GetParam())) GTEST_SKIP() << "not on this processor";
  }
};

// Every case: bits against the plain walk, for both input types.
void expect_equal(ForestOptions options, Isa isa) {
  for (Scalar input : {Scalar::kFloat64, Scalar::kFloat32}) {
    options.input_type = input;
    options.seed += 1;
    const TestForest forest = make_forest(options);
    EXPECT_EQ(testing::count_differences(forest, isa, options.seed), 0u)
        << "seed " << options.seed << ", shape " << static_cast<int>(options.shape) << ", features "
        << options.feature_count << ", depth " << options.depth << ", thresholds "
        << static_cast<int>(options.thresholds) << ", modes " << static_cast<int>(options.modes);
  }
}

TEST_P(ForestOnIsa, gives_the_bits_of_the_plain_walk_for_every_shape) {
  struct Case {
    Shape shape;
    int trees, features, depth;
  };
  const Case cases[] = {
      {Shape::kFull, 3, 4, 0},        {Shape::kFull, 5, 4, 1},
      {Shape::kFull, 40, 10, 3},      {Shape::kFull, 20, 29, 6},
      {Shape::kFull, 12, 8, 8},       {Shape::kFull, 6, 29, 8},
      {Shape::kFull, 4, 29, 10},      {Shape::kChain, 20, 8, 8},
      {Shape::kChain, 5, 3, 40},      {Shape::kBushy, 30, 12, 60},
      {Shape::kBushy, 20, 20, 400},   {Shape::kIsolation, 60, 1, 8},
      {Shape::kIsolation, 100, 8, 8}, {Shape::kIsolation, 60, 9, 8},
      {Shape::kIsolation, 60, 25, 8}, {Shape::kIsolation, 20, 25, 11},
      {Shape::kIsolation, 40, 64, 8}, {Shape::kIsolation, 12, 300, 8},
      {Shape::kFull, 3, 300, 8},      {Shape::kIsolation, 15, 8, 16},
  };
  uint32_t seed = 10;
  for (const Case& c : cases) {
    ForestOptions options;
    options.shape = c.shape;
    options.tree_count = c.trees;
    options.feature_count = c.features;
    options.depth = c.depth;
    options.seed = seed += 10;
    expect_equal(options, GetParam());
  }
}

TEST_P(ForestOnIsa, decides_every_kind_of_threshold_and_mode_as_the_plain_walk) {
  uint32_t seed = 1000;
  for (Thresholds thresholds : {Thresholds::kDouble, Thresholds::kCastFolded, Thresholds::kFloat,
                                Thresholds::kFewIntegers, Thresholds::kClose}) {
    for (Modes modes : {Modes::kLeq, Modes::kNanFlags, Modes::kOrdered, Modes::kAll}) {
      for (int features : {6, 21}) {
        ForestOptions options;
        options.tree_count = 24;
        options.feature_count = features;
        options.thresholds = thresholds;
        options.modes = modes;
        options.seed = seed += 10;
        expect_equal(options, GetParam());
      }
    }
  }
}

TEST_P(ForestOnIsa, sums_every_kind_of_leaf_in_tree_order) {
  uint32_t seed = 5000;
  for (Leaves leaves : {Leaves::kFewValues, Leaves::kManyValues}) {
    for (Scalar sum : {Scalar::kFloat64, Scalar::kFloat32}) {
      for (BaseOrder order : {BaseOrder::kNone, BaseOrder::kFirst, BaseOrder::kLast}) {
        for (int targets : {1, 2, 5}) {
          for (LeafForm form : {LeafForm::kVector, LeafForm::kSingle}) {
            ForestOptions options;
            options.tree_count = 21;
            options.leaves = leaves;
            options.accumulation_type = sum;
            options.output_type = seed % 20 == 0 ? Scalar::kFloat32 : sum;
            options.base_order = order;
            options.target_count = targets;
            options.leaf_form = form;
            options.depth = 5 + static_cast<int>(seed / 10 % 4);
            options.seed = seed += 10;
            expect_equal(options, GetParam());
          }
        }
      }
    }
  }
}

TEST_P(ForestOnIsa, averages_and_takes_extremes) {
  uint32_t seed = 9000;
  for (Aggregate aggregate : {Aggregate::kAverage, Aggregate::kMin, Aggregate::kMax}) {
    for (LeafForm form : {LeafForm::kVector, LeafForm::kSingle}) {
      ForestOptions options;
      options.aggregate = aggregate;
      options.base_order = BaseOrder::kFirst;
      options.target_count = 3;
      options.leaf_form = form;
      options.leaves = Leaves::kManyValues;
      options.seed = seed += 10;
      expect_equal(options, GetParam());
    }
  }
}

TEST_P(ForestOnIsa, takes_special_thresholds) {
  const float inf = std::numeric_limits<float>::infinity();
  for (double t : {0.0, -0.0, 5e-324, -5e-324, 1e-45, 1e-310, 1e300, -1e300, double{inf},
                   -double{inf}, double{NAN}, 3.4028235677973366e38, -3.4028235677973366e38}) {
    for (uint8_t mode = 0; mode < 12; ++mode) {
      ForestOptions options;
      options.tree_count = 8;
      options.depth = 3;
      options.shape = Shape::kFull;
      options.modes = Modes::kAll;
      options.seed = mode + 1u;
      for (Scalar input : {Scalar::kFloat64, Scalar::kFloat32}) {
        options.input_type = input;
        TestForest forest = make_forest(options);
        for (size_t n = 0; n < forest.modes.size(); ++n) {
          forest.modes[n] = static_cast<uint8_t>(mode % 6 + (mode >= 6 ? kNanTrue : 0));
          if (n % 2 == 0) forest.thresholds64[n] = t;
        }
        EXPECT_EQ(testing::count_differences(forest, GetParam(), mode), 0u)
            << "threshold " << t << ", mode " << int{mode};
      }
    }
  }
}

TEST_P(ForestOnIsa, evaluates_no_trees_and_roots_that_are_leaves) {
  ForestOptions options;
  options.tree_count = 0;
  options.base_order = BaseOrder::kFirst;
  expect_equal(options, GetParam());
  options.tree_count = 70;
  options.depth = 0;
  expect_equal(options, GetParam());
}

INSTANTIATE_TEST_SUITE_P(Isas, ForestOnIsa,
                         ::testing::Values(Isa::kGeneric, Isa::kAvx2, Isa::kAvx512,
                                           Isa::kAvx512Vbmi, Isa::kNeon),
                         [](const auto& info) { return std::string(isa_name(info.param)); });

TEST(ForestCheck, names_what_is_wrong_and_where) {
  using Kind = ForestFault::Kind;
  const TestForest good = make_forest({});
  const auto fault = [&](auto&& change) {
    TestForest bad = good;
    ForestView view = bad.view;
    view.roots = bad.roots.data();
    view.features = bad.features.data();
    view.true_children = bad.true_children.data();
    view.leaf_targets = bad.leaf_targets.data();
    bad.modes[2] = 6;
    change(bad, view);
    return check(view).kind;
  };
  EXPECT_EQ(fault([](TestForest&, ForestView&) {}), Kind::kNone);
  EXPECT_EQ(fault([](TestForest& f, ForestView&) { f.roots[1] = 1 << 20; }), Kind::kRootRange);
  EXPECT_EQ(fault([](TestForest& f, ForestView&) { f.features[3] = 8; }), Kind::kFeatureRange);
  EXPECT_EQ(fault([](TestForest& f, ForestView&) { f.features[3] = -1; }), Kind::kFeatureRange);
  EXPECT_EQ(fault([](TestForest& f, ForestView&) { f.true_children[0] = 0; }), Kind::kNodeTwice);
  EXPECT_EQ(fault([](TestForest& f, ForestView&) { f.true_children[0] = -1 << 30; }),
            Kind::kChildRange);
  EXPECT_EQ(fault([](TestForest& f, ForestView& v) { v.modes = f.modes.data(); }),
            Kind::kUnknownMode);
  EXPECT_EQ(fault([](TestForest&, ForestView& v) { v.weights = nullptr; }), Kind::kNullArray);
  EXPECT_EQ(fault([](TestForest& f, ForestView& v) {
              v.leaf_form = LeafForm::kSingle;
              f.leaf_targets[4] = 1;
            }),
            Kind::kTargetRange);
  EXPECT_EQ(fault([](TestForest&, ForestView& v) { v.node_count = size_t{1} << 40; }),
            Kind::kTooLarge);
}

TEST(Isa, names_go_both_ways) {
  for (size_t i = 0; i < kIsaCount; ++i) {
    const std::string name = isa_name(static_cast<Isa>(i));
    Isa isa = Isa::kGeneric;
    EXPECT_TRUE(isa_from_name(name.data(), name.size(), &isa));
    EXPECT_EQ(isa, static_cast<Isa>(i));
  }
  Isa isa = Isa::kAvx2;
  EXPECT_FALSE(isa_from_name("avx", 3, &isa));
  EXPECT_EQ(isa, Isa::kAvx2);
  EXPECT_TRUE(isa_available(detect_isa()));
  EXPECT_TRUE(isa_available(Isa::kGeneric));
}

}  // namespace
}  // namespace tundish::kernels
