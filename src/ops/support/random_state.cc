#include "ops/support/random_state.h"

#include <cmath>

#include "base/strings.h"

namespace tundish::ops {
namespace {

// FNV-1a of 32 bits (G. Fowler, L. C. Noll, K.-P. Vo).
uint32_t hash_of(std::string_view text) {
  uint32_t hash = 2166136261U;
  for (const char c : text) hash = (hash ^ static_cast<uint8_t>(c)) * 16777619U;
  return hash;
}

}  // namespace

double RandomState::uniform() {
  const uint32_t high = words_() >> 5;
  const uint32_t low = words_() >> 6;
  return (high * 67108864.0 + low) / 9007199254740992.0;
}

double RandomState::normal() {
  if (has_kept_) {
    has_kept_ = false;
    return kept_;
  }
  double x = 0;
  double y = 0;
  double square = 0;
  do {
    x = 2 * uniform() - 1;
    y = 2 * uniform() - 1;
    square = x * x + y * y;
  } while (square >= 1 || square == 0);
  const double factor = std::sqrt(-2 * std::log(square) / square);
  kept_ = factor * x;
  has_kept_ = true;
  return factor * y;
}

bool RandomState::bernoulli(double probability) {
  // Inversion starts from the likelier outcome.
  const bool is_likely = probability > 0.5;
  const bool is_rare_one = uniform() > 1 - (is_likely ? 1 - probability : probability);
  return is_rare_one != is_likely;
}

Result<RandomState> random_state(const Node& node) {
  if (!node.attributes.has("seed")) return RandomState(hash_of(node.name));
  TRY_ASSIGN(const float seed, node.attributes.get_float("seed", 0));
  if (!(seed >= 0 && seed < 4294967296.0F)) {
    return InvalidModel(cat("attribute \"seed\" is ", seed, ", expected a number in [0, 2^32)"));
  }
  return RandomState(static_cast<uint32_t>(seed));
}

}  // namespace tundish::ops
