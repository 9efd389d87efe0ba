#include "ops/support/as_type.h"

#include "base/checked.h"
#include "ops/support/types.h"

namespace tundish::ops {
namespace {

template <class T> Result<T*> scratch_for(ExecContext& context, const Shape& shape) {
  TRY_ASSIGN(const uint64_t bytes, checked_bytes(shape.dims(), sizeof(T)));
  TRY_ASSIGN(void* const storage, context.scratch(bytes + sizeof(T)));
  return static_cast<T*>(storage);
}

}  // namespace

template <class T> Result<const T*> as_type(ExecContext& context, const TensorView& view) {
  if (view.dtype == dtype_of<T>) return static_cast<const T*>(view.data);
  TRY_ASSIGN(T* const made, scratch_for<T>(context, view.shape));
  const int64_t count = view.shape.element_count();
  if (view.dtype == DType::kBool) {
    const auto* from = static_cast<const uint8_t*>(view.data);
    for (int64_t i = 0; i < count; ++i) made[i] = from[i] != 0 ? T{1} : T{0};
    return made;
  }
  TRY(dispatch(AllNumbers(), view.dtype, [&]<class From>() {
    const auto* from = static_cast<const From*>(view.data);
    for (int64_t i = 0; i < count; ++i) made[i] = static_cast<T>(from[i]);
    return ok();
  }));
  return made;
}

template <class T>
Result<TypedOutput<T>> typed_output(ExecContext& context, size_t i, DType dtype,
                                    const Shape& shape) {
  TypedOutput<T> output;
  TRY_ASSIGN(output.view, context.output(i, dtype, shape));
  if (dtype == dtype_of<T>) {
    output.values = static_cast<T*>(output.view.data);
  } else {
    TRY_ASSIGN(output.values, scratch_for<T>(context, shape));
  }
  return output;
}

template <class T> void finish_output(const TypedOutput<T>& output) {
  if (output.view.data == output.values) return;
  const int64_t count = output.view.shape.element_count();
  const auto convert_to = [&]<class To>(To* to) {
    for (int64_t i = 0; i < count; ++i) to[i] = static_cast<To>(output.values[i]);
  };
  switch (output.view.dtype) {
    case DType::kFloat32: return convert_to(static_cast<float*>(output.view.data));
    case DType::kFloat16: return convert_to(static_cast<Float16*>(output.view.data));
    case DType::kBfloat16: return convert_to(static_cast<Bfloat16*>(output.view.data));
    default: return convert_to(static_cast<double*>(output.view.data));
  }
}

template Result<const float*> as_type(ExecContext& context, const TensorView& view);
template Result<const double*> as_type(ExecContext& context, const TensorView& view);
template Result<TypedOutput<float>> typed_output(ExecContext& context, size_t i, DType dtype,
                                                 const Shape& shape);
template Result<TypedOutput<double>> typed_output(ExecContext& context, size_t i, DType dtype,
                                                  const Shape& shape);
template void finish_output(const TypedOutput<float>& output);
template void finish_output(const TypedOutput<double>& output);

}  // namespace tundish::ops
