#include <tiffio.h>

#include <cstring>
#include <memory>

#include "ops/images/image.h"

namespace tundish::ops {
namespace {

struct Input {
  ImageBytes file;
  uint64_t at = 0;
};

tmsize_t read_bytes(thandle_t handle, void* to, tmsize_t count) {
  auto* input = static_cast<Input*>(handle);
  const uint64_t left = input->at < input->file.size() ? input->file.size() - input->at : 0;
  const uint64_t taken = std::min<uint64_t>(left, count < 0 ? 0 : static_cast<uint64_t>(count));
  if (taken > 0) std::memcpy(to, input->file.data() + input->at, taken);
  input->at += taken;
  return static_cast<tmsize_t>(taken);
}
tmsize_t write_nothing(thandle_t, void*, tmsize_t) { return 0; }
toff_t seek(thandle_t handle, toff_t offset, int from) {
  auto* input = static_cast<Input*>(handle);
  const uint64_t base = from == SEEK_SET   ? 0
                        : from == SEEK_CUR ? input->at
                                           : uint64_t{input->file.size()};
  input->at = base + offset;
  return input->at;
}
int close_nothing(thandle_t) { return 0; }
toff_t size_of(thandle_t handle) { return static_cast<Input*>(handle)->file.size(); }
int map(thandle_t handle, void** base, toff_t* size) {
  auto* input = static_cast<Input*>(handle);
  *base = const_cast<uint8_t*>(input->file.data());
  *size = input->file.size();
  return 1;
}
void unmap_nothing(thandle_t, void*, toff_t) {}

#if TIFFLIB_VERSION >= 20221213  // 4.5.0: handlers of one file, and a bound on its memory
int say_nothing(TIFF*, void*, const char*, const char*, va_list) { return 1; }

TIFF* open(Input& input) {
  TIFFOpenOptions* options = TIFFOpenOptionsAlloc();
  if (options == nullptr) return nullptr;
  TIFFOpenOptionsSetMaxSingleMemAlloc(options, tmsize_t{1} << 30);
  TIFFOpenOptionsSetErrorHandlerExtR(options, say_nothing, nullptr);
  TIFFOpenOptionsSetWarningHandlerExtR(options, say_nothing, nullptr);
  TIFF* tiff = TIFFClientOpenExt("image", "r", &input, read_bytes, write_nothing, seek,
                                 close_nothing, size_of, map, unmap_nothing, options);
  TIFFOpenOptionsFree(options);
  return tiff;
}
#else
TIFF* open(Input& input) {
  // Handlers of older versions are those of the whole process.
  TIFFSetErrorHandler(nullptr);
  TIFFSetWarningHandler(nullptr);
  return TIFFClientOpen("image", "r", &input, read_bytes, write_nothing, seek, close_nothing,
                        size_of, map, unmap_nothing);
}
#endif

struct Close {
  void operator()(TIFF* tiff) const { TIFFClose(tiff); }
};

}  // namespace

DecodedImage decode_tiff(ImageBytes file) {
  Input input{file};
  const std::unique_ptr<TIFF, Close> tiff(open(input));
  if (tiff == nullptr) return std::optional<Image>();
  uint32_t width = 0;
  uint32_t height = 0;
  if (TIFFGetField(tiff.get(), TIFFTAG_IMAGEWIDTH, &width) != 1 ||
      TIFFGetField(tiff.get(), TIFFTAG_IMAGELENGTH, &height) != 1) {
    return std::optional<Image>();
  }
  TRY_ASSIGN(Image image, make_image(width, height));
  std::vector<uint32_t> raster(image.rgb.size() / 3);
  if (TIFFReadRGBAImageOriented(tiff.get(), width, height, raster.data(), ORIENTATION_TOPLEFT, 1) !=
      1) {
    return std::optional<Image>();
  }
  for (size_t i = 0; i < raster.size(); ++i) {
    image.rgb[i * 3] = static_cast<uint8_t>(TIFFGetR(raster[i]));
    image.rgb[i * 3 + 1] = static_cast<uint8_t>(TIFFGetG(raster[i]));
    image.rgb[i * 3 + 2] = static_cast<uint8_t>(TIFFGetB(raster[i]));
  }
  return std::optional(std::move(image));
}

}  // namespace tundish::ops
