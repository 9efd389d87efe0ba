// The pickle machine and joblib's container on plain bytes, in both modes.
#include <memory>
#include <vector>

#include "walk_graph.h"
#include "wire/joblib/pickle_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tundish;          // NOLINT
  using namespace tundish::pickle;  // NOLINT
  // A copy of its own size, so that a read past the end is seen.
  const auto file = std::make_shared<const std::vector<uint8_t>>(data, data + size);
  Limits limits;
  limits.max_memory_bytes = 64 << 20;
  limits.decompression_free_bytes = 1 << 20;
  for (const ReadMode mode : {ReadMode::kStrict, ReadMode::kInspect}) {
    const auto graph = read_pickle_file(file, *file, limits, mode);
    if (graph) walk_graph(*graph);
  }
  return 0;
}
