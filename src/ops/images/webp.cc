#include <webp/decode.h>

#include "ops/images/image.h"

namespace tundish::ops {

DecodedImage decode_webp(ImageBytes file) {
  int width = 0;
  int height = 0;
  if (WebPGetInfo(file.data(), file.size(), &width, &height) == 0) return std::optional<Image>();
  TRY_ASSIGN(Image image, make_image(width, height));
  if (WebPDecodeRGBInto(file.data(), file.size(), image.rgb.data(), image.rgb.size(), width * 3) ==
      nullptr) {
    return std::optional<Image>();
  }
  return std::optional(std::move(image));
}

}  // namespace tundish::ops
