#include "kernels/forest.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "kernels/forest_cases.h"

namespace tundish::kernels {
namespace {

using testing::ForestOptions;
using testing::make_forest;
using testing::Modes;
using testing::Shape;
using testing::TestForest;

// Every case, on every instruction set that this processor has, against the plain walk.
void expect_equal(const std::vector<ForestOptions>& cases) {
  for (const ForestOptions& options : cases) {
    const TestForest forest = make_forest(options);
    for (const auto& found : testing::differences(forest, testing::Sizes::kAll, options.seed)) {
      ADD_FAILURE() << isa_name(found.isa) << ", " << found.row_count << " rows: " << found.answers
                    << " answers differ; seed " << options.seed << ", shape "
                    << static_cast<int>(options.shape) << ", features " << options.feature_count
                    << ", depth " << options.depth << ", thresholds "
                    << static_cast<int>(options.thresholds) << ", modes "
                    << static_cast<int>(options.modes);
    }
  }
}

TEST(Forest, gives_the_bits_of_the_plain_walk_for_every_shape) {
  expect_equal(testing::shape_cases());
}

TEST(Forest, decides_every_kind_of_threshold_and_mode_as_the_plain_walk) {
  expect_equal(testing::threshold_cases());
}

TEST(Forest, sums_every_kind_of_leaf_in_tree_order) { expect_equal(testing::leaf_cases()); }

TEST(Forest, sums_trees_of_several_classes) { expect_equal(testing::class_cases()); }

TEST(Forest, averages_and_takes_extremes) { expect_equal(testing::aggregate_cases()); }

TEST(Forest, evaluates_no_trees_and_roots_that_are_leaves) { expect_equal(testing::empty_cases()); }

TEST(Forest, takes_special_thresholds) {
  const double inf = std::numeric_limits<double>::infinity();
  for (double t : {0.0, -0.0, 5e-324, -5e-324, 1e-45, 1e-310, 1e300, -1e300, inf, -inf, double{NAN},
                   3.4028235677973366e38, -3.4028235677973366e38}) {
    for (uint8_t mode = 0; mode < 12; ++mode) {
      ForestOptions options;
      options.tree_count = 8;
      options.depth = 3;
      options.shape = Shape::kFull;
      options.modes = Modes::kAll;
      options.seed = mode + 1u;
      options.input_type = mode % 2 == 0 ? Scalar::kFloat64 : Scalar::kFloat32;
      TestForest forest = make_forest(options);
      for (size_t n = 0; n < forest.modes.size(); ++n) {
        forest.modes[n] = static_cast<uint8_t>(mode % 6 + (mode >= 6 ? kNanTrue : 0));
        if (n % 2 == 0) forest.thresholds64[n] = t;
      }
      for (const auto& found : testing::differences(forest, testing::Sizes::kFew, mode)) {
        ADD_FAILURE() << "threshold " << t << ", mode " << int{mode} << ", " << isa_name(found.isa)
                      << ", " << found.row_count << " rows";
      }
    }
  }
}

// A kernel that cannot run says so by its name: the forced path is the one taken.
TEST(Forest, names_the_kernel_that_runs) {
  ForestOptions options;
  options.tree_count = 50;
  const TestForest forest = make_forest(options);
  for (size_t i = 0; i < kIsaCount; ++i) {
    const Isa isa = static_cast<Isa>(i);
    if (!isa_available(isa)) continue;
    const PackedForest packed = pack(forest.view, isa);
    EXPECT_EQ(packed.isa(), isa);
    EXPECT_GT(packed.table_bytes(), 0u);
    const std::string name = kernel_name(packed, 1000);
    EXPECT_EQ(name.substr(0, name.find('/')), isa_name(isa));
    EXPECT_EQ(name.find("rank-bytes") != std::string::npos, isa != Isa::kGeneric) << name;
    const std::string one = kernel_name(packed, 1);
    if (isa != Isa::kGeneric && isa != Isa::kNeon) {
      EXPECT_EQ(one, std::string(isa_name(isa)) + "/rank-bytes/row");
    }
  }
}

TEST(Forest, asks_for_no_less_scratch_for_more_rows) {
  for (int features : {1, 8, 40}) {
    ForestOptions options;
    options.tree_count = 400;
    options.feature_count = features;
    const TestForest forest = make_forest(options);
    for (size_t i = 0; i < kIsaCount; ++i) {
      if (!isa_available(static_cast<Isa>(i))) continue;
      const PackedForest packed = pack(forest.view, static_cast<Isa>(i));
      for (size_t n = 1; n < 40; ++n) {
        EXPECT_LE(scratch_bytes(packed, n), scratch_bytes(packed, n + 1));
      }
      EXPECT_EQ(scratch_bytes(packed, 2000), scratch_bytes(packed, 200000));
    }
  }
}

TEST(Forest, takes_no_ranks_where_they_cost_more_than_they_save) {
  ForestOptions options;
  options.tree_count = 2;
  options.feature_count = 300;
  const TestForest forest = make_forest(options);
  EXPECT_STREQ(kernel_name(pack(forest.view, detect_isa()), 1000), "generic/walk");
}

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
