// What RNN, GRU and LSTM share: attributes, inference, sequences of different lengths, directions,
// activation functions. Each operator adds one step of its cell.
#ifndef TUNDISH_OPS_SUPPORT_RECURRENT_H_
#define TUNDISH_OPS_SUPPORT_RECURRENT_H_

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "ir/exec_context.h"
#include "ir/op_def.h"
#include "kernels/table.h"
#include "ops/support/dense_product.h"
#include "ops/support/matrix_multiply.h"
#include "ops/support/recurrent_activation.h"
#include "tundish/result.h"

namespace tundish::ops {

/// What tells the operators apart.
struct RecurrentForm {
  int64_t gates = 1;                            ///< stacked in W and R
  std::array<std::string_view, 3> activations;  ///< defaults; "" beyond the last
  /// Gates from this one on have a recurrent product of their own; 0: one product for all.
  int64_t split_gate = 0;
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
  T clip = 0;  ///< 0: none
  const KernelTable* table = nullptr;
  const T* recurrence = nullptr;  ///< double: R transposed, [hidden, gates * hidden]
  /// Float: R transposed and packed, the gates before `split_gate` and those from it on.
  std::array<const float*, 2> packed_recurrence{};
  /// Float, one sequence: inputs of later steps, multiplied beside the recurrence.
  std::optional<kernels::BesideProduct> beside;
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
  void activate_with(size_t which, T* values, int64_t count) const {
    activate(*table, activations[which], values, count);
  }
  /// to += from[batch, hidden] * recurrence for gates [first, first + count): all, or one side of
  /// the form's split. `to` has rows of gates * hidden elements and begins at gate `first`.
  void add_recurrent(ExecContext& context, const T* from, int64_t first, int64_t count, T* to);
};

/// One step of all batch entries: makes the new `hidden` (and `cell`) from `gates` and the old
/// ones.
template <class T> using StepFunction = void (*)(ExecContext& context, RecurrentPass<T>& pass);

Status infer_recurrent(InferContext& context, const RecurrentForm& form);

/// Packs constant float32 weights.
Result<std::unique_ptr<KernelState>> prepare_recurrent(const PrepareContext& context,
                                                       const RecurrentForm& form);

/// Runs all directions. `late_bias_gate`: the gate whose recurrence bias the step adds itself, or
/// -1.
template <class T>
Status run_recurrent(ExecContext& context, const RecurrentForm& form, StepFunction<T> step,
                     int64_t late_bias_gate = -1);

}  // namespace tundish::ops

#endif  // TUNDISH_OPS_SUPPORT_RECURRENT_H_
