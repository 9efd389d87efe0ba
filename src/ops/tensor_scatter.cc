// TensorScatter: new rows written into a cache of keys or values.
#include <algorithm>

#include "base/strings.h"
#include "ops/support/move.h"
#include "ops/support/unpacked.h"

namespace tundish {
namespace {
using namespace ops;

constexpr DTypeSet kCached = kMovable | DTypeSet{DType::kUint4, DType::kInt4, DType::kFloat4E2M1};

struct Mode {
  bool circular = false;
};

Result<Mode> mode_of(const Node& node) {
  TRY_ASSIGN(const std::string mode, node.attributes.get_string("mode", "linear"));
  if (mode == "linear") return Mode{false};
  if (mode == "circular") return Mode{true};
  return InvalidModel(cat("attribute \"mode\": ", quoted(mode), " is not known"));
}

// Axis 0 is the batch.
Result<size_t> sequence_axis(const Node& node, size_t rank, ErrorCode code) {
  TRY_ASSIGN(const int64_t wanted, node.attributes.get_int("axis", -2));
  TRY_ASSIGN(const size_t axis, checked_axis(wanted, rank, code));
  if (axis == 0) return Error(code, "the sequence axis cannot be 0, the batch");
  return axis;
}

Status infer_tensor_scatter(InferContext& context) {
  TRY(expect_tensor(context, 0, kCached));
  TRY(expect_tensor(context, 1, kCached));
  TRY(expect_same_dtype(context, 0, 1));
  if (context.has_input(2)) TRY(expect_tensor(context, 2, {DType::kInt64}, {}));
  TRY(mode_of(context.node()));
  if (const std::vector<Dim>* dims = known_dims(context, 0)) {
    TRY_ASSIGN(const size_t axis,
               sequence_axis(context.node(), dims->size(), ErrorCode::kInvalidModel));
    const std::vector<Dim>* update = known_dims(context, 1);
    bool fits = update == nullptr || update->size() == dims->size();
    for (size_t i = 0; update != nullptr && fits && i < dims->size(); ++i) {
      const Dim& own = (*dims)[i];
      const Dim& other = (*update)[i];
      if (!own.is_known() || !other.is_known()) continue;
      fits = i == axis ? other.size() <= own.size() : other.size() == own.size();
    }
    if (!fits) {
      return InvalidModel(cat("input 1 of type ", context.input(1).to_string(),
                              " does not fit a cache of type ", context.input(0).to_string()));
    }
  }
  context.set_output(0, context.input(0));
  return ok();
}

// Where the update of each batch entry begins, checked.
Status check_places(const TensorView* indices, const Shape& cache, int64_t length, int64_t room,
                    Mode mode) {
  if (indices == nullptr) return ok();
  if (indices->shape.element_count() != cache[0]) {
    return InvalidArgument(
        cat("input 2 of shape ", indices->shape.to_string(), " for a batch of ", cache[0]));
  }
  for (int64_t i = 0; i < cache[0] && !mode.circular; ++i) {
    const int64_t at = integer_at(*indices, i);
    if (at < 0 || at > room - length) {
      return InvalidArgument(cat("input 2: ", length, " rows at ", at, " of batch entry ", i,
                                 " leave a cache of ", room));
    }
  }
  return ok();
}

Status run_tensor_scatter(ExecContext& context) {
  const TensorView& cache = context.input(0);
  const TensorView& update = context.input(1);
  const TensorView* indices = optional_input(context, 2);
  TRY_ASSIGN(const Mode mode, mode_of(context.node()));
  TRY_ASSIGN(const size_t axis,
             sequence_axis(context.node(), cache.shape.rank(), ErrorCode::kInvalidArgument));
  bool fits = update.shape.rank() == cache.shape.rank();
  for (size_t i = 0; fits && i < cache.shape.rank(); ++i) {
    fits = i == axis ? update.shape[i] <= cache.shape[i] : update.shape[i] == cache.shape[i];
  }
  if (!fits) {
    return InvalidArgument(cat("input 1 of shape ", update.shape.to_string(),
                               " does not fit a cache of shape ", cache.shape.to_string()));
  }
  const int64_t length = update.shape[axis];
  const AroundAxis all(cache.shape, axis);
  TRY(check_places(indices, cache.shape, length, all.size, mode));
  TRY_ASSIGN(const TensorView old, whole_bytes(context, cache));
  TRY_ASSIGN(const TensorView rows, whole_bytes(context, update));
  TRY_ASSIGN(const WholeByteOutput out,
             WholeByteOutput::make(context, 0, cache.dtype, cache.shape));
  const MutableTensorView& y = out.view();
  copy_elements(y.dtype, y.data, old.data, cache.shape.element_count());
  const int64_t blocks = update.shape.element_count() == 0 ? 0 : all.outer;
  const int64_t per_entry = blocks == 0 ? 1 : all.outer / cache.shape[0];
  for (int64_t block = 0; block < blocks; ++block) {
    int64_t at = indices != nullptr ? integer_at(*indices, block / per_entry) % all.size : 0;
    if (at < 0) at += all.size;
    // The rows up to the end of the cache, and in a circle those from its beginning on.
    const int64_t first = std::min(length, all.size - at);
    const auto copy = [&](int64_t to, int64_t from, int64_t count) {
      copy_elements(y.dtype, element_at(y.data, y.dtype, (block * all.size + to) * all.inner),
                    element_at(rows.data, y.dtype, (block * length + from) * all.inner),
                    count * all.inner);
    };
    copy(at, 0, first);
    copy(0, first, length - first);
  }
  out.finish();
  return ok();
}

constexpr OpDef kOps[] = {
    {.name = "TensorScatter",
     .since = 24,
     .inputs = {2, 3},
     .traits = {.in_place = true},
     .infer = infer_tensor_scatter,
     .run = run_tensor_scatter},
};

}  // namespace

std::span<const OpDef> ops_tensor_scatter() { return kOps; }

}  // namespace tundish
