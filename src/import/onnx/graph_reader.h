// Records of an .onnx file -> the canonical graph.
#ifndef TUNDISH_IMPORT_ONNX_GRAPH_READER_H_
#define TUNDISH_IMPORT_ONNX_GRAPH_READER_H_

#include <memory>
#include <string>

#include "import/importer.h"
#include "ir/graph.h"
#include "ir/op_def.h"
#include "tundish/result.h"
#include "wire/onnx/records.h"

namespace tundish {

/// Builds the graph of a model whose records alias bytes kept alive by `owner`; constants may
/// borrow from them, lists of attributes are moved out of the records. Metadata is kept in order.
/// The graph is called options.graph_name unless that is empty. External data is looked for in the
/// folder of `path`, the model's file. kInvalidModel for a graph that contradicts itself,
/// kUnsupported naming node, operator and version, kLimit.
Result<Graph> graph_from_records(OnnxModel&& model, const std::shared_ptr<const void>& owner,
                                 const OpTable& ops, const ImportOptions& options,
                                 const std::string& path = {});

}  // namespace tundish

#endif  // TUNDISH_IMPORT_ONNX_GRAPH_READER_H_
