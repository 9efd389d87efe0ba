// Checks every invariant of a graph (ir/graph.h). Runs after import, after each pass in tests and
// before export.
#ifndef TUNDISH_IR_VERIFIER_H_
#define TUNDISH_IR_VERIFIER_H_

#include "ir/graph.h"
#include "ir/op_def.h"

namespace tundish {

/// kInvalidModel naming node and fault: unknown operator, wrong arity, missing or doubled producer,
/// wrong order, types that inference contradicts, doubled names, bad tree tables.
Status verify(const Graph& graph, const OpTable& ops);

}  // namespace tundish

#endif  // TUNDISH_IR_VERIFIER_H_
