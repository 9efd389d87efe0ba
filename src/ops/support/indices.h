// Index tensors: reading int32 and int64 alike, counting from the end, and refusing what is
// outside.
#ifndef TUNDISH_OPS_SUPPORT_INDICES_H_
#define TUNDISH_OPS_SUPPORT_INDICES_H_

#include <cstdint>
#include <span>
#include <string>

#include "ops/support/types.h"
#include "tundish/value.h"

namespace tundish::ops {

inline constexpr DTypeSet kIndexTypes{DType::kInt64, DType::kInt32};

/// "index 7 outside [-3, 3)".
std::string outside_text(int64_t index, int64_t size);

/// Every index is in [-size, size); kInvalidArgument (or `code`) naming input and index otherwise.
Status check_indices(const TensorView& indices, int64_t size, size_t input,
                     ErrorCode code = ErrorCode::kInvalidArgument);

/// Tuples of indices, the last axis of `indices`, into the axes of `data` from `first_axis` on.
/// GatherND and ScatterND.
struct IndexTuples {
  int64_t count = 0;                             ///< tuples
  size_t width = 0;                              ///< indices in one
  int64_t slice = 1;                             ///< elements that one tuple names
  std::array<int64_t, Shape::kMaxRank> sizes{};  ///< of the indexed axes
  std::array<int64_t, Shape::kMaxRank> steps{};  ///< of the indexed axes, in elements
  const int64_t* values = nullptr;

  /// Where the slice of tuple `i` begins. The indices were checked.
  int64_t offset(int64_t i) const {
    int64_t at = 0;
    for (size_t k = 0; k < width; ++k) {
      const int64_t index = values[i * static_cast<int64_t>(width) + static_cast<int64_t>(k)];
      at += (index < 0 ? index + sizes[k] : index) * steps[k];
    }
    return at;
  }
};
/// Reads and checks them; `input` is the number of the indices among the node's inputs.
Result<IndexTuples> read_tuples(const Shape& data, size_t first_axis, const TensorView& indices,
                                size_t input);

}  // namespace tundish::ops

#endif  // TUNDISH_OPS_SUPPORT_INDICES_H_
