// Where a comparison behind a monotone chain changes its answer: found by bisection, then proven.
#ifndef TUNDISH_PASSES_SUPPORT_THRESHOLD_SEARCH_H_
#define TUNDISH_PASSES_SUPPORT_THRESHOLD_SEARCH_H_

#include <compare>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "passes/support/float_line.h"
#include "passes/support/monotone_chain.h"

namespace tundish {

/// A comparison of g(v) with a threshold that is true for small v and false for large ones.
enum class Cut : uint8_t {
  kAtMost,   ///< g(v) <= t, g increasing
  kBelow,    ///< g(v) < t, g increasing
  kAbove,    ///< g(v) > t, g decreasing
  kAtLeast,  ///< g(v) >= t, g decreasing
};

/// One cut to be found. Places are those of a FloatLine.
struct CutSearch {
  int32_t column = 0;
  Cut cut = Cut::kAtMost;
  double threshold = 0;
  /// Result: the last place where the comparison is true, -last() - 1 when it is true nowhere.
  int64_t last_true = 0;
};

/// Whether the comparison holds for a value y = g(v); false for NaN.
bool holds(const CutSearch& search, double y);

/// Fills in `last_true` of all searches together: at most 65 evaluations of the chain. `searches`
/// should be ordered by column. An error when the chain cannot be evaluated.
Status find_cuts(const Graph& graph, const MonotoneChain& chain, Evaluator& evaluator,
                 std::span<CutSearch> searches);

/// Evaluates the chain as it stands in the graph and checks what the fold claims:
///   - in each used column NaN gives NaN, and -inf, +inf, -0.0 and 0.0 give numbers, both zeros
///   the same; each comparison holds at -inf and fails at +inf unless it is the same everywhere;
///   - each comparison holds at its last_true and does not at the next value (where there is one).
/// With the direction that the traits promise this is a proof for every value. Returns an empty
/// text, or what does not hold.
Result<std::string> disprove_cuts(const Graph& graph, const MonotoneChain& chain,
                                  Evaluator& evaluator, std::span<const CutSearch> searches);

}  // namespace tundish

#endif  // TUNDISH_PASSES_SUPPORT_THRESHOLD_SEARCH_H_
