#include <zlib.h>

#include <algorithm>

#include "wire/compress/decoders.h"

namespace tundish::compress {

namespace {

constexpr size_t kPieceBytes = size_t{1} << 30;  // zlib counts in 32 bits

// inflateEnd on every way out.
struct Inflater {
  z_stream stream = {};
  bool open = false;
  ~Inflater() {
    if (open) inflateEnd(&stream);
  }
};

}  // namespace

Result<size_t> decode_zlib(Format format, Bytes input, uint64_t offset, Output& output) {
  Inflater inflater;
  z_stream& stream = inflater.stream;
  const int window_bits = format == Format::kGzip ? 15 + 16 : 15;
  if (inflateInit2(&stream, window_bits) != Z_OK) return Limit("no memory for zlib's window");
  inflater.open = true;
  size_t fed = 0;
  for (;;) {
    if (stream.avail_in == 0) {
      const size_t piece = std::min(input.size() - fed, kPieceBytes);
      stream.next_in = const_cast<Bytef*>(input.data() + fed);
      stream.avail_in = static_cast<uInt>(piece);
      fed += piece;
    }
    TRY(output.make_room());
    const size_t room = std::min(output.room(), kPieceBytes);
    stream.next_out = output.next();
    stream.avail_out = static_cast<uInt>(room);
    const int code = inflate(&stream, Z_NO_FLUSH);
    output.advance(room - stream.avail_out);
    const size_t used = fed - stream.avail_in;
    if (code == Z_STREAM_END) return used;
    if (code == Z_NEED_DICT) return damaged(format, offset + used, "it asks for a dictionary");
    if (code != Z_OK && code != Z_BUF_ERROR)
      return damaged(format, offset + used, stream.msg != nullptr ? stream.msg : "zlib error");
    if (used == input.size() && stream.avail_out > 0)
      return ends_early(format, offset + input.size());
  }
}

}  // namespace tundish::compress
