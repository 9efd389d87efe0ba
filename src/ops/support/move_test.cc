#include "ops/support/move.h"

#include "ops/support/testing.h"

namespace tundish::ops {
namespace {
using testing::expect_error;

TEST(Move, addresses_elements) {
  const double numbers[] = {1, 2, 3};
  EXPECT_EQ(element_at(numbers, DType::kFloat64, 2), &numbers[2]);
  const std::string texts[] = {"a", "b"};
  EXPECT_EQ(element_at(texts, DType::kString, 1), &texts[1]);
  EXPECT_EQ(element_stride(DType::kInt16), 2U);
}

TEST(Move, copies_neighbours) {
  const int32_t from[] = {1, 2, 3};
  std::array<int32_t, 3> to{};
  copy_elements(DType::kInt32, to.data(), from, 2);
  EXPECT_EQ(to, (std::array{1, 2, 0}));
  copy_elements(DType::kInt32, to.data(), to.data(), 3);
  copy_elements(DType::kInt32, nullptr, nullptr, 0);
  EXPECT_EQ(to, (std::array{1, 2, 0}));
  const std::string texts[] = {"a text too long for the object itself", "b"};
  std::array<std::string, 2> copy;
  copy_elements(DType::kString, copy.data(), texts, 2);
  EXPECT_EQ(copy[0], texts[0]);
  EXPECT_EQ(copy[1], "b");
}

TEST(Move, fills_with_elements_of_every_size) {
  std::array<double, 3> numbers{};
  const double one = 1;
  fill_elements(DType::kComplex64, numbers.data(), &one, 2);
  EXPECT_EQ(numbers, (std::array{1.0, 1.0, 0.0}));
  const Bytes16 pair{3, 4};
  std::array<Bytes16, 2> pairs{};
  fill_elements(DType::kComplex128, pairs.data(), &pair, 2);
  EXPECT_EQ(pairs[1].high, 4U);
  std::array<Bytes16, 2> copy{};
  copy_strided(DType::kComplex128, copy.data(), 1, pairs.data(), 0, 2);
  EXPECT_EQ(copy[1].low, 3U);
  std::array<std::string, 2> texts;
  const std::string text = "x";
  fill_elements(DType::kString, texts.data(), &text, 2);
  EXPECT_EQ(texts[1], "x");
}

TEST(Move, refuses_outputs_that_cannot_be) {
  const Node node;
  testing::TestContext context(node, {}, nullptr, kernels::table_for(kernels::Isa::kGeneric), 1);
  const int64_t much = int64_t{1} << 40;
  expect_error(sized_output(context, 0, DType::kInt8, {much}), ErrorCode::kLimit,
               "output 0 of shape [1099511627776] and type int8 does not fit into memory");
  expect_error(sized_output(context, 0, DType::kInt8, {much, much, 0}), ErrorCode::kLimit, "shape");
  EXPECT_TRUE(sized_output(context, 0, DType::kInt4, {3}).has_value());
}

TEST(Move, copies_types_under_one_byte) {
  const uint8_t from[] = {0x12, 0x34, 0x56};
  std::array<uint8_t, 3> to{};
  copy_elements(DType::kInt4, to.data(), from, 3);  // a byte and a half
  EXPECT_EQ(to, (std::array<uint8_t, 3>{0x12, 0x34, 0}));
}

template <class T> void check_strides(DType dtype) {
  const T from[] = {T(1), T(2), T(3), T(4), T(5), T(6)};
  std::array<T, 6> to{};
  copy_strided(dtype, to.data(), 2, from, 3, 2);
  EXPECT_EQ(to, (std::array<T, 6>{T(1), T(0), T(4), T(0), T(0), T(0)}));
  copy_strided(dtype, to.data(), 1, from + 5, -1, 6);
  EXPECT_EQ(to, (std::array<T, 6>{T(6), T(5), T(4), T(3), T(2), T(1)}));
  copy_strided(dtype, to.data(), 1, from, 1, 6);
  EXPECT_TRUE(std::ranges::equal(to, from));
  copy_strided(dtype, to.data(), 1, from, 0, 2);
  EXPECT_EQ(to[1], T(1));
}

TEST(Move, copies_with_strides) {
  check_strides<uint8_t>(DType::kUint8);
  check_strides<int16_t>(DType::kInt16);
  check_strides<float>(DType::kFloat32);
  check_strides<int64_t>(DType::kInt64);
  const std::string texts[] = {"a", "b", "c"};
  std::array<std::string, 2> copy;
  copy_strided(DType::kString, copy.data(), 1, texts, 2, 2);
  EXPECT_EQ(copy, (std::array<std::string, 2>{"a", "c"}));
}

TEST(Move, counts_axes_from_either_end) {
  EXPECT_EQ(checked_axis(0, 3, ErrorCode::kInvalidModel).value(), 0U);
  EXPECT_EQ(checked_axis(-1, 3, ErrorCode::kInvalidModel).value(), 2U);
  EXPECT_EQ(checked_axis(-3, 3, ErrorCode::kInvalidModel).value(), 0U);
  expect_error(checked_axis(3, 3, ErrorCode::kInvalidModel), ErrorCode::kInvalidModel,
               "axis 3 outside [-3, 3)");
  expect_error(checked_axis(INT64_MIN, 3, ErrorCode::kInvalidArgument), ErrorCode::kInvalidArgument,
               "outside [-3, 3)");
  expect_error(checked_axis(0, 0, ErrorCode::kInvalidModel), ErrorCode::kInvalidModel, "[0, 0)");
}

TEST(Move, reads_integers) {
  const Tensor narrow = testing::vector<int32_t>({-1, 7});
  const Tensor wide = testing::vector<int64_t>({INT64_MIN, 7});
  EXPECT_EQ(read_integers(narrow.view()).value(), (std::vector<int64_t>{-1, 7}));
  EXPECT_EQ(read_integers(wide.view()).value(), (std::vector<int64_t>{INT64_MIN, 7}));
  expect_error(read_integers(testing::vector<float>({1}).view()), ErrorCode::kInvalidArgument,
               "expected int32 or int64, got float32");
  EXPECT_EQ(read_short_list(wide.view(), 1).value().span()[0], INT64_MIN);
  EXPECT_EQ(read_short_list(testing::tensor<int64_t>({}, {0}).view(), 1).value().count, 0U);
}

TEST(Move, short_lists_name_their_input) {
  const Tensor many = Tensor::allocate(DType::kInt64, Shape{13}).value();
  expect_error(read_short_list(many.view(), 2), ErrorCode::kInvalidArgument,
               "input 2: 13 entries, at most 12");
  expect_error(read_short_list(many.view(), 2, ErrorCode::kInvalidModel), ErrorCode::kInvalidModel,
               "input 2");
  expect_error(read_short_list(testing::vector<double>({1}).view(), 3, ErrorCode::kInvalidModel),
               ErrorCode::kInvalidModel, "input 3: expected int32 or int64");
}

}  // namespace
}  // namespace tundish::ops
