// Refuses rows that the original refuses: NaN, infinities, values beyond float32, no rows at all.
#ifndef TUNDISH_API_VALUE_GUARD_H_
#define TUNDISH_API_VALUE_GUARD_H_

#include "tundish/model.h"
#include "tundish/result.h"
#include "tundish/value.h"

namespace tundish {

/// The check that a contract asks for, reduced to one bound per element for the usual case.
class ValueGuard {
 public:
  ValueGuard() = default;
  explicit ValueGuard(const FeatureContract& contract);

  /// False when the original takes every value: nothing is looked at.
  bool active() const { return active_; }
  /// kInvalidArgument naming row and column of the first value that the original would refuse, or a
  /// wrong width. `contract` is the one given to the constructor. Allocates only for the error.
  Status check(const TensorView& rows, const FeatureContract& contract) const;

 private:
  bool active_ = false;
  double bound_ =
      0;  ///< every |x| must be below or equal, NaN fails; exceptions are looked at singly
};

}  // namespace tundish

#endif  // TUNDISH_API_VALUE_GUARD_H_
