#include "ops/support/written.h"

#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

template <class T> void expect_written(std::initializer_list<T> want) {
  Tensor out = Tensor::allocate(dtype_of<T>, Shape{3}).value();
  const double values[] = {2.75, 1};
  ops::write_numbers(values, out.mutable_view(), 1);
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(static_cast<double>(out.values<T>()[i]), static_cast<double>(want.begin()[i]));
  }
}

TEST(Written, stores_every_number_type) {
  expect_written<float>({0, 2.75F, 1});
  expect_written<double>({0, 2.75, 1});
  expect_written<Float16>({Float16(0.0F), Float16(2.75F), Float16(1.0F)});
  expect_written<Bfloat16>({Bfloat16(0.0F), Bfloat16(2.75F), Bfloat16(1.0F)});
  expect_written<int8_t>({0, 2, 1});
  expect_written<int16_t>({0, 2, 1});
  expect_written<int32_t>({0, 2, 1});
  expect_written<int64_t>({0, 2, 1});
  expect_written<uint8_t>({0, 2, 1});
  expect_written<uint16_t>({0, 2, 1});
  expect_written<uint32_t>({0, 2, 1});
  expect_written<uint64_t>({0, 2, 1});
  expect_written<bool>({false, true, true});
}

TEST(Written, reads_types_of_attributes) {
  Node node;
  const ops::DTypeSet floats{DType::kFloat32, DType::kFloat64};
  EXPECT_EQ(ops::read_dtype(node, "dtype", DType::kFloat64, floats).value(), DType::kFloat64);
  node.attributes.set("dtype", int64_t{7});
  expect_error(ops::read_dtype(node, "dtype", DType::kFloat64, floats), ErrorCode::kInvalidModel,
               "\"dtype\": element type 7 is not allowed");
  node.attributes.set("dtype", int64_t{99});
  expect_error(ops::read_dtype(node, "dtype", DType::kFloat64, floats), ErrorCode::kInvalidModel,
               "element type 99");
}

}  // namespace
}  // namespace tundish
