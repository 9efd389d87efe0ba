#include "api/value_guard.h"

#include <cmath>
#include <limits>

#include "base/strings.h"

namespace tundish {

namespace {

// Doubles below this round to a finite float32 (to nearest, ties to even): FLT_MAX plus half a
// step.
constexpr double kFloat32Overflow = 0x1.ffffffp127;

template <class T> bool all_within(std::span<const T> values, T bound) {
  unsigned outside = 0;
  for (const T value : values) outside |= static_cast<unsigned>(!(std::fabs(value) <= bound));
  return outside == 0;
}

// What the original would object to in one value; empty when it takes it.
std::string objection(double value, const FeatureContract& contract) {
  if (std::isnan(value)) return contract.accepts_nan ? "" : "is NaN";
  if (std::isinf(value)) {
    return contract.accepts_infinity ? "" : value > 0 ? "is infinite" : "is -infinite";
  }
  if (!contract.accepts_float32_overflow && std::fabs(value) >= kFloat32Overflow) {
    return cat("is ", value, ", beyond the range of float32");
  }
  return "";
}

template <class T> Status find_objection(const TensorView& rows, const FeatureContract& contract) {
  const auto values = rows.values<T>();
  const int64_t width = rows.shape.rank() > 1 ? rows.shape[1] : 1;
  for (size_t i = 0; i < values.size(); ++i) {
    const std::string what = objection(static_cast<double>(values[i]), contract);
    if (what.empty()) continue;
    const auto column = static_cast<int64_t>(i) % width;
    const auto row = static_cast<int64_t>(i) / width;
    const auto place = static_cast<size_t>(column);
    const std::string name =
        place < contract.names.size() ? cat(" (", quoted(contract.names[place]), ")") : "";
    return InvalidArgument(cat("row ", row, ", column ", column, name, " ", what, ", which ",
                               contract.estimator.empty() ? "the original" : contract.estimator,
                               " refuses (rows and columns from 0)"));
  }
  return ok();
}

}  // namespace

ValueGuard::ValueGuard(const FeatureContract& contract) {
  active_ =
      contract.present && (contract.dtype == DType::kFloat64 || contract.dtype == DType::kFloat32);
  const bool takes_all =
      contract.accepts_nan && contract.accepts_infinity && contract.accepts_float32_overflow;
  if (takes_all) {
    bound_ = -1;
  } else {
    bound_ = contract.accepts_float32_overflow ? std::numeric_limits<double>::max()
                                               : std::nextafter(kFloat32Overflow, 0.0);
  }
}

Status ValueGuard::check(const TensorView& rows, const FeatureContract& contract) const {
  if (rows.shape.rank() == 2 && contract.input_kind == "matrix" &&
      rows.shape[1] != contract.count) {
    return InvalidArgument(cat("the rows have ", rows.shape[1], " features, ",
                               contract.estimator.empty() ? "the model" : contract.estimator,
                               " expects ", contract.count));
  }
  if (!contract.accepts_no_rows && rows.shape.rank() > 0 && rows.shape[0] == 0) {
    return InvalidArgument(cat("there are no rows, ",
                               contract.estimator.empty() ? "the original" : contract.estimator,
                               " asks for at least one"));
  }
  if (bound_ < 0) return ok();
  if (rows.dtype == DType::kFloat64) {
    if (all_within(rows.values<double>(), bound_)) return ok();
    return find_objection<double>(rows, contract);
  }
  if (rows.dtype == DType::kFloat32) {
    constexpr float kLargest = std::numeric_limits<float>::max();
    if (all_within(rows.values<float>(), kLargest)) return ok();
    return find_objection<float>(rows, contract);
  }
  return ok();
}

}  // namespace tundish
