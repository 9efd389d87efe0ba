#include "wire/compress/compress.h"

namespace tundish::compress {

std::string_view format_name(Format format) {
  switch (format) {
    case Format::kNone: return "none";
    case Format::kZlib: return "zlib";
    case Format::kGzip: return "gzip";
    case Format::kBzip2: return "bzip2";
    case Format::kXz: return "xz";
    case Format::kLzma: return "lzma";
    case Format::kLz4: return "lz4";
    case Format::kJoblibZlib: return "joblib zlib (ZF)";
  }
  return "unknown";
}

}  // namespace tundish::compress
