// BMP: uncompressed files of 1, 4, 8, 16, 24 and 32 bits a pixel (Microsoft's BITMAPINFOHEADER and
// its successors, and BITMAPCOREHEADER).
#include <array>
#include <bit>

#include "base/strings.h"
#include "ops/images/image.h"

namespace tundish::ops {
namespace {

constexpr size_t kFileHeader = 14;
constexpr uint32_t kPlain = 0;
constexpr uint32_t kMasks = 3;

uint32_t little(ImageBytes file, size_t at, size_t bytes) {
  uint32_t value = 0;
  for (size_t i = 0; i < bytes; ++i) value |= uint32_t{file[at + i]} << (8 * i);
  return value;
}

struct Header {
  int64_t width = 0;
  int64_t height = 0;
  bool top_down = false;
  uint32_t bits = 0;
  size_t pixels = 0;  // where they begin
  std::array<uint32_t, 3> masks{};
  size_t palette = 0;
  size_t palette_entry = 4;
  size_t palette_count = 0;

  uint64_t row_bytes() const { return (static_cast<uint64_t>(width) * bits + 31) / 32 * 4; }
};

std::optional<Header> read_core(ImageBytes file) {
  Header header;
  header.width = little(file, 18, 2);
  header.height = little(file, 20, 2);
  header.bits = little(file, 24, 2);
  header.palette = kFileHeader + 12;
  header.palette_entry = 3;
  return header;
}

Result<std::optional<Header>> read_info(ImageBytes file, uint32_t size) {
  Header header;
  header.width = static_cast<int32_t>(little(file, 18, 4));
  const auto height = static_cast<int32_t>(little(file, 22, 4));
  header.top_down = height < 0;
  header.height = height < 0 ? -int64_t{height} : height;
  header.bits = little(file, 28, 2);
  const uint32_t compression = little(file, 30, 4);
  if (compression != kPlain && compression != kMasks) {
    return Unsupported(cat("BMP images of compression ", compression));
  }
  header.palette = kFileHeader + size;
  if (header.bits == 16) header.masks = {0x7c00, 0x03e0, 0x001f};
  if (header.bits == 32) header.masks = {0xff0000, 0x00ff00, 0x0000ff};
  if (compression == kMasks) {
    if (file.size() < kFileHeader + 40 + 12) return std::optional<Header>();
    for (size_t k = 0; k < 3; ++k) header.masks[k] = little(file, kFileHeader + 40 + 4 * k, 4);
    if (size == 40) header.palette += 12;
  }
  header.palette_count = little(file, 46, 4);
  return std::optional(header);
}

Result<std::optional<Header>> read_header(ImageBytes file) {
  if (file.size() < kFileHeader + 12) return std::optional<Header>();
  const uint32_t size = little(file, kFileHeader, 4);
  std::optional<Header> header;
  if (size == 12) {
    header = read_core(file);
  } else if (size >= 40 && size <= 1024 && file.size() >= kFileHeader + size) {
    TRY_ASSIGN(header, read_info(file, size));
  }
  if (!header) return header;
  header->pixels = little(file, 10, 4);
  const uint32_t bits = header->bits;
  const bool has_palette = bits == 1 || bits == 4 || bits == 8;
  if (!has_palette && bits != 16 && bits != 24 && bits != 32) return std::optional<Header>();
  const size_t most = has_palette ? size_t{1} << bits : 0;
  if (header->palette_count == 0 || header->palette_count > most) header->palette_count = most;
  const uint64_t end = header->palette + header->palette_entry * header->palette_count;
  if (header->width < 1 || header->height < 1 || end > file.size()) return std::optional<Header>();
  return header;
}

// Bits under a mask, stretched to eight.
uint8_t masked(uint32_t pixel, uint32_t mask) {
  if (mask == 0) return 0;
  const uint64_t value = (pixel & mask) >> std::countr_zero(mask);
  const uint64_t most = mask >> std::countr_zero(mask);
  return static_cast<uint8_t>((value * 255 + most / 2) / most);
}

void read_row(ImageBytes file, const Header& header, size_t row, uint8_t* to) {
  const uint32_t bits = header.bits;
  for (size_t x = 0; x < static_cast<size_t>(header.width); ++x, to += 3) {
    if (bits == 24) {
      for (size_t k = 0; k < 3; ++k) to[k] = file[row + x * 3 + 2 - k];
      continue;
    }
    if (bits > 8) {
      const uint32_t pixel = little(file, row + x * (bits / 8), bits / 8);
      for (size_t k = 0; k < 3; ++k) to[k] = masked(pixel, header.masks[k]);
      continue;
    }
    const size_t shift = 8 - bits - x * bits % 8;
    const size_t index = file[row + x * bits / 8] >> shift & ((1U << bits) - 1);
    const size_t entry = header.palette + index * header.palette_entry;
    for (size_t k = 0; k < 3; ++k) {
      to[k] = index < header.palette_count ? file[entry + 2 - k] : uint8_t{0};
    }
  }
}

}  // namespace

DecodedImage decode_bmp(ImageBytes file) {
  TRY_ASSIGN(const std::optional<Header> header, read_header(file));
  if (!header) return std::optional<Image>();
  const uint64_t row_bytes = header->row_bytes();
  const auto rows = static_cast<uint64_t>(header->height);
  if (header->pixels > file.size() || (file.size() - header->pixels) / row_bytes < rows) {
    return std::optional<Image>();
  }
  TRY_ASSIGN(Image image, make_image(header->width, header->height));
  for (uint64_t row = 0; row < rows; ++row) {
    const uint64_t target = header->top_down ? row : rows - 1 - row;
    read_row(file, *header, header->pixels + row * row_bytes,
             image.rgb.data() + target * static_cast<uint64_t>(header->width) * 3);
  }
  return std::optional(std::move(image));
}

}  // namespace tundish::ops
