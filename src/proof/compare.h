// Comparing answers: labels for equality, scores by distance.
#ifndef TUNDISH_PROOF_COMPARE_H_
#define TUNDISH_PROOF_COMPARE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "tundish/result.h"
#include "tundish/value.h"

namespace tundish {

/// How far two tensors of one dtype and shape are apart.
struct TensorDifference {
  uint64_t elements = 0;
  uint64_t different = 0;  ///< elements whose bits differ (NaN payloads do not count)
  double max_abs = 0;      ///< infinity where one is NaN or infinite and the other is not
  uint64_t max_ulp = 0;
  uint64_t worst_index = 0;               ///< element with the largest distance
  std::vector<uint64_t> first_different;  ///< up to `keep` element indices
};

/// Compares element by element. Integers, booleans and strings count 1 ulp for any difference.
/// kInvalidArgument when dtype or shape differ (the message shows both).
Result<TensorDifference> compare_tensors(const TensorView& ours, const TensorView& theirs,
                                         size_t keep = 10);

/// Whether differences in this dtype are differences of labels (integers, booleans, strings).
bool is_label_dtype(DType dtype);

/// One element as text: floats in shortest exact form, strings quoted.
std::string element_text(const TensorView& view, uint64_t index);

}  // namespace tundish

#endif  // TUNDISH_PROOF_COMPARE_H_
