// Mean and variance of a run of numbers, summed in double in a fixed order.
#ifndef TUNDISH_OPS_SUPPORT_MOMENTS_H_
#define TUNDISH_OPS_SUPPORT_MOMENTS_H_

#include <cstdint>

namespace tundish::ops {

struct Moments {
  double mean = 0;
  double variance = 0;  ///< of the population: divided by the count
};

/// T is float or double. Sums run in eight lanes; squares are of deviations from the mean.
template <class T> double sum_of(const T* x, int64_t count);
template <class T> double squares_about(const T* x, int64_t count, double centre);
template <class T> Moments moments_of(const T* x, int64_t count);

}  // namespace tundish::ops

#endif  // TUNDISH_OPS_SUPPORT_MOMENTS_H_
