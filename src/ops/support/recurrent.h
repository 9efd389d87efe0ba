// What RNN, GRU and LSTM share: attributes, inference, sequences of different lengths, directions,
// activation functions. Each operator adds one step of its cell.
#ifndef TUNDISH_OPS_SUPPORT_RECURRENT_H_
#define TUNDISH_OPS_SUPPORT_RECURRENT_H_

#include <array>
#include <cstdint>
#include <string_view>

#include "ir/exec_context.h"
#include "ir/op_def.h"
#include "ops/support/matrix_multiply.h"
#include "tundish/result.h"

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
template <class T> void activate(const ActivationSpec& spec, T* values, int64_t count);

/// What tells the operators apart.
struct RecurrentForm {
  int64_t gates = 1;                            ///< stacked in W and R
  std::array<std::string_view, 3> activations;  ///< defaults; "" beyond the last
  size_t activation_count() const {
    return activations[2].empty() ? (activations[1].empty() ? 1 : 2) : 3;
  }
};

struct RecurrentSizes {
  int64_t length = 0;
  int64_t batch = 0;
  int64_t input = 0;
  int64_t hidden = 0;
  int64_t directions = 1;
};

/// One direction while it runs.
template <class T> struct RecurrentPass {
  const RecurrentForm* form = nullptr;
  RecurrentSizes sizes;
  std::array<ActivationSpec, 3> activations;
  T clip = 0;                          ///< 0: none
  const T* recurrence = nullptr;       ///< R transposed: [hidden, gates * hidden]
  const T* recurrence_bias = nullptr;  ///< [gates * hidden], or null
  const T* peepholes = nullptr;        ///< [3 * hidden], or null
  // Written by each step, for the batch entries that are not at their end:
  T* gates = nullptr;                ///< [batch, gates * hidden]: at first x * W^T + bias_of_input
  T* hidden = nullptr;               ///< [batch, hidden]
  T* cell = nullptr;                 ///< [batch, hidden], LSTM
  T* work = nullptr;                 ///< [batch, gates * hidden], for the step alone
  const int64_t* lengths = nullptr;  ///< [batch]
  int64_t step = 0;

  bool is_running(int64_t b) const { return step < lengths[b]; }
  void clip_values(T* values, int64_t count) const {
    if (clip <= 0) return;
    for (int64_t i = 0; i < count; ++i) {
      values[i] = values[i] > clip ? clip : values[i] < -clip ? -clip : values[i];
    }
  }
  /// to[batch, columns] += from[batch, hidden] * recurrence, columns [column, column + columns);
  /// `to` has rows of gates * hidden elements and begins at its own column.
  void add_recurrent(ExecContext& context, const T* from, int64_t column, int64_t columns,
                     T* to) const {
    const int64_t width = form->gates * sizes.hidden;
    MatrixProduct<T> product;
    product.rows = sizes.batch;
    product.columns = columns;
    product.inner = sizes.hidden;
    product.a = from;
    product.a_stride = sizes.hidden;
    product.b = recurrence + column;
    product.b_stride = width;
    product.c = to;
    product.c_stride = width;
    product.addend = to;
    product.addend_row_stride = width;
    product.addend_column_stride = 1;
    multiply(context, product);
  }
};

/// One step of all batch entries: makes the new `hidden` (and `cell`) from `gates` and the old
/// ones.
template <class T> using StepFunction = void (*)(ExecContext& context, RecurrentPass<T>& pass);

Status infer_recurrent(InferContext& context, const RecurrentForm& form);

/// Runs all directions. `late_bias_gate`: the gate whose recurrence bias the step adds itself, or
/// -1.
template <class T>
Status run_recurrent(ExecContext& context, const RecurrentForm& form, StepFunction<T> step,
                     int64_t late_bias_gate = -1);

}  // namespace tundish::ops

#endif  // TUNDISH_OPS_SUPPORT_RECURRENT_H_
