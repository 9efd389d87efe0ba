// PBM, PGM and PPM, as text (P1 to P3) and as bytes (P4 to P6); netpbm's pbm(5), pgm(5), ppm(5).
#include "ops/images/image.h"

namespace tundish::ops {
namespace {

constexpr uint32_t kMostValue = 65535;

bool is_space(uint8_t byte) { return byte == ' ' || (byte >= '\t' && byte <= '\r'); }

class Reader {
 public:
  explicit Reader(ImageBytes file) : file_(file), at_(2) {}

  /// A decimal number after white space and comments; nothing where there is none below 2^31.
  std::optional<uint32_t> number() {
    skip_space();
    const size_t begin = at_;
    uint64_t value = 0;
    while (at_ < file_.size() && file_[at_] >= '0' && file_[at_] <= '9') {
      value = value * 10 + (file_[at_++] - '0');
      if (value >> 31 != 0) return std::nullopt;
    }
    if (at_ == begin) return std::nullopt;
    return static_cast<uint32_t>(value);
  }
  /// A single digit, for bits that need no space between them.
  std::optional<uint32_t> digit() {
    skip_space();
    if (at_ >= file_.size() || (file_[at_] != '0' && file_[at_] != '1')) return std::nullopt;
    return file_[at_++] - uint32_t{'0'};
  }
  /// What comes after the one white space that ends the header.
  ImageBytes rest() {
    if (at_ < file_.size() && is_space(file_[at_])) ++at_;
    return file_.subspan(at_);
  }

 private:
  void skip_space() {
    while (at_ < file_.size() && (is_space(file_[at_]) || file_[at_] == '#')) {
      if (file_[at_++] != '#') continue;
      while (at_ < file_.size() && file_[at_] != '\n') ++at_;
    }
  }

  ImageBytes file_;
  size_t at_;
};

struct Format {
  bool is_text, is_bits, has_colour;
  uint32_t most;
};

uint8_t scaled(uint32_t value, uint32_t most) {
  return static_cast<uint8_t>((std::min(value, most) * 255 + most / 2) / most);
}

bool read_text(Reader& reader, const Format& format, Image& image) {
  for (size_t i = 0; i < image.rgb.size(); ++i) {
    if (!format.has_colour && i % 3 != 0) {
      image.rgb[i] = image.rgb[i - 1];
      continue;
    }
    const std::optional<uint32_t> value = format.is_bits ? reader.digit() : reader.number();
    if (!value) return false;
    image.rgb[i] = format.is_bits ? (*value == 0 ? 255 : 0) : scaled(*value, format.most);
  }
  return true;
}

bool read_packed_bits(ImageBytes bytes, Image& image) {
  const auto width = static_cast<size_t>(image.width);
  const size_t row_bytes = (width + 7) / 8;
  if (bytes.size() / row_bytes < static_cast<size_t>(image.height)) return false;
  for (size_t i = 0; i < image.rgb.size() / 3; ++i) {
    const uint8_t byte = bytes[i / width * row_bytes + i % width / 8];
    const uint8_t value = (byte >> (7 - i % width % 8) & 1) == 0 ? 255 : 0;
    std::fill_n(image.rgb.begin() + static_cast<ptrdiff_t>(i * 3), 3, value);
  }
  return true;
}

bool read_bytes(ImageBytes bytes, const Format& format, Image& image) {
  const size_t step = format.most > 255 ? 2 : 1;
  const size_t samples = image.rgb.size() / (format.has_colour ? 1 : 3);
  if (bytes.size() / step < samples) return false;
  for (size_t i = 0; i < image.rgb.size(); ++i) {
    const size_t at = (format.has_colour ? i : i / 3) * step;
    const uint32_t value = step == 1 ? bytes[at] : uint32_t{bytes[at]} << 8 | bytes[at + 1];
    image.rgb[i] = scaled(value, format.most);
  }
  return true;
}

}  // namespace

DecodedImage decode_pnm(ImageBytes file) {
  if (file.size() < 3 || file[1] < '1' || file[1] > '6') return std::optional<Image>();
  const int kind = file[1] - '0';
  Format format{kind <= 3, kind % 3 == 1, kind % 3 == 0, 1};
  Reader reader(file);
  const std::optional<uint32_t> width = reader.number();
  const std::optional<uint32_t> height = width ? reader.number() : std::nullopt;
  if (!height || *width == 0 || *height == 0) return std::optional<Image>();
  if (!format.is_bits) {
    const std::optional<uint32_t> most = reader.number();
    if (!most || *most == 0 || *most > kMostValue) return std::optional<Image>();
    format.most = *most;
  }
  // A bit for each pixel is the least that the file must hold.
  if (uint64_t{*width} * *height / 8 > file.size()) return std::optional<Image>();
  TRY_ASSIGN(Image image, make_image(*width, *height));
  const bool is_read = format.is_text   ? read_text(reader, format, image)
                       : format.is_bits ? read_packed_bits(reader.rest(), image)
                                        : read_bytes(reader.rest(), format, image);
  if (!is_read) return std::optional<Image>();
  return std::optional(std::move(image));
}

}  // namespace tundish::ops
