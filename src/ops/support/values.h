// Sequences, optionals and maps: their types at inference, their items while running.
#ifndef TUNDISH_OPS_SUPPORT_VALUES_H_
#define TUNDISH_OPS_SUPPORT_VALUES_H_

#include <cstdint>

#include "ir/exec_context.h"
#include "ir/op_def.h"
#include "tundish/result.h"
#include "tundish/value.h"

namespace tundish::ops {

/// Type of a sequence or an optional of `element`.
ValueType holder_type(ValueKind kind, ValueType element);
/// What is true of both types, which differ in shapes at most: sizes that they share.
ValueType common_type(const ValueType& a, const ValueType& b);
/// kInvalidModel unless input i is of the kind (and holds tensors, for a sequence).
Status expect_kind(const InferContext& context, size_t i, ValueKind kind);
/// The sequence that a value holds; kInvalidArgument naming input i when it holds something else.
Result<const Sequence*> sequence_in(const Value& value, size_t i);
/// Input i as a value that outlives the call: dense tensors are copied.
Result<Value> kept_value(const ExecContext& context, size_t i);

/// Inference: input i, if there, is one integer. kInvalidModel otherwise.
Status expect_position(const InferContext& context, size_t i);
/// The one integer of input i.
Result<int64_t> read_integer(const ExecContext& context, size_t i);

}  // namespace tundish::ops

#endif  // TUNDISH_OPS_SUPPORT_VALUES_H_
