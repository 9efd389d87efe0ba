// SequenceEmpty, SequenceConstruct, SequenceAt, SequenceInsert, SequenceErase, SequenceLength.
//
// Items of a sequence are handles: making one sequence from another copies no elements. A tensor
// that goes in is copied, because the storage of an input is used again after the step.
#include "base/strings.h"
#include "ops/support/move.h"
#include "ops/support/values.h"

namespace tundish {
namespace {
using namespace ops;

// The static type of the items; of an empty sequence nothing but the element type is known.
Status infer_sequence_empty(InferContext& context) {
  TRY_ASSIGN(const int64_t number,
             context.node().attributes.get_int("dtype", static_cast<int64_t>(DType::kFloat32)));
  if (number < 1 || number > static_cast<int64_t>(DType::kInt2)) {
    return InvalidModel(cat("attribute \"dtype\": no element type has number ", number));
  }
  const ValueType item = ValueType::tensor(static_cast<DType>(number), SymbolicShape());
  context.set_output(0, holder_type(ValueKind::kSequence, item));
  return ok();
}

Status run_sequence_empty(ExecContext& context) { return context.set_output(0, Sequence()); }

Status expect_any_tensor(const InferContext& context, size_t i) {
  if (!context.has_input(i)) return InvalidModel(cat("input ", i, " is missing"));
  if (context.input(i).kind == ValueKind::kTensor) return ok();
  return InvalidModel(cat("input ", i, ": expected a tensor, got ", context.input(i).to_string()));
}

Status infer_sequence_construct(InferContext& context) {
  TRY(expect_any_tensor(context, 0));
  ValueType item = context.input(0);
  for (size_t i = 1; i < context.input_count(); ++i) {
    TRY(expect_any_tensor(context, i));
    TRY(expect_same_dtype(context, 0, i));
    item = common_type(item, context.input(i));
  }
  context.set_output(0, holder_type(ValueKind::kSequence, std::move(item)));
  return ok();
}

Status run_sequence_construct(ExecContext& context) {
  Sequence sequence;
  sequence.items.reserve(context.input_count());
  for (size_t i = 0; i < context.input_count(); ++i) {
    TRY_ASSIGN(Value item, kept_value(context, i));
    sequence.items.push_back(std::move(item));
  }
  return context.set_output(0, std::move(sequence));
}

// Where in [0, end) the integer of input i points, counted from either end of `count` items.
Result<size_t> read_position(const ExecContext& context, size_t i, size_t count, size_t end) {
  TRY_ASSIGN(const int64_t given, read_integer(context, i));
  const auto signed_count = static_cast<int64_t>(count);
  if (given < -signed_count || given >= static_cast<int64_t>(end)) {
    return InvalidArgument(
        cat("input ", i, ": position ", given, " outside [", -signed_count, ", ", end, ")"));
  }
  return static_cast<size_t>(given < 0 ? given + signed_count : given);
}

Status infer_sequence_at(InferContext& context) {
  TRY(expect_kind(context, 0, ValueKind::kSequence));
  if (!context.has_input(1)) return InvalidModel("input 1 is missing");
  TRY(expect_position(context, 1));
  context.set_output(0, context.input(0).element[0]);
  return ok();
}

Status run_sequence_at(ExecContext& context) {
  const Value value = context.input_value(0);
  TRY_ASSIGN(const Sequence* sequence, sequence_in(value, 0));
  const size_t count = sequence->items.size();
  TRY_ASSIGN(const size_t at, read_position(context, 1, count, count));
  return context.set_output(0, sequence->items[at]);
}

Status infer_sequence_insert(InferContext& context) {
  TRY(expect_kind(context, 0, ValueKind::kSequence));
  TRY(expect_any_tensor(context, 1));
  TRY(expect_position(context, 2));
  const ValueType& held = context.input(0).element[0];
  if (held.dtype != context.input(1).dtype) {
    return InvalidModel(cat("a tensor of ", dtype_name(context.input(1).dtype),
                            " cannot be put into ", context.input(0).to_string()));
  }
  context.set_output(0, holder_type(ValueKind::kSequence, common_type(held, context.input(1))));
  return ok();
}

Status run_sequence_insert(ExecContext& context) {
  const Value value = context.input_value(0);
  TRY_ASSIGN(const Sequence* given, sequence_in(value, 0));
  Sequence sequence = *given;
  size_t at = sequence.items.size();
  if (context.input_count() > 2 && context.has_input(2)) {
    TRY_ASSIGN(at, read_position(context, 2, at, at + 1));
  }
  TRY_ASSIGN(Value item, kept_value(context, 1));
  sequence.items.insert(sequence.items.begin() + static_cast<ptrdiff_t>(at), std::move(item));
  return context.set_output(0, std::move(sequence));
}

Status infer_sequence_erase(InferContext& context) {
  TRY(expect_kind(context, 0, ValueKind::kSequence));
  TRY(expect_position(context, 1));
  context.set_output(0, context.input(0));
  return ok();
}

Status run_sequence_erase(ExecContext& context) {
  const Value value = context.input_value(0);
  TRY_ASSIGN(const Sequence* given, sequence_in(value, 0));
  Sequence sequence = *given;
  const size_t count = sequence.items.size();
  if (count == 0) return InvalidArgument("input 0: nothing can be erased of an empty sequence");
  size_t at = count - 1;
  if (context.input_count() > 1 && context.has_input(1)) {
    TRY_ASSIGN(at, read_position(context, 1, count, count));
  }
  sequence.items.erase(sequence.items.begin() + static_cast<ptrdiff_t>(at));
  return context.set_output(0, std::move(sequence));
}

Status infer_sequence_length(InferContext& context) {
  TRY(expect_kind(context, 0, ValueKind::kSequence));
  context.set_output(0, ValueType::tensor(DType::kInt64, symbolic(Shape{})));
  return ok();
}

Status run_sequence_length(ExecContext& context) {
  const Value value = context.input_value(0);
  TRY_ASSIGN(const Sequence* sequence, sequence_in(value, 0));
  TRY_ASSIGN(const MutableTensorView y, context.output(0, DType::kInt64, Shape{}));
  *static_cast<int64_t*>(y.data) = static_cast<int64_t>(sequence->items.size());
  return ok();
}

constexpr OpDef kOps[] = {
    {.name = "SequenceEmpty",
     .since = 11,
     .inputs = {0, 0},
     .infer = infer_sequence_empty,
     .run = run_sequence_empty},
    {.name = "SequenceConstruct",
     .since = 11,
     .inputs = {1, kAnyCount},
     .infer = infer_sequence_construct,
     .run = run_sequence_construct},
    {.name = "SequenceAt",
     .since = 11,
     .inputs = {2, 2},
     .infer = infer_sequence_at,
     .run = run_sequence_at},
    {.name = "SequenceInsert",
     .since = 11,
     .inputs = {2, 3},
     .infer = infer_sequence_insert,
     .run = run_sequence_insert},
    {.name = "SequenceErase",
     .since = 11,
     .inputs = {1, 2},
     .infer = infer_sequence_erase,
     .run = run_sequence_erase},
    {.name = "SequenceLength",
     .since = 11,
     .inputs = {1, 1},
     .infer = infer_sequence_length,
     .run = run_sequence_length},
};

}  // namespace

std::span<const OpDef> ops_sequence() { return kOps; }

}  // namespace tundish
