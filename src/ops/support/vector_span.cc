#include "ops/support/vector_span.h"

namespace tundish::ops {

Status run_vector_function(ExecContext& context, kernels::VectorFunction function) {
  // About 50 us of the slowest of them.
  constexpr int64_t kVectorGrain = 65536;
  const UnarySpan span = {[](const void* kernel, const char* x, char* out, int64_t count) {
                            (*static_cast<const kernels::VectorFunction*>(kernel))(
                                reinterpret_cast<const float*>(x), static_cast<size_t>(count),
                                reinterpret_cast<float*>(out));
                          },
                          sizeof(float), sizeof(float), kVectorGrain, &function};
  return run_unary_span(context, context.input(0).dtype, span);
}

void run_pairs_into(ExecContext& context, const TensorView& a, const TensorView& b,
                    const MutableTensorView& y, kernels::PairFunction function) {
  const float* left = static_cast<const float*>(a.data);
  const float* right = static_cast<const float*>(b.data);
  float* const to = static_cast<float*>(y.data);
  run_loop(context, BroadcastLoop<2>::make(y.shape, {&a.shape, &b.shape}), kCheapGrain,
           [&](int64_t at, const auto& offsets, const auto& strides, int64_t count) {
             function(left + offsets[0], static_cast<size_t>(strides[0]), right + offsets[1],
                      static_cast<size_t>(strides[1]), static_cast<size_t>(count), to + at);
           });
}

Status run_pair_function(ExecContext& context, kernels::PairFunction function) {
  const TensorView& a = context.input(0);
  const TensorView& b = context.input(1);
  const FlatMeeting<2> flat({&a.shape, &b.shape});
  if (flat.shape != nullptr && flat.count <= kCheapGrain) {
    TRY_ASSIGN(const MutableTensorView y, context.output(0, DType::kFloat32, *flat.shape));
    function(static_cast<const float*>(a.data), static_cast<size_t>(flat.strides[0]),
             static_cast<const float*>(b.data), static_cast<size_t>(flat.strides[1]),
             static_cast<size_t>(flat.count), static_cast<float*>(y.data));
    return ok();
  }
  TRY_ASSIGN(const Shape shape, broadcast_shapes(a.shape, b.shape));
  TRY_ASSIGN(const MutableTensorView y, context.output(0, DType::kFloat32, shape));
  run_pairs_into(context, a, b, y, function);
  return ok();
}

}  // namespace tundish::ops
