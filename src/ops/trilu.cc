// Trilu: the part of matrices above or below a diagonal, zeros elsewhere.
#include <algorithm>

#include "base/strings.h"
#include "ops/support/move.h"

namespace tundish {
namespace {
using namespace ops;

Status infer_trilu(InferContext& context) {
  TRY(expect_tensor(context, 0, kMovable));
  if (context.has_input(1)) {
    TRY(expect_tensor(context, 1, {DType::kInt64}, {}));
    const std::optional<Shape> shape = concrete(context.input(1).shape);
    if (shape && shape->element_count() != 1) {
      return InvalidModel(cat("input 1: expected one number, got shape ", shape->to_string()));
    }
  }
  TRY(context.node().attributes.get_int("upper", 1));
  const std::vector<Dim>* dims = known_dims(context, 0);
  if (dims != nullptr && dims->size() < 2) {
    return InvalidModel(cat("input 0: expected at least 2 axes, got ", dims->size()));
  }
  context.set_output(0, context.input(0));
  return ok();
}

Status run_trilu(ExecContext& context) {
  const TensorView& x = context.input(0);
  const size_t rank = x.shape.rank();
  if (rank < 2) return InvalidArgument(cat("input 0: expected at least 2 axes, got ", rank));
  TRY_ASSIGN(const int64_t upper, context.node().attributes.get_int("upper", 1));
  int64_t k = 0;
  if (const TensorView* diagonal = optional_input(context, 1)) {
    TRY_ASSIGN(k, read_integer(*diagonal, 1));
  }
  const int64_t rows = x.shape[rank - 2];
  const int64_t columns = x.shape[rank - 1];
  // A diagonal beyond the corners keeps all or nothing.
  k = std::clamp(k, -rows - 1, columns + 1);
  TRY_ASSIGN(const MutableTensorView y, context.output(0, x.dtype, x.shape));
  const int64_t all_rows = columns == 0 ? 0 : x.shape.element_count() / columns;
  for (int64_t row = 0; row < all_rows; ++row) {
    // Upper: columns from row + k on; lower: columns up to row + k.
    const int64_t first_above =
        std::clamp(row % rows + k + (upper != 0 ? 0 : 1), int64_t{0}, columns);
    const int64_t begin = upper != 0 ? first_above : 0;
    const int64_t end = upper != 0 ? columns : first_above;
    const auto at = [&](auto* data, int64_t column) {
      return element_at(data, x.dtype, row * columns + column);
    };
    clear_elements(x.dtype, at(y.data, 0), begin);
    copy_elements(x.dtype, at(y.data, begin), at(x.data, begin), end - begin);
    clear_elements(x.dtype, at(y.data, end), columns - end);
  }
  return ok();
}

constexpr OpDef kOps[] = {
    {.name = "Trilu",
     .since = 14,
     .inputs = {1, 2},
     .traits = {.in_place = true},
     .infer = infer_trilu,
     .run = run_trilu},
};

}  // namespace

std::span<const OpDef> ops_trilu() { return kOps; }

}  // namespace tundish
