// GRU: gates z, r, h; the reset gate acts before or after the recurrence of h.
#include <algorithm>

#include "ops/support/half_adapter.h"
#include "ops/support/recurrent.h"
#include "ops/support/types.h"

namespace tundish {
namespace {
using namespace ops;

constexpr int64_t kHiddenGate = 2;
constexpr RecurrentForm kLinearForm{.gates = 3, .activations = {"Sigmoid", "Tanh", ""}};
constexpr RecurrentForm kForm{
    .gates = 3, .activations = {"Sigmoid", "Tanh", ""}, .split_gate = kHiddenGate};

template <class T> void open(const RecurrentPass<T>& pass, size_t which, T* values, int64_t count) {
  pass.clip_values(values, count);
  pass.activate_with(which, values, count);
}

// H = (1 - z) h + z H
template <class T>
void mix(const RecurrentPass<T>& pass, const T* update, const T* fresh, T* state) {
  for (int64_t i = 0; i < pass.sizes.hidden; ++i) {
    state[i] = (1 - update[i]) * fresh[i] + update[i] * state[i];
  }
}

// h = g(x W^T + (r H) R^T + biases)
template <class T> void step_default(ExecContext& context, RecurrentPass<T>& pass) {
  const int64_t hidden = pass.sizes.hidden;
  const int64_t batch = pass.sizes.batch;
  pass.add_recurrent(context, pass.hidden, 0, kHiddenGate, pass.gates);
  for (int64_t b = 0; b < batch; ++b) {
    T* gates = pass.gates + b * 3 * hidden;
    open(pass, 0, gates, 2 * hidden);
    for (int64_t i = 0; i < hidden; ++i) {
      pass.work[b * hidden + i] = gates[hidden + i] * pass.hidden[b * hidden + i];
    }
  }
  pass.add_recurrent(context, pass.work, kHiddenGate, 1, pass.gates + kHiddenGate * hidden);
  for (int64_t b = 0; b < batch; ++b) {
    if (!pass.is_running(b)) continue;
    T* gates = pass.gates + b * 3 * hidden;
    T* fresh = gates + kHiddenGate * hidden;
    open(pass, 1, fresh, hidden);
    mix(pass, gates, fresh, pass.hidden + b * hidden);
  }
}

// h = g(x W^T + r (H R^T + recurrence's bias) + input's bias)
template <class T> void step_linear(ExecContext& context, RecurrentPass<T>& pass) {
  const int64_t hidden = pass.sizes.hidden;
  const int64_t batch = pass.sizes.batch;
  std::fill_n(pass.work, batch * 3 * hidden, T{0});
  pass.add_recurrent(context, pass.hidden, 0, kLinearForm.gates, pass.work);
  for (int64_t b = 0; b < batch; ++b) {
    if (!pass.is_running(b)) continue;
    T* gates = pass.gates + b * 3 * hidden;
    const T* recurrent = pass.work + b * 3 * hidden;
    for (int64_t i = 0; i < 2 * hidden; ++i) gates[i] += recurrent[i];
    open(pass, 0, gates, 2 * hidden);
    const T* reset = gates + hidden;
    T* fresh = gates + kHiddenGate * hidden;
    for (int64_t i = 0; i < hidden; ++i) {
      const int64_t at = kHiddenGate * hidden + i;
      const T bias = pass.recurrence_bias != nullptr ? pass.recurrence_bias[at] : T{0};
      fresh[i] += reset[i] * (recurrent[at] + bias);
    }
    open(pass, 1, fresh, hidden);
    mix(pass, gates, fresh, pass.hidden + b * hidden);
  }
}

Status infer_gru(InferContext& context) {
  TRY(context.node().attributes.get_int("linear_before_reset", 0));
  return infer_recurrent(context, kForm);
}

Status run_gru(ExecContext& context) {
  TRY_ASSIGN(const int64_t linear, context.node().attributes.get_int("linear_before_reset", 0));
  return dispatch(Floats(), context.input(0).dtype, [&]<class T>() {
    if (linear != 0) return run_recurrent<T>(context, kLinearForm, step_linear<T>, kHiddenGate);
    return run_recurrent<T>(context, kForm, step_default<T>);
  });
}

Result<std::unique_ptr<KernelState>> prepare_gru(const PrepareContext& context) {
  TRY_ASSIGN(const int64_t linear, context.node().attributes.get_int("linear_before_reset", 0));
  return prepare_recurrent(context, linear != 0 ? kLinearForm : kForm);
}

// Since 14 a layout, since 3 linear_before_reset, before 7 a hint that lifting drops.
constexpr OpDef kOps[] = {
    {.name = "GRU",
     .since = 1,
     .inputs = {3, 6},
     .outputs = {1, 2},
     .infer = infer_gru,
     .run = run_with_halves<run_gru>,
     .prepare = prepare_gru},
};

}  // namespace

std::span<const OpDef> ops_gru() { return kOps; }

}  // namespace tundish
