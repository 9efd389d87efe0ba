#include <cmath>

#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

OpCall normalize(Tensor x, std::string norm) {
  return {"Normalizer", {std::move(x)}, {{"norm", std::move(norm)}}, std::string(kDomainMl)};
}
Tensor rows() { return tensor<float>({1, -4, 2, -1, -2, -3, 0, 0, 0}, {3, 3}); }

// Answers of ONNX Runtime 1.31.1.
TEST(Normalizer, divides_by_the_norm) {
  expect_values<float>(run_op(normalize(rows(), "MAX")), {3, 3}, {0.5F, -2, 1, 1, 2, 3, 0, 0, 0});
  expect_values<float>(
      run_op(normalize(rows(), "L1")), {3, 3},
      {0.14285715F, -0.5714286F, 0.2857143F, -0.16666667F, -0.33333334F, -0.5F, 0, 0, 0});
  expect_values<float>(
      run_op(normalize(rows(), "L2")), {3, 3},
      {0.2182179F, -0.8728716F, 0.4364358F, -0.26726124F, -0.5345225F, -0.80178374F, 0, 0, 0});
  expect_values<float>(run_op(normalize(vector<int64_t>({3, 4}), "L2")), {2}, {0.6F, 0.8F});
  expect_values<float>(run_op(normalize(vector<double>({1, NAN, 2}), "MAX")), {3}, {0.5F, NAN, 1});
  expect_values<float>(run_op(normalize(tensor<int32_t>({}, {2, 0}), "L1")), {2, 0}, {});
  EXPECT_EQ(inferred(normalize(rows(), "L1"), {dims({symbol("N"), 3})}), "float32[N, 3]");
}

TEST(Normalizer, rejects_shapes_and_norms) {
  expect_refused(normalize(rows(), "l1"), "unknown value \"l1\"");
  const OpCall cube = normalize(tensor<float>({1}, {1, 1, 1}), "L1");
  expect_refused(cube, "expected shape [C] or [N, C]");
  expect_fails_to_run(cube, "expected shape [C] or [N, C]");
  expect_refused(normalize(strings({"a"}), "L1"), "string is not allowed");
}

}  // namespace
}  // namespace tundish
