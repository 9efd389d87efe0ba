// The equation of Einsum: which axis of which operand has which index.
#ifndef TUNDISH_OPS_SUPPORT_EINSUM_EQUATION_H_
#define TUNDISH_OPS_SUPPORT_EINSUM_EQUATION_H_

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "tundish/result.h"
#include "tundish/value.h"

namespace tundish::ops {

/// Indices have numbers: A..Z, a..z are 0..51, in the order in which the implicit form of an
/// equation sorts them; those that an ellipsis stands for follow.
inline constexpr uint8_t kLetterIndices = 52;
inline constexpr size_t kMostIndices = kLetterIndices + Shape::kMaxRank;
static_assert(kMostIndices <= 64);  // a set of indices is a 64-bit mask
/// Stands in a term for the axes of an ellipsis until their number is known.
inline constexpr uint8_t kEllipsis = 255;

using IndexList = std::vector<uint8_t>;

struct EinsumEquation {
  std::vector<IndexList> terms;  ///< one per operand
  IndexList output;

  /// kInvalidModel for a malformed equation.
  static Result<EinsumEquation> parse(std::string_view text);
  /// The same for operands of these ranks: each index of an ellipsis has a number of its own, the
  /// last axis that an ellipsis stands for the same one in each term. kInvalidModel when the number
  /// of operands, a rank or the rank of the output does not fit.
  Result<EinsumEquation> expanded(std::span<const size_t> ranks) const;
};

}  // namespace tundish::ops

#endif  // TUNDISH_OPS_SUPPORT_EINSUM_EQUATION_H_
