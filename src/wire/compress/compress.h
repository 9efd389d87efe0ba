// Decompression of whole files, as joblib and pickle users compress them.
#ifndef TUNDISH_WIRE_COMPRESS_COMPRESS_H_
#define TUNDISH_WIRE_COMPRESS_COMPRESS_H_

#include <cstdint>
#include <memory>
#include <string_view>

#include "base/bytes.h"
#include "tundish/limits.h"
#include "tundish/result.h"

namespace tundish::compress {

enum class Format : uint8_t {
  kNone,
  kZlib,
  kGzip,
  kBzip2,
  kXz,
  kLzma,       ///< the old .lzma ("alone") form
  kLz4,        ///< LZ4 frame
  kJoblibZlib  ///< joblib before 0.10: "ZF", length as text, zlib
};
/// "zlib", "gzip", "bzip2", "xz", "lzma", "lz4", "joblib zlib (ZF)", "none".
std::string_view format_name(Format format);

/// The format by its first bytes; kNone when none fits.
Format sniff(Bytes file);

/// What came out. The bytes live as long as `owner`.
struct Unpacked {
  std::shared_ptr<const void> owner;
  Bytes bytes;
};

/// Unpacks one stream that must fill `file` exactly. The output is counted while it grows: beyond
/// Limits::decompression_free_bytes it may not exceed max_decompression_ratio times the input, and
/// never max_memory_bytes (kLimit naming both). kInvalidModel: damaged, checksum wrong, ends early,
/// or bytes follow the end of the stream; each message names the format and the offset. Sizes
/// declared inside the file are never allocated by. Several gzip members, bzip2 or xz streams in a
/// row are read as Python's readers do (one after the other). `format` is not kNone.
Result<Unpacked> unpack(Format format, Bytes file, const Limits& limits);

}  // namespace tundish::compress

#endif  // TUNDISH_WIRE_COMPRESS_COMPRESS_H_
