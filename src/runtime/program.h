// A graph made ready to run on this machine: steps in order, prepared kernels, numbered slots.
#ifndef TUNDISH_RUNTIME_PROGRAM_H_
#define TUNDISH_RUNTIME_PROGRAM_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "ir/graph.h"
#include "ir/op_def.h"
#include "kernels/table.h"
#include "tundish/result.h"
#include "tundish/session.h"

namespace tundish {

/// Number of a value in a program; kNoSlot for an optional input or output left out.
using SlotId = uint32_t;
inline constexpr SlotId kNoSlot = 0xffffffff;

/// A value while a program runs.
struct Slot {
  enum class Kind : uint8_t { kInput, kConstant, kComputed };
  Kind kind = Kind::kComputed;
  ValueId value = kNoValue;
  int first_step = -1;  ///< that writes it; -1: there before the first one
  int last_step = -1;   ///< that reads it; step count for an output of the graph; -1: nobody
};

struct Step {
  const OpDef* def = nullptr;
  const Node* node = nullptr;
  std::unique_ptr<KernelState> state;  ///< null: nothing was prepared
  std::vector<SlotId> inputs;
  std::vector<SlotId> outputs;
};

/// Immutable once made. Keeps the graph alive; the operator table must outlive it.
struct Program {
  std::shared_ptr<const Graph> graph;
  const kernels::KernelTable* kernels = nullptr;
  std::vector<Slot> slots;
  std::vector<Step> steps;
  std::vector<SlotId> inputs;   ///< per graph input
  std::vector<SlotId> outputs;  ///< per graph output
  /// The outputs are computed, distinct, and slots 0, 1, ... in order.
  bool outputs_lead = false;
  /// All inputs and outputs are dense tensors.
  bool is_dense = true;

  bool is_output(SlotId slot) const {
    return slots[slot].last_step == static_cast<int>(steps.size());
  }
};

/// What prepare() is told; see SessionOptions.
struct PrepareOptions {
  int64_t expected_rows = 0;
  SessionOptions::Memory memory = SessionOptions::Memory::kFast;
};

/// Numbers values, finds operators and prepares kernels. kUnsupported for an operator the table
/// lacks; errors of prepare() with the node's place.
Result<Program> make_program(std::shared_ptr<const Graph> graph, const OpTable& ops,
                             const kernels::KernelTable& kernels,
                             const PrepareOptions& options = {});

}  // namespace tundish

#endif  // TUNDISH_RUNTIME_PROGRAM_H_
