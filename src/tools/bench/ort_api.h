// ONNX Runtime through its C interface, loaded with dlopen from an installed Python or npm package.
//
// The interface is one table of function pointers whose order never changes (its header promises
// it: new entries go to the end). The few used here are declared by position below, so no header of
// theirs is needed and nothing is linked.
#ifndef TUNDISH_TOOLS_BENCH_ORT_API_H_
#define TUNDISH_TOOLS_BENCH_ORT_API_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tundish/result.h"
#include "tundish/value.h"

namespace tundish {

/// A loaded library. Immutable after load(); sessions keep it alive.
class OrtLibrary {
 public:
  /// Loads `path`; when empty, the library named by TUNDISH_ORT_LIBRARY, else that of the
  /// onnxruntime package of the `python` executable. kNotFound saying where was looked.
  static Result<std::shared_ptr<const OrtLibrary>> load(const std::string& path,
                                                        const std::string& python);
  ~OrtLibrary();
  OrtLibrary(const OrtLibrary&) = delete;
  OrtLibrary& operator=(const OrtLibrary&) = delete;

  const std::string& version() const { return version_; }
  const std::string& path() const { return path_; }
  /// Entry at this position of the table.
  void* entry(size_t position) const { return table_[position]; }

 private:
  OrtLibrary() = default;
  void* handle_ = nullptr;
  void* const* table_ = nullptr;
  std::string version_, path_;
};

/// One model in ONNX Runtime on the CPU, all graph optimisations on, `thread_count` threads.
class OrtSession {
 public:
  static Result<std::unique_ptr<OrtSession>> open(std::shared_ptr<const OrtLibrary> library,
                                                  const std::string& model_path, int thread_count);
  ~OrtSession();
  OrtSession(const OrtSession&) = delete;
  OrtSession& operator=(const OrtSession&) = delete;

  const std::vector<std::string>& input_names() const { return input_names_; }
  const std::vector<std::string>& output_names() const { return output_names_; }
  /// Element types of the inputs.
  const std::vector<DType>& input_types() const { return input_types_; }

  /// Inputs of one call, made once so that calls are timed without making them. The memory of the
  /// views must stay valid.
  class Feed;
  Result<std::unique_ptr<Feed>> feed(const std::vector<TensorView>& inputs) const;
  /// Runs and drops the answers. `outputs` are indices into output_names().
  Status run(const Feed& feed, const std::vector<size_t>& outputs) const;
  /// Runs and copies one dense output.
  Result<Tensor> run_copy(const Feed& feed, size_t output) const;

 private:
  explicit OrtSession(std::shared_ptr<const OrtLibrary> library) : library_(std::move(library)) {}
  Error error_of(void* status) const;
  Status read_names();

  std::shared_ptr<const OrtLibrary> library_;
  void* environment_ = nullptr;
  void* session_ = nullptr;
  void* memory_info_ = nullptr;
  std::vector<std::string> input_names_, output_names_;
  std::vector<DType> input_types_;
};

class OrtSession::Feed {
 public:
  ~Feed();
  Feed(const Feed&) = delete;
  Feed& operator=(const Feed&) = delete;

 private:
  friend class OrtSession;
  explicit Feed(std::shared_ptr<const OrtLibrary> library) : library_(std::move(library)) {}
  std::shared_ptr<const OrtLibrary> library_;
  std::vector<void*> values_;
};

}  // namespace tundish

#endif  // TUNDISH_TOOLS_BENCH_ORT_API_H_
