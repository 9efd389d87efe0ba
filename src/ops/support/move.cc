#include "ops/support/move.h"

#include <algorithm>
#include <cstring>

#include "base/checked.h"
#include "base/strings.h"

namespace tundish::ops {
namespace {

// 128 GiB: to ask for more would only test how far the system overcommits.
constexpr uint64_t kMostOutputBytes = uint64_t{1} << 37;

template <class T>
void copy_typed(void* to, int64_t to_step, const void* from, int64_t from_step, int64_t count) {
  const T* source = static_cast<const T*>(from);
  T* target = static_cast<T*>(to);
  for (int64_t i = 0; i < count; ++i) target[i * to_step] = source[i * from_step];
}

Status expect_integers(const TensorView& view, ErrorCode code = ErrorCode::kInvalidArgument) {
  if (view.dtype == DType::kInt32 || view.dtype == DType::kInt64) return ok();
  return Error(code, cat("expected int32 or int64, got ", dtype_name(view.dtype)));
}

}  // namespace

void copy_elements(DType dtype, void* to, const void* from, int64_t count) {
  if (to == from || count == 0) return;
  if (dtype == DType::kString) {
    std::copy_n(static_cast<const std::string*>(from), count, static_cast<std::string*>(to));
  } else {
    std::memcpy(to, from, (static_cast<size_t>(count) * dtype_bits(dtype) + 7) / 8);
  }
}

void copy_strided(DType dtype, void* to, int64_t to_step, const void* from, int64_t from_step,
                  int64_t count) {
  if (to_step == 1 && from_step == 1) return copy_elements(dtype, to, from, count);
  with_moved_type(dtype, [&]<class T>() { copy_typed<T>(to, to_step, from, from_step, count); });
}

void fill_elements(DType dtype, void* to, const void* value, int64_t count) {
  with_moved_type(dtype, [&]<class T>() {
    std::fill_n(static_cast<T*>(to), count, *static_cast<const T*>(value));
  });
}

void clear_elements(DType dtype, void* to, int64_t count) {
  if (count == 0) return;
  if (dtype == DType::kString) {
    std::fill_n(static_cast<std::string*>(to), count, std::string());
  } else {
    std::memset(to, 0, (static_cast<size_t>(count) * dtype_bits(dtype) + 7) / 8);
  }
}

Result<MutableTensorView> sized_output(ExecContext& context, size_t i, DType dtype,
                                       const Shape& shape) {
  const Result<uint64_t> bytes =
      checked_bytes(shape.dims(), std::max<size_t>(1, element_stride(dtype)));
  if (!bytes || bytes.value() > kMostOutputBytes) {
    return Limit(cat("output ", i, " of shape ", shape.to_string(), " and type ", dtype_name(dtype),
                     " does not fit into memory"));
  }
  return context.output(i, dtype, shape);
}

Result<size_t> checked_axis(int64_t axis, size_t rank, ErrorCode code) {
  const auto signed_rank = static_cast<int64_t>(rank);
  if (axis < -signed_rank || axis >= signed_rank) {
    return Error(code, cat("axis ", axis, " outside [", -signed_rank, ", ", signed_rank, ")"));
  }
  return static_cast<size_t>(axis < 0 ? axis + signed_rank : axis);
}

Result<int64_t> read_integer(const TensorView& view, size_t input, ErrorCode code) {
  TRY(in(cat("input ", input), expect_integers(view, code)));
  if (view.shape.element_count() != 1) {
    return Error(code,
                 cat("input ", input, ": expected one number, got shape ", view.shape.to_string()));
  }
  return integer_at(view, 0);
}

Result<std::vector<int64_t>> read_integers(const TensorView& view) {
  TRY(expect_integers(view));
  std::vector<int64_t> out(static_cast<size_t>(view.shape.element_count()));
  for (size_t i = 0; i < out.size(); ++i) out[i] = integer_at(view, static_cast<int64_t>(i));
  return out;
}

Result<std::optional<std::vector<int64_t>>> constant_integers(const InferContext& context,
                                                              size_t i) {
  const Tensor* constant = context.constant(i);
  if (constant == nullptr) return std::optional<std::vector<int64_t>>();
  TRY_ASSIGN(std::vector<int64_t> values, read_integers(constant->view()));
  return std::optional(std::move(values));
}

Result<ShortList> read_short_list(const TensorView& view, size_t input, ErrorCode code) {
  TRY(in(cat("input ", input), expect_integers(view, code)));
  const int64_t count = view.shape.element_count();
  if (count > static_cast<int64_t>(Shape::kMaxRank)) {
    return Error(code, cat("input ", input, ": ", count, " entries, at most ", Shape::kMaxRank,
                           " axes exist"));
  }
  ShortList list;
  for (int64_t i = 0; i < count; ++i) list.values[list.count++] = integer_at(view, i);
  return list;
}

}  // namespace tundish::ops
