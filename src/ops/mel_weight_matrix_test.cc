#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

OpCall mel(int64_t filters, int64_t transform, int64_t rate, double lowest, double highest,
           DType dtype = DType::kFloat64) {
  return {"MelWeightMatrix",
          {Tensor::scalar(filters), Tensor::scalar(transform), Tensor::scalar(rate),
           Tensor::scalar(lowest), Tensor::scalar(highest)},
          {{"output_datatype", static_cast<int64_t>(dtype)}}};
}

// Values of ONNX's reference implementation.
TEST(MelWeightMatrix, draws_triangles) {
  expect_values<double>(
      run_op(mel(3, 16, 8000, 0, 3500)), {9, 3},
      {1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0.5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
  expect_values<float>(run_op(mel(4, 8, 8000, 0, 4000, DType::kFloat32)), {5, 4},
                       {1, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0});
  expect_values<int8_t>(run_op(mel(1, 2, 8000, 0, 1000, DType::kInt8)), {2, 1}, {1, 0});
}

TEST(MelWeightMatrix, infers_shapes) {
  EXPECT_EQ(inferred(mel(3, 16, 8000, 0, 3500), {}), "float64[9, 3]");
  EXPECT_EQ(inferred(mel(3, 16, 8000, 0, 3500), {dims({}), dims({})}), "float64[?, ?]");
}

TEST(MelWeightMatrix, rejects_numbers) {
  expect_refused(mel(0, 16, 8000, 0, 3500), "input 0 is 0");
  expect_fails_to_run(mel(3, 16, -1, 0, 3500), "input 2 is -1");
  expect_fails_to_run(mel(3, 16, 8000, 0, 90000), "outside the spectrum");
  expect_fails_to_run(mel(3, 16, 8000, -900, 3500), "outside the spectrum");
  expect_error(run_op(mel(1 << 25, 16, 8000, 0, 3500)), ErrorCode::kLimit, "33554432 filters");
  OpCall two = mel(3, 16, 8000, 0, 3500);
  two.inputs[3] = vector<double>({1, 2});
  expect_fails_to_run(two, "input 3: expected one number");
  expect_refused(mel(3, 16, 8000, 0, 3500, DType::kString), "element type 8 is not allowed");
}

}  // namespace
}  // namespace tundish
