// RNN: one layer, H = f(x W^T + H R^T + biases).
#include <algorithm>

#include "ops/support/half_adapter.h"
#include "ops/support/recurrent.h"
#include "ops/support/types.h"

namespace tundish {
namespace {
using namespace ops;

constexpr RecurrentForm kForm{.gates = 1, .activations = {"Tanh", "", ""}};

template <class T> void step(ExecContext& context, RecurrentPass<T>& pass) {
  const int64_t hidden = pass.sizes.hidden;
  pass.add_recurrent(context, pass.hidden, 0, kForm.gates, pass.gates);
  for (int64_t b = 0; b < pass.sizes.batch; ++b) {
    if (!pass.is_running(b)) continue;
    T* gate = pass.gates + b * hidden;
    pass.clip_values(gate, hidden);
    pass.activate_with(0, gate, hidden);
    std::copy_n(gate, hidden, pass.hidden + b * hidden);
  }
}

Status infer_rnn(InferContext& context) { return infer_recurrent(context, kForm); }

Status run_rnn(ExecContext& context) {
  return dispatch(Floats(), context.input(0).dtype,
                  [&]<class T>() { return run_recurrent<T>(context, kForm, step<T>); });
}

Result<std::unique_ptr<KernelState>> prepare_rnn(const PrepareContext& context) {
  return prepare_recurrent(context, kForm);
}

// Since 14 a layout, before 7 a hint that lifting drops.
constexpr OpDef kOps[] = {
    {.name = "RNN",
     .since = 1,
     .inputs = {3, 6},
     .outputs = {1, 2},
     .infer = infer_rnn,
     .run = run_with_halves<run_rnn>,
     .prepare = prepare_rnn},
};

}  // namespace

std::span<const OpDef> ops_rnn() { return kOps; }

}  // namespace tundish
