#include "wire/compress/compress.h"

#include <bzlib.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <lz4frame.h>
#include <lzma.h>
#include <zlib.h>

#include <cstdio>
#include <string>

#include "wire/compress/decoders.h"

namespace tundish::compress {
namespace {

using ::testing::HasSubstr;

constexpr Format kAll[] = {Format::kZlib, Format::kGzip, Format::kBzip2,     Format::kXz,
                           Format::kLzma, Format::kLz4,  Format::kJoblibZlib};

std::string deflated(const std::string& text, int window_bits) {
  z_stream stream = {};
  deflateInit2(&stream, 6, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, text.size()) + 32, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string lzma_packed(const std::string& text, Format format, uint32_t dictionary_bytes) {
  lzma_options_lzma options;
  lzma_lzma_preset(&options, 3);
  options.dict_size = dictionary_bytes;
  lzma_stream stream = LZMA_STREAM_INIT;
  lzma_filter filters[] = {{LZMA_FILTER_LZMA2, &options}, {LZMA_VLI_UNKNOWN, nullptr}};
  if (format == Format::kXz) {
    EXPECT_EQ(lzma_stream_encoder(&stream, filters, LZMA_CHECK_CRC64), LZMA_OK);
  } else {
    EXPECT_EQ(lzma_alone_encoder(&stream, &options), LZMA_OK);
  }
  std::string out(text.size() * 2 + 1000, '\0');
  stream.next_in = reinterpret_cast<const uint8_t*>(text.data());
  stream.avail_in = text.size();
  stream.next_out = reinterpret_cast<uint8_t*>(out.data());
  stream.avail_out = out.size();
  EXPECT_EQ(lzma_code(&stream, LZMA_FINISH), LZMA_STREAM_END);
  out.resize(stream.total_out);
  lzma_end(&stream);
  return out;
}

std::string packed(Format format, const std::string& text) {
  switch (format) {
    case Format::kZlib: return deflated(text, 15);
    case Format::kGzip: return deflated(text, 15 + 16);
    case Format::kJoblibZlib: {
      char header[32];
      std::snprintf(header, sizeof header, "ZF0x%-17zx", text.size());
      return header + deflated(text, 15);
    }
    case Format::kBzip2: {
      unsigned size = static_cast<unsigned>(text.size() * 2 + 1000);
      std::string out(size, '\0');
      BZ2_bzBuffToBuffCompress(out.data(), &size, const_cast<char*>(text.data()),
                               static_cast<unsigned>(text.size()), 3, 0, 0);
      out.resize(size);
      return out;
    }
    case Format::kXz:
    case Format::kLzma: return lzma_packed(text, format, 1 << 20);
    case Format::kLz4: {
      std::string out(LZ4F_compressFrameBound(text.size(), nullptr), '\0');
      out.resize(LZ4F_compressFrame(out.data(), out.size(), text.data(), text.size(), nullptr));
      return out;
    }
    case Format::kNone: break;
  }
  return text;
}

std::string sample() {
  std::string text;
  for (int i = 0; i < 30000; ++i) text += "row " + std::to_string(i * 7919 % 10007) + ";";
  return text;
}

std::string says(Format format, const std::string& file, const Limits& limits = {}) {
  const auto result = unpack(format, as_bytes(file), limits);
  if (result) return "ok";
  return std::string(error_code_name(result.error().code())) + ": " + result.error().to_string();
}

TEST(Compress, unpacks_every_format) {
  const std::string text = sample();
  for (const Format format : kAll) {
    const std::string file = packed(format, text);
    EXPECT_EQ(sniff(as_bytes(file)), format) << format_name(format);
    const auto unpacked = unpack(format, as_bytes(file), Limits{});
    ASSERT_TRUE(unpacked) << format_name(format) << unpacked.error().to_string();
    EXPECT_TRUE(as_text(unpacked->bytes) == text) << format_name(format);
    const auto empty = unpack(format, as_bytes(packed(format, "")), Limits{});
    ASSERT_TRUE(empty) << format_name(format);
    EXPECT_TRUE(empty->bytes.empty());
  }
}

TEST(Compress, names_a_stream_that_ends_early) {
  const std::string text = sample();
  for (const Format format : kAll) {
    const std::string file = packed(format, text);
    for (const size_t size : {file.size() - 1, file.size() / 2, size_t{24}}) {
      const std::string said = says(format, file.substr(0, size));
      EXPECT_THAT(said, HasSubstr("invalid_model: "));
      EXPECT_THAT(said, HasSubstr(std::string(format_name(format)) + " stream ends early"));
    }
  }
  EXPECT_THAT(says(Format::kJoblibZlib, "ZF0x1"), HasSubstr("ends early"));
}

TEST(Compress, finds_damage) {
  const std::string text = sample();
  for (const Format format : kAll) {
    if (format == Format::kLz4) continue;  // no checksum unless the writer asks for one
    std::string file = packed(format, text);
    file[file.size() / 2] ^= 0x55;
    EXPECT_THAT(says(format, file), HasSubstr("invalid_model: ")) << format_name(format);
  }
  EXPECT_THAT(says(Format::kLz4, std::string("\x04\x22\x4d\x18\xff\xff\xff\xff", 8)),
              HasSubstr("lz4 stream is damaged"));
  EXPECT_THAT(says(Format::kBzip2, "BZx9........"), HasSubstr("no bzip2 header"));
  EXPECT_THAT(says(Format::kXz, "not xz at all..."), HasSubstr("not in this format"));
  EXPECT_THAT(says(Format::kXz, std::string("\xfd\x37zXZ\0\0\x0f\x4c\xfe\x8e\x57", 12)),
              HasSubstr("invalid_model"));
  EXPECT_THAT(says(Format::kJoblibZlib, "ZF0xzz               " + deflated(text, 15)),
              HasSubstr("not a hexadecimal number"));
  EXPECT_THAT(says(Format::kJoblibZlib, "ZF0x10               " + deflated(text, 15)),
              HasSubstr("declares 16 bytes"));
  EXPECT_THAT(says(Format::kZlib, std::string("\x78\xbb\0\0\0\1", 6)), HasSubstr("dictionary"));
  EXPECT_THAT(says(Format::kNone, text), HasSubstr("internal"));
}

TEST(Compress, refuses_bytes_behind_the_stream) {
  for (const Format format : kAll) {
    EXPECT_THAT(says(format, packed(format, "text") + "garbage"), HasSubstr("7 bytes follow"))
        << format_name(format);
  }
}

TEST(Compress, reads_several_streams_in_a_row) {
  for (const Format format : {Format::kGzip, Format::kBzip2, Format::kXz, Format::kLz4}) {
    const std::string file = packed(format, "first ") + packed(format, "second");
    const auto unpacked = unpack(format, as_bytes(file), Limits{});
    ASSERT_TRUE(unpacked) << format_name(format);
    EXPECT_EQ(as_text(unpacked->bytes), "first second");
  }
  EXPECT_THAT(says(Format::kZlib, packed(Format::kZlib, "a") + packed(Format::kZlib, "b")),
              HasSubstr("bytes follow"));
}

TEST(Compress, limits_ratio_and_size) {
  const std::string text(3'000'000, 'a');
  Limits limits;
  limits.decompression_free_bytes = 1'000'000;
  for (const Format format :
       {Format::kZlib, Format::kGzip, Format::kBzip2, Format::kXz, Format::kLzma}) {
    const std::string file = packed(format, text);
    EXPECT_EQ(says(format, file), "ok");
    EXPECT_THAT(says(format, file, limits), HasSubstr("limit: ")) << format_name(format);
    EXPECT_THAT(says(format, file, limits), HasSubstr("decompression ratio"))
        << format_name(format);
  }
  limits = {};
  limits.max_memory_bytes = 2'000'000;
  EXPECT_THAT(says(Format::kZlib, packed(Format::kZlib, text), limits),
              HasSubstr("--memory-limit"));
  limits.max_memory_bytes = 3'000'000;  // exactly what it needs
  EXPECT_EQ(says(Format::kZlib, packed(Format::kZlib, text), limits), "ok");
}

TEST(Compress, limits_the_dictionary) {
  for (const Format format : {Format::kXz, Format::kLzma}) {
    const std::string file = lzma_packed("text", format, 256 << 20);
    EXPECT_THAT(says(format, file), HasSubstr("limit: ")) << format_name(format);
    EXPECT_THAT(says(format, file), HasSubstr("dictionary")) << format_name(format);
  }
}

TEST(Compress, sniffs_nothing_in_plain_files) {
  for (const char* file : {"", "x", "\x80\x04", "BZh", "BZ2", "]a", "ZIP"})
    EXPECT_EQ(sniff(as_bytes(file)), Format::kNone) << file;
  EXPECT_EQ(format_name(Format::kNone), "none");
}

TEST(Compress, reports_places_in_the_file) {
  // The stream begins at byte 1000 of the file.
  const std::string text = sample();
  const Limits limits;
  for (const Format format : {Format::kZlib, Format::kBzip2, Format::kXz, Format::kLz4}) {
    const std::string file = packed(format, text);
    Output output(format, file.size(), limits);
    const Bytes half = as_bytes(file).subspan(0, file.size() / 2);
    const auto used = format == Format::kZlib    ? decode_zlib(format, half, 1000, output)
                      : format == Format::kBzip2 ? decode_bzip2(half, 1000, output)
                      : format == Format::kXz    ? decode_lzma(format, half, 1000, output, limits)
                                                 : decode_lz4(half, 1000, output);
    ASSERT_FALSE(used);
    EXPECT_THAT(used.error().to_string(),
                HasSubstr("byte " + std::to_string(1000 + file.size() / 2) + " of the file"));
  }
}

}  // namespace
}  // namespace tundish::compress
