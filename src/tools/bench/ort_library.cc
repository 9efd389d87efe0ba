#include "tools/bench/ort_library.h"

#include <cstdio>

#include "base/strings.h"
#include "config/environment.h"

namespace tundish {
namespace {

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

Result<std::shared_ptr<const ort::Library>> load_ort_library(const std::string& path,
                                                             const std::string& python) {
  std::string found = path;
  if (found.empty()) found = ort_library();
  if (found.empty()) found = library_of_python(python);
  if (found.empty()) {
    return NotFound(cat("no ONNX Runtime: ", quoted(python),
                        " has no onnxruntime package; name a library with --ort-library FILE or "
                        "TUNDISH_ORT_LIBRARY, or a Python with --python"));
  }
  return ort::Library::load(found);
}

}  // namespace tundish
