// Numbers computed in double, written in whatever type an attribute asks for.
#ifndef TUNDISH_OPS_SUPPORT_WRITTEN_H_
#define TUNDISH_OPS_SUPPORT_WRITTEN_H_

#include <cstdint>
#include <span>
#include <string_view>

#include "ir/exec_context.h"
#include "ops/support/types.h"

namespace tundish::ops {

/// The element type that an attribute names, `fallback` when it is absent. kInvalidModel unless it
/// is one of `allowed`.
Result<DType> read_dtype(const Node& node, std::string_view attribute, DType fallback,
                         DTypeSet allowed);

/// Stores `values` in elements [begin, ...) of `out`, whose type is a number or bool: floats
/// rounded, integers cut (truncate() of convert.h).
void write_numbers(std::span<const double> values, const MutableTensorView& out, int64_t begin);

}  // namespace tundish::ops

#endif  // TUNDISH_OPS_SUPPORT_WRITTEN_H_
