// ONNX files: records, and the graph made of them. The digest is not asked for: a file of another
// tool has none.
#include <memory>
#include <vector>

#include "import/onnx/graph_reader.h"
#include "ops/index.h"
#include "wire/onnx/model_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tundish;  // NOLINT
  const auto file = std::make_shared<std::vector<uint8_t>>(data, data + size);
  ImportOptions options;
  options.limits.max_memory_bytes = 16 << 20;
  Result<OnnxModel> model = read_onnx_model(*file, options.limits);
  if (model) (void)graph_from_records(std::move(*model), file, builtin_ops(), options).has_value();
  return 0;
}
