#include "ops/support/halves.h"

#include <gtest/gtest.h>

#include <array>

namespace tundish::ops {
namespace {

TEST(Halves, widen_and_narrow) {
  const std::array<float, 3> values = {1, -2.5F, 65504};
  for (const DType dtype : {DType::kFloat16, DType::kBfloat16}) {
    std::array<uint16_t, 3> stored{};
    std::array<float, 3> back{};
    narrow(dtype, values.data(), stored.data(), 3);
    widen(dtype, stored.data(), back.data(), 3);
    EXPECT_EQ(back[0], 1);
    EXPECT_EQ(back[1], -2.5F);
    EXPECT_EQ(back[2], dtype == DType::kFloat16 ? 65504 : 65536);
  }
}

TEST(Halves, are_computed_in_float) {
  EXPECT_EQ(computed_type(DType::kBfloat16), DType::kFloat32);
  EXPECT_EQ(computed_type(DType::kInt8), DType::kInt8);
  static_assert(std::is_same_v<WithoutHalves<AllFloats>::List, Floats>);
  DType seen = DType::kUndefined;
  const Status status = dispatch_computed(AllFloats(), DType::kFloat16, [&]<class T>() {
    seen = dtype_of<T>;
    return ok();
  });
  EXPECT_TRUE(status.has_value());
  EXPECT_EQ(seen, DType::kFloat32);
}

}  // namespace
}  // namespace tundish::ops
