#include "ir/type_match.h"

#include <gtest/gtest.h>

#include "ir/test_ops.h"

namespace tundish {
namespace {

using test_ops::float32_type;
using test_ops::float64_type;

TEST(TypeMatch, contradictions) {
  const ValueType open = ValueType::tensor(DType::kFloat64, {});
  const Dim n = Dim::symbol("N");
  EXPECT_FALSE(contradicts(open, float64_type({1, 2})));
  EXPECT_FALSE(contradicts(float64_type({n, 2}), float64_type({3, 2})));
  EXPECT_FALSE(contradicts(float64_type({n}), float64_type({Dim::symbol("M")})));
  EXPECT_TRUE(contradicts(float64_type({1}), float32_type({1})));
  EXPECT_TRUE(contradicts(float64_type({1}), float64_type({2})));
  EXPECT_TRUE(contradicts(float64_type({1}), float64_type({1, 1})));
}

TEST(TypeMatch, refine_takes_what_is_new) {
  const Dim n = Dim::symbol("N");
  EXPECT_EQ(refine(float64_type({n, Dim()}), float64_type({3, n})).to_string(), "float64[3, N]");
  EXPECT_EQ(refine(ValueType::tensor(DType::kFloat64, {}), float64_type({n})).to_string(),
            "float64[N]");
}

TEST(TypeMatch, elements_of_sequences) {
  ValueType a{.kind = ValueKind::kSequence};
  a.element.push_back(float64_type({Dim()}));
  ValueType b{.kind = ValueKind::kSequence};
  b.element.push_back(float64_type({2}));
  EXPECT_FALSE(contradicts(a, b));
  EXPECT_EQ(refine(a, b).to_string(), "seq(float64[2])");
  b.element[0].dtype = DType::kFloat32;
  EXPECT_TRUE(contradicts(a, b));
}

TEST(TypeMatch, sizes_that_no_tensor_can_have_are_refused) {
  const auto type = [](std::vector<Dim> dims) {
    return ValueType::tensor(DType::kFloat32, std::move(dims));
  };
  EXPECT_TRUE(check_sizes(type({Dim::symbol("N"), Dim(3), Dim()})));
  EXPECT_TRUE(check_sizes(ValueType::tensor(DType::kFloat32, {})));
  EXPECT_FALSE(check_sizes(type({Dim(3), Dim::symbol("N"), Dim(INT64_MAX)})));
  EXPECT_FALSE(check_sizes(type({Dim(0), Dim(int64_t{1} << 32), Dim(int64_t{1} << 32)})));
}

}  // namespace
}  // namespace tundish
