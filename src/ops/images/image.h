// Encoded images as pixels: one function per format, chosen by how a file begins. All but BMP and
// PNM stand on libraries, and the whole folder is a part that the build may leave out
// (TUNDISH_IMAGES); absent.cc then takes its place.
#ifndef TUNDISH_OPS_IMAGES_IMAGE_H_
#define TUNDISH_OPS_IMAGES_IMAGE_H_

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "tundish/result.h"

namespace tundish::ops {

/// Pixels row by row, three bytes each: red, green, blue. Transparency is dropped, as Pillow does.
struct Image {
  int64_t height = 0;
  int64_t width = 0;
  std::vector<uint8_t> rgb;
};

using ImageBytes = std::span<const uint8_t>;
/// An image, or nothing for a file that cannot be decoded (damaged, cut short, of no known format).
using DecodedImage = Result<std::optional<Image>>;

/// kUnsupported, naming the option, in builds without images.
DecodedImage decode_image(ImageBytes file);

// ---- Of builds with images

/// Room for an image. kLimit above 2^28 pixels: files of a few bytes can claim more than any
/// machine has.
Result<Image> make_image(int64_t width, int64_t height);

DecodedImage decode_bmp(ImageBytes file);
DecodedImage decode_jpeg(ImageBytes file);
DecodedImage decode_jpeg2000(ImageBytes file);
DecodedImage decode_png(ImageBytes file);
DecodedImage decode_pnm(ImageBytes file);
DecodedImage decode_tiff(ImageBytes file);
DecodedImage decode_webp(ImageBytes file);

}  // namespace tundish::ops

#endif  // TUNDISH_OPS_IMAGES_IMAGE_H_
