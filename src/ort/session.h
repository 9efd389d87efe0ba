// One model in ONNX Runtime, and our values as its values.
#ifndef TUNDISH_ORT_SESSION_H_
#define TUNDISH_ORT_SESSION_H_

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "ort/library.h"
#include "tundish/result.h"
#include "tundish/value.h"

namespace tundish::ort {

struct SessionSettings {
  int thread_count = 1;
  /// Short names, best first ("CUDA"); empty: the processor. One that the library lacks, or that
  /// refuses to start, is an error.
  std::vector<std::string> providers;
};

/// A model with all graph optimisations on. Runs may come from several threads.
class Session {
 public:
  /// kUnsupported with ONNX Runtime's own words when it cannot read or run the model.
  static Result<std::unique_ptr<Session>> open(std::shared_ptr<const Library> library,
                                               const std::string& model_path,
                                               const SessionSettings& settings);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  const Library& library() const { return *library_; }
  const std::shared_ptr<const Library>& shared_library() const { return library_; }
  const std::vector<std::string>& input_names() const { return input_names_; }
  const std::vector<std::string>& output_names() const { return output_names_; }
  /// Element types of the inputs; undefined for one that is no tensor.
  const std::vector<DType>& input_types() const { return input_types_; }

  /// ONNX Runtime's values; releases them.
  class Values;
  /// Inputs of one call, in the order of input_names(). Dense numbers are not copied: their memory
  /// must stay valid. kInvalidArgument for another number of inputs; kUnsupported for sparse values
  /// and types that ONNX Runtime has not.
  Result<std::unique_ptr<Values>> feed(std::span<const Value> inputs) const;
  /// Puts the answers for these outputs, by index into output_names(), in the place of what
  /// `answers` held.
  Status run(const Values& feed, std::span<const size_t> outputs, Values& answers) const;
  /// Where answer i lies; kInvalidArgument when it is no dense tensor of numbers. Valid as long as
  /// the values.
  Result<TensorView> view(const Values& answers, size_t i) const;
  /// A copy of answer i, of any kind.
  Result<Value> copy(const Values& answers, size_t i) const;

 private:
  explicit Session(std::shared_ptr<const Library> library) : library_(std::move(library)) {}
  Status start(const std::string& model_path, const SessionSettings& settings);
  Status add_provider(void* options, const std::string& name) const;
  Status read_names();

  std::shared_ptr<const Library> library_;
  void* environment_ = nullptr;
  void* session_ = nullptr;
  void* memory_info_ = nullptr;
  void* allocator_ = nullptr;  ///< the library's own, not released
  std::vector<std::string> input_names_, output_names_;
  std::vector<DType> input_types_;
};

class Session::Values {
 public:
  explicit Values(std::shared_ptr<const Library> library) : library_(std::move(library)) {}
  ~Values();
  Values(const Values&) = delete;
  Values& operator=(const Values&) = delete;
  size_t size() const { return values_.size(); }

 private:
  friend class Session;
  void clear();
  std::shared_ptr<const Library> library_;
  std::vector<void*> values_;
};

}  // namespace tundish::ort

#endif  // TUNDISH_ORT_SESSION_H_
