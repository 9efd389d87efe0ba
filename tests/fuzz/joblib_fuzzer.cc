// Decompressors. The first byte chooses the format, so that each is reached whatever the magic.
#include <memory>
#include <vector>

#include "wire/compress/compress.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tundish;            // NOLINT
  using namespace tundish::compress;  // NOLINT
  if (size == 0) return 0;
  const std::vector<uint8_t> file(data + 1, data + size);
  Limits limits;
  limits.max_memory_bytes = 16 << 20;
  limits.decompression_free_bytes = 1 << 20;
  limits.max_lzma_memory_bytes = 16 << 20;
  constexpr Format kFormats[] = {Format::kZlib, Format::kGzip, Format::kBzip2,     Format::kXz,
                                 Format::kLzma, Format::kLz4,  Format::kJoblibZlib};
  const Format format = data[0] < 7 ? kFormats[data[0]] : sniff(file);
  if (format == Format::kNone) return 0;
  const auto unpacked = unpack(format, file, limits);
  volatile uint8_t sum = 0;
  if (unpacked) {
    for (const uint8_t byte : unpacked->bytes) sum = static_cast<uint8_t>(sum + byte);
  }
  return 0;
}
