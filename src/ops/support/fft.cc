#include "ops/support/fft.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "base/strings.h"

namespace tundish::ops {
namespace {

constexpr int64_t kMostLength = int64_t{1} << 26;
// A butterfly of p elements costs p^2 products: above this a convolution is cheaper.
constexpr int64_t kMostRadix = 61;

Result<Tensor> complex_buffer(int64_t count) {
  return Tensor::allocate(DType::kFloat64, Shape{2 * count});
}
Complex* elements(Tensor& buffer) { return static_cast<Complex*>(buffer.mutable_data()); }

// exp(-2 pi i k / n), with the angle brought into an eighth of the circle for exactness.
Complex root(int64_t k, int64_t n) {
  // Whole eighths: 8k / n; the rest decides the angle.
  const int64_t eighth = 8 * k / n;
  const auto angle = [&](int64_t numerator) {
    return 2 * std::numbers::pi * static_cast<double>(numerator) / static_cast<double>(8 * n);
  };
  const bool is_odd = (eighth & 1) != 0;
  // Distance to the nearest axis, in units of 2 pi / (8 n).
  const double a = angle(is_odd ? (eighth + 1) * n - 8 * k : 8 * k - eighth * n);
  const double c = std::cos(a);
  const double s = std::sin(a);
  switch ((eighth + 1) / 2 % 4) {  // the nearest axis, counted from 1
    case 0: return is_odd ? Complex{c, s} : Complex{c, -s};
    case 1: return is_odd ? Complex{s, -c} : Complex{-s, -c};
    case 2: return is_odd ? Complex{-c, -s} : Complex{-c, s};
    default: return is_odd ? Complex{-s, c} : Complex{s, c};
  }
}

std::vector<int64_t> prime_factors(int64_t n) {
  std::vector<int64_t> factors;
  while (n % 4 == 0) {
    factors.push_back(4);
    n /= 4;
  }
  for (int64_t p = 2; p * p <= n; ++p) {
    while (n % p == 0) {
      factors.push_back(p);
      n /= p;
    }
  }
  if (n > 1) factors.push_back(n);
  return factors;
}

}  // namespace

Result<Fft> Fft::make(int64_t length) {
  if (length < 1) return InvalidArgument(cat("a transform of length ", length));
  if (length > kMostLength) {
    return Limit(cat("a transform of length ", length, ", the limit is ", kMostLength));
  }
  Fft made;
  TRY(made.fill(length));
  return made;
}

Status Fft::fill(int64_t length) {
  length_ = length;
  factors_ = prime_factors(length);
  if (!factors_.empty() && *std::ranges::max_element(factors_) > kMostRadix) {
    return fill_chirp(length);
  }
  TRY_ASSIGN(roots_, complex_buffer(length));
  for (int64_t k = 0; k < length; ++k) elements(roots_)[k] = root(k, length);
  return ok();
}

Status Fft::fill_chirp(int64_t length) {
  int64_t padded = 1;
  while (padded < 2 * length - 1) padded *= 2;
  auto inner = std::shared_ptr<Fft>(new Fft());
  TRY(inner->fill(padded));
  TRY_ASSIGN(chirp_, complex_buffer(length));
  TRY_ASSIGN(filter_, complex_buffer(padded));
  Complex* chirp = elements(chirp_);
  Complex* filter = elements(filter_);
  for (int64_t k = 0; k < length; ++k) {
    chirp[k] = root(k * k % (2 * length), 2 * length);  // k < 2^26: the square fits
    filter[k] = conjugate(chirp[k]);
    if (k > 0) filter[padded - k] = filter[k];
  }
  TRY_ASSIGN(Tensor work, complex_buffer(inner->work_size()));
  inner->forward(filter, elements(work));
  inner_ = std::move(inner);
  return ok();
}

int64_t Fft::work_size() const {
  return inner_ == nullptr ? length_ : inner_->length() + inner_->work_size();
}

// The transform of in[0], in[stride], ...: parts of every radix-th element, joined.
void Fft::step(const Complex* in, Complex* out, int64_t count, int64_t stride, size_t level) const {
  if (count == 1) {
    out[0] = in[0];
    return;
  }
  const int64_t radix = factors_[level];
  const int64_t part = count / radix;
  for (int64_t q = 0; q < radix; ++q) {
    step(in + q * stride, out + q * part, part, stride * radix, level + 1);
  }
  join(out, radix, part, stride);
}

void Fft::join(Complex* out, int64_t radix, int64_t part, int64_t stride) const {
  std::array<Complex, kMostRadix> terms;
  const Complex* w = roots();
  for (int64_t k = 0; k < part; ++k) {
    terms[0] = out[k];
    for (int64_t q = 1; q < radix; ++q) {
      terms[static_cast<size_t>(q)] = out[q * part + k] * w[q * k * stride];
    }
    if (radix == 2) {
      out[k] = terms[0] + terms[1];
      out[part + k] = {terms[0].re - terms[1].re, terms[0].im - terms[1].im};
      continue;
    }
    if (radix == 4) {
      const Complex a = terms[0] + terms[2];
      const Complex b = {terms[0].re - terms[2].re, terms[0].im - terms[2].im};
      const Complex c = terms[1] + terms[3];
      // -i times the difference.
      const Complex d = {terms[1].im - terms[3].im, terms[3].re - terms[1].re};
      out[k] = a + c;
      out[part + k] = b + d;
      out[2 * part + k] = {a.re - c.re, a.im - c.im};
      out[3 * part + k] = {b.re - d.re, b.im - d.im};
      continue;
    }
    for (int64_t r = 0; r < radix; ++r) {
      Complex sum = terms[0];
      for (int64_t q = 1; q < radix; ++q) {
        sum = sum + terms[static_cast<size_t>(q)] * w[q * r % radix * part * stride];
      }
      out[r * part + k] = sum;
    }
  }
}

void Fft::convolve(Complex* data, Complex* work) const {
  const auto* chirp = static_cast<const Complex*>(chirp_.data());
  const auto* filter = static_cast<const Complex*>(filter_.data());
  const int64_t padded = inner_->length();
  Complex* rest = work + padded;
  for (int64_t k = 0; k < length_; ++k) work[k] = data[k] * chirp[k];
  std::fill(work + length_, work + padded, Complex());
  inner_->forward(work, rest);
  for (int64_t k = 0; k < padded; ++k) work[k] = work[k] * filter[k];
  inner_->inverse(work, rest);
  for (int64_t k = 0; k < length_; ++k) data[k] = work[k] * chirp[k];
}

void Fft::forward(Complex* data, Complex* work) const {
  if (inner_ != nullptr) return convolve(data, work);
  step(data, work, length_, 1, 0);
  std::copy_n(work, length_, data);
}

void Fft::inverse(Complex* data, Complex* work) const {
  for (int64_t k = 0; k < length_; ++k) data[k] = conjugate(data[k]);
  forward(data, work);
  const double scale = 1 / static_cast<double>(length_);
  for (int64_t k = 0; k < length_; ++k) data[k] = {data[k].re * scale, -data[k].im * scale};
}

}  // namespace tundish::ops
