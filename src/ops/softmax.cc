// Softmax, LogSoftmax along one axis.
#include "base/strings.h"
#include "ops/support/elementwise.h"
#include "ops/support/half_adapter.h"
#include "ops/support/move.h"
#include "ops/support/softmax_lanes.h"

namespace tundish {
namespace {
using namespace ops;

Status infer_softmax(InferContext& context) {
  TRY_ASSIGN(const int64_t axis, context.node().attributes.get_int("axis", -1));
  if (const std::vector<Dim>* dims = known_dims(context, 0)) {
    TRY(checked_axis(axis, dims->size(), ErrorCode::kInvalidModel));
  }
  return infer_same(context, AllFloats::kSet);
}

template <SoftmaxKind kKind> Status run_softmax(ExecContext& context) {
  const TensorView& x = context.input(0);
  TRY_ASSIGN(const int64_t wanted, context.node().attributes.get_int("axis", -1));
  TRY_ASSIGN(const size_t axis, checked_axis(wanted, x.shape.rank(), ErrorCode::kInvalidArgument));
  LaneShape lanes;
  for (size_t k = 0; k < axis; ++k) lanes.outer *= x.shape[k];
  lanes.size = x.shape[axis];
  for (size_t k = axis + 1; k < x.shape.rank(); ++k) {
    lanes.inner *= x.shape[k];
  }
  TRY_ASSIGN(const MutableTensorView y, context.output(0, x.dtype, x.shape));
  return dispatch(Floats(), x.dtype, [&]<class T>() {
    softmax_lanes(context, kKind, lanes, static_cast<const T*>(x.data), static_cast<T*>(y.data));
    return ok();
  });
}

template <SoftmaxKind kKind> constexpr OpDef row(std::string_view name) {
  return {.name = name,
          .since = 13,
          .inputs = {1, 1},
          .traits = {.in_place = true},
          .infer = infer_softmax,
          .run = run_with_halves<run_softmax<kKind>>};
}

constexpr OpDef kOps[] = {
    row<SoftmaxKind::kSoftmax>("Softmax"),
    row<SoftmaxKind::kLogSoftmax>("LogSoftmax"),
};

}  // namespace

std::span<const OpDef> ops_softmax() { return kOps; }

}  // namespace tundish
