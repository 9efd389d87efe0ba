#include "ort/session.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/strings.h"
#include "ort/convert.h"

namespace tundish::ort {

Result<std::unique_ptr<Session>> Session::open(std::shared_ptr<const Library> library,
                                               const std::string& model_path,
                                               const SessionSettings& settings) {
  auto session = std::unique_ptr<Session>(new Session(std::move(library)));
  TRY(session->start(model_path, settings));
  return session;
}

Status Session::add_provider(void* options, const std::string& name) const {
  TRY_ASSIGN(const std::vector<std::string> there, library_->providers());
  if (std::ranges::find(there, name) == there.end()) {
    std::string names;
    for (const std::string& one : there) names += cat(names.empty() ? "" : ", ", one);
    return NotFound(cat("this ONNX Runtime has no provider ", quoted(name), "; it has ", names));
  }
  if (name == "CPU") return ok();
  const bool is_cuda = name == "CUDA";
  if (!is_cuda && name != "Tensorrt") {
    TRY_ORT(*library_,
            library_->call(kAppendProvider, options, name.c_str(), nullptr, nullptr, size_t{0}));
    return ok();
  }
  void* made = nullptr;
  TRY_ORT(*library_, library_->call(is_cuda ? kCreateCudaOptions : kCreateTensorRtOptions, &made));
  void* failed = library_->call(is_cuda ? kAppendCuda : kAppendTensorRt, options, made);
  library_->release(is_cuda ? kReleaseCudaOptions : kReleaseTensorRtOptions, made);
  if (failed != nullptr) return library_->error_of(failed).in(cat("provider ", name));
  return ok();
}

Status Session::start(const std::string& model_path, const SessionSettings& settings) {
  const Library& api = *library_;
  constexpr int kLogErrors = 3;
  constexpr int kAllOptimizations = 99;
  TRY_ORT(api, api.call(kCreateEnv, kLogErrors, "tundish", &environment_));
  void* options = nullptr;
  TRY_ORT(api, api.call(kCreateSessionOptions, &options));
  const auto release = [&](void* object) { api.release(kReleaseSessionOptions, object); };
  const std::unique_ptr<void, decltype(release)> guard(options, release);
  TRY_ORT(api, api.call(kSetIntraOpThreads, options, settings.thread_count));
  TRY_ORT(api, api.call(kSetInterOpThreads, options, 1));
  TRY_ORT(api, api.call(kSetGraphOptimizationLevel, options, kAllOptimizations));
  for (const std::string& provider : settings.providers) TRY(add_provider(options, provider));
  TRY_ORT(api, api.call(kCreateSession, environment_, model_path.c_str(), options, &session_));
  constexpr int kArenaAllocator = 1;
  constexpr int kMemoryDefault = 0;
  TRY_ORT(api, api.call(kCreateCpuMemoryInfo, kArenaAllocator, kMemoryDefault, &memory_info_));
  TRY_ORT(api, api.call(kGetDefaultAllocator, &allocator_));
  return read_names();
}

Status Session::read_names() {
  const Library& api = *library_;
  size_t input_count = 0;
  size_t output_count = 0;
  TRY_ORT(api, api.call(kGetInputCount, session_, &input_count));
  TRY_ORT(api, api.call(kGetOutputCount, session_, &output_count));
  for (size_t i = 0; i < input_count + output_count; ++i) {
    const bool is_input = i < input_count;
    char* name = nullptr;
    TRY_ORT(api, api.call(is_input ? kGetInputName : kGetOutputName, session_,
                          is_input ? i : i - input_count, allocator_, &name));
    (is_input ? input_names_ : output_names_).emplace_back(name);
    TRY_ORT(api, api.call(kAllocatorFree, allocator_, static_cast<void*>(name)));
    if (!is_input) continue;
    void* type_info = nullptr;
    TRY_ORT(api, api.call(kGetInputTypeInfo, session_, i, &type_info));
    const void* tensor_info = nullptr;
    int element_type = 0;
    void* failed = api.call(kCastTypeInfoToTensorInfo, type_info, &tensor_info);
    if (failed == nullptr && tensor_info != nullptr) {
      failed = api.call(kGetTensorElementType, tensor_info, &element_type);
    }
    api.release(kReleaseTypeInfo, type_info);
    if (failed != nullptr) return api.error_of(failed);
    input_types_.push_back(static_cast<DType>(element_type));
  }
  return ok();
}

Session::~Session() {
  library_->release(kReleaseSession, session_);
  library_->release(kReleaseMemoryInfo, memory_info_);
  library_->release(kReleaseEnv, environment_);
}

void Session::Values::clear() {
  for (void*& value : values_) library_->release(kReleaseValue, std::exchange(value, nullptr));
}

Session::Values::~Values() { clear(); }

Result<std::unique_ptr<Session::Values>> Session::feed(std::span<const Value> inputs) const {
  if (inputs.size() != input_names_.size()) {
    return InvalidArgument(cat("ONNX Runtime's model has ", input_names_.size(), " inputs, ",
                               inputs.size(), " are given"));
  }
  const Converter converter{*library_, allocator_, memory_info_};
  auto feed = std::make_unique<Values>(library_);
  for (size_t i = 0; i < inputs.size(); ++i) {
    TRY_ASSIGN(void* value,
               in(cat("input ", quoted(input_names_[i])), converter.to_ort(inputs[i])));
    feed->values_.push_back(value);
  }
  return feed;
}

Status Session::run(const Values& feed, std::span<const size_t> outputs, Values& answers) const {
  // Names on the stack: a call that is timed pays for nothing of ours.
  constexpr size_t kFew = 32;
  std::array<const char*, kFew> few;
  std::vector<const char*> many;
  const size_t count = input_names_.size() + outputs.size();
  if (count > kFew) many.resize(count);
  const char** names = count > kFew ? many.data() : few.data();
  for (size_t i = 0; i < input_names_.size(); ++i) names[i] = input_names_[i].c_str();
  for (size_t i = 0; i < outputs.size(); ++i) {
    names[input_names_.size() + i] = output_names_.at(outputs[i]).c_str();
  }
  answers.clear();
  answers.values_.resize(outputs.size());
  TRY_ORT(*library_,
          library_->call(kRun, session_, nullptr, names, feed.values_.data(), feed.values_.size(),
                         names + input_names_.size(), outputs.size(), answers.values_.data()));
  return ok();
}

Result<TensorView> Session::view(const Values& answers, size_t i) const {
  const Converter converter{*library_, allocator_, memory_info_};
  TRY_ASSIGN(const TensorView view, converter.view_of(answers.values_.at(i)));
  if (view.dtype == DType::kString) return InvalidArgument("holds strings");
  return view;
}

Result<Value> Session::copy(const Values& answers, size_t i) const {
  const Converter converter{*library_, allocator_, memory_info_};
  return converter.from_ort(answers.values_.at(i));
}

}  // namespace tundish::ort
