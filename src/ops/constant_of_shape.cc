// ConstantOfShape: one value everywhere; EyeLike: ones on a diagonal.
#include <algorithm>
#include <cstring>

#include "base/strings.h"
#include "ops/support/move.h"

namespace tundish {
namespace {
using namespace ops;

// ---- ConstantOfShape

// The attribute "value", a tensor of one element; float32 zero when it is absent.
Result<Tensor> fill_value(const Node& node) {
  if (!node.attributes.has("value")) return Tensor::allocate(DType::kFloat32, Shape{1});
  TRY_ASSIGN(Tensor value, node.attributes.require_tensor("value"));
  if (value.element_count() != 1) {
    return InvalidModel(
        cat("attribute \"value\": expected one element, got shape ", value.shape().to_string()));
  }
  constexpr DTypeSet kAllowed = AllNumbers::kSet | kBools | kFloat8s | kPacked;
  if (!kAllowed.contains(value.dtype())) {
    return InvalidModel(cat("attribute \"value\": element type ", dtype_name(value.dtype())));
  }
  return value;
}

Result<Shape> shape_of(const ShortList& sizes, ErrorCode code) {
  Shape shape;
  for (const int64_t size : sizes.span()) {
    if (size < 0) return Error(code, cat("input 0: the shape has size ", size));
    shape.append(size);
  }
  return shape;
}

Status infer_constant_of_shape(InferContext& context) {
  TRY(expect_tensor(context, 0, {DType::kInt64}, {}));
  TRY_ASSIGN(const Tensor value, fill_value(context.node()));
  SymbolicShape out;
  const std::vector<Dim>* dims = known_dims(context, 0);
  if (const Tensor* wanted = context.constant(0)) {
    TRY_ASSIGN(const ShortList sizes, read_short_list(wanted->view(), 0, ErrorCode::kInvalidModel));
    TRY_ASSIGN(const Shape shape, shape_of(sizes, ErrorCode::kInvalidModel));
    out = symbolic(shape);
  } else if (dims != nullptr && dims->size() == 1 && (*dims)[0].is_known()) {
    if ((*dims)[0].size() > static_cast<int64_t>(Shape::kMaxRank)) {
      return InvalidModel(
          cat("a shape of ", (*dims)[0].size(), " axes, at most ", Shape::kMaxRank));
    }
    out.emplace(static_cast<size_t>((*dims)[0].size()));
  }
  context.set_output(0, ValueType::tensor(value.dtype(), std::move(out)));
  return ok();
}

Status run_constant_of_shape(ExecContext& context) {
  TRY_ASSIGN(const Tensor value, fill_value(context.node()));
  TRY_ASSIGN(const ShortList sizes, read_short_list(context.input(0), 0));
  TRY_ASSIGN(const Shape shape, shape_of(sizes, ErrorCode::kInvalidArgument));
  TRY_ASSIGN(const MutableTensorView y, sized_output(context, 0, value.dtype(), shape));
  const int64_t count = shape.element_count();
  if (!kPacked.contains(y.dtype)) {
    fill_elements(y.dtype, y.data, value.data(), count);
    return ok();
  }
  // A byte full of the value; bits behind the last element are 0.
  const size_t bits = dtype_bits(y.dtype);
  unsigned pattern = *static_cast<const uint8_t*>(value.data()) & ((1U << bits) - 1U);
  for (size_t width = bits; width < 8; width *= 2) pattern |= pattern << width;
  const size_t used = static_cast<size_t>(count) * bits;
  auto* bytes = static_cast<uint8_t*>(y.data);
  std::memset(bytes, static_cast<int>(pattern), used / 8);
  if (used % 8 != 0) bytes[used / 8] = static_cast<uint8_t>(pattern & ((1U << used % 8) - 1U));
  return ok();
}

// ---- EyeLike

Result<DType> eye_dtype(const Node& node, DType of_input) {
  TRY_ASSIGN(const int64_t dtype, node.attributes.get_int("dtype", static_cast<int64_t>(of_input)));
  constexpr DTypeSet kAllowed = AllNumbers::kSet | kBools;
  if (dtype < 0 || dtype > 31 || !kAllowed.contains(static_cast<DType>(dtype))) {
    return InvalidModel(cat("attribute \"dtype\": element type ", dtype, " is not allowed"));
  }
  return static_cast<DType>(dtype);
}

Status infer_eye_like(InferContext& context) {
  TRY(expect_tensor(context, 0, AllNumbers::kSet | kBools));
  TRY_ASSIGN(const DType dtype, eye_dtype(context.node(), context.input(0).dtype));
  TRY(context.node().attributes.get_int("k", 0));
  const std::vector<Dim>* dims = known_dims(context, 0);
  if (dims != nullptr && dims->size() != 2) {
    return InvalidModel(cat("input 0: expected 2 axes, got ", dims->size()));
  }
  context.set_output(0, ValueType::tensor(dtype, context.input(0).shape));
  return ok();
}

Status run_eye_like(ExecContext& context) {
  const TensorView& x = context.input(0);
  if (x.shape.rank() != 2) {
    return InvalidArgument(cat("input 0: expected 2 axes, got ", x.shape.rank()));
  }
  TRY_ASSIGN(const DType dtype, eye_dtype(context.node(), x.dtype));
  TRY_ASSIGN(const int64_t k, context.node().attributes.get_int("k", 0));
  TRY_ASSIGN(const MutableTensorView y, context.output(0, dtype, x.shape));
  const int64_t rows = x.shape[0];
  const int64_t columns = x.shape[1];
  std::memset(y.data, 0, static_cast<size_t>(rows * columns) * dtype_bytes(dtype));
  // Rows i with 0 <= i + k < columns.
  const int64_t first = std::max<int64_t>(0, k < 0 ? -std::max(k, -rows) : 0);
  const int64_t last = k >= columns ? 0 : std::min(rows, k < -rows ? 0 : columns - k);
  return dispatch(AllNumbers(), dtype == DType::kBool ? DType::kUint8 : dtype, [&]<class T>() {
    T* out = static_cast<T*>(y.data);
    for (int64_t i = first; i < last; ++i) out[i * columns + i + k] = T(Computed<T>(1));
    return ok();
  });
}

constexpr OpDef kOps[] = {
    {.name = "ConstantOfShape",
     .since = 9,
     .inputs = {1, 1},
     .infer = infer_constant_of_shape,
     .run = run_constant_of_shape},
    {.name = "EyeLike", .since = 9, .inputs = {1, 1}, .infer = infer_eye_like, .run = run_eye_like},
};

}  // namespace

std::span<const OpDef> ops_constant_of_shape() { return kOps; }

}  // namespace tundish
