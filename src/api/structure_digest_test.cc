#include "api/structure_digest.h"

#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "api/model_for_test.h"
#include "ir/builder.h"

namespace tundish {
namespace {

// What a small graph is made of; each field is changed in turn.
struct Recipe {
  std::string input = "x", constant_name = "bias", output = "y", graph_name = "g", node_name;
  std::string op = "Add";
  double bias = 1;
  int64_t axis = 1;
  int64_t width = 2;
  bool swapped = false;
  bool both_outputs = false;
  std::string metadata;
};

Graph made(const Recipe& recipe) {
  Builder builder(builtin_ops(), recipe.graph_name);
  const SymbolicShape shape = std::vector<Dim>{Dim::symbol("N"), Dim(recipe.width)};
  const ValueId x = must(builder.input(recipe.input, ValueType::tensor(DType::kFloat64, shape)));
  const ValueId bias = builder.scalar(recipe.bias, recipe.constant_name);
  NodeSpec spec;
  spec.op = recipe.op;
  spec.name = recipe.node_name;
  spec.inputs = recipe.swapped ? std::vector{bias, x} : std::vector{x, bias};
  const ValueId moved = must(builder.add(std::move(spec)))[0];
  AttributeList attributes;
  attributes.set("axis", recipe.axis);
  const ValueId twice = must(builder.op("Concat", {moved, moved}, attributes));
  EXPECT_TRUE(builder.output(twice, recipe.output));
  if (recipe.both_outputs) {
    EXPECT_TRUE(builder.output(moved, "moved"));
  }
  if (!recipe.metadata.empty()) builder.metadata("note", recipe.metadata);
  return must(std::move(builder).finish());
}

TEST(StructureDigest, is_that_of_the_computation) {
  const std::string digest = structure_digest(made({}));
  EXPECT_EQ(digest.size(), 32u);
  EXPECT_EQ(structure_digest(made({})), digest);
  EXPECT_EQ(structure_digest(made({.constant_name = "other"})), digest);
  EXPECT_EQ(structure_digest(made({.graph_name = "other"})), digest);
  EXPECT_EQ(structure_digest(made({.node_name = "other"})), digest);
  EXPECT_EQ(structure_digest(made({.metadata = "other"})), digest);
}

TEST(StructureDigest, changes_with_everything_that_counts) {
  std::set<std::string> digests;
  const std::vector<Recipe> recipes = {
      {},
      {.input = "z"},
      {.output = "z"},
      {.op = "Sub"},
      {.bias = 1.0000000000000002},
      {.axis = 0},
      {.width = 3},
      {.swapped = true},
      {.both_outputs = true},
  };
  for (const Recipe& recipe : recipes) digests.insert(structure_digest(made(recipe)));
  EXPECT_EQ(digests.size(), recipes.size());
}

// A left-out input is not the same as one input less.
TEST(StructureDigest, tells_which_optional_input_is_there) {
  const auto clip = [](bool low, bool high) {
    Builder builder(builtin_ops(), "clip");
    const SymbolicShape shape = std::vector<Dim>{Dim::symbol("N")};
    const ValueId x = must(builder.input("x", ValueType::tensor(DType::kFloat64, shape)));
    const ValueId bound = builder.scalar(1.0);
    NodeSpec spec;
    spec.op = "Clip";
    spec.inputs = {x, low ? bound : kNoValue};
    if (high) spec.inputs.push_back(bound);
    EXPECT_TRUE(builder.output(must(builder.add(std::move(spec)))[0], "y"));
    return structure_digest(must(std::move(builder).finish()));
  };
  EXPECT_EQ(clip(true, false), clip(true, false));
  EXPECT_EQ((std::set{clip(true, false), clip(false, true), clip(true, true)}.size()), 3u);
}

TEST(StructureDigest, survives_the_way_through_a_file) {
  const auto model = converted();
  const auto again = resealed(*model, "note", "a line more");
  EXPECT_EQ(structure_digest(*model->impl().graph), structure_digest(*again->impl().graph));
  EXPECT_NE(
      structure_digest(*model->impl().graph),
      structure_digest(
          *converted("scikit-learn-1.9.1/iforest_one_feature/model.z3.joblib")->impl().graph));
}

}  // namespace
}  // namespace tundish
