// What stands behind the public Model.
#ifndef TUNDISH_API_MODEL_IMPL_H_
#define TUNDISH_API_MODEL_IMPL_H_

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "api/metadata.h"
#include "base/bytes.h"
#include "import/importer.h"
#include "ir/graph.h"
#include "tundish/model.h"

namespace tundish {

struct Model::Impl {
  std::string path;
  std::shared_ptr<const void> owner;  ///< keeps `bytes` and borrowed constants alive
  Bytes bytes;
  std::string format;      ///< the importer's name: "onnx", "sklearn"
  ImportedModel imported;  ///< its graph is moved to `graph`
  /// The graph as the file has it (.onnx) or as the importer made it: the truth.
  std::shared_ptr<const Graph> graph;
  std::vector<ValueDescription> inputs, outputs;

  /// The graph for fast engines: `graph` itself for .onnx files (they were optimised when they were
  /// made), else rewritten by the passes at the first call. Thread-safe.
  Result<std::shared_ptr<const Graph>> optimized() const;

  mutable std::mutex mutex;
  mutable std::shared_ptr<const Graph> optimized_graph;  ///< guarded by mutex
  mutable std::string sha256;                            ///< guarded by mutex
};

/// Imports bytes of any format and wraps the result.
Result<std::shared_ptr<const Model>> load_model(const ImportSource& source,
                                                const ImportOptions& options);

ValueDescription describe_value(const Graph& graph, ValueId value);

/// Rewrites a graph with the pass pipeline; `notes` receives one line per patch or refusal.
Status optimize_graph(Graph& graph, std::vector<std::string>* notes);

}  // namespace tundish

#endif  // TUNDISH_API_MODEL_IMPL_H_
