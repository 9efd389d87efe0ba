// Where: the condition picks, element by element, from the second or third input.
#include <string>

#include "ops/support/elementwise.h"

namespace tundish {
namespace {
using namespace ops;

Status infer_where(InferContext& context) {
  TRY(expect_tensor(context, 0, kBools, {}));
  TRY(expect_tensor(context, 1, kHeld));
  TRY(expect_tensor(context, 2, kHeld));
  TRY(expect_same_dtype(context, 1, 2));
  TRY_ASSIGN(SymbolicShape shape, broadcast_inputs(context));
  context.set_output(0, ValueType::tensor(context.input(1).dtype, std::move(shape)));
  return ok();
}

template <class T> void pick(ExecContext& context, const Shape& shape, void* out) {
  const TensorView& condition = context.input(0);
  const TensorView& x = context.input(1);
  const TensorView& y = context.input(2);
  const auto* choice = static_cast<const uint8_t*>(condition.data);
  const T* from_x = static_cast<const T*>(x.data);
  const T* from_y = static_cast<const T*>(y.data);
  T* to = static_cast<T*>(out);
  const auto loop = BroadcastLoop<3>::make(shape, {&condition.shape, &x.shape, &y.shape});
  run_loop(context, loop, kCheapGrain,
           [&](int64_t at, const auto& offsets, const auto& strides, int64_t count) {
             const uint8_t* c = choice + offsets[0];
             const T* a = from_x + offsets[1];
             const T* b = from_y + offsets[2];
             for (int64_t i = 0; i < count; ++i) {
               to[at + i] = c[i * strides[0]] != 0 ? a[i * strides[1]] : b[i * strides[2]];
             }
           });
}

Status run_where(ExecContext& context) {
  const DType dtype = context.input(1).dtype;
  TRY_ASSIGN(Shape shape, broadcast_shapes(context.input(0).shape, context.input(1).shape));
  TRY_ASSIGN(shape, broadcast_shapes(shape, context.input(2).shape));
  TRY_ASSIGN(const MutableTensorView y, context.output(0, dtype, shape));
  // Bits are moved, not read: one loop per size.
  switch (dtype_bytes(dtype)) {
    case 1: pick<uint8_t>(context, shape, y.data); break;
    case 2: pick<uint16_t>(context, shape, y.data); break;
    case 4: pick<uint32_t>(context, shape, y.data); break;
    case 8: pick<uint64_t>(context, shape, y.data); break;
    default: pick<std::string>(context, shape, y.data); break;
  }
  return ok();
}

constexpr OpDef kOps[] = {
    {.name = "Where",
     .since = 9,
     .inputs = {3, 3},
     .traits = {.elementwise = true},
     .infer = infer_where,
     .run = run_where},
};

}  // namespace

std::span<const OpDef> ops_where() { return kOps; }

}  // namespace tundish
