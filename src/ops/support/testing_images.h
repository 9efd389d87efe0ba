// Images of test values, and convolution as its definition says it. Header only, included by
// *_test.cc files alone.
#ifndef TUNDISH_OPS_SUPPORT_TESTING_IMAGES_H_
#define TUNDISH_OPS_SUPPORT_TESTING_IMAGES_H_

#include "ops/support/testing.h"

namespace tundish::ops::testing {

/// Values in [-1, 1) that look random; the same for one seed.
template <class T> Tensor noise(const Shape& shape, uint32_t seed) {
  Tensor made = Tensor::allocate(dtype_of<T>, shape).value();
  uint32_t state = seed * 2654435761U + 1;
  for (T& value : made.mutable_values<T>()) {
    state = state * 1664525U + 1013904223U;
    value = static_cast<T>(static_cast<float>(state >> 8) / 8388608.0F - 1.0F);
  }
  return made;
}
/// 0, 1, 2, ...
template <class T> Tensor counting(const Shape& shape) {
  Tensor made = Tensor::allocate(dtype_of<T>, shape).value();
  float next = 0;
  for (T& value : made.mutable_values<T>()) value = static_cast<T>(next++);
  return made;
}

/// What ran without an error.
inline Tensor must(Result<Tensor> got) {
  EXPECT_TRUE(got.has_value()) << got.error().to_string();
  return std::move(got).value();
}

inline Attribute ints(std::vector<int64_t> values) { return values; }

/// An image of `from` in every place of an odometer over `sizes`; returns false after the last.
inline bool advance(std::vector<int64_t>& at, const std::vector<int64_t>& sizes) {
  for (size_t axis = at.size(); axis-- > 0;) {
    if (++at[axis] < sizes[axis]) return true;
    at[axis] = 0;
  }
  return false;
}

struct ConvCase {
  Shape x, w;
  int64_t group = 1;
  std::vector<int64_t> strides, dilations, pads;  ///< pads: begins, then ends
};

/// Sum over channels of a group and taps, in double, at one place of the output.
template <class T>
double conv_at(const ConvCase& c, const Tensor& x, const Tensor& w, int64_t n, int64_t m,
               const std::vector<int64_t>& out) {
  const size_t rank = c.strides.size();
  const std::vector<int64_t> kernel(c.w.dims().begin() + 2, c.w.dims().end());
  const int64_t group = m / (c.w[0] / c.group);
  double sum = 0;
  for (int64_t channel = 0; channel < c.w[1]; ++channel) {
    std::vector<int64_t> tap(rank, 0);
    int64_t tap_index = 0;
    do {
      int64_t place = n * c.x[1] + group * c.w[1] + channel;
      bool inside = true;
      for (size_t i = 0; i < rank; ++i) {
        const int64_t at = out[i] * c.strides[i] - c.pads[i] + tap[i] * c.dilations[i];
        inside &= at >= 0 && at < c.x[i + 2];
        place = place * c.x[i + 2] + at;
      }
      int64_t taps = 1;
      for (const int64_t size : kernel) taps *= size;
      const int64_t weight = (m * c.w[1] + channel) * taps + tap_index++;
      if (inside) {
        sum += static_cast<double>(x.values<T>()[static_cast<size_t>(place)]) *
               static_cast<double>(w.values<T>()[static_cast<size_t>(weight)]);
      }
    } while (advance(tap, kernel));
  }
  return sum;
}

template <class T>
void expect_near(const Result<Tensor>& got, const std::vector<double>& want, double tolerance) {
  ASSERT_TRUE(got.has_value()) << got.error().to_string();
  ASSERT_EQ(static_cast<size_t>(got.value().element_count()), want.size());
  for (size_t i = 0; i < want.size(); ++i) {
    EXPECT_NEAR(static_cast<double>(got.value().values<T>()[i]), want[i], tolerance)
        << "element " << i;
  }
}

}  // namespace tundish::ops::testing

#endif  // TUNDISH_OPS_SUPPORT_TESTING_IMAGES_H_
