// ReverseSequence: the first elements of each sequence of a batch in reverse.
#include "base/strings.h"
#include "ops/support/move.h"

namespace tundish {
namespace {
using namespace ops;

// Which of the first two axes is time; the other one is the batch.
Result<size_t> time_axis(const Node& node) {
  TRY_ASSIGN(const int64_t time, node.attributes.get_int("time_axis", 0));
  TRY_ASSIGN(const int64_t batch, node.attributes.get_int("batch_axis", 1));
  if ((time != 0 && time != 1) || batch != 1 - time) {
    return InvalidModel(cat("time_axis ", time, " and batch_axis ", batch, ": expected 0 and 1"));
  }
  return static_cast<size_t>(time);
}

Status infer_reverse_sequence(InferContext& context) {
  TRY(expect_tensor(context, 0, kMovable));
  TRY(expect_tensor(context, 1, {DType::kInt64}, {}));
  TRY_ASSIGN(const size_t time, time_axis(context.node()));
  const std::vector<Dim>* dims = known_dims(context, 0);
  const std::vector<Dim>* lengths = known_dims(context, 1);
  if (dims != nullptr && dims->size() < 2) {
    return InvalidModel(cat("input 0: expected at least 2 axes, got ", dims->size()));
  }
  if (lengths != nullptr && lengths->size() != 1) {
    return InvalidModel(cat("input 1: expected 1 axis, got ", lengths->size()));
  }
  if (dims != nullptr && lengths != nullptr) {
    const Dim& batch = (*dims)[1 - time];
    const Dim& count = (*lengths)[0];
    if (batch.is_known() && count.is_known() && batch != count) {
      return InvalidModel(
          cat("input 1 has ", count.size(), " lengths for ", batch.size(), " sequences"));
    }
  }
  context.set_output(0, context.input(0));
  return ok();
}

Status run_reverse_sequence(ExecContext& context) {
  const TensorView& x = context.input(0);
  const TensorView& lengths = context.input(1);
  TRY_ASSIGN(const size_t time, time_axis(context.node()));
  if (x.shape.rank() < 2) {
    return InvalidArgument(cat("input 0: expected at least 2 axes, got ", x.shape.rank()));
  }
  const int64_t batches = x.shape[1 - time];
  const int64_t steps = x.shape[time];
  if (lengths.shape.rank() != 1 || lengths.shape[0] != batches) {
    return InvalidArgument(
        cat("input 1 of shape ", lengths.shape.to_string(), " for ", batches, " sequences"));
  }
  for (int64_t b = 0; b < batches; ++b) {
    const int64_t length = integer_at(lengths, b);
    if (length < 0 || length > steps) {
      return InvalidArgument(
          cat("input 1: sequence ", b, " of length ", length, ", there are ", steps, " steps"));
    }
  }
  TRY_ASSIGN(const MutableTensorView y, context.output(0, x.dtype, x.shape));
  const int64_t inner = AroundAxis(x.shape, 1).inner;
  const int64_t time_step = time == 0 ? batches * inner : inner;
  const int64_t batch_step = time == 0 ? inner : steps * inner;
  if (x.shape.element_count() == 0) return ok();
  for (int64_t b = 0; b < batches; ++b) {
    const int64_t length = integer_at(lengths, b);
    for (int64_t t = 0; t < steps; ++t) {
      const int64_t from = t < length ? length - 1 - t : t;
      copy_elements(x.dtype, element_at(y.data, x.dtype, b * batch_step + t * time_step),
                    element_at(x.data, x.dtype, b * batch_step + from * time_step), inner);
    }
  }
  return ok();
}

constexpr OpDef kOps[] = {
    {.name = "ReverseSequence",
     .since = 10,
     .inputs = {2, 2},
     .infer = infer_reverse_sequence,
     .run = run_reverse_sequence},
};

}  // namespace

std::span<const OpDef> ops_reverse_sequence() { return kOps; }

}  // namespace tundish
