#include "import/sklearn/core/isolation_threshold.h"

#include <cmath>
#include <limits>

namespace tundish::sklearn {
namespace {

constexpr double kUlpOfOne = std::numeric_limits<double>::epsilon();  // 2**-52

// The depth sum at which 2 ** exponent(S) is `power`, in exact arithmetic, rounded a few times.
double depth_at(const PathScale& scale, double power) {
  const double path = -std::log2(power) * scale.denominator;
  return scale.form == PathScale::Form::kMean ? path * scale.tree_count : path;
}

// Half the width of the band of S whose scores no library can tell from the limit:
//   - two power functions, each within 1 ulp of the true value: 2 * 2**-52 of p, which is
//     2 * 2**-52 / ln 2 < 3 * 2**-52 of the exponent's unit, a depth of `unit`;
//   - a limit that went through an addition (behaviour="old"): one more rounding of a number below
//     1, 2**-53 / p in p;
//   - the divisions of S, log2 and the products above: 4 roundings, 2 * 2**-52 of S.
double band_of(const PathScale& scale, double power, double depth, double limit) {
  const double unit = depth_at(scale, 0.5);
  double relative = 3.0 * kUlpOfOne;
  if (limit != 0) relative += kUlpOfOne / power;
  return relative * unit + 2.0 * kUlpOfOne * depth;
}

// The smallest S that is no outlier by the C library's pow, searched around `guess`: score - offset
// is increasing in S but for the last bit of pow, which cannot matter at offset_ = -0.5, an exact
// power.
double first_inlier(const PathScale& scale, double offset, double limit, double guess) {
  const auto is_outlier = [&](double depth) { return scale.score(depth) - offset < limit; };
  double low = guess * (1 - 1e-9) - 1e-300;
  double high = guess * (1 + 1e-9) + 1e-300;
  while (std::nextafter(low, high) < high) {
    const double middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) break;
    (is_outlier(middle) ? low : high) = middle;
  }
  return high;
}

}  // namespace

double PathScale::score(double depth_sum) const {
  if (is_constant()) return -std::pow(2.0, -1.0);
  const double exponent =
      form == Form::kMean ? -(depth_sum / tree_count) / denominator : -(depth_sum / denominator);
  return -std::pow(2.0, exponent);
}

IsolationLimit find_limit(const PathScale& scale, double offset, double limit, LimitOrigin origin) {
  IsolationLimit result;
  result.decision = limit;
  // Outlier: power > -(offset + limit). Powers lie in (0, 1]; beyond that one label fits all, and
  // comparing the decision gives it.
  const double power = -(offset + limit);
  const bool usable = scale.denominator > 0 && !(scale.is_constant()) && power > 0 && power <= 1;
  if (!usable) return result;
  const double depth = depth_at(scale, power);
  if (!std::isnormal(depth) && depth != 0) return result;
  result.by_depth = true;
  if (origin == LimitOrigin::kFixed) {
    result.low = result.high = first_inlier(scale, offset, limit, depth);
    return result;
  }
  const double band = band_of(scale, power, depth, limit);
  result.low = depth - band;
  result.high = depth + band;
  return result;
}

}  // namespace tundish::sklearn
