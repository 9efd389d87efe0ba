#include <bzlib.h>

#include <algorithm>

#include "wire/compress/decoders.h"

namespace tundish::compress {

namespace {

constexpr size_t kPieceBytes = size_t{1} << 30;  // libbz2 counts in 32 bits

struct Unbzipper {
  bz_stream stream = {};
  bool open = false;
  ~Unbzipper() {
    if (open) BZ2_bzDecompressEnd(&stream);
  }
};

}  // namespace

Result<size_t> decode_bzip2(Bytes input, uint64_t offset, Output& output) {
  Unbzipper unbzipper;
  bz_stream& stream = unbzipper.stream;
  if (BZ2_bzDecompressInit(&stream, 0, 0) != BZ_OK) return Limit("no memory for bzip2");
  unbzipper.open = true;
  size_t fed = 0;
  for (;;) {
    if (stream.avail_in == 0) {
      const size_t piece = std::min(input.size() - fed, kPieceBytes);
      stream.next_in = const_cast<char*>(reinterpret_cast<const char*>(input.data() + fed));
      stream.avail_in = static_cast<unsigned>(piece);
      fed += piece;
    }
    TRY(output.make_room());
    const size_t room = std::min(output.room(), kPieceBytes);
    stream.next_out = reinterpret_cast<char*>(output.next());
    stream.avail_out = static_cast<unsigned>(room);
    const int code = BZ2_bzDecompress(&stream);
    output.advance(room - stream.avail_out);
    const size_t used = fed - stream.avail_in;
    if (code == BZ_STREAM_END) return used;
    if (code == BZ_MEM_ERROR) return Limit("no memory for a bzip2 block");
    if (code != BZ_OK) {
      return damaged(Format::kBzip2, offset + used,
                     code == BZ_DATA_ERROR_MAGIC ? "no bzip2 header" : "data or checksum wrong");
    }
    if (used == input.size() && stream.avail_out > 0)
      return ends_early(Format::kBzip2, offset + input.size());
  }
}

}  // namespace tundish::compress
