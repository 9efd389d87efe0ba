// What passes ask about constants and shapes.
#ifndef TUNDISH_PASSES_SUPPORT_CONSTANTS_H_
#define TUNDISH_PASSES_SUPPORT_CONSTANTS_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "tensor/tensor_type.h"
#include "tundish/value.h"

namespace tundish {

/// The number in a float32, float64, int32 or int64 constant of one element (of any
/// rank), as a double; nothing for others and for null.
std::optional<double> single_number(const Tensor* constant);

/// Elements of an int64 or int32 constant of rank 0 or 1 with at most `most` elements.
std::optional<std::vector<int64_t>> integers(const Tensor* constant, int64_t most = 64);

/// Whether every element has the bits of `value` in the constant's type (-0.0 is not 0.0). False
/// for null, and for types other than float32, float64 and the integers of 32 and 64 bits.
bool all_are(const Tensor* constant, double value);

/// Whether both shapes are known and each size is the same number or the same symbol.
bool same_shape(const ValueType& a, const ValueType& b);
/// Whether both sizes are known to be equal.
bool same_size(const Dim& a, const Dim& b);
/// Number of axes, -1 when it is not known.
int64_t rank_of(const ValueType& type);
/// Size of an axis counted from the end (1 is the last); nothing when it is not a known number.
std::optional<int64_t> size_from_end(const ValueType& type, size_t back);

}  // namespace tundish

#endif  // TUNDISH_PASSES_SUPPORT_CONSTANTS_H_
