#include "ort/library.h"

#include <dlfcn.h>

#include <cstdint>
#include <string_view>
#include <utility>

#include "base/strings.h"

namespace tundish::ort {
namespace {

// Version of the table that is asked for: what is used here exists since version 12 (the generic
// entry for providers), and every newer library serves older versions.
constexpr uint32_t kTableVersion = 12;
constexpr std::string_view kSuffix = "ExecutionProvider";

struct ApiBase {
  void* const* (*get_api)(uint32_t version);
  const char* (*get_version)();
};

}  // namespace

Result<std::shared_ptr<const Library>> Library::load(const std::string& path) {
  void* handle = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) return Io(cat("cannot load ", quoted(path, 400), ": ", ::dlerror()));
  void* symbol = ::dlsym(handle, "OrtGetApiBase");
  if (symbol == nullptr) return Unsupported(cat(quoted(path, 400), " is no ONNX Runtime library"));
  const auto* base = reinterpret_cast<const ApiBase* (*)()>(symbol)();
  auto library = std::shared_ptr<Library>(new Library());
  library->table_ = base->get_api(kTableVersion);
  if (library->table_ == nullptr) {
    return Unsupported(cat("ONNX Runtime ", base->get_version(), " is older than 1.12"));
  }
  library->version_ = base->get_version();
  library->path_ = path;
  return std::shared_ptr<const Library>(std::move(library));
}

Result<std::vector<std::string>> Library::providers() const {
  char** names = nullptr;
  int count = 0;
  TRY_ORT(*this, call(kGetAvailableProviders, &names, &count));
  std::vector<std::string> list;
  for (int i = 0; i < count; ++i) {
    std::string_view name = names[i];
    if (name.ends_with(kSuffix)) name.remove_suffix(kSuffix.size());
    list.emplace_back(name);
  }
  TRY_ORT(*this, call(kReleaseAvailableProviders, names, count));
  return list;
}

Error Library::error_of(void* status) const {
  const char* text = static_cast<const char*>(call(kGetErrorMessage, status));
  Error error = Unsupported(cat("ONNX Runtime: ", text));
  release(kReleaseStatus, status);
  return error;
}

}  // namespace tundish::ort
