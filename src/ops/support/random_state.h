// The generator of the random operators: that of numpy.random.RandomState(seed), which ONNX's
// reference implementation uses, so that a seed gives the reference's numbers.
//
// MT19937 (M. Matsumoto, T. Nishimura, "Mersenne Twister", 1998) seeded as std::mt19937 is; doubles
// of 53 bits from two words (genrand_res53); normal numbers by G. Marsaglia's polar method.
#ifndef TUNDISH_OPS_SUPPORT_RANDOM_STATE_H_
#define TUNDISH_OPS_SUPPORT_RANDOM_STATE_H_

#include <cstdint>
#include <random>

#include "ir/graph.h"
#include "tundish/result.h"

namespace tundish::ops {

class RandomState {
 public:
  explicit RandomState(uint32_t seed) : words_(seed) {}

  /// In [0, 1).
  double uniform();
  /// Mean 0, standard deviation 1.
  double normal();
  /// true with this probability: numpy's binomial(1, p) by inversion.
  bool bernoulli(double probability);

 private:
  std::mt19937 words_;
  double kept_ = 0;  ///< the second number of a pair
  bool has_kept_ = false;
};

/// The state that the attribute "seed" gives: its whole part, as the reference takes it. Without
/// one the seed is a hash of the node's name: answers can be repeated, and nodes differ from each
/// other. kInvalidModel for a seed that is no number in [0, 2^32).
Result<RandomState> random_state(const Node& node);

}  // namespace tundish::ops

#endif  // TUNDISH_OPS_SUPPORT_RANDOM_STATE_H_
