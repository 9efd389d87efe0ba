// Where: the condition picks, element by element, from the second or third input.
#include <string>

#include "ops/support/elementwise.h"

namespace tundish {
namespace {
using namespace ops;

constexpr DTypeSet kAny =
    AllNumbers::kSet | kBools | kStrings | DTypeSet{DType::kComplex64, DType::kComplex128};
using Complex128 = std::array<uint64_t, 2>;

Status infer_where(InferContext& context) {
  TRY(expect_tensor(context, 0, kBools, {}));
  TRY(expect_tensor(context, 1, kAny));
  TRY(expect_tensor(context, 2, kAny));
  TRY(expect_same_dtype(context, 1, 2));
  TRY_ASSIGN(SymbolicShape shape, broadcast_inputs(context));
  context.set_output(0, ValueType::tensor(context.input(1).dtype, std::move(shape)));
  return ok();
}

template <class T>
void pick_span(const uint8_t* c, const T* a, const T* b, const std::array<int64_t, 3>& strides,
               T* to, int64_t count) {
  for (int64_t i = 0; i < count; ++i) {
    to[i] = c[i * strides[0]] != 0 ? a[i * strides[1]] : b[i * strides[2]];
  }
}

template <class T> Status pick(ExecContext& context, DType dtype) {
  const TensorView& condition = context.input(0);
  const TensorView& x = context.input(1);
  const TensorView& y = context.input(2);
  const auto* choice = static_cast<const uint8_t*>(condition.data);
  const T* from_x = static_cast<const T*>(x.data);
  const T* from_y = static_cast<const T*>(y.data);
  const FlatMeeting<3> flat({&condition.shape, &x.shape, &y.shape});
  if (flat.shape != nullptr && flat.count <= kCheapGrain) {
    TRY_ASSIGN(const MutableTensorView out, context.output(0, dtype, *flat.shape));
    pick_span(choice, from_x, from_y, flat.strides, static_cast<T*>(out.data), flat.count);
    return ok();
  }
  TRY_ASSIGN(Shape shape, broadcast_shapes(condition.shape, x.shape));
  TRY_ASSIGN(shape, broadcast_shapes(shape, y.shape));
  TRY_ASSIGN(const MutableTensorView out, context.output(0, dtype, shape));
  T* to = static_cast<T*>(out.data);
  const auto loop = BroadcastLoop<3>::make(shape, {&condition.shape, &x.shape, &y.shape});
  run_loop(context, loop, kCheapGrain,
           [&](int64_t at, const auto& offsets, const auto& strides, int64_t count) {
             pick_span(choice + offsets[0], from_x + offsets[1], from_y + offsets[2], strides,
                       to + at, count);
           });
  return ok();
}

Status run_where(ExecContext& context) {
  const DType dtype = context.input(1).dtype;
  // Bits are moved, not read: one loop per size.
  switch (dtype_bytes(dtype)) {
    case 1: return pick<uint8_t>(context, dtype);
    case 2: return pick<uint16_t>(context, dtype);
    case 4: return pick<uint32_t>(context, dtype);
    case 8: return pick<uint64_t>(context, dtype);
    case 16: return pick<Complex128>(context, dtype);
    default: return pick<std::string>(context, dtype);
  }
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
