// Transpose: axes in another order.
#include "base/strings.h"
#include "ops/support/box.h"
#include "ops/support/move.h"
#include "ops/support/unpacked.h"

namespace tundish {
namespace {
using namespace ops;

// perm, or the axes reversed.
Result<ShortList> permutation(const Node& node, size_t rank, ErrorCode code) {
  ShortList out;
  if (!node.attributes.has("perm")) {
    for (size_t axis = rank; axis-- > 0;) out.values[out.count++] = static_cast<int64_t>(axis);
    return out;
  }
  TRY_ASSIGN(const std::vector<int64_t> perm, node.attributes.get_ints("perm"));
  if (perm.size() != rank) {
    return Error(code, cat("attribute \"perm\" has ", perm.size(), " entries, the input has ", rank,
                           " axes"));
  }
  uint32_t seen = 0;
  for (const int64_t entry : perm) {
    TRY_ASSIGN(const size_t axis, checked_axis(entry, rank, code));
    seen |= uint32_t{1} << axis;
    out.values[out.count++] = static_cast<int64_t>(axis);
  }
  if (seen != (uint32_t{1} << rank) - 1) {
    return Error(code, "attribute \"perm\" names an axis twice");
  }
  return out;
}

class TransposeState : public KernelState {
 public:
  ShortList perm;
};

Status infer_transpose(InferContext& context) {
  TRY(expect_tensor(context, 0, kEverything));
  SymbolicShape out;
  if (const std::vector<Dim>* dims = known_dims(context, 0)) {
    TRY_ASSIGN(const ShortList perm,
               permutation(context.node(), dims->size(), ErrorCode::kInvalidModel));
    out.emplace();
    for (const int64_t axis : perm.span()) out->push_back((*dims)[static_cast<size_t>(axis)]);
  }
  context.set_output(0, ValueType::tensor(context.input(0).dtype, std::move(out)));
  return ok();
}

// Reading attributes allocates; with a known rank it is done once.
Result<std::unique_ptr<KernelState>> prepare_transpose(const PrepareContext& context) {
  const std::vector<Dim>* dims = known_dims(context, 0);
  if (dims == nullptr) return std::unique_ptr<KernelState>();
  auto state = std::make_unique<TransposeState>();
  TRY_ASSIGN(state->perm, permutation(context.node(), dims->size(), ErrorCode::kInvalidModel));
  return std::unique_ptr<KernelState>(std::move(state));
}

Status run_transpose(ExecContext& context) {
  const TensorView& x = context.input(0);
  const size_t rank = x.shape.rank();
  const auto* state = static_cast<const TransposeState*>(context.state());
  ShortList perm;
  if (state != nullptr) {
    perm = state->perm;
  } else {
    TRY_ASSIGN(perm, permutation(context.node(), rank, ErrorCode::kInvalidArgument));
  }
  const auto from_steps = row_major_steps(x.shape);
  Shape shape;
  for (const int64_t axis : perm.span()) shape.append(x.shape[static_cast<size_t>(axis)]);
  TRY_ASSIGN(const WholeByteOutput out, WholeByteOutput::make(context, 0, x.dtype, shape));
  TRY_ASSIGN(const TensorView from, whole_bytes(context, x));
  const auto to_steps = row_major_steps(shape);
  Box box;
  for (size_t axis = 0; axis < rank; ++axis) {
    box.add({shape[axis], from_steps[static_cast<size_t>(perm.values[axis])], to_steps[axis]});
  }
  copy_box(context, from.dtype, out.view().data, from.data, box);
  out.finish();
  return ok();
}

constexpr OpDef kOps[] = {
    {.name = "Transpose",
     .since = 1,
     .inputs = {1, 1},
     .infer = infer_transpose,
     .run = run_transpose,
     .prepare = prepare_transpose},
};

}  // namespace

std::span<const OpDef> ops_transpose() { return kOps; }

}  // namespace tundish
