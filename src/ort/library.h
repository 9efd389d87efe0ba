// ONNX Runtime through its C interface, loaded with dlopen from an installed package.
//
// The interface is one table of function pointers whose order never changes (its header promises
// it: new entries go to the end). The few used here are declared by position, so no header of
// theirs is needed and nothing is linked.
#ifndef TUNDISH_ORT_LIBRARY_H_
#define TUNDISH_ORT_LIBRARY_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "tundish/result.h"

namespace tundish::ort {

/// Positions in OrtApi (onnxruntime_c_api.h, in the order of declaration, counted from 0).
enum Position : size_t {
  kGetErrorMessage = 2,
  kCreateEnv = 3,
  kCreateSession = 7,
  kRun = 9,
  kCreateSessionOptions = 10,
  kSetGraphOptimizationLevel = 23,
  kSetIntraOpThreads = 24,
  kSetInterOpThreads = 25,
  kGetInputCount = 30,
  kGetOutputCount = 31,
  kGetInputTypeInfo = 33,
  kGetInputName = 36,
  kGetOutputName = 37,
  kCreateTensor = 48,
  kCreateTensorWithData = 49,
  kGetTensorData = 51,
  kFillStringTensor = 52,
  kGetStringTensorLength = 53,
  kGetStringTensorContent = 54,
  kCastTypeInfoToTensorInfo = 55,
  kGetTensorElementType = 60,
  kGetDimensionsCount = 61,
  kGetDimensions = 62,
  kGetTensorTypeAndShape = 65,
  kGetValueType = 67,
  kCreateCpuMemoryInfo = 69,
  kAllocatorFree = 76,
  kGetDefaultAllocator = 78,
  kGetValue = 80,
  kGetValueCount = 81,
  kCreateValue = 82,
  kReleaseEnv = 92,
  kReleaseStatus = 93,
  kReleaseMemoryInfo = 94,
  kReleaseSession = 95,
  kReleaseValue = 96,
  kReleaseTypeInfo = 98,
  kReleaseTensorInfo = 99,
  kReleaseSessionOptions = 100,
  kGetAvailableProviders = 125,
  kReleaseAvailableProviders = 126,
  kAppendTensorRt = 170,
  kCreateTensorRtOptions = 171,
  kReleaseTensorRtOptions = 174,
  kHasValue = 192,
  kAppendCuda = 204,
  kCreateCudaOptions = 205,
  kReleaseCudaOptions = 208,
  kAppendProvider = 216,  ///< by name; since version 12
};

/// A loaded library. Immutable after load(), safe from any thread; never unloaded (its own static
/// destructors and threads do not survive that).
class Library {
 public:
  /// kIo when the file cannot be loaded, kUnsupported when it is another library or too old.
  static Result<std::shared_ptr<const Library>> load(const std::string& path);
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;

  const std::string& version() const { return version_; }
  const std::string& path() const { return path_; }
  /// Providers built into it, best first, by their short names: "CUDA", "CPU".
  Result<std::vector<std::string>> providers() const;

  template <class... Arguments> void* call(Position position, Arguments... arguments) const {
    return reinterpret_cast<void* (*)(Arguments...)>(table_[position])(arguments...);
  }
  void release(Position position, void* object) const {
    if (object != nullptr) reinterpret_cast<void (*)(void*)>(table_[position])(object);
  }
  /// The words of a failed call, which it releases.
  Error error_of(void* status) const;

 private:
  Library() = default;
  void* const* table_ = nullptr;
  std::string version_, path_;
};

/// Returns the error of a call from the function when there is one.
#define TRY_ORT(library, expression) \
  if (void* failed = (expression); failed != nullptr) return (library).error_of(failed)

}  // namespace tundish::ort

#endif  // TUNDISH_ORT_LIBRARY_H_
