// Moving elements of any type: copies, sizes, axes, and reading small integer inputs.
#ifndef TUNDISH_OPS_SUPPORT_MOVE_H_
#define TUNDISH_OPS_SUPPORT_MOVE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ir/exec_context.h"
#include "ir/op_def.h"
#include "ops/support/types.h"
#include "tundish/value.h"

namespace tundish::ops {

/// Bytes between neighbouring elements in memory (string objects for kString).
inline size_t element_stride(DType dtype) {
  return dtype == DType::kString ? sizeof(std::string) : dtype_bytes(dtype);
}
inline const void* element_at(const void* data, DType dtype, int64_t index) {
  return static_cast<const char*>(data) + static_cast<size_t>(index) * element_stride(dtype);
}
inline void* element_at(void* data, DType dtype, int64_t index) {
  return static_cast<char*>(data) + static_cast<size_t>(index) * element_stride(dtype);
}

/// Copies `count` neighbouring elements, of types under one byte too when both places begin at a
/// byte; source and target may be the same place.
void copy_elements(DType dtype, void* to, const void* from, int64_t count);
/// to[i * to_step] = from[i * from_step] for i in [0, count); steps in elements.
void copy_strided(DType dtype, void* to, int64_t to_step, const void* from, int64_t from_step,
                  int64_t count);

/// Every element of `to` becomes a copy of the one at `value`. Not for types under one byte.
void fill_elements(DType dtype, void* to, const void* value, int64_t count);
/// Every element of `to` becomes zero, false or the empty string.
void clear_elements(DType dtype, void* to, int64_t count);

/// An element of 16 bytes (complex128), moved and not looked at.
struct Bytes16 {
  uint64_t low, high;
};
/// Calls `function.operator()<T>()` with the type that elements of `dtype` are moved as: an
/// unsigned integer of their size, Bytes16 or std::string. Not for types under one byte.
template <class Function> decltype(auto) with_moved_type(DType dtype, Function&& function) {
  switch (dtype_bytes(dtype)) {
    case 1: return function.template operator()<uint8_t>();
    case 2: return function.template operator()<uint16_t>();
    case 4: return function.template operator()<uint32_t>();
    case 8: return function.template operator()<uint64_t>();
    case 16: return function.template operator()<Bytes16>();
    default: return function.template operator()<std::string>();
  }
}

/// Output i, whose shape depends on values from outside: kLimit for sizes that overflow or that no
/// machine has memory for, before anything is allocated.
Result<MutableTensorView> sized_output(ExecContext& context, size_t i, DType dtype,
                                       const Shape& shape);

/// An axis counted from either end. An axis outside [-rank, rank) is an error with code `code`.
Result<size_t> checked_axis(int64_t axis, size_t rank, ErrorCode code);

/// Elements of an int32 or int64 tensor as int64; another type is kInvalidArgument.
Result<std::vector<int64_t>> read_integers(const TensorView& view);
/// The constant behind input i of a node as int64, nothing when it is not constant.
Result<std::optional<std::vector<int64_t>>> constant_integers(const InferContext& context,
                                                              size_t i);

/// Element i of an int32 or int64 tensor.
inline int64_t integer_at(const TensorView& view, int64_t i) {
  return view.dtype == DType::kInt32 ? static_cast<const int32_t*>(view.data)[i]
                                     : static_cast<const int64_t*>(view.data)[i];
}
/// The one element of an int32 or int64 tensor; anything else is an error with code `code` naming
/// the input.
Result<int64_t> read_integer(const TensorView& view, size_t input,
                             ErrorCode code = ErrorCode::kInvalidArgument);

/// Input i, or null where the node leaves it out.
inline const TensorView* optional_input(const ExecContext& context, size_t i) {
  return i < context.input_count() && context.has_input(i) ? &context.input(i) : nullptr;
}

/// A shape seen from one axis: `outer` blocks of `size` rows of `inner` neighbouring elements.
struct AroundAxis {
  int64_t outer = 1, size = 1, inner = 1;
  AroundAxis(const Shape& shape, size_t axis) : size(shape[axis]) {
    for (size_t i = 0; i < axis; ++i) outer *= shape[i];
    for (size_t i = axis + 1; i < shape.rank(); ++i) inner *= shape[i];
  }
};

/// A list of at most kMaxRank integers (axes, a shape) read without allocation.
struct ShortList {
  std::array<int64_t, Shape::kMaxRank> values;
  size_t count = 0;
  std::span<const int64_t> span() const { return {values.data(), count}; }
};
/// Elements of an int32 or int64 tensor. Another type, or more than kMaxRank entries (never needed
/// for axes and shapes), is an error with code `code` naming the input.
Result<ShortList> read_short_list(const TensorView& view, size_t input,
                                  ErrorCode code = ErrorCode::kInvalidArgument);

/// Sizes of a value of known rank, or nothing.
inline const std::vector<Dim>* known_dims(const InferContext& context, size_t i) {
  return context.input(i).shape ? &*context.input(i).shape : nullptr;
}

}  // namespace tundish::ops

#endif  // TUNDISH_OPS_SUPPORT_MOVE_H_
