#include "tools/bench/ort_api.h"

#include <dlfcn.h>

#include <cstdio>
#include <cstring>
#include <functional>

#include "base/strings.h"
#include "config/environment.h"

namespace tundish {

namespace {

// Version of the table that is asked for: entries used here exist since version 1, and every newer
// library serves older versions.
constexpr uint32_t kTableVersion = 7;

constexpr size_t kMaxValues = 16;  // inputs or outputs of one call: names lie on the stack

// Positions in OrtApi (onnxruntime_c_api.h, in the order of declaration, counted from 0).
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
  kCreateTensorWithData = 49,
  kGetTensorData = 51,
  kCastTypeInfoToTensorInfo = 55,
  kGetTensorElementType = 60,
  kGetDimensionsCount = 61,
  kGetDimensions = 62,
  kGetTensorTypeAndShape = 65,
  kCreateCpuMemoryInfo = 69,
  kAllocatorFree = 76,
  kGetDefaultAllocator = 78,
  kReleaseEnv = 92,
  kReleaseStatus = 93,
  kReleaseMemoryInfo = 94,
  kReleaseSession = 95,
  kReleaseValue = 96,
  kReleaseTypeInfo = 98,
  kReleaseTensorInfo = 99,
  kReleaseSessionOptions = 100,
};

template <class... Arguments>
void* call(const OrtLibrary& library, Position position, Arguments... arguments) {
  return reinterpret_cast<void* (*)(Arguments...)>(library.entry(position))(arguments...);
}

void release(const OrtLibrary& library, Position position, void* object) {
  if (object != nullptr) reinterpret_cast<void (*)(void*)>(library.entry(position))(object);
}

struct ApiBase {
  void* const* (*get_api)(uint32_t version);
  const char* (*get_version)();
};

// Asks a Python for the library of its onnxruntime package, without importing it.
std::string library_of_python(const std::string& python) {
  if (python.find('\'') != std::string::npos) return "";  // it goes through a shell, quoted so
  const std::string command =
      cat("'", python,
          "' -c 'import importlib.util, glob, os; s = importlib.util.find_spec(\"onnxruntime\"); "
          "d = os.path.join(os.path.dirname(s.origin), \"capi\"); "
          "f = sorted(glob.glob(d + \"/libonnxruntime.so*\")) or sorted(glob.glob(d + "
          "\"/*pybind11_state*.so\")); "
          "print(f[0])' 2>/dev/null");
  std::FILE* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return "";
  char line[4096] = {};
  const char* read = std::fgets(line, sizeof line, pipe);
  ::pclose(pipe);
  if (read == nullptr) return "";
  std::string path(line);
  while (!path.empty() && path.back() == '\n') path.pop_back();
  return path;
}

}  // namespace

Result<std::shared_ptr<const OrtLibrary>> OrtLibrary::load(const std::string& path,
                                                           const std::string& python) {
  std::string found = path;
  if (found.empty()) found = environment_value("TUNDISH_ORT_LIBRARY");
  if (found.empty()) found = library_of_python(python);
  if (found.empty()) {
    return NotFound(cat("no ONNX Runtime: ", quoted(python),
                        " has no onnxruntime package; name a library with --ort-library FILE or "
                        "TUNDISH_ORT_LIBRARY, or a Python with --python"));
  }
  auto library = std::shared_ptr<OrtLibrary>(new OrtLibrary());
  library->handle_ = ::dlopen(found.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library->handle_ == nullptr)
    return Io(cat("cannot load ", quoted(found, 400), ": ", ::dlerror()));
  void* symbol = ::dlsym(library->handle_, "OrtGetApiBase");
  if (symbol == nullptr) return Unsupported(cat(quoted(found, 400), " is no ONNX Runtime library"));
  const auto* base = reinterpret_cast<const ApiBase* (*)()>(symbol)();
  library->table_ = base->get_api(kTableVersion);
  if (library->table_ == nullptr) return Unsupported("this ONNX Runtime is older than version 1.7");
  library->version_ = base->get_version();
  library->path_ = std::move(found);
  return std::shared_ptr<const OrtLibrary>(std::move(library));
}

// The library stays loaded: its own static destructors and threads do not survive an unload.
OrtLibrary::~OrtLibrary() = default;

Error OrtSession::error_of(void* status) const {
  const char* text = static_cast<const char*>(call(*library_, kGetErrorMessage, status));
  Error error = Unsupported(cat("ONNX Runtime: ", text));
  release(*library_, kReleaseStatus, status);
  return error;
}

#define TRY_ORT(expression) \
  if (void* failed = (expression); failed != nullptr) return error_of(failed)

Result<std::unique_ptr<OrtSession>> OrtSession::open(std::shared_ptr<const OrtLibrary> library,
                                                     const std::string& model_path,
                                                     int thread_count) {
  auto session = std::unique_ptr<OrtSession>(new OrtSession(std::move(library)));
  const OrtLibrary& api = *session->library_;
  const auto setup = [&]() -> Status {
    const auto error_of = [&](void* status) { return session->error_of(status); };
    constexpr int kLogErrors = 3;
    constexpr int kAllOptimizations = 99;
    TRY_ORT(call(api, kCreateEnv, kLogErrors, "tundish", &session->environment_));
    void* options = nullptr;
    TRY_ORT(call(api, kCreateSessionOptions, &options));
    const std::unique_ptr<void, std::function<void(void*)>> guard(
        options, [&](void* object) { release(api, kReleaseSessionOptions, object); });
    TRY_ORT(call(api, kSetIntraOpThreads, options, thread_count));
    TRY_ORT(call(api, kSetInterOpThreads, options, 1));
    TRY_ORT(call(api, kSetGraphOptimizationLevel, options, kAllOptimizations));
    TRY_ORT(call(api, kCreateSession, session->environment_, model_path.c_str(), options,
                 &session->session_));
    constexpr int kArenaAllocator = 1;
    constexpr int kMemoryDefault = 0;
    TRY_ORT(
        call(api, kCreateCpuMemoryInfo, kArenaAllocator, kMemoryDefault, &session->memory_info_));
    return session->read_names();
  };
  TRY(setup());
  return session;
}

Status OrtSession::read_names() {
  const OrtLibrary& api = *library_;
  void* allocator = nullptr;
  TRY_ORT(call(api, kGetDefaultAllocator, &allocator));
  size_t input_count = 0;
  size_t output_count = 0;
  TRY_ORT(call(api, kGetInputCount, session_, &input_count));
  TRY_ORT(call(api, kGetOutputCount, session_, &output_count));
  for (size_t i = 0; i < input_count + output_count; ++i) {
    const bool is_input = i < input_count;
    char* name = nullptr;
    TRY_ORT(call(api, is_input ? kGetInputName : kGetOutputName, session_,
                 is_input ? i : i - input_count, allocator, &name));
    (is_input ? input_names_ : output_names_).emplace_back(name);
    TRY_ORT(call(api, kAllocatorFree, allocator, static_cast<void*>(name)));
    if (!is_input) continue;
    void* type_info = nullptr;
    TRY_ORT(call(api, kGetInputTypeInfo, session_, i, &type_info));
    const void* tensor_info = nullptr;
    int element_type = 0;
    TRY_ORT(call(api, kCastTypeInfoToTensorInfo, type_info, &tensor_info));
    if (tensor_info != nullptr) {
      TRY_ORT(call(api, kGetTensorElementType, tensor_info, &element_type));
    }
    release(api, kReleaseTypeInfo, type_info);
    input_types_.push_back(static_cast<DType>(element_type));
  }
  return ok();
}

OrtSession::~OrtSession() {
  release(*library_, kReleaseSession, session_);
  release(*library_, kReleaseMemoryInfo, memory_info_);
  release(*library_, kReleaseEnv, environment_);
}

OrtSession::Feed::~Feed() {
  for (void* value : values_) release(*library_, kReleaseValue, value);
}

Result<std::unique_ptr<OrtSession::Feed>> OrtSession::feed(
    const std::vector<TensorView>& inputs) const {
  if (inputs.size() != input_names_.size() || inputs.size() > kMaxValues) {
    return InvalidArgument(cat("ONNX Runtime's model has ", input_names_.size(), " inputs, ",
                               inputs.size(), " are given (at most ", kMaxValues, " are benched)"));
  }
  auto feed = std::unique_ptr<Feed>(new Feed(library_));
  for (const TensorView& input : inputs) {
    void* value = nullptr;
    const size_t bytes =
        static_cast<size_t>(input.shape.element_count()) * dtype_bytes(input.dtype);
    TRY_ORT(call(*library_, kCreateTensorWithData, memory_info_, const_cast<void*>(input.data),
                 bytes, input.shape.dims().data(), input.shape.rank(),
                 static_cast<int>(input.dtype), &value));
    feed->values_.push_back(value);
  }
  return feed;
}

Status OrtSession::run(const Feed& feed, const std::vector<size_t>& outputs) const {
  const char* input_names[kMaxValues];
  const char* output_names[kMaxValues];
  void* answers[kMaxValues] = {};
  if (outputs.size() > kMaxValues) {
    return Limit(cat("at most ", kMaxValues, " outputs are benched, not ", outputs.size()));
  }
  for (size_t i = 0; i < feed.values_.size(); ++i) input_names[i] = input_names_[i].c_str();
  for (size_t i = 0; i < outputs.size(); ++i) output_names[i] = output_names_[outputs[i]].c_str();
  TRY_ORT(call(*library_, kRun, session_, nullptr, input_names, feed.values_.data(),
               feed.values_.size(), output_names, outputs.size(), answers));
  for (size_t i = 0; i < outputs.size(); ++i) release(*library_, kReleaseValue, answers[i]);
  return ok();
}

Result<Tensor> OrtSession::run_copy(const Feed& feed, size_t output) const {
  const char* input_names[kMaxValues];
  for (size_t i = 0; i < feed.values_.size(); ++i) input_names[i] = input_names_[i].c_str();
  const char* output_name = output_names_[output].c_str();
  void* answer = nullptr;
  TRY_ORT(call(*library_, kRun, session_, nullptr, input_names, feed.values_.data(),
               feed.values_.size(), &output_name, size_t{1}, &answer));
  const std::unique_ptr<void, std::function<void(void*)>> guard(
      answer, [&](void* object) { release(*library_, kReleaseValue, object); });
  void* info = nullptr;
  TRY_ORT(call(*library_, kGetTensorTypeAndShape, answer, &info));
  const std::unique_ptr<void, std::function<void(void*)>> info_guard(
      info, [&](void* object) { release(*library_, kReleaseTensorInfo, object); });
  int element_type = 0;
  size_t rank = 0;
  TRY_ORT(call(*library_, kGetTensorElementType, info, &element_type));
  TRY_ORT(call(*library_, kGetDimensionsCount, info, &rank));
  std::vector<int64_t> dims(rank);
  TRY_ORT(call(*library_, kGetDimensions, info, dims.data(), rank));
  void* data = nullptr;
  TRY_ORT(call(*library_, kGetTensorData, answer, &data));
  TRY_ASSIGN(const Shape shape, Shape::from_dims(dims));
  return Tensor::copy_of({static_cast<DType>(element_type), shape, data});
}

}  // namespace tundish
