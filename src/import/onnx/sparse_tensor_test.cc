#include "import/onnx/sparse_tensor.h"

#include <gtest/gtest.h>

#include "import/onnx/test_models.h"

namespace tundish {
namespace {
using namespace test_models;

std::string dense(const Tensor& values, const Tensor& indices, std::vector<int64_t> dims,
                  uint64_t memory = 1 << 20) {
  TestModel model;
  OnnxSparseTensor record;
  record.values = model.tensor(values, "v");
  record.indices = model.tensor(indices, "i");
  record.dims = std::move(dims);
  Limits limits;
  limits.max_memory_bytes = memory;
  const Result<Tensor> tensor = dense_tensor(record, nullptr, limits);
  if (!tensor) return tensor.error().to_string();
  std::string text;
  for (const float value : tensor->values<float>()) text += std::to_string(int(value)) + " ";
  return text;
}

TEST(SparseTensor, flat_and_per_axis_indices) {
  EXPECT_EQ(dense(list_tensor<float>({1, 2}), list_tensor<int64_t>({1, 5}), {2, 3}),
            "0 1 0 0 0 2 ");
  EXPECT_EQ(
      dense(list_tensor<float>({1, 2}), tensor_of<int64_t>({0, 1, 1, 2}, Shape{2, 2}), {2, 3}),
      "0 1 0 0 0 2 ");
}

TEST(SparseTensor, what_does_not_fit_is_refused) {
  const Tensor two = list_tensor<float>({1, 2});
  EXPECT_EQ(dense(two, list_tensor<int64_t>({1, 6}), {2, 3}),
            "sparse tensor: index 6 of a tensor [2, 3]");
  EXPECT_EQ(dense(two, list_tensor<int64_t>({3, 1}), {2, 3}),
            "sparse tensor: indices do not ascend");
  EXPECT_EQ(dense(two, tensor_of<int64_t>({0, 3, 1, 2}, Shape{2, 2}), {2, 3}),
            "sparse tensor: index 3 on axis 1 of [2, 3]");
  EXPECT_EQ(dense(two, list_tensor<int64_t>({1}), {2, 3}),
            "sparse tensor: 2 values, but indices are int64[1]");
  EXPECT_NE(dense(two, list_tensor<int64_t>({1, 2}), {1 << 10, 1 << 10}).find("when dense"),
            std::string::npos);
  EXPECT_NE(dense(two, list_tensor<int64_t>({1, 2}), {int64_t{1} << 40, int64_t{1} << 40}), "");
}

}  // namespace
}  // namespace tundish
