#include "ops/support/halves.h"

namespace tundish::ops {
namespace {

template <class Half> void widen_all(const void* from, float* to, int64_t count) {
  const auto* halves = static_cast<const Half*>(from);
  for (int64_t i = 0; i < count; ++i) to[i] = static_cast<float>(halves[i]);
}

template <class Half> void narrow_all(const float* from, void* to, int64_t count) {
  auto* halves = static_cast<Half*>(to);
  for (int64_t i = 0; i < count; ++i) halves[i] = Half(from[i]);
}

// Scratch memory for the elements of a tensor in float; no such tensor is near 2^61 elements.
Result<float*> wide_scratch(ExecContext& context, const Shape& shape) {
  TRY_ASSIGN(void* memory,
             context.scratch(static_cast<size_t>(shape.element_count()) * sizeof(float)));
  return static_cast<float*>(memory);
}

}  // namespace

void widen(DType dtype, const void* from, float* to, int64_t count) {
  if (dtype == DType::kFloat16) return widen_all<Float16>(from, to, count);
  return widen_all<Bfloat16>(from, to, count);
}

void narrow(DType dtype, const float* from, void* to, int64_t count) {
  if (dtype == DType::kFloat16) return narrow_all<Float16>(from, to, count);
  return narrow_all<Bfloat16>(from, to, count);
}

Result<TensorView> widened(ExecContext& context, const TensorView& view) {
  if (!is_half_type(view.dtype)) return view;
  TRY_ASSIGN(float* wide, wide_scratch(context, view.shape));
  widen(view.dtype, view.data, wide, view.shape.element_count());
  return TensorView{DType::kFloat32, view.shape, wide};
}

Result<WideOutput> WideOutput::make(ExecContext& context, const MutableTensorView& out) {
  WideOutput made;
  made.out_ = out;
  if (is_half_type(out.dtype)) {
    TRY_ASSIGN(made.wide_, wide_scratch(context, out.shape));
  }
  return made;
}

void WideOutput::finish() const {
  if (wide_ != nullptr) narrow(out_.dtype, wide_, out_.data, out_.shape.element_count());
}

}  // namespace tundish::ops
