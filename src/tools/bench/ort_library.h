// Where an installed ONNX Runtime lies.
#ifndef TUNDISH_TOOLS_BENCH_ORT_LIBRARY_H_
#define TUNDISH_TOOLS_BENCH_ORT_LIBRARY_H_

#include <memory>
#include <string>

#include "ort/library.h"
#include "tundish/result.h"

namespace tundish {

/// Loads `path`; when empty, the library named by TUNDISH_ORT_LIBRARY, else that of the onnxruntime
/// package of the `python` executable. kNotFound saying where was looked.
Result<std::shared_ptr<const ort::Library>> load_ort_library(const std::string& path,
                                                             const std::string& python);

}  // namespace tundish

#endif  // TUNDISH_TOOLS_BENCH_ORT_LIBRARY_H_
