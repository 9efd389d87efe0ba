// Det: determinants of the square matrices in the last two axes, by elimination with the largest
// pivot of each column. float32 is computed in double.
#include <algorithm>
#include <cmath>

#include "base/strings.h"
#include "ops/support/elementwise.h"
#include "ops/support/move.h"

namespace tundish {
namespace {
using namespace ops;

Status infer_det(InferContext& context) {
  TRY(expect_tensor(context, 0, AllFloats::kSet));
  SymbolicShape out;
  if (const std::vector<Dim>* dims = known_dims(context, 0)) {
    const size_t rank = dims->size();
    if (rank < 2) return InvalidModel(cat("input 0: rank ", rank, ", expected at least 2"));
    const Dim& rows = (*dims)[rank - 2];
    const Dim& columns = (*dims)[rank - 1];
    if (rows.is_known() && columns.is_known() && rows.size() != columns.size()) {
      return InvalidModel(
          cat("input 0: matrices of ", rows.size(), " x ", columns.size(), " are not square"));
    }
    out.emplace(dims->begin(), dims->end() - 2);
  }
  context.set_output(0, ValueType::tensor(context.input(0).dtype, std::move(out)));
  return ok();
}

// Of the size x size matrix at `m`, which is used up.
double determinant(double* m, int64_t size) {
  double product = 1;
  for (int64_t column = 0; column < size; ++column) {
    int64_t best = column;
    for (int64_t row = column + 1; row < size; ++row) {
      // A NaN wins.
      const double other = std::fabs(m[row * size + column]);
      if (!(other <= std::fabs(m[best * size + column]))) best = row;
    }
    double* pivot = m + column * size;
    if (best != column) {
      std::swap_ranges(pivot, pivot + size, m + best * size);
      product = -product;
    }
    product *= pivot[column];
    if (pivot[column] == 0) return 0;
    for (int64_t row = column + 1; row < size; ++row) {
      double* other = m + row * size;
      const double factor = other[column] / pivot[column];
      for (int64_t k = column; k < size; ++k) other[k] -= factor * pivot[k];
    }
  }
  return product;
}

Status run_det(ExecContext& context) {
  const TensorView& x = context.input(0);
  const size_t rank = x.shape.rank();
  if (rank < 2 || x.shape[rank - 1] != x.shape[rank - 2]) {
    return InvalidArgument(
        cat("input 0: shape ", x.shape.to_string(), " does not end in square matrices"));
  }
  Shape shape;
  for (size_t axis = 0; axis + 2 < rank; ++axis) shape.append(x.shape[axis]);
  const int64_t size = x.shape[rank - 1];
  TRY_ASSIGN(const MutableTensorView y, context.output(0, x.dtype, shape));
  if (x.shape.element_count() == 0 && size > 0) return ok();
  TRY_ASSIGN(void* memory, context.scratch(static_cast<size_t>(size * size) * sizeof(double)));
  auto* matrix = static_cast<double*>(memory);
  return dispatch(Floats(), x.dtype, [&]<class T>() -> Status {
    const T* from = static_cast<const T*>(x.data);
    for (T& out : y.values<T>()) {
      TRY(context.interrupted());
      std::copy_n(from, size * size, matrix);
      out = static_cast<T>(determinant(matrix, size));
      from += size * size;
    }
    return ok();
  });
}

constexpr OpDef kOps[] = {
    {.name = "Det",
     .since = 11,
     .inputs = {1, 1},
     .infer = infer_det,
     .run = run_with_halves<run_det>},
};

}  // namespace

std::span<const OpDef> ops_det() { return kOps; }

}  // namespace tundish
