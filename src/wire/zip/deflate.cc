#include "wire/zip/deflate.h"

#include <zlib.h>

#include <algorithm>

#include "base/strings.h"

namespace tundish {

namespace {
/// zlib counts in 32 bits.
constexpr size_t kMaxChunkBytes = size_t{1} << 30;
}  // namespace

uint32_t crc32_update(uint32_t crc, Bytes bytes) {
  return static_cast<uint32_t>(::crc32_z(crc, bytes.data(), bytes.size()));
}

Status inflate_exactly(Bytes packed, std::span<uint8_t> out) {
  z_stream stream{};
  if (::inflateInit2(&stream, -MAX_WBITS) != Z_OK) return Limit("no memory for zlib");
  // A byte of room beyond the end: a stream that is longer than promised shows by using it, and
  // zlib wants a place to write even when nothing is expected.
  uint8_t beyond = 0;
  size_t written = 0;
  int code = Z_OK;
  while (code == Z_OK) {
    if (stream.avail_in == 0 && !packed.empty()) {
      const size_t chunk = std::min(packed.size(), kMaxChunkBytes);
      stream.next_in = const_cast<Bytef*>(packed.data());
      stream.avail_in = static_cast<uInt>(chunk);
      packed = packed.subspan(chunk);
    }
    const size_t room = std::min(out.size() - written, kMaxChunkBytes);
    stream.next_out = room > 0 ? out.data() + written : &beyond;
    stream.avail_out = room > 0 ? static_cast<uInt>(room) : 1;
    const uInt offered = stream.avail_out;
    code = ::inflate(&stream, Z_NO_FLUSH);
    const uInt produced = offered - stream.avail_out;
    if (room == 0 && produced > 0) {
      code = Z_BUF_ERROR;
    } else {
      written += produced;
    }
  }
  const bool left_over = stream.avail_in > 0 || !packed.empty();
  ::inflateEnd(&stream);
  if (code != Z_STREAM_END || written != out.size() || left_over) {
    return InvalidModel(
        cat("the compressed data is damaged (byte ", written, " of ", out.size(), ")"));
  }
  return ok();
}

}  // namespace tundish
