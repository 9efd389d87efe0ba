// SplitToSequence: slices of a tensor along one axis as the items of a sequence.
#include "base/strings.h"
#include "ops/support/move.h"
#include "ops/support/values.h"

namespace tundish {
namespace {
using namespace ops;

struct SplitAttributes {
  int64_t axis = 0;
  int64_t keepdims = 1;
};

Result<SplitAttributes> read_attributes(const Node& node) {
  SplitAttributes read;
  TRY_ASSIGN(read.axis, node.attributes.get_int("axis", 0));
  TRY_ASSIGN(read.keepdims, node.attributes.get_int("keepdims", 1));
  return read;
}

// Lengths are checked in full at run; here the item's type is what matters.
Status infer_split_to_sequence(InferContext& context) {
  if (!context.has_input(0)) return InvalidModel("input 0 is missing");
  const ValueType& type = context.input(0);
  if (type.kind != ValueKind::kTensor) {
    return InvalidModel(cat("input 0: expected a tensor, got ", type.to_string()));
  }
  if (element_stride(type.dtype) == 0) {
    return InvalidModel(cat("input 0: element type ", dtype_name(type.dtype), " is not allowed"));
  }
  TRY_ASSIGN(const SplitAttributes attributes, read_attributes(context.node()));
  if (context.has_input(1)) {
    TRY(expect_tensor(context, 1, {DType::kInt32, DType::kInt64}, {}));
    const std::vector<Dim>* dims = known_dims(context, 1);
    if (dims != nullptr && dims->size() > 1) {
      return InvalidModel(
          cat("input 1: expected a number or a list, got ", context.input(1).to_string()));
    }
  }
  ValueType item = type;
  if (item.shape) {
    TRY_ASSIGN(const size_t axis,
               checked_axis(attributes.axis, item.shape->size(), ErrorCode::kInvalidModel));
    if (context.has_input(1)) {
      (*item.shape)[axis] = Dim();
    } else if (attributes.keepdims != 0) {
      (*item.shape)[axis] = Dim(1);
    } else {
      item.shape->erase(item.shape->begin() + static_cast<ptrdiff_t>(axis));
    }
  }
  context.set_output(0, holder_type(ValueKind::kSequence, std::move(item)));
  return ok();
}

// Length of each item along an axis of `size` elements.
Result<std::vector<int64_t>> read_lengths(const ExecContext& context, int64_t size) {
  std::vector<int64_t> lengths;
  if (context.input_count() < 2 || !context.has_input(1)) {
    lengths.assign(static_cast<size_t>(size), 1);
    return lengths;
  }
  const TensorView& split = context.input(1);
  TRY_ASSIGN(lengths, in("input 1", read_integers(split)));
  if (split.shape.rank() == 0) {
    const int64_t step = lengths[0];
    if (step <= 0) return InvalidArgument(cat("input 1: chunks of ", step, " elements"));
    lengths.assign(static_cast<size_t>(size / step), step);
    if (size % step != 0) lengths.push_back(size % step);
    return lengths;
  }
  int64_t rest = size;
  for (const int64_t length : lengths) {
    if (length < 0 || length > rest) {
      return InvalidArgument(cat("input 1: length ", length, ", ", rest, " of ", size,
                                 " elements are left on the axis"));
    }
    rest -= length;
  }
  if (rest != 0) {
    return InvalidArgument(cat("input 1: the lengths leave ", rest, " of ", size, " elements"));
  }
  return lengths;
}

Status run_split_to_sequence(ExecContext& context) {
  const TensorView& x = context.input(0);
  TRY_ASSIGN(const SplitAttributes attributes, read_attributes(context.node()));
  TRY_ASSIGN(const size_t axis,
             checked_axis(attributes.axis, x.shape.rank(), ErrorCode::kInvalidArgument));
  TRY_ASSIGN(const std::vector<int64_t> lengths, read_lengths(context, x.shape[axis]));
  const bool drops_axis =
      attributes.keepdims == 0 && (context.input_count() < 2 || !context.has_input(1));
  int64_t outer = 1;
  int64_t inner = 1;
  for (size_t k = 0; k < axis; ++k) outer *= x.shape[k];
  for (size_t k = axis + 1; k < x.shape.rank(); ++k) inner *= x.shape[k];
  Sequence sequence;
  sequence.items.reserve(lengths.size());
  int64_t at = 0;
  for (const int64_t length : lengths) {
    Shape shape;
    for (size_t k = 0; k < x.shape.rank(); ++k) {
      if (k != axis || !drops_axis) shape.append(k == axis ? length : x.shape[k]);
    }
    TRY_ASSIGN(Tensor item, Tensor::allocate(x.dtype, shape));
    for (int64_t row = 0; row < outer; ++row) {
      copy_elements(x.dtype, element_at(item.mutable_data(), x.dtype, row * length * inner),
                    element_at(x.data, x.dtype, (row * x.shape[axis] + at) * inner),
                    length * inner);
    }
    at += length;
    sequence.items.emplace_back(std::move(item));
  }
  return context.set_output(0, std::move(sequence));
}

constexpr OpDef kOps[] = {
    {.name = "SplitToSequence",
     .since = 11,
     .inputs = {1, 2},
     .infer = infer_split_to_sequence,
     .run = run_split_to_sequence},
};

}  // namespace

std::span<const OpDef> ops_split_to_sequence() { return kOps; }

}  // namespace tundish
