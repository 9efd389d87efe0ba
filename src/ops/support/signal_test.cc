#include "ops/support/signal.h"

#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;
using ops::Complex;

template <class T> void expect_round_trip() {
  Tensor x = tensor<T>({T(0.0F), T(1.0F), T(2.0F), T(3.0F), T(4.0F), T(5.0F)}, {3, 2});
  Complex read[3];
  ops::read_signal(x.view(), 0, 2, 3, ops::Parts::kComplex, read);
  EXPECT_EQ(read[2].re, 4);
  EXPECT_EQ(read[2].im, 5);
  ops::read_signal(x.view(), 1, 2, 2, ops::Parts::kReal, read);
  EXPECT_EQ(read[1].re, 3);
  EXPECT_EQ(read[1].im, 0);
  const Complex written[] = {{7, 8}};
  ops::write_signal(x.mutable_view(), 2, 2, 1, ops::Parts::kComplex, written);
  EXPECT_EQ(static_cast<double>(x.values<T>()[2]), 7);
  EXPECT_EQ(static_cast<double>(x.values<T>()[3]), 8);
  ops::write_signal(x.mutable_view(), 4, 2, 1, ops::Parts::kReal, written);
  EXPECT_EQ(static_cast<double>(x.values<T>()[4]), 7);
  EXPECT_EQ(static_cast<double>(x.values<T>()[5]), 5);
}

TEST(Signal, is_read_and_written_in_every_type) {
  expect_round_trip<float>();
  expect_round_trip<double>();
  expect_round_trip<Float16>();
  expect_round_trip<Bfloat16>();
}

}  // namespace
}  // namespace tundish
