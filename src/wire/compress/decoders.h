// One function per decompression library; compress.cc puts them behind unpack().
#ifndef TUNDISH_WIRE_COMPRESS_DECODERS_H_
#define TUNDISH_WIRE_COMPRESS_DECODERS_H_

#include <cstdint>
#include <memory>
#include <string_view>

#include "wire/compress/compress.h"

namespace tundish::compress {

/// Output that grows as data come, within the limits on size and ratio. realloc() moves large
/// blocks without copying them, so the peak is the size itself.
class Output {
 public:
  Output(Format format, uint64_t input_bytes, const Limits& limits);
  ~Output();
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  /// Makes room for at least one more byte. kLimit once the limits are used up.
  Status make_room();
  uint8_t* next() { return data_ + size_; }
  size_t room() const { return capacity_ - size_; }
  void advance(size_t count) { size_ += count; }
  size_t size() const { return size_; }
  /// Hands the bytes over.
  Unpacked release();

 private:
  Format format_;
  uint64_t input_bytes_;
  uint64_t most_bytes_;
  uint64_t memory_bytes_;
  uint8_t* data_ = nullptr;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

/// Each decodes the one stream that begins at `input`, appends to `output` and gives the bytes of
/// input it used. `offset` is where `input` begins in the file, for errors.
Result<size_t> decode_zlib(Format format, Bytes input, uint64_t offset, Output& output);
Result<size_t> decode_bzip2(Bytes input, uint64_t offset, Output& output);
Result<size_t> decode_lzma(Format format, Bytes input, uint64_t offset, Output& output,
                           const Limits& limits);
Result<size_t> decode_lz4(Bytes input, uint64_t offset, Output& output);

/// "gzip stream ends early at byte 551".
Error ends_early(Format format, uint64_t offset);
/// "gzip stream is damaged near byte 551: incorrect data check".
Error damaged(Format format, uint64_t offset, std::string_view why);

}  // namespace tundish::compress

#endif  // TUNDISH_WIRE_COMPRESS_DECODERS_H_
