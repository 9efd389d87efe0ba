#include "passes/support/round_float.h"

#include <cmath>
#include <limits>

namespace tundish {

namespace {
constexpr float kLargest = std::numeric_limits<float>::max();
constexpr float kInfinity = std::numeric_limits<float>::infinity();
}  // namespace

float round_down(double value) {
  if (value > kLargest) return value > std::numeric_limits<double>::max() ? kInfinity : kLargest;
  if (value < -kLargest) return -kInfinity;
  const auto near = static_cast<float>(value);  // in range: either neighbour
  return near > value ? std::nextafter(near, -kInfinity) : near;
}

float round_up(double value) { return -round_down(-value); }

}  // namespace tundish
