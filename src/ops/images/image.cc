#include "ops/images/image.h"

#include <algorithm>
#include <string_view>

#include "base/strings.h"

namespace tundish::ops {
namespace {

constexpr int64_t kMostPixels = int64_t{1} << 28;

bool begins(ImageBytes file, std::string_view with, size_t at = 0) {
  return file.size() >= at + with.size() &&
         std::equal(with.begin(), with.end(), file.begin() + static_cast<ptrdiff_t>(at),
                    [](char a, uint8_t b) { return static_cast<uint8_t>(a) == b; });
}

}  // namespace

Result<Image> make_image(int64_t width, int64_t height) {
  if (width < 1 || height < 1 || width > kMostPixels || height > kMostPixels / width) {
    return Limit(cat("an image of ", width, " x ", height, " pixels; at most ", kMostPixels,
                     " pixels are decoded"));
  }
  Image image{height, width, {}};
  image.rgb.resize(static_cast<size_t>(width * height * 3));
  return image;
}

DecodedImage decode_image(ImageBytes file) {
  using std::string_view_literals::operator""sv;
  if (begins(file, "\xff\xd8\xff"sv)) return decode_jpeg(file);
  if (begins(file, "\x89PNG\r\n\x1a\n"sv)) return decode_png(file);
  if (begins(file, "RIFF"sv) && begins(file, "WEBP"sv, 8)) return decode_webp(file);
  if (begins(file, "II*\0"sv) || begins(file, "MM\0*"sv)) return decode_tiff(file);
  if (begins(file, "\0\0\0\x0cjP  \r\n\x87\n"sv) || begins(file, "\xff\x4f\xff\x51"sv)) {
    return decode_jpeg2000(file);
  }
  if (begins(file, "BM"sv)) return decode_bmp(file);
  if (begins(file, "P"sv)) return decode_pnm(file);
  return std::optional<Image>();
}

}  // namespace tundish::ops
