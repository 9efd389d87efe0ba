#include "data/convert.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "data/data_for_test.h"

namespace tundish {
namespace {

template <class From> Tensor one(From value) {
  return Tensor::of(std::span<const From>(&value, 1));
}

/// The faults of converting one value, joined.
template <class From> std::string faults(From value, DType to, CastRule cast = CastRule::kExact) {
  std::string text;
  Result<Tensor> out =
      convert_tensor(one(value), to, cast, [&](int64_t, const std::string& what) { text += what; });
  EXPECT_TRUE(out);
  return text;
}

TEST(Convert, allows_widening_only) {
  const auto allowed = [](DType from, DType to) {
    return check_convertible(from, to, CastRule::kExact).has_value();
  };
  EXPECT_TRUE(allowed(DType::kFloat32, DType::kFloat64));
  EXPECT_TRUE(allowed(DType::kFloat16, DType::kFloat32));
  EXPECT_TRUE(allowed(DType::kInt64, DType::kFloat64));
  EXPECT_TRUE(allowed(DType::kBool, DType::kFloat32));
  EXPECT_TRUE(allowed(DType::kUint8, DType::kInt16));
  EXPECT_FALSE(allowed(DType::kFloat64, DType::kFloat32));
  EXPECT_FALSE(allowed(DType::kFloat64, DType::kInt64));
  EXPECT_FALSE(allowed(DType::kInt8, DType::kUint8));
  EXPECT_FALSE(allowed(DType::kUint8, DType::kInt8));
  EXPECT_FALSE(allowed(DType::kInt64, DType::kBool));
  EXPECT_FALSE(allowed(DType::kString, DType::kFloat64));
  EXPECT_FALSE(allowed(DType::kFloat32, DType::kFloat16));
  EXPECT_TRUE(check_convertible(DType::kFloat64, DType::kFloat32, CastRule::kAllow));
  data_test::contains(
      check_convertible(DType::kFloat64, DType::kFloat32, CastRule::kExact).error().to_string(),
      "the data is float64, the model takes float32: rows of a wider type are refused");
}

TEST(Convert, takes_integers_that_floats_can_hold) {
  EXPECT_EQ(faults<int64_t>(1LL << 53, DType::kFloat64), "");
  EXPECT_NE(faults<int64_t>((1LL << 53) + 1, DType::kFloat64), "");
  EXPECT_NE(faults<int64_t>(INT64_MIN, DType::kFloat64), "");
  EXPECT_EQ(faults<int32_t>(-(1 << 24), DType::kFloat32), "");
  EXPECT_EQ(faults<int32_t>((1 << 24) + 1, DType::kFloat32),
            "16777217 does not fit float32 exactly");
  EXPECT_EQ(faults<int32_t>((1 << 24) + 1, DType::kFloat32, CastRule::kAllow), "");
}

TEST(Convert, casts_only_values_that_survive) {
  EXPECT_EQ(faults<double>(3.0, DType::kInt32, CastRule::kAllow), "");
  EXPECT_NE(faults<double>(3.5, DType::kInt32, CastRule::kAllow), "");
  EXPECT_NE(faults<double>(1e10, DType::kInt32, CastRule::kAllow), "");
  EXPECT_NE(faults<double>(std::nan(""), DType::kInt64, CastRule::kAllow), "");
  EXPECT_NE(faults<float>(9223372036854775808.0F, DType::kInt64, CastRule::kAllow), "");
  EXPECT_NE(faults<int64_t>(300, DType::kUint8, CastRule::kAllow), "");
  EXPECT_NE(faults<int64_t>(2, DType::kBool, CastRule::kAllow), "");
  EXPECT_EQ(faults<int64_t>(1, DType::kBool, CastRule::kAllow), "");
}

TEST(Convert, widens_half_precision_exactly) {
  const uint16_t halves[] = {0x3C00, 0xC000, 0x0001, 0x03FF, 0x7C00, 0x7E00, 0x8000, 0x7BFF};
  const float expected[] = {1.0F, -2.0F, 0x1p-24F, 0x3FFp-24F, HUGE_VALF, NAN, -0.0F, 65504.0F};
  const Tensor from = Tensor::borrow({DType::kFloat16, Shape{8}, halves}, nullptr);
  Result<Tensor> out = convert_tensor(from, DType::kFloat32, CastRule::kExact, [](auto, auto&) {});
  ASSERT_TRUE(out);
  for (size_t i = 0; i < 8; ++i) {
    const float value = out->values<float>()[i];
    EXPECT_TRUE(value == expected[i] || (std::isnan(value) && std::isnan(expected[i]))) << i;
    EXPECT_EQ(std::signbit(value), std::signbit(expected[i])) << i;
  }
}

TEST(Convert, gives_the_same_storage_when_nothing_changes) {
  const Tensor from = one(1.0);
  Result<Tensor> out = convert_tensor(from, DType::kFloat64, CastRule::kExact, [](auto, auto&) {});
  ASSERT_TRUE(out);
  EXPECT_EQ(out->data(), from.data());
}

TEST(Convert, finds_values_that_are_not_allowed) {
  const double values[] = {1, std::nan(""), HUGE_VAL, std::nan("")};
  const Tensor tensor = Tensor::of(std::span<const double>(values));
  std::vector<int64_t> places;
  const ElementFault fault = [&](int64_t at, const std::string&) { places.push_back(at); };
  int64_t first = -1;
  EXPECT_EQ(check_values(tensor, AllowedValues::kAll, fault, first), 2);
  EXPECT_EQ(first, 1);
  EXPECT_TRUE(places.empty());
  EXPECT_EQ(check_values(tensor, AllowedValues::kFiniteOrNan, fault, first), 2);
  EXPECT_EQ(places, (std::vector<int64_t>{2}));
  places.clear();
  EXPECT_EQ(check_values(tensor, AllowedValues::kFinite, fault, first), 0);
  EXPECT_EQ(places, (std::vector<int64_t>{1, 2, 3}));
  EXPECT_EQ(check_values(one<int64_t>(1), AllowedValues::kFinite, fault, first), 0);
}

}  // namespace
}  // namespace tundish
