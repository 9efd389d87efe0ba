// RemovePadding and RestorePadding of com.microsoft: texts of one length as the rows of their
// tokens, and back.
#include <algorithm>

#include "base/strings.h"
#include "ops/support/move.h"
#include "ops/support/types.h"

namespace tundish {
namespace {
using namespace ops;

constexpr DTypeSet kReals = DTypeSet{DType::kFloat32} | kHalves;

Status infer_remove(InferContext& context) {
  TRY(expect_tensor(context, 0, kReals));
  TRY(expect_tensor(context, 1, {DType::kInt32}));
  Dim batch;
  Dim length;
  Dim size;
  if (const std::vector<Dim>* x = known_dims(context, 0)) {
    if (x->size() != 3) return InvalidModel(cat("input has ", x->size(), " axes, not 3"));
    batch = (*x)[0];
    length = (*x)[1];
    size = (*x)[2];
  }
  using Dims = std::vector<Dim>;
  const Dim more = batch.is_known() && batch.size() < INT64_MAX ? Dim(batch.size() + 1) : Dim();
  const Dims shapes[] = {{Dim(), size}, {batch, length}, {more}, {Dim(1)}};
  for (size_t i = 0; i < context.node().outputs.size(); ++i) {
    const DType dtype = i == 0 ? context.input(0).dtype : DType::kInt32;
    context.set_output(i, ValueType::tensor(dtype, shapes[i]));
  }
  return ok();
}

// An int32 output, or null where nobody reads it.
Result<int32_t*> counts_output(ExecContext& context, size_t i, const Shape& shape) {
  if (i >= context.output_count() || !context.output_wanted(i)) return nullptr;
  TRY_ASSIGN(const MutableTensorView out, context.output(i, DType::kInt32, shape));
  return static_cast<int32_t*>(out.data);
}

Status run_remove(ExecContext& context) {
  const TensorView& x = context.input(0);
  const TensorView& counts = context.input(1);
  if (x.shape.rank() != 3 || !(counts.shape == Shape{x.shape[0]}) ||
      x.shape[0] * x.shape[1] > INT32_MAX) {
    return InvalidArgument(cat("input of shape ", x.shape.to_string(),
                               " with sequence_token_count of shape ", counts.shape.to_string()));
  }
  const int64_t batch = x.shape[0];
  const int64_t length = x.shape[1];
  const int64_t size = x.shape[2];
  const auto* const tokens = static_cast<const int32_t*>(counts.data);
  int64_t total = 0;
  int32_t most = 0;
  for (int64_t b = 0; b < batch; ++b) {
    if (tokens[b] < 0 || tokens[b] > length) {
      return InvalidArgument(
          cat("sequence_token_count holds ", tokens[b], ", texts have ", length, " places"));
    }
    total += tokens[b];
    most = std::max(most, tokens[b]);
  }
  TRY_ASSIGN(const MutableTensorView out, context.output(0, x.dtype, {total, size}));
  TRY_ASSIGN(int32_t* const offsets, counts_output(context, 1, {batch, length}));
  TRY_ASSIGN(int32_t* const sums, counts_output(context, 2, {batch + 1}));
  TRY_ASSIGN(int32_t* const longest, counts_output(context, 3, {1}));
  if (longest != nullptr) *longest = most;
  int64_t kept = 0;
  int64_t dropped = total;
  for (int64_t b = 0; b < batch; ++b) {
    if (sums != nullptr) sums[b] = static_cast<int32_t>(kept);
    copy_elements(x.dtype, element_at(out.data, x.dtype, kept * size),
                  element_at(x.data, x.dtype, b * length * size), tokens[b] * size);
    for (int64_t r = 0; offsets != nullptr && r < length; ++r) {
      offsets[r < tokens[b] ? kept + r : dropped + r - tokens[b]] =
          static_cast<int32_t>(b * length + r);
    }
    kept += tokens[b];
    dropped += length - tokens[b];
  }
  if (sums != nullptr) sums[batch] = static_cast<int32_t>(kept);
  return ok();
}

Status infer_restore(InferContext& context) {
  TRY(expect_tensor(context, 0, kReals));
  TRY(expect_tensor(context, 1, {DType::kInt32}));
  std::vector<Dim> shape(3);
  if (const std::vector<Dim>* x = known_dims(context, 0)) {
    if (x->size() != 2) return InvalidModel(cat("input has ", x->size(), " axes, not 2"));
    shape[2] = (*x)[1];
  }
  if (const std::vector<Dim>* offsets = known_dims(context, 1)) {
    if (offsets->size() != 2) {
      return InvalidModel(cat("token_offset has ", offsets->size(), " axes, not 2"));
    }
    shape[0] = (*offsets)[0];
    shape[1] = (*offsets)[1];
  }
  context.set_output(0, ValueType::tensor(context.input(0).dtype, std::move(shape)));
  return ok();
}

Status run_restore(ExecContext& context) {
  const TensorView& x = context.input(0);
  const TensorView& offsets = context.input(1);
  const int64_t places = offsets.shape.element_count();
  if (x.shape.rank() != 2 || offsets.shape.rank() != 2 || x.shape[0] > places) {
    return InvalidArgument(cat("input of shape ", x.shape.to_string(),
                               " with token_offset of shape ", offsets.shape.to_string()));
  }
  const int64_t size = x.shape[1];
  TRY_ASSIGN(const MutableTensorView out,
             sized_output(context, 0, x.dtype, {offsets.shape[0], offsets.shape[1], size}));
  clear_elements(x.dtype, out.data, places * size);
  const auto* const at = static_cast<const int32_t*>(offsets.data);
  for (int64_t i = 0; i < x.shape[0]; ++i) {
    if (at[i] < 0 || at[i] >= places) {
      return InvalidArgument(cat("token_offset holds ", at[i], " for ", places, " places"));
    }
    copy_elements(x.dtype, element_at(out.data, x.dtype, at[i] * size),
                  element_at(x.data, x.dtype, i * size), size);
  }
  return ok();
}

constexpr OpDef kOps[] = {
    {.name = "RemovePadding",
     .domain = kDomainMicrosoft,
     .inputs = {2, 2},
     .outputs = {1, 4},
     .infer = infer_remove,
     .run = run_remove},
    {.name = "RestorePadding",
     .domain = kDomainMicrosoft,
     .inputs = {2, 2},
     .infer = infer_restore,
     .run = run_restore},
};

}  // namespace

std::span<const OpDef> ops_microsoft_padding() { return kOps; }

}  // namespace tundish
