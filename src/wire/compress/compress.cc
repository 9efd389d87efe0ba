#include "wire/compress/compress.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "base/checked.h"
#include "base/strings.h"
#include "wire/compress/decoders.h"

namespace tundish::compress {

namespace {

constexpr size_t kFirstOutputBytes = size_t{64} << 10;
// joblib/numpy_pickle_compat.py: "ZF", then the length as hexadecimal text in len("0x1" + 16
// zeros).
constexpr size_t kOldHeaderBytes = 2 + 19;

bool starts_with(Bytes file, std::string_view magic) { return as_text(file).starts_with(magic); }

bool looks_like_zlib(Bytes file) {
  // RFC 1950: method 8, window 32 KiB as every writer uses, header divisible by 31.
  return file.size() >= 2 && file[0] == 0x78 && (file[0] * 256 + file[1]) % 31 == 0 &&
         (file[1] & 0x20) == 0;
}

Result<size_t> decode(Format format, Bytes input, uint64_t offset, Output& output,
                      const Limits& limits) {
  switch (format) {
    case Format::kZlib:
    case Format::kGzip:
    case Format::kJoblibZlib: return decode_zlib(format, input, offset, output);
    case Format::kBzip2: return decode_bzip2(input, offset, output);
    case Format::kXz:
    case Format::kLzma: return decode_lzma(format, input, offset, output, limits);
    case Format::kLz4: return decode_lz4(input, offset, output);
    case Format::kNone: break;
  }
  return Internal("unpack of data that are not compressed");
}

// Parallel compressors (pigz, pbzip2, pixz) write several streams one after the other.
bool comes_in_parts(Format format) {
  return format == Format::kGzip || format == Format::kBzip2 || format == Format::kXz ||
         format == Format::kLz4;
}

// The length that an old joblib header declares.
Result<uint64_t> old_joblib_length(Bytes file) {
  if (file.size() < kOldHeaderBytes) return ends_early(Format::kJoblibZlib, file.size());
  std::string_view text = as_text(file).substr(2, kOldHeaderBytes - 2);
  while (!text.empty() && (text.back() == ' ' || text.back() == 'L')) text.remove_suffix(1);
  if (text.starts_with("0x")) text.remove_prefix(2);
  uint64_t length = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), length, 16);
  if (text.empty() || parsed.ec != std::errc() || parsed.ptr != text.data() + text.size())
    return damaged(Format::kJoblibZlib, 2, "the length is not a hexadecimal number");
  return length;
}

}  // namespace

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

Format sniff(Bytes file) {
  if (looks_like_zlib(file)) return Format::kZlib;
  if (starts_with(file, "\x1f\x8b")) return Format::kGzip;
  if (file.size() >= 4 && starts_with(file, "BZh") && file[3] >= '1' && file[3] <= '9')
    return Format::kBzip2;
  if (starts_with(file, {"\xfd\x37zXZ\0", 6})) return Format::kXz;
  if (starts_with(file, {"\x5d\0\0", 3})) return Format::kLzma;
  if (starts_with(file, "\x04\x22\x4d\x18")) return Format::kLz4;
  if (starts_with(file, "ZF")) return Format::kJoblibZlib;
  return Format::kNone;
}

Result<Unpacked> unpack(Format format, Bytes file, const Limits& limits) {
  Output output(format, file.size(), limits);
  size_t at = 0;
  uint64_t declared = 0;
  if (format == Format::kJoblibZlib) {
    TRY_ASSIGN(declared, old_joblib_length(file));
    at = kOldHeaderBytes;
    if (at < file.size() && file[at] == ' ') ++at;  // some versions pad by one more
  }
  do {
    TRY_ASSIGN(const size_t used, decode(format, file.subspan(at), at, output, limits));
    at += used;
  } while (at < file.size() && comes_in_parts(format) && sniff(file.subspan(at)) == format);
  if (at < file.size()) {
    return InvalidModel(cat(file.size() - at, " bytes follow the end of the ", format_name(format),
                            " stream at byte ", at));
  }
  if (format == Format::kJoblibZlib && output.size() != declared) {
    return InvalidModel(cat("joblib zlib (ZF) header declares ", declared,
                            " bytes, the stream has ", output.size()));
  }
  return output.release();
}

Output::Output(Format format, uint64_t input_bytes, const Limits& limits)
    : format_(format), input_bytes_(input_bytes), memory_bytes_(limits.max_memory_bytes) {
  const uint64_t by_ratio =
      checked_mul(input_bytes, limits.max_decompression_ratio).value_or(limits.max_memory_bytes);
  most_bytes_ =
      std::min(std::max(by_ratio, limits.decompression_free_bytes), limits.max_memory_bytes);
}

Output::~Output() { std::free(data_); }

Status Output::make_room() {
  if (room() > 0) return ok();
  if (size_ > most_bytes_) {
    return Limit(cat(format_name(format_), " data unpack to more than ", most_bytes_,
                     " bytes from ", input_bytes_, ", over the limit on ",
                     most_bytes_ < memory_bytes_ ? "decompression ratio" : "memory",
                     "; --memory-limit BYTES raises it"));
  }
  // One byte beyond the most allowed shows that there is more.
  const uint64_t first = std::max<uint64_t>(kFirstOutputBytes, 4 * input_bytes_);
  const uint64_t wanted =
      std::min<uint64_t>(most_bytes_ + 1, std::max<uint64_t>(capacity_ * 2ull, first));
  void* grown = std::realloc(data_, wanted);
  if (grown == nullptr) return Limit(cat("no memory for ", wanted, " bytes of unpacked data"));
  data_ = static_cast<uint8_t*>(grown);
  capacity_ = wanted;
  return ok();
}

Unpacked Output::release() {
  if (void* fitted = std::realloc(data_, std::max<size_t>(size_, 1)); fitted != nullptr)
    data_ = static_cast<uint8_t*>(fitted);
  Unpacked unpacked;
  unpacked.bytes = {data_, size_};
  unpacked.owner =
      std::shared_ptr<const void>(data_, [](const void* p) { std::free(const_cast<void*>(p)); });
  data_ = nullptr;
  return unpacked;
}

Error ends_early(Format format, uint64_t offset) {
  return InvalidModel(
      cat(format_name(format), " stream ends early: truncated at byte ", offset, " of the file"));
}

Error damaged(Format format, uint64_t offset, std::string_view why) {
  return InvalidModel(
      cat(format_name(format), " stream is damaged near byte ", offset, " of the file: ", why));
}

}  // namespace tundish::compress
