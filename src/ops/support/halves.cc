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

}  // namespace

void widen(DType dtype, const void* from, float* to, int64_t count) {
  if (dtype == DType::kFloat16) return widen_all<Float16>(from, to, count);
  return widen_all<Bfloat16>(from, to, count);
}

void narrow(DType dtype, const float* from, void* to, int64_t count) {
  if (dtype == DType::kFloat16) return narrow_all<Float16>(from, to, count);
  return narrow_all<Bfloat16>(from, to, count);
}

}  // namespace tundish::ops
