// What runs a graph: one interface over the planned native engine, the plain reference evaluator
// and whatever else is found by name.
#ifndef TUNDISH_ENGINES_ENGINE_H_
#define TUNDISH_ENGINES_ENGINE_H_

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ir/graph.h"
#include "ir/op_def.h"
#include "tundish/result.h"
#include "tundish/session.h"
#include "tundish/value.h"

namespace tundish {

struct EngineOptions {
  /// Threads one call may use; 0 = as many as the container's CPU quota allows.
  int thread_count = 0;
  /// Forces an instruction set; empty = the best there is. kInvalidArgument when the processor
  /// lacks it.
  std::string isa;
  /// Rows in all, when known (SessionOptions::expected_rows); 0 = many.
  int64_t expected_rows = 0;
  SessionOptions::Memory memory = SessionOptions::Memory::kFast;
  /// The engine "ort" only: the .onnx file (empty: there is none), the library, and providers by
  /// their short names, best first ("CUDA"; empty: the processor).
  std::string model_path;
  std::string ort_library;
  std::vector<std::string> providers;
};

/// A plan of one graph and its buffers, all outputs of the graph in order. Used by one thread at a
/// time.
class EngineSession {
 public:
  virtual ~EngineSession() = default;

  /// Answers for dense inputs in the graph's order. The views stay valid until the next call and
  /// never overlap the inputs. A call with shapes seen before allocates nothing (native).
  /// kInvalidArgument naming the input when count, dtype, rank or a fixed size does not fit, or
  /// equal symbols have different sizes; also for outputs that are not dense tensors (use
  /// run_values).
  virtual Result<std::span<const TensorView>> run(std::span<const TensorView> inputs,
                                                  const RunOptions& options) = 0;
  /// Writes the outputs straight into the caller's buffers, which must have the dtypes and shapes
  /// of the answer (kInvalidArgument naming the output) and must not overlap the inputs. Data needs
  /// the alignment of its element type only.
  virtual Status run_into(std::span<const TensorView> inputs,
                          std::span<const MutableTensorView> outputs,
                          const RunOptions& options) = 0;
  /// Any kinds of values; the results own or share their storage and outlive the session.
  virtual Result<std::vector<Value>> run_values(std::span<const Value> inputs,
                                                const RunOptions& options) = 0;

  /// "native", "reference".
  virtual std::string_view engine() const = 0;
  /// "generic", "avx2", "avx512", "avx512vbmi", "neon".
  virtual std::string_view isa() const = 0;
  virtual int thread_count() const = 0;
  /// Times every node of every call from now on. Turning it on sets the sums to zero.
  virtual void set_profiling(bool on) = 0;  // NOLINT: a setter
  /// One entry per node in the order they run.
  virtual std::vector<NodeReport> report() const = 0;
};

/// A session of the named engine. The graph must be verified; `ops` must outlive the session.
/// kInvalidArgument for an unknown engine (naming those there are), an instruction set that this
/// machine lacks, or a thread count below 0; kUnsupported for an operator the table lacks.
Result<std::unique_ptr<EngineSession>> create_engine_session(std::string_view engine,
                                                             std::shared_ptr<const Graph> graph,
                                                             const OpTable& ops,
                                                             const EngineOptions& options = {});

/// Names of the engines in this build, sorted.
std::vector<std::string> engine_names();

/// One engine, exported by its file as `const EngineDef& engine_<stem>()`.
struct EngineDef {
  std::string_view name;
  Result<std::unique_ptr<EngineSession>> (*create)(std::shared_ptr<const Graph> graph,
                                                   const OpTable& ops,
                                                   const EngineOptions& options) = nullptr;
};

}  // namespace tundish

#endif  // TUNDISH_ENGINES_ENGINE_H_
