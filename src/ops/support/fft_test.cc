#include "ops/support/fft.h"

#include <numbers>

#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;
using ops::Complex;
using ops::Fft;

std::vector<Complex> signal(int64_t length) {
  std::vector<Complex> made(static_cast<size_t>(length));
  uint32_t state = 1;
  for (Complex& one : made) {
    for (double* part : {&one.re, &one.im}) {
      state = state * 1664525 + 1013904223;  // any numbers will do
      *part = static_cast<double>(state >> 8) / (1 << 23) - 1;
    }
  }
  return made;
}

// The definition, with angles reduced exactly.
std::vector<Complex> direct(const std::vector<Complex>& x) {
  const auto n = static_cast<int64_t>(x.size());
  std::vector<Complex> made(x.size());
  for (int64_t k = 0; k < n; ++k) {
    for (int64_t i = 0; i < n; ++i) {
      const double angle =
          -2 * std::numbers::pi * static_cast<double>(k * i % n) / static_cast<double>(n);
      made[static_cast<size_t>(k)] =
          made[static_cast<size_t>(k)] +
          x[static_cast<size_t>(i)] * Complex{std::cos(angle), std::sin(angle)};
    }
  }
  return made;
}

void expect_near(const std::vector<Complex>& got, const std::vector<Complex>& want,
                 double tolerance) {
  for (size_t i = 0; i < got.size(); ++i) {
    EXPECT_NEAR(got[i].re, want[i].re, tolerance) << i << " of " << got.size();
    EXPECT_NEAR(got[i].im, want[i].im, tolerance) << i << " of " << got.size();
  }
}

TEST(Fft, transforms_every_length) {
  std::vector<int64_t> lengths(130);
  for (size_t i = 0; i < lengths.size(); ++i) lengths[i] = static_cast<int64_t>(i) + 1;
  // Powers, mixed factors, and primes on both sides of the largest butterfly.
  for (const int64_t length : {256, 400, 512, 61 * 4, 67 * 3, 1009}) lengths.push_back(length);
  for (const int64_t length : lengths) {
    const Result<Fft> fft = Fft::make(length);
    ASSERT_TRUE(fft.has_value());
    const std::vector<Complex> x = signal(length);
    std::vector<Complex> data = x;
    std::vector<Complex> work(static_cast<size_t>(fft.value().work_size()));
    fft.value().forward(data.data(), work.data());
    expect_near(data, direct(x), 1e-12 * static_cast<double>(length + 8));
    fft.value().inverse(data.data(), work.data());
    expect_near(data, x, 1e-13);
  }
}

TEST(Fft, is_exact_where_answers_are_whole) {
  const Result<Fft> fft = Fft::make(8);
  std::vector<Complex> data(8);
  data[1].re = 1;
  std::vector<Complex> work(8);
  fft.value().forward(data.data(), work.data());
  EXPECT_EQ(data[0].re, 1);
  EXPECT_EQ(data[2].re, 0);
  EXPECT_EQ(data[2].im, -1);
  EXPECT_EQ(data[4].re, -1);
  EXPECT_EQ(data[4].im, 0);
  EXPECT_DOUBLE_EQ(data[1].re, -data[1].im);
}

TEST(Fft, rejects_lengths) {
  expect_error(Fft::make(0), ErrorCode::kInvalidArgument, "length 0");
  expect_error(Fft::make(-5), ErrorCode::kInvalidArgument, "length -5");
  expect_error(Fft::make((int64_t{1} << 26) + 1), ErrorCode::kLimit, "the limit is 67108864");
}

}  // namespace
}  // namespace tundish
