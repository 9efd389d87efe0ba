#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

using Ints = std::vector<int64_t>;

OpCall join(std::vector<Tensor> inputs, Ints widths) {
  return {"FeatureVectorizer",
          std::move(inputs),
          {{"inputdimensions", std::move(widths)}},
          std::string(kDomainMl)};
}
Tensor wide() { return tensor<float>({0, 1, 2, 3, 4, 5}, {2, 3}); }
Tensor narrow() { return tensor<float>({8, 9}, {2, 1}); }

TEST(FeatureVectorizer, joins_columns) {
  expect_values<float>(run_op(join({wide(), narrow()}, {3, 1})), {2, 4}, {0, 1, 2, 8, 3, 4, 5, 9});
  expect_values<float>(run_op(join({vector<int64_t>({1, 2}), vector<int64_t>({3})}, {2, 1})),
                       {1, 3}, {1, 2, 3});
  expect_values<float>(run_op(join({vector<double>({1.5})}, {1})), {1, 1}, {1.5F});
  expect_values<float>(run_op(join({vector<int32_t>({7})}, {})), {1, 1}, {7});
}

TEST(FeatureVectorizer, cuts_and_fills) {
  expect_values<float>(run_op(join({wide(), narrow()}, {2, 3})), {2, 5},
                       {0, 1, 8, 0, 0, 3, 4, 9, 0, 0});
  expect_values<float>(run_op(join({wide(), narrow()}, {})), {2, 4}, {0, 1, 2, 8, 3, 4, 5, 9});
}

TEST(FeatureVectorizer, infers_shapes) {
  const OpCall call = join({wide(), narrow()}, {2, 3});
  EXPECT_EQ(inferred(call, {dims({symbol("N"), 3}), dims({symbol("N"), 1})}), "float32[N, 5]");
  EXPECT_EQ(inferred(join({wide(), narrow()}, {}), {dims({symbol("N"), 3}), SymbolicShape()}),
            "float32[N, ?]");
}

TEST(FeatureVectorizer, rejects_what_does_not_fit) {
  expect_refused(join({wide(), narrow()}, {3}), "inputdimensions has 1 entries for 2 inputs");
  expect_refused(join({wide()}, {-1}), "size -1");
  expect_refused(join({wide(), narrow()}, {INT64_MAX, 1}), "inputdimensions: size 1");
  const OpCall rows = join({wide(), tensor<float>({1}, {1, 1})}, {3, 1});
  expect_refused(rows, "input 1 has 1 rows, expected 2");
  expect_fails_to_run(rows, "input 1 has 1 rows, expected 2");
  expect_refused(join({wide(), tensor<double>({1, 2}, {2, 1})}, {3, 1}), "differ in element type");
}

}  // namespace
}  // namespace tundish
