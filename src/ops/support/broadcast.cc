#include "ops/support/broadcast.h"

#include "base/strings.h"

namespace tundish::ops {
namespace {

Result<Dim> broadcast_dims(const Dim& a, const Dim& b, size_t axis) {
  if (a == b) return a;
  if (a.is_known() && a.size() == 1) return b;
  if (b.is_known() && b.size() == 1) return a;
  if (a.is_known() && b.is_known()) {
    return InvalidModel(cat("axis ", axis, ": sizes ", a.size(), " and ", b.size(),
                            " cannot be broadcast to each other"));
  }
  // A known size over 1 (or 0) wins: the other one must be 1 or the same.
  if (a.is_known()) return a;
  if (b.is_known()) return b;
  return Dim();
}

}  // namespace

Result<Shape> broadcast_shapes(const Shape& a, const Shape& b) {
  const size_t rank = std::max(a.rank(), b.rank());
  Shape out;
  for (size_t axis = 0; axis < rank; ++axis) {
    const int64_t in_a = axis + a.rank() >= rank ? a[axis + a.rank() - rank] : 1;
    const int64_t in_b = axis + b.rank() >= rank ? b[axis + b.rank() - rank] : 1;
    if (in_a != in_b && in_a != 1 && in_b != 1) {
      return InvalidArgument(cat("shapes ", a.to_string(), " and ", b.to_string(),
                                 " cannot be broadcast to each other (axis ", axis, ")"));
    }
    out.append(in_a == 1 ? in_b : in_a);
  }
  return out;
}

Result<SymbolicShape> broadcast_shapes(const SymbolicShape& a, const SymbolicShape& b) {
  if (!a || !b) return SymbolicShape();
  const size_t rank = std::max(a->size(), b->size());
  std::vector<Dim> out;
  for (size_t axis = 0; axis < rank; ++axis) {
    const Dim in_a = axis + a->size() >= rank ? (*a)[axis + a->size() - rank] : Dim(1);
    const Dim in_b = axis + b->size() >= rank ? (*b)[axis + b->size() - rank] : Dim(1);
    TRY_ASSIGN(Dim dim, broadcast_dims(in_a, in_b, axis));
    out.push_back(std::move(dim));
  }
  return SymbolicShape(std::move(out));
}

Result<SymbolicShape> broadcast_inputs(const InferContext& context) {
  SymbolicShape shape = context.input(0).shape;
  for (size_t i = 1; i < context.input_count(); ++i) {
    TRY_ASSIGN(shape, broadcast_shapes(shape, context.input(i).shape));
  }
  return shape;
}

}  // namespace tundish::ops
