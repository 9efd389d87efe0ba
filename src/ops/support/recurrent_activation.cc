#include "ops/support/recurrent_activation.h"

#include <algorithm>
#include <cmath>
#include <type_traits>

#include "kernels/vector.h"

namespace tundish::ops {

template <class T>
void activate(const KernelTable& table, const ActivationSpec& spec, T* values, int64_t count) {
  if constexpr (std::is_same_v<T, float>) {
    const auto n = static_cast<size_t>(count);
    if (spec.kind == Activation::kTanh) return table.vector->tanh(values, n, values);
    if (spec.kind == Activation::kSigmoid) return table.vector->sigmoid(values, n, values);
  }
  const T alpha = static_cast<T>(spec.alpha);
  const T beta = static_cast<T>(spec.beta);
  const auto each = [&](auto function) {
    for (int64_t i = 0; i < count; ++i) values[i] = function(values[i]);
  };
  switch (spec.kind) {
    case Activation::kRelu: return each([](T x) { return x > 0 || x != x ? x : T{0}; });
    case Activation::kTanh: return each([](T x) { return std::tanh(x); });
    case Activation::kSigmoid: return each([](T x) { return 1 / (1 + std::exp(-x)); });
    case Activation::kAffine: return each([=](T x) { return alpha * x + beta; });
    case Activation::kLeakyRelu: return each([=](T x) { return x >= 0 ? x : alpha * x; });
    case Activation::kThresholdedRelu: return each([=](T x) { return x >= alpha ? x : T{0}; });
    case Activation::kScaledTanh: return each([=](T x) { return alpha * std::tanh(beta * x); });
    case Activation::kHardSigmoid:
      return each([=](T x) { return std::min(std::max(alpha * x + beta, T{0}), T{1}); });
    case Activation::kElu: return each([=](T x) { return x >= 0 ? x : alpha * std::expm1(x); });
    case Activation::kSoftsign: return each([](T x) { return x / (1 + std::fabs(x)); });
    case Activation::kSoftplus:
      return each([](T x) { return std::max(x, T{0}) + std::log1p(std::exp(-std::fabs(x))); });
  }
}

template void activate(const KernelTable& table, const ActivationSpec& spec, float* values,
                       int64_t count);
template void activate(const KernelTable& table, const ActivationSpec& spec, double* values,
                       int64_t count);

}  // namespace tundish::ops
