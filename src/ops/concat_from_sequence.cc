// ConcatFromSequence: the items of a sequence joined along one of their axes or along a new one.
#include "base/checked.h"
#include "base/strings.h"
#include "ops/support/move.h"
#include "ops/support/values.h"

namespace tundish {
namespace {
using namespace ops;

struct JoinAttributes {
  int64_t axis = 0;
  bool makes_axis = false;
};

Result<JoinAttributes> read_attributes(const Node& node) {
  JoinAttributes read;
  TRY_ASSIGN(read.axis, node.attributes.require_int("axis"));
  TRY_ASSIGN(const int64_t new_axis, node.attributes.get_int("new_axis", 0));
  if (new_axis != 0 && new_axis != 1) {
    return InvalidModel(cat("attribute \"new_axis\" is ", new_axis, ", expected 0 or 1"));
  }
  read.makes_axis = new_axis == 1;
  return read;
}

Status infer_concat_from_sequence(InferContext& context) {
  TRY(expect_kind(context, 0, ValueKind::kSequence));
  TRY_ASSIGN(const JoinAttributes attributes, read_attributes(context.node()));
  const ValueType& item = context.input(0).element[0];
  if (element_stride(item.dtype) == 0) {
    return InvalidModel(cat("input 0: element type ", dtype_name(item.dtype), " is not allowed"));
  }
  ValueType joined = item;
  if (joined.shape) {
    const size_t rank = joined.shape->size() + (attributes.makes_axis ? 1 : 0);
    TRY_ASSIGN(const size_t axis, checked_axis(attributes.axis, rank, ErrorCode::kInvalidModel));
    if (attributes.makes_axis) {
      joined.shape->insert(joined.shape->begin() + static_cast<ptrdiff_t>(axis), Dim());
    } else {
      (*joined.shape)[axis] = Dim();
    }
  }
  context.set_output(0, std::move(joined));
  return ok();
}

// The items as tensors of one type and rank, the first one's sizes but along `axis`.
Result<Shape> joined_shape(const Sequence& sequence, size_t axis, bool makes_axis) {
  const Tensor& first = *sequence.items[0].tensor();
  Shape joined = first.shape();
  int64_t along = 0;
  for (size_t i = 0; i < sequence.items.size(); ++i) {
    const Tensor* item = sequence.items[i].tensor();
    bool fits =
        item != nullptr && item->dtype() == first.dtype() && item->shape().rank() == joined.rank();
    for (size_t k = 0; fits && k < joined.rank(); ++k) {
      fits = item->shape()[k] == joined[k] || (k == axis && !makes_axis);
    }
    if (!fits) {
      return InvalidArgument(
          cat("input 0: item ", i, " of shape ", item == nullptr ? "?" : item->shape().to_string(),
              " does not fit item 0 of shape ", joined.to_string(), " along axis ", axis));
    }
    const auto sum = checked_add(along, makes_axis ? int64_t{1} : item->shape()[axis]);
    if (!sum) return InvalidArgument("input 0: the sum of the items' sizes overflows");
    along = *sum;
  }
  if (!makes_axis) {
    joined[axis] = along;
    return joined;
  }
  if (joined.rank() == Shape::kMaxRank) {
    return Limit(cat("a new axis: the limit of ranks is ", Shape::kMaxRank));
  }
  Shape stacked;
  for (size_t k = 0; k <= joined.rank(); ++k) {
    if (k == axis) stacked.append(along);
    if (k < joined.rank()) stacked.append(joined[k]);
  }
  return stacked;
}

Status run_concat_from_sequence(ExecContext& context) {
  TRY_ASSIGN(const JoinAttributes attributes, read_attributes(context.node()));
  const Value value = context.input_value(0);
  TRY_ASSIGN(const Sequence* sequence, sequence_in(value, 0));
  if (sequence->items.empty()) return InvalidArgument("input 0: the sequence is empty");
  const Tensor* first = sequence->items[0].tensor();
  if (first == nullptr) return InvalidArgument("input 0: item 0 is no tensor");
  const size_t rank = first->shape().rank() + (attributes.makes_axis ? 1 : 0);
  TRY_ASSIGN(const size_t axis, checked_axis(attributes.axis, rank, ErrorCode::kInvalidArgument));
  TRY_ASSIGN(const Shape shape, joined_shape(*sequence, axis, attributes.makes_axis));
  const DType dtype = first->dtype();
  TRY_ASSIGN(const MutableTensorView y, context.output(0, dtype, shape));
  int64_t outer = 1;
  int64_t inner = 1;
  for (size_t k = 0; k < axis; ++k) outer *= shape[k];
  for (size_t k = axis + 1; k < shape.rank(); ++k) inner *= shape[k];
  int64_t at = 0;
  for (const Value& item : sequence->items) {
    const Tensor& part = *item.tensor();
    const int64_t chunk = attributes.makes_axis ? inner : part.shape()[axis] * inner;
    for (int64_t row = 0; row < outer; ++row) {
      copy_elements(dtype, element_at(y.data, dtype, row * shape[axis] * inner + at),
                    element_at(part.data(), dtype, row * chunk), chunk);
    }
    at += chunk;
  }
  return ok();
}

constexpr OpDef kOps[] = {
    {.name = "ConcatFromSequence",
     .since = 11,
     .inputs = {1, 1},
     .infer = infer_concat_from_sequence,
     .run = run_concat_from_sequence},
};

}  // namespace

std::span<const OpDef> ops_concat_from_sequence() { return kOps; }

}  // namespace tundish
