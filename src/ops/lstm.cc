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
  pass.add_recurrent(context, pass.hidden, 0, 4 * hidden, pass.gates);
  const auto& [f, g, h] = pass.activations;
  const auto open = [&](const ActivationSpec& spec, T* values) {
    pass.clip_values(values, hidden);
    activate(spec, values, hidden);
  };
  for (int64_t b = 0; b < pass.sizes.batch; ++b) {
    if (!pass.is_running(b)) continue;
    T* gates = pass.gates + b * 4 * hidden;
    T* cell = pass.cell + b * hidden;
    T* in = gates + kInputGate * hidden;
    T* out = gates + kOutputGate * hidden;
    T* forget = gates + kForgetGate * hidden;
    T* fresh = gates + kCellGate * hidden;
    add_peephole(pass, kInputGate, cell, in);
    open(f, in);
    if constexpr (kCouples) {
      for (int64_t i = 0; i < hidden; ++i) forget[i] = 1 - in[i];
    } else {
      add_peephole(pass, kForgetGate, cell, forget);
      open(f, forget);
    }
    open(g, fresh);
    for (int64_t i = 0; i < hidden; ++i) cell[i] = forget[i] * cell[i] + in[i] * fresh[i];
    add_peephole(pass, kOutputGate, cell, out);
    open(f, out);
    T* shown = pass.hidden + b * hidden;
    std::copy_n(cell, hidden, shown);
    activate(h, shown, hidden);
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

// Since 14 a layout, before 7 a hint that lifting drops.
constexpr OpDef kOps[] = {
    {.name = "LSTM",
     .since = 1,
     .inputs = {3, 8},
     .outputs = {1, 3},
     .infer = infer_lstm,
     .run = run_with_halves<run_lstm>},
};

}  // namespace

std::span<const OpDef> ops_lstm() { return kOps; }

}  // namespace tundish
