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

}  // namespace tundish::ops
