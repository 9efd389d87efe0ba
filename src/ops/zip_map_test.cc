#include "ops/support/value_testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

using Ints = std::vector<int64_t>;
using Strings = std::vector<std::string>;

ValueCall zip(Tensor x, std::string name, Attribute keys) {
  return {"ZipMap", {std::move(x)}, {{std::move(name), std::move(keys)}}, std::string(kDomainMl)};
}
Tensor scores() { return tensor<float>({.1F, .9F, .5F, .25F}, {2, 2}); }

TEST(ZipMap, gives_a_map_per_row) {
  const ValueCall call = zip(scores(), "classlabels_strings", Strings{"a", "b"});
  const auto made = run_values(call);
  ASSERT_TRUE(made.has_value()) << made.error().to_string();
  const Sequence& rows = *made.value()[0].sequence();
  ASSERT_EQ(rows.items.size(), 2U);
  expect_strings(rows.items[1].map()->keys, {"a", "b"});
  expect_values<float>(rows.items[0].map()->values, {2}, {.1F, .9F});
  expect_values<float>(rows.items[1].map()->values, {2}, {.5F, .25F});
  EXPECT_EQ(rows.items[0].map()->keys.data(), rows.items[1].map()->keys.data());
  EXPECT_EQ(inferred(call), "seq(map(string, float32[]))");
}

TEST(ZipMap, takes_integers_and_one_row) {
  const auto made = run_values(zip(vector<float>({1, 2}), "classlabels_int64s", Ints{7, 8}));
  const Sequence& rows = *made.value()[0].sequence();
  ASSERT_EQ(rows.items.size(), 1U);
  expect_values<int64_t>(rows.items[0].map()->keys, {2}, {7, 8});
  expect_values<float>(rows.items[0].map()->values, {2}, {1, 2});
  EXPECT_EQ(run_length(zip(tensor<float>({}, {0, 1}), "classlabels_int64s", Ints{7})), 0);
}

TEST(ZipMap, rejects_keys) {
  ValueCall call = zip(scores(), "classlabels_int64s", Ints{7});
  expect_error(graph_of(call), ErrorCode::kInvalidModel, "2 columns for 1 keys");
  call.inputs[0].type.shape.reset();
  expect_error(run_values(call), ErrorCode::kInvalidArgument, "2 columns for 1 keys");
  expect_error(graph_of(zip(scores(), "classlabels_int64s", Ints{})), ErrorCode::kInvalidModel,
               "expected labels");
  expect_error(graph_of(zip(vector<double>({1}), "classlabels_int64s", Ints{7})),
               ErrorCode::kInvalidModel, "float64 is not allowed");
}

}  // namespace
}  // namespace tundish
