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

using Strides = std::array<int64_t, 3>;
// Elements of one size; what is the same for all sizes is compiled once.
struct PickSpan {
  int64_t bytes;
  void (*pick)(const uint8_t* c, const char* a, const char* b, const Strides& strides, char* to,
               int64_t count);
};

template <class T>
void pick_span(const uint8_t* c, const char* x, const char* y, const Strides& strides, char* out,
               int64_t count) {
  const T* a = reinterpret_cast<const T*>(x);
  const T* b = reinterpret_cast<const T*>(y);
  T* to = reinterpret_cast<T*>(out);
  for (int64_t i = 0; i < count; ++i) {
    to[i] = c[i * strides[0]] != 0 ? a[i * strides[1]] : b[i * strides[2]];
  }
}
template <class T> constexpr PickSpan kPick = {sizeof(T), pick_span<T>};

Status pick(ExecContext& context, DType dtype, const PickSpan& span) {
  const TensorView& condition = context.input(0);
  const TensorView& x = context.input(1);
  const TensorView& y = context.input(2);
  const auto* choice = static_cast<const uint8_t*>(condition.data);
  const char* from_x = static_cast<const char*>(x.data);
  const char* from_y = static_cast<const char*>(y.data);
  const FlatMeeting<3> flat({&condition.shape, &x.shape, &y.shape});
  if (flat.shape != nullptr && flat.count <= kCheapGrain) {
    TRY_ASSIGN(const MutableTensorView out, context.output(0, dtype, *flat.shape));
    span.pick(choice, from_x, from_y, flat.strides, static_cast<char*>(out.data), flat.count);
    return ok();
  }
  TRY_ASSIGN(Shape shape, broadcast_shapes(condition.shape, x.shape));
  TRY_ASSIGN(shape, broadcast_shapes(shape, y.shape));
  TRY_ASSIGN(const MutableTensorView out, context.output(0, dtype, shape));
  char* to = static_cast<char*>(out.data);
  const auto loop = BroadcastLoop<3>::make(shape, {&condition.shape, &x.shape, &y.shape});
  run_loop(context, loop, kCheapGrain,
           [&](int64_t at, const Strides& offsets, const Strides& strides, int64_t count) {
             span.pick(choice + offsets[0], from_x + offsets[1] * span.bytes,
                       from_y + offsets[2] * span.bytes, strides, to + at * span.bytes, count);
           });
  return ok();
}

Status run_where(ExecContext& context) {
  const DType dtype = context.input(1).dtype;
  // Bits are moved, not read: one loop per size.
  switch (dtype_bytes(dtype)) {
    case 1: return pick(context, dtype, kPick<uint8_t>);
    case 2: return pick(context, dtype, kPick<uint16_t>);
    case 4: return pick(context, dtype, kPick<uint32_t>);
    case 8: return pick(context, dtype, kPick<uint64_t>);
    case 16: return pick(context, dtype, kPick<Complex128>);
    default: return pick(context, dtype, kPick<std::string>);
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
