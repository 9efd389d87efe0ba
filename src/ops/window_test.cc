#include <cmath>

#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

OpCall window(std::string op, int64_t size, int64_t periodic, DType dtype = DType::kFloat64) {
  return {std::move(op),
          {Tensor::scalar(size)},
          {{"periodic", periodic}, {"output_datatype", static_cast<int64_t>(dtype)}}};
}
void expect_near(const Result<Tensor>& got, const std::vector<double>& want) {
  ASSERT_TRUE(got.has_value()) << got.error().to_string();
  ASSERT_EQ(static_cast<size_t>(got.value().element_count()), want.size());
  for (size_t i = 0; i < want.size(); ++i) {
    EXPECT_NEAR(got.value().values<double>()[i], want[i], 1e-15) << i;
  }
}

TEST(Window, rises_and_falls) {
  expect_near(run_op(window("HannWindow", 4, 1)), {0, 0.5, 1, 0.5});
  expect_near(run_op(window("HannWindow", 5, 0)), {0, 0.5, 1, 0.5, 0});
  expect_near(run_op(window("HammingWindow", 4, 1)), {4.0 / 46, 25.0 / 46, 1, 25.0 / 46});
  expect_near(run_op(window("BlackmanWindow", 4, 1)), {0, 0.34, 1, 0.34});
  expect_near(run_op(window("BlackmanWindow", 5, 0)), {0, 0.34, 1, 0.34, 0});
}

TEST(Window, has_any_length_and_type) {
  expect_near(run_op(window("HannWindow", 0, 1)), {});
  expect_near(run_op(window("HannWindow", 1, 1)), {0});
  EXPECT_TRUE(std::isnan(run_op(window("HannWindow", 1, 0)).value().values<double>()[0]));
  const Result<Tensor> many = run_op(window("HannWindow", 600, 1));
  EXPECT_EQ(many.value().values<double>()[300], 1);
  EXPECT_NEAR(many.value().values<double>()[450], 0.5, 1e-15);
  expect_values<int32_t>(run_op(window("HannWindow", 4, 1, DType::kInt32)), {4}, {0, 0, 1, 0});
  expect_values<float>(run_op({"HannWindow", {vector<int32_t>({4})}, {}}), {4}, {0, 0.5F, 1, 0.5F});
  EXPECT_EQ(inferred(window("HannWindow", 4, 1), {}), "float64[4]");
  EXPECT_EQ(inferred(window("HannWindow", 4, 1), {dims({})}), "float64[?]");
}

TEST(Window, rejects_sizes_and_types) {
  expect_refused(window("HannWindow", -1, 1), "a window of -1 samples");
  expect_fails_to_run(window("HannWindow", -1, 1), "a window of -1 samples");
  expect_refused(window("HannWindow", 4, 1, DType::kBool), "element type 9 is not allowed");
  expect_refused({"HannWindow", {vector<int64_t>({1, 2})}, {}}, "expected one integer");
  expect_refused({"HannWindow", {vector<float>({1})}, {}}, "float32 is not allowed");
}

}  // namespace
}  // namespace tundish
