// The constant that makes a Reshape give a wanted shape.
#ifndef TUNDISH_PASSES_SUPPORT_RESHAPE_TARGET_H_
#define TUNDISH_PASSES_SUPPORT_RESHAPE_TARGET_H_

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "tensor/tensor_type.h"

namespace tundish {

/// Second input of a Reshape (allowzero = 0) from a value of shape `from` to `to`: sizes that are
/// numbers as they are, sizes that are the same symbol in the same place copied (0), one other left
/// to be found (-1). Nothing when that would not say it, or not for every input: a size of 0, two
/// to be found, or one to be found beside copied ones, which may be 0.
std::optional<std::vector<int64_t>> reshape_target(const SymbolicShape& from,
                                                   std::span<const Dim> to);

}  // namespace tundish

#endif  // TUNDISH_PASSES_SUPPORT_RESHAPE_TARGET_H_
