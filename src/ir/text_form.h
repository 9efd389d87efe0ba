// Graphs as text: printed for people, parsed back for tests (grammar: docs/reference/ir_text.md).
//
//   graph "iforest" {
//     input  %X : float64[N, 8]
//     const  %mean : float64[8] = [0.5, 1, ...]
//     %z = Sub(%X, %mean) : float64[N, 8] name "scale" from "pipeline.steps[0]"
//     %label : int64[N], %p : float32[N, 2] = ai.onnx.ml.TreeEnsembleClassifier(%z) {n = 3}
//     output %z
//   }
#ifndef TUNDISH_IR_TEXT_FORM_H_
#define TUNDISH_IR_TEXT_FORM_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "ir/graph.h"
#include "ir/op_def.h"

namespace tundish {

/// Whether names and origins of nodes are printed (a name that equals the first output's never is).
enum class NodeNames : uint8_t { kShow, kHide };

struct TextFormOptions {
  /// Elements of a constant that are printed; longer ones are cut with "..." and cannot be parsed
  /// back.
  size_t max_constant_elements = 16;
  NodeNames node_names = NodeNames::kShow;
};

/// The same graph gives the same text. Strings are escaped: safe to print to a terminal.
std::string to_text(const Graph& graph, const TextFormOptions& options = {});
/// Graphviz form: one box per node, edges labelled with types.
std::string to_dot(const Graph& graph);
/// Inverse of to_text; types of node outputs are inferred and may be left out. The graph is
/// verified. kInvalidArgument with line and column for text that is none; the builder's errors
/// keep their code and get the line too.
Result<Graph> parse_text(std::string_view text, const OpTable& ops);

}  // namespace tundish

#endif  // TUNDISH_IR_TEXT_FORM_H_
