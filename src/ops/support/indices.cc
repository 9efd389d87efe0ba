#include "ops/support/indices.h"

#include "base/strings.h"
#include "ops/support/move.h"

namespace tundish::ops {
namespace {

template <class Index>
Status check_typed(std::span<const Index> indices, int64_t size, size_t input, ErrorCode code) {
  for (const Index index : indices) {
    if (index < -size || index >= size) {
      return Error(code, cat("input ", input, ": ", outside_text(index, size)));
    }
  }
  return ok();
}

}  // namespace

std::string outside_text(int64_t index, int64_t size) {
  return cat("index ", index, " outside [", -size, ", ", size, ")");
}

Status check_indices(const TensorView& indices, int64_t size, size_t input, ErrorCode code) {
  return dispatch(Types<int64_t, int32_t>(), indices.dtype, [&]<class Index>() {
    return check_typed(indices.values<Index>(), size, input, code);
  });
}

Result<IndexTuples> read_tuples(const Shape& data, size_t first_axis, const TensorView& indices,
                                size_t input) {
  const size_t rank = indices.shape.rank();
  if (rank == 0) return InvalidArgument(cat("input ", input, " is a scalar"));
  const int64_t width = indices.shape[rank - 1];
  if (width < 1 || first_axis > data.rank() ||
      width > static_cast<int64_t>(data.rank() - first_axis)) {
    return InvalidArgument(cat("input ", input, ": tuples of ", width, " indices into shape ",
                               data.to_string(), first_axis == 0 ? "" : " without batch axes"));
  }
  IndexTuples tuples;
  tuples.width = static_cast<size_t>(width);
  tuples.values = static_cast<const int64_t*>(indices.data);
  tuples.count = 1;
  for (size_t axis = 0; axis + 1 < rank; ++axis) tuples.count *= indices.shape[axis];
  for (size_t axis = data.rank(); axis-- > first_axis + tuples.width;) tuples.slice *= data[axis];
  int64_t step = tuples.slice;
  for (size_t k = tuples.width; k-- > 0; step *= tuples.sizes[k]) {
    tuples.sizes[k] = data[first_axis + k];
    tuples.steps[k] = step;
  }
  for (int64_t i = 0; i < tuples.count; ++i) {
    for (size_t k = 0; k < tuples.width; ++k) {
      const int64_t index = tuples.values[i * width + static_cast<int64_t>(k)];
      if (index < -tuples.sizes[k] || index >= tuples.sizes[k]) {
        return InvalidArgument(cat("input ", input, ": tuple ", i, ", axis ", first_axis + k, ": ",
                                   outside_text(index, tuples.sizes[k])));
      }
    }
  }
  return tuples;
}

}  // namespace tundish::ops
