// StringConcat: strings put together element by element, broadcast.
#include "ops/support/elementwise.h"

namespace tundish {
namespace {
using namespace ops;

Status infer_string_concat(InferContext& context) {
  return infer_broadcast(context, kStrings, DType::kString);
}

Status run_string_concat(ExecContext& context) {
  const TensorView& a = context.input(0);
  const TensorView& b = context.input(1);
  TRY_ASSIGN(const Shape shape, broadcast_shapes(a.shape, b.shape));
  TRY_ASSIGN(const MutableTensorView y, context.output(0, DType::kString, shape));
  const auto* left = static_cast<const std::string*>(a.data);
  const auto* right = static_cast<const std::string*>(b.data);
  auto* out = static_cast<std::string*>(y.data);
  const auto loop = BroadcastLoop<2>::make(shape, {&a.shape, &b.shape});
  run_loop(context, loop, kCostlyGrain,
           [&](int64_t at, const auto& offsets, const auto& strides, int64_t count) {
             for (int64_t i = 0; i < count; ++i) {
               const std::string& head = left[offsets[0] + i * strides[0]];
               const std::string& tail = right[offsets[1] + i * strides[1]];
               std::string& joined = out[at + i];
               joined.clear();
               joined.reserve(head.size() + tail.size());
               joined.append(head).append(tail);
             }
           });
  return ok();
}

constexpr OpDef kOps[] = {
    {.name = "StringConcat",
     .since = 20,
     .inputs = {2, 2},
     .traits = {.elementwise = true},
     .infer = infer_string_concat,
     .run = run_string_concat},
};

}  // namespace

std::span<const OpDef> ops_string_concat() { return kOps; }

}  // namespace tundish
