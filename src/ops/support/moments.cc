#include "ops/support/moments.h"

namespace tundish::ops {
namespace {

template <class T, class Term> double in_lanes(const T* x, int64_t count, Term term) {
  constexpr int64_t kLanes = 8;
  double lanes[kLanes] = {};
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    for (int64_t k = 0; k < kLanes; ++k) lanes[k] += term(static_cast<double>(x[i + k]));
  }
  double sum = ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) +
               ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]));
  for (; i < count; ++i) sum += term(static_cast<double>(x[i]));
  return sum;
}

}  // namespace

template <class T> double sum_of(const T* x, int64_t count) {
  return in_lanes(x, count, [](double value) { return value; });
}

template <class T> double squares_about(const T* x, int64_t count, double centre) {
  return in_lanes(x, count, [centre](double value) { return (value - centre) * (value - centre); });
}

template <class T> Moments moments_of(const T* x, int64_t count) {
  const double mean = sum_of(x, count) / static_cast<double>(count);
  return {mean, squares_about(x, count, mean) / static_cast<double>(count)};
}

template double sum_of(const float* x, int64_t count);
template double sum_of(const double* x, int64_t count);
template double squares_about(const float* x, int64_t count, double centre);
template double squares_about(const double* x, int64_t count, double centre);
template Moments moments_of(const float* x, int64_t count);
template Moments moments_of(const double* x, int64_t count);

}  // namespace tundish::ops
