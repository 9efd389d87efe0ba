// LSTM: gates i, o, f, c, with peepholes from the cell to the first three.
#include <algorithm>

#include "ops/support/half_adapter.h"
#include "ops/support/recurrent.h"
#include "ops/support/types.h"

namespace tundish {
namespace {
using namespace ops;

constexpr RecurrentForm kForm{.gates = 4, .activations = {"Sigmoid", "Tanh", "Tanh"}};
enum Gate : int64_t { kInputGate, kOutputGate, kForgetGate, kCellGate };
// Peepholes lie in the order i, o, f.

template <class T>
void add_peephole(const RecurrentPass<T>& pass, Gate gate, const T* cell, T* values) {
  if (pass.peepholes == nullptr) return;
  const T* weights = pass.peepholes + gate * pass.sizes.hidden;
  for (int64_t i = 0; i < pass.sizes.hidden; ++i) values[i] += weights[i] * cell[i];
}

template <class T, bool kCouples> void step(ExecContext& context, RecurrentPass<T>& pass) {
  const int64_t hidden = pass.sizes.hidden;
  pass.add_recurrent(context, pass.hidden, 0, kForm.gates, pass.gates);
  enum Function : size_t { kGate, kFresh, kShown };
  const auto open = [&](size_t which, T* values, int64_t gates) {
    pass.clip_values(values, gates * hidden);
    pass.activate_with(which, values, gates * hidden);
  };
  // Without peepholes the three gates, which lie side by side, open at once.
  const bool opens_at_once = pass.peepholes == nullptr && !kCouples;
  for (int64_t b = 0; b < pass.sizes.batch; ++b) {
    if (!pass.is_running(b)) continue;
    T* gates = pass.gates + b * 4 * hidden;
    T* cell = pass.cell + b * hidden;
    T* in = gates + kInputGate * hidden;
    T* out = gates + kOutputGate * hidden;
    T* forget = gates + kForgetGate * hidden;
    T* fresh = gates + kCellGate * hidden;
    if (opens_at_once) {
      open(kGate, gates, 3);
    } else {
      add_peephole(pass, kInputGate, cell, in);
      open(kGate, in, 1);
    }
    if constexpr (kCouples) {
      for (int64_t i = 0; i < hidden; ++i) forget[i] = 1 - in[i];
    } else if (!opens_at_once) {
      add_peephole(pass, kForgetGate, cell, forget);
      open(kGate, forget, 1);
    }
    open(kFresh, fresh, 1);
    for (int64_t i = 0; i < hidden; ++i) cell[i] = forget[i] * cell[i] + in[i] * fresh[i];
    if (!opens_at_once) {
      add_peephole(pass, kOutputGate, cell, out);
      open(kGate, out, 1);
    }
    T* shown = pass.hidden + b * hidden;
    std::copy_n(cell, hidden, shown);
    pass.activate_with(kShown, shown, hidden);
    for (int64_t i = 0; i < hidden; ++i) shown[i] *= out[i];
  }
}

Status infer_lstm(InferContext& context) {
  TRY(context.node().attributes.get_int("input_forget", 0));
  return infer_recurrent(context, kForm);
}

Status run_lstm(ExecContext& context) {
  TRY_ASSIGN(const int64_t couples, context.node().attributes.get_int("input_forget", 0));
  return dispatch(Floats(), context.input(0).dtype, [&]<class T>() {
    return run_recurrent<T>(context, kForm, couples != 0 ? step<T, true> : step<T, false>);
  });
}

Result<std::unique_ptr<KernelState>> prepare_lstm(const PrepareContext& context) {
  return prepare_recurrent(context, kForm);
}

// Since 14 a layout, before 7 a hint that lifting drops.
constexpr OpDef kOps[] = {
    {.name = "LSTM",
     .since = 1,
     .inputs = {3, 8},
     .outputs = {1, 3},
     .infer = infer_lstm,
     .run = run_with_halves<run_lstm>,
     .prepare = prepare_lstm},
};

}  // namespace

std::span<const OpDef> ops_lstm() { return kOps; }

}  // namespace tundish
