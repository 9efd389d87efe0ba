#include "wire/compress/decoders.h"

#include <lzma.h>

#include <algorithm>

#include "base/strings.h"

namespace tundish::compress {

namespace {

struct Decoder {
  lzma_stream stream = LZMA_STREAM_INIT;
  ~Decoder() { lzma_end(&stream); }
};

std::string_view reason(lzma_ret code) {
  switch (code) {
    case LZMA_FORMAT_ERROR: return "not in this format";
    case LZMA_OPTIONS_ERROR: return "options that liblzma does not know";
    case LZMA_DATA_ERROR: return "data or checksum wrong";
    case LZMA_UNSUPPORTED_CHECK: return "a kind of checksum that liblzma does not know";
    default: return "liblzma error";
  }
}

}  // namespace

Result<size_t> decode_lzma(Format format, Bytes input, uint64_t offset, Output& output,
                           const Limits& limits) {
  Decoder decoder;
  lzma_stream& stream = decoder.stream;
  const uint64_t memory = std::min(limits.max_lzma_memory_bytes, limits.max_memory_bytes);
  const lzma_ret opened = format == Format::kXz
                              ? lzma_stream_decoder(&stream, memory, LZMA_TELL_UNSUPPORTED_CHECK)
                              : lzma_alone_decoder(&stream, memory);
  if (opened != LZMA_OK) return Limit("no memory for an lzma decoder");
  stream.next_in = input.data();
  stream.avail_in = input.size();
  for (;;) {
    TRY(output.make_room());
    const size_t room = output.room();
    stream.next_out = output.next();
    stream.avail_out = room;
    const lzma_ret code = lzma_code(&stream, LZMA_RUN);
    output.advance(room - stream.avail_out);
    const size_t used = input.size() - stream.avail_in;
    if (code == LZMA_STREAM_END) return used;
    if (code == LZMA_MEMLIMIT_ERROR) {
      return Limit(cat(format_name(format), " stream asks for a dictionary of ",
                       lzma_memusage(&stream), " bytes, the limit is ", memory));
    }
    if (code == LZMA_MEM_ERROR) return Limit("no memory for an lzma dictionary");
    if (code != LZMA_OK && code != LZMA_BUF_ERROR)
      return damaged(format, offset + used, reason(code));
    if (stream.avail_in == 0 && stream.avail_out > 0)
      return ends_early(format, offset + input.size());
  }
}

}  // namespace tundish::compress
