// Discrete Fourier transforms of any length, in double.
#ifndef TUNDISH_OPS_SUPPORT_FFT_H_
#define TUNDISH_OPS_SUPPORT_FFT_H_

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "tundish/result.h"
#include "tundish/value.h"

namespace tundish::ops {

/// Not std::complex: its product looks for infinities, which costs more than the product.
struct Complex {
  double re = 0;
  double im = 0;
};
inline Complex operator+(Complex a, Complex b) { return {a.re + b.re, a.im + b.im}; }
inline Complex operator*(Complex a, Complex b) {
  return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}
inline Complex conjugate(Complex a) { return {a.re, -a.im}; }

/// A transform of one length. Mixed radix over the prime factors; where one of them is large, as a
/// convolution of a power of two (L. Bluestein, "A linear filtering approach to the computation of
/// the discrete Fourier transform", 1970). Immutable: safe from several threads.
class Fft {
 public:
  /// kInvalidArgument for a length below 1; kLimit above 2^26 or when memory is short.
  static Result<Fft> make(int64_t length);

  int64_t length() const { return length_; }
  /// Elements of working memory that a call needs.
  int64_t work_size() const;
  /// data[k] = sum over n of data[n] exp(-2 pi i k n / length).
  void forward(Complex* data, Complex* work) const;
  /// data[n] = 1 / length times the sum over k of data[k] exp(2 pi i k n / length).
  void inverse(Complex* data, Complex* work) const;

 private:
  Fft() = default;
  Status fill(int64_t length);
  Status fill_chirp(int64_t length);
  const Complex* roots() const { return static_cast<const Complex*>(roots_.data()); }
  void step(const Complex* in, Complex* out, int64_t count, int64_t stride, size_t level) const;
  void join(Complex* out, int64_t radix, int64_t part, int64_t stride) const;
  void convolve(Complex* data, Complex* work) const;

  int64_t length_ = 0;
  std::vector<int64_t> factors_;
  Tensor roots_;  ///< exp(-2 pi i k / length), k in [0, length)
  // Bluestein's: the transform of the convolution, exp(-pi i k^2 / length), and the transformed
  // conjugate chirp.
  std::shared_ptr<const Fft> inner_;
  Tensor chirp_;
  Tensor filter_;
};

}  // namespace tundish::ops

#endif  // TUNDISH_OPS_SUPPORT_FFT_H_
