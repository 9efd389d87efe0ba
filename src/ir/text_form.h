// Graphs as text: printed for people, parsed back for tests (docs/reference/ir_text.md).
//
//   graph "iforest" {
//     input  %X : float64[N, 8]
//     const  %mean : float64[8] = [0.5, 1, ...]
//     %z = Sub(%X, %mean) : float64[N, 8]
//     %label:int64[N], %p = ai.onnx.ml.TreeEnsembleClassifier(%z) {n = 3, mode = "LEQ"}
//     output %z
//   }
#ifndef TUNDISH_IR_TEXT_FORM_H_
#define TUNDISH_IR_TEXT_FORM_H_

#include <string>
#include <string_view>

#include "ir/graph.h"
#include "ir/op_def.h"

namespace tundish {

struct TextFormOptions {
  /// Elements of a constant that are printed; longer ones are cut with "..." and cannot be parsed
  /// back.
  size_t max_constant_elements = 16;
};

std::string to_text(const Graph& graph, const TextFormOptions& options = {});
/// Graphviz form: one box per node, edges labelled with types.
std::string to_dot(const Graph& graph);
/// Inverse of to_text; types of node outputs are inferred and may be left out. kInvalidArgument
/// with line and column.
Result<Graph> parse_text(std::string_view text, const OpTable& ops);

}  // namespace tundish

#endif  // TUNDISH_IR_TEXT_FORM_H_
