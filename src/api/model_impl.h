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
  std::shared_ptr<const OpTable> ops;  ///< the build's, and the user's
  std::shared_ptr<const void> owner;   ///< keeps `bytes` and borrowed constants alive
  Bytes bytes;
  std::string format;      ///< the importer's name: "onnx", "sklearn"
  ImportedModel imported;  ///< its graph is moved to `graph`
  /// The graph as the file has it (.onnx) or as the importer made it: the truth.
  std::shared_ptr<const Graph> graph;
  std::vector<ValueDescription> inputs, outputs;

  /// The graph for fast engines: rewritten by the passes at the first call, shared by all sessions
  /// of the model. Constants are shared with `graph`, not copied. Thread-safe.
  Result<std::shared_ptr<const Graph>> optimized() const;

  /// Gives back the memory of what was read of a large file and is read no more: weights that were
  /// copied or packed. What is still read comes back page by page.
  void release_pages() const;

  mutable std::mutex mutex;
  mutable std::shared_ptr<const Graph> optimized_graph;  ///< guarded by mutex
  mutable std::string sha256;                            ///< guarded by mutex
};

/// Imports bytes of any format and wraps the result.
Result<std::shared_ptr<const Model>> load_model(const ImportSource& source,
                                                const ImportOptions& options,
                                                const std::vector<CustomOp>& custom_ops = {});

ValueDescription describe_type(const ValueType& type);
ValueDescription describe_value(const Graph& graph, ValueId value);

/// What a graph is rewritten for.
enum class RewriteGoal : uint8_t {
  kExactFile,  ///< a file whose answers have the same bits: `convert`
  kFile,       ///< a plain ONNX file: `optimize`
  kEngine,     ///< running now; what is worth its time only when a file is made stays undone
  kImported,   ///< running now what an importer made: everything
};

/// Rewrites a graph with the pass pipeline; `notes` receives one line per patch or refusal. How
/// many rewrites there were.
Result<int64_t> optimize_graph(Graph& graph, const OpTable& ops, RewriteGoal goal,
                               std::vector<std::string>* notes);

}  // namespace tundish

#endif  // TUNDISH_API_MODEL_IMPL_H_
