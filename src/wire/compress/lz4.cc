#include <lz4frame.h>

#include "wire/compress/decoders.h"

namespace tundish::compress {

namespace {

struct Context {
  LZ4F_dctx* decoder = nullptr;
  ~Context() { LZ4F_freeDecompressionContext(decoder); }
};

}  // namespace

Result<size_t> decode_lz4(Bytes input, uint64_t offset, Output& output) {
  Context context;
  if (LZ4F_isError(LZ4F_createDecompressionContext(&context.decoder, LZ4F_VERSION)))
    return Limit("no memory for an lz4 decoder");
  size_t used = 0;
  for (;;) {
    TRY(output.make_room());
    size_t produced = output.room();
    size_t consumed = input.size() - used;
    const size_t hint = LZ4F_decompress(context.decoder, output.next(), &produced,
                                        input.data() + used, &consumed, nullptr);
    if (LZ4F_isError(hint)) return damaged(Format::kLz4, offset + used, LZ4F_getErrorName(hint));
    output.advance(produced);
    used += consumed;
    if (hint == 0) return used;
    if (used == input.size() && output.room() > 0 && produced == 0)
      return ends_early(Format::kLz4, offset + input.size());
  }
}

}  // namespace tundish::compress
