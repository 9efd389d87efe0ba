// Running a model.
//
//   TRY_ASSIGN(auto model, tundish::Model::open("model.onnx"));
//   TRY_ASSIGN(auto session, tundish::Session::create(model, {.method = "decision_function"}));
//   TRY_ASSIGN(tundish::TensorView scores, session.run(tundish::matrix_view(rows, n, 8)));
#ifndef TUNDISH_SESSION_H_
#define TUNDISH_SESSION_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tundish/limits.h"
#include "tundish/model.h"
#include "tundish/result.h"
#include "tundish/value.h"

namespace tundish {

struct SessionOptions {
  /// "native": planned, fast kernels. "reference": the file's graph node by node, scalar, plain.
  /// "ort": an installed ONNX Runtime reads the same .onnx file.
  std::string engine = "native";
  /// Answer this method of the original; or name graph outputs; neither: all graph outputs.
  std::string method;
  std::vector<std::string> outputs;
  /// Threads one call may use; 0 = as many as the container's CPU quota allows. The pool is shared
  /// by the process and idle threads sleep. Results do not depend on it.
  int thread_count = 0;
  /// Forces an instruction set: "generic", "avx2", "avx512", "avx512vbmi"; empty = the best there
  /// is. kInvalidArgument when the processor lacks it.
  std::string isa;
  /// Rows that the session will score in all, when that is known: tables that cost more to make
  /// than so few rows would save are not made. 0 = many. Answers do not depend on it.
  int64_t expected_rows = 0;
  /// kFast: weights may be copied once into the form that computes fastest. kLow: they are read
  /// where they lie in the mapped file; opening is quick, and processes share them.
  enum class Memory : uint8_t { kFast, kLow };
  Memory memory = Memory::kFast;
  /// Engine "ort": path of ONNX Runtime's shared library (it is loaded with dlopen), and providers
  /// of it by their short names, best first: {"CUDA"}. Empty: the processor. kNotFound for a
  /// provider that the library has not; nothing falls back to another one.
  std::string ort_library;
  std::vector<std::string> providers;
};

/// Limits of one call.
struct RunOptions {
  /// Set by another thread to stop the call with kCancelled; null = cannot be cancelled.
  const std::atomic<bool>* cancel = nullptr;
  std::optional<std::chrono::steady_clock::time_point> deadline;
  /// Bytes that the values of the call (weights and inputs not counted) may take together: kLimit
  /// naming the node that would need more, before that memory is touched. 0 = no ceiling.
  uint64_t memory_limit_bytes = Limits().max_memory_bytes;
};

/// What one node of a plan does and took.
struct NodeReport {
  std::string name;
  std::string op;
  std::string kernel;  ///< kernel chosen and why; empty for plain operators
  int64_t calls = 0;
  int64_t nanoseconds = 0;  ///< summed over calls; 0 unless profiling is on
};

/// A plan and its buffers. Used by one thread at a time; make as many as you like from one Model:
/// they share its weights and the process's pool.
class Session {
 public:
  static Result<Session> create(std::shared_ptr<const Model> model,
                                const SessionOptions& options = {});
  Session(Session&&) noexcept;
  Session& operator=(Session&&) noexcept;
  ~Session();

  const Model& model() const;
  const std::vector<ValueDescription>& inputs() const;
  /// The outputs this session computes, in order.
  const std::vector<ValueDescription>& outputs() const;

  /// Answers for dense inputs in the model's order. The views stay valid until the next call of
  /// this session. A call with shapes seen before allocates nothing. Narrower numbers must be
  /// widened by the caller. kInvalidArgument: count, dtype, rank or width of an input does not fit
  /// (the message names the input), or values that the model's contract refuses (the message names
  /// row and column).
  Result<std::span<const TensorView>> run(std::span<const TensorView> inputs,
                                          const RunOptions& options = {});
  /// One input, first output.
  Result<TensorView> run(const TensorView& input, const RunOptions& options = {});
  /// Writes the outputs straight into the caller's buffers, whose dtype and shape must be right.
  Status run_into(std::span<const TensorView> inputs, std::span<const MutableTensorView> outputs,
                  const RunOptions& options = {});
  /// Any kinds of values in and out; the results are the caller's.
  Result<std::vector<Value>> run_values(std::span<const Value> inputs,
                                        const RunOptions& options = {});

  /// Replays the golden rows inside the model on this machine with this engine. kInvalidModel
  /// naming row and output if an answer differs; kUnsupported if the model holds none.
  Status self_test();

  /// Engine and instruction set in use: "native", "avx512vbmi".
  std::string_view engine() const;
  std::string_view isa() const;
  void set_profiling(bool on);
  /// One entry per node of the plan, in the order they run.
  std::vector<NodeReport> report() const;

  struct Impl;

 private:
  explicit Session(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Instruction sets this processor has, best last: {"generic", "avx2", "avx512", "avx512vbmi"}.
std::vector<std::string> available_isas();
/// Engines of this build: {"native", "ort", "reference"}.
std::vector<std::string> available_engines();
/// Providers of an ONNX Runtime library, best first, and its version. kIo, kUnsupported.
struct OrtDescription {
  std::string version;
  std::vector<std::string> providers;
};
Result<OrtDescription> describe_ort(const std::string& library_path);
/// "0.1.0", and the commit of the build (empty when unknown).
std::string_view version();
std::string_view build_commit();

}  // namespace tundish

#endif  // TUNDISH_SESSION_H_
