// Activation functions of RNN, GRU and LSTM.
#ifndef TUNDISH_OPS_SUPPORT_RECURRENT_ACTIVATION_H_
#define TUNDISH_OPS_SUPPORT_RECURRENT_ACTIVATION_H_

#include <cstdint>

#include "ir/op_def.h"
#include "kernels/table.h"

namespace tundish::ops {

enum class Activation : uint8_t {
  kRelu,
  kTanh,
  kSigmoid,
  kAffine,
  kLeakyRelu,
  kThresholdedRelu,
  kScaledTanh,
  kHardSigmoid,
  kElu,
  kSoftsign,
  kSoftplus,
};

struct ActivationSpec {
  Activation kind = Activation::kTanh;
  float alpha = 0;
  float beta = 0;
};

/// values[i] = f(values[i]). T is float or double.
template <class T>
void activate(const KernelTable& table, const ActivationSpec& spec, T* values, int64_t count);

}  // namespace tundish::ops

#endif  // TUNDISH_OPS_SUPPORT_RECURRENT_ACTIVATION_H_
