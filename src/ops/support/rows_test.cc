#include "ops/support/rows.h"

#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

TEST(Rows, are_counted) {
  const auto count = [](const Tensor& x) { return ops::count_rows(x.view(), 0); };
  EXPECT_EQ(count(vector<float>({1, 2, 3})).value().rows, 1);
  EXPECT_EQ(count(vector<float>({1, 2, 3})).value().columns, 3);
  EXPECT_EQ(count(tensor<float>({}, {0, 3})).value().rows, 0);
  expect_error(count(Tensor::scalar(1.0F)), ErrorCode::kInvalidArgument, "input 0: expected shape");
}

TEST(Rows, are_read_as_double) {
  const auto read = [](const Tensor& x) {
    double out[2];
    ops::read_numbers(x.view(), 1, 2, out);
    return std::vector<double>(out, out + 2);
  };
  EXPECT_EQ(read(vector<float>({0, 1.5F, -2})), (std::vector<double>{1.5, -2}));
  EXPECT_EQ(read(vector<double>({0, 1.5, -2})), (std::vector<double>{1.5, -2}));
  EXPECT_EQ(read(vector<int32_t>({0, 7, -2})), (std::vector<double>{7, -2}));
  EXPECT_EQ(read(vector<int64_t>({0, 7, -2})), (std::vector<double>{7, -2}));
}

TEST(Rows, are_multiplied) {
  const double a[] = {1, 2, 3, 4, 5, 6};
  for (int64_t count = 0; count <= 6; ++count) {
    double want = 0;
    for (int64_t i = 0; i < count; ++i) want += a[i] * a[i];
    EXPECT_EQ(ops::dot(a, a, count), want);
  }
}

TEST(Rows, have_labels_of_one_kind) {
  Node node;
  expect_error(ops::read_labels(node, "classlabels_ints"), ErrorCode::kInvalidModel,
               "one of classlabels_ints");
  node.attributes.set("classlabels_ints", std::vector<int64_t>{4, 5});
  EXPECT_EQ(ops::read_labels(node, "classlabels_ints").value().size(), 2U);
  node.attributes.set("classlabels_strings", std::vector<std::string>{"a"});
  expect_error(ops::read_labels(node, "classlabels_ints"), ErrorCode::kInvalidModel, "one of");
}

}  // namespace
}  // namespace tundish
