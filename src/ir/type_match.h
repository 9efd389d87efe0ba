// Comparing what is known of values: types as they are stored and as inference gives them.
#ifndef TUNDISH_IR_TYPE_MATCH_H_
#define TUNDISH_IR_TYPE_MATCH_H_

#include "tensor/tensor_type.h"

namespace tundish {

/// Whether no value can have both types: other kind or element type, another rank, another number
/// in one dimension. What one of them does not know contradicts nothing.
bool contradicts(const ValueType& a, const ValueType& b);

/// `stored` with the sizes that only `inferred` knows. The types must not contradict each other.
ValueType refine(ValueType stored, const ValueType& inferred);

/// kInvalidModel when the sizes of a type that are known have a product that no tensor can have: so
/// element counts of what a graph holds never overflow.
Status check_sizes(const ValueType& type);

}  // namespace tundish

#endif  // TUNDISH_IR_TYPE_MATCH_H_
