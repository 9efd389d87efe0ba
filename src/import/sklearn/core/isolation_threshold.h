// Which depth sums of an isolation forest are outliers, decided before any row is seen.
//
// score(S) = -2 ** -(S / denominator); a row is an outlier when score(S) - offset_ < limit. offset_
// is a percentile of the training rows' own scores, so real rows lie exactly on the limit, where
// the last bit of the power function decides, and that bit differs between machines (numpy's
// AVX-512 power against the C library's: 5.3 % of arguments by 1 ulp). So the label is decided on
// S, which has the same bits everywhere: docs/decisions/0010-isolation-forest-boundary.md.
#ifndef TUNDISH_IMPORT_SKLEARN_CORE_ISOLATION_THRESHOLD_H_
#define TUNDISH_IMPORT_SKLEARN_CORE_ISOLATION_THRESHOLD_H_

#include <cstdint>

namespace tundish::sklearn {

/// How the depth sum S becomes the exponent.
struct PathScale {
  enum class Form : uint8_t {
    kSum,         ///< -(S / denominator); 0 / 0 is NaN (0.21 to 0.24)
    kGuardedSum,  ///< the same, but -1 when the denominator is 0 (1.0 and later)
    kMean,        ///< -(S / tree_count) / denominator (0.20)
  };
  Form form = Form::kSum;
  double tree_count = 1;
  double denominator = 1;  ///< T * c(max_samples); kMean: c(max_samples)

  bool is_constant() const { return form == Form::kGuardedSum && denominator == 0; }
  /// -(2 ** exponent(S)) with the C library's pow.
  double score(double depth_sum) const;
};

/// Where offset_ comes from.
enum class LimitOrigin : uint8_t {
  kFixed,          ///< contamination="auto": a constant, no row need lie on it
  kTrainingScore,  ///< contamination=number: computed from the scores of training rows
};

/// The rule for labels. S < low: outlier. low <= S <= high: on the limit, so not an outlier, and
/// its decision is `decision` itself. S > high: not an outlier. low == high: no such band.
struct IsolationLimit {
  bool by_depth = false;  ///< false: no depth decides (denominator 0, ...); compare the decision
  double low = 0;
  double high = 0;
  double decision = 0;  ///< decisions below it are outliers
};

/// `offset` and `limit` are finite: outlier = (score(S) - offset) < limit.
IsolationLimit find_limit(const PathScale& scale, double offset, double limit, LimitOrigin origin);

}  // namespace tundish::sklearn

#endif  // TUNDISH_IMPORT_SKLEARN_CORE_ISOLATION_THRESHOLD_H_
