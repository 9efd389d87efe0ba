// ImageDecoder: a file of pixels as a tensor [height, width, channels].
#include <algorithm>

#include "base/strings.h"
#include "ops/images/image.h"
#include "ops/support/move.h"

namespace tundish {
namespace {
using namespace ops;

enum class PixelFormat : uint8_t { kRgb, kBgr, kGrayscale };

Result<PixelFormat> read_format(const AttributeList& attributes) {
  TRY_ASSIGN(const std::string text, attributes.get_string("pixel_format", "RGB"));
  if (text == "RGB") return PixelFormat::kRgb;
  if (text == "BGR") return PixelFormat::kBgr;
  if (text == "Grayscale") return PixelFormat::kGrayscale;
  return InvalidModel(
      cat("attribute \"pixel_format\": ", quoted(text), " is none of RGB, BGR, Grayscale"));
}

int64_t channels_of(PixelFormat format) { return format == PixelFormat::kGrayscale ? 1 : 3; }

Status infer_decoder(InferContext& context) {
  TRY(expect_tensor(context, 0, {DType::kUint8}, {}));
  TRY_ASSIGN(const PixelFormat format, read_format(context.node().attributes));
  const std::vector<Dim>* dims = known_dims(context, 0);
  if (dims != nullptr && dims->size() != 1) {
    return InvalidModel(cat("expected 1 dimension, got ", dims->size()));
  }
  std::vector<Dim> out{Dim(), Dim(), channels_of(format)};
  context.set_output(0, ValueType::tensor(DType::kUint8, std::move(out)));
  return ok();
}

void copy_pixels(PixelFormat format, const std::vector<uint8_t>& rgb, uint8_t* to) {
  if (format == PixelFormat::kRgb) {
    std::copy(rgb.begin(), rgb.end(), to);
    return;
  }
  for (size_t i = 0; i < rgb.size(); i += 3) {
    if (format == PixelFormat::kBgr) {
      *to++ = rgb[i + 2];
      *to++ = rgb[i + 1];
      *to++ = rgb[i];
    } else {
      // Luma of ITU-R BT.601 in 16 bits of fraction, rounded, as Pillow has it.
      *to++ = static_cast<uint8_t>(
          (rgb[i] * 19595U + rgb[i + 1] * 38470U + rgb[i + 2] * 7471U + 0x8000U) >> 16);
    }
  }
}

Status run_decoder(ExecContext& context) {
  TRY_ASSIGN(const PixelFormat format, read_format(context.node().attributes));
  TRY_ASSIGN(const std::optional<Image> image, decode_image(context.input(0).values<uint8_t>()));
  // What cannot be decoded is an empty matrix (ONNX ImageDecoder-20).
  const Shape shape{image ? image->height : 0, image ? image->width : 0, channels_of(format)};
  TRY_ASSIGN(const MutableTensorView y, context.output(0, DType::kUint8, shape));
  if (image) copy_pixels(format, image->rgb, static_cast<uint8_t*>(y.data));
  return ok();
}

constexpr OpDef kOps[] = {
    {.name = "ImageDecoder",
     .since = 20,
     .inputs = {1, 1},
     .infer = infer_decoder,
     .run = run_decoder},
};

}  // namespace

std::span<const OpDef> ops_image_decoder() { return kOps; }

}  // namespace tundish
