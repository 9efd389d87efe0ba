#include <openjpeg.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>

#include "ops/images/image.h"

namespace tundish::ops {
namespace {

struct Input {
  ImageBytes file;
  size_t at = 0;
};

OPJ_SIZE_T read_bytes(void* to, OPJ_SIZE_T count, void* data) {
  auto* input = static_cast<Input*>(data);
  const size_t taken = std::min(input->file.size() - input->at, size_t{count});
  if (taken == 0) return static_cast<OPJ_SIZE_T>(-1);
  std::memcpy(to, input->file.data() + input->at, taken);
  input->at += taken;
  return taken;
}
OPJ_OFF_T skip(OPJ_OFF_T count, void* data) {
  auto* input = static_cast<Input*>(data);
  const auto left = static_cast<OPJ_OFF_T>(input->file.size() - input->at);
  if (count < 0) return -1;
  input->at += static_cast<size_t>(std::min(count, left));
  return std::min(count, left);
}
OPJ_BOOL seek(OPJ_OFF_T to, void* data) {
  auto* input = static_cast<Input*>(data);
  if (to < 0 || static_cast<uint64_t>(to) > input->file.size()) return OPJ_FALSE;
  input->at = static_cast<size_t>(to);
  return OPJ_TRUE;
}

// Streams and codecs are both pointers to void.
struct DeleteStream {
  void operator()(opj_stream_t* stream) const { opj_stream_destroy(stream); }
};
struct DeleteCodec {
  void operator()(opj_codec_t* codec) const { opj_destroy_codec(codec); }
};
struct DeleteImage {
  void operator()(opj_image_t* image) const { opj_image_destroy(image); }
};
using Stream = std::unique_ptr<opj_stream_t, DeleteStream>;
using Codec = std::unique_ptr<opj_codec_t, DeleteCodec>;
using Decoded = std::unique_ptr<opj_image_t, DeleteImage>;

Stream open_stream(Input& input) {
  Stream stream(opj_stream_default_create(OPJ_TRUE));
  if (stream == nullptr) return stream;
  opj_stream_set_user_data(stream.get(), &input, nullptr);
  opj_stream_set_user_data_length(stream.get(), input.file.size());
  opj_stream_set_read_function(stream.get(), read_bytes);
  opj_stream_set_skip_function(stream.get(), skip);
  opj_stream_set_seek_function(stream.get(), seek);
  return stream;
}

Codec open_codec(ImageBytes file) {
  const bool is_raw = !file.empty() && file[0] == 0xff;
  Codec codec(opj_create_decompress(is_raw ? OPJ_CODEC_J2K : OPJ_CODEC_JP2));
  opj_dparameters_t parameters;
  opj_set_default_decoder_parameters(&parameters);
  if (codec == nullptr || opj_setup_decoder(codec.get(), &parameters) != OPJ_TRUE) return nullptr;
  return codec;
}

// A sample as 8 bits.
uint8_t sample(const opj_image_comp_t& component, uint32_t x, uint32_t y) {
  const uint32_t column = std::min(x / component.dx, component.w - 1);
  const uint32_t row = std::min(y / component.dy, component.h - 1);
  int64_t value = component.data[size_t{row} * component.w + column];
  if (component.sgnd != 0) value += int64_t{1} << (component.prec - 1);
  value = component.prec >= 8 ? value >> (component.prec - 8) : value << (8 - component.prec);
  return static_cast<uint8_t>(std::clamp<int64_t>(value, 0, 255));
}

// ITU-R BT.601 of the whole range, as in JPEG files.
void from_luma(uint8_t* pixel) {
  const double luma = pixel[0];
  const double blue = pixel[1] - 128.0;
  const double red = pixel[2] - 128.0;
  const double rgb[3] = {luma + 1.402 * red, luma - 0.344136 * blue - 0.714136 * red,
                         luma + 1.772 * blue};
  for (int k = 0; k < 3; ++k) {
    pixel[k] = static_cast<uint8_t>(std::clamp(std::nearbyint(rgb[k]), 0.0, 255.0));
  }
}

bool is_usable(const opj_image_t& image) {
  if (image.numcomps == 0) return false;
  for (uint32_t i = 0; i < std::min(image.numcomps, 3U); ++i) {
    const opj_image_comp_t& component = image.comps[i];
    if (component.data == nullptr || component.w == 0 || component.h == 0 || component.dx == 0 ||
        component.dy == 0 || component.prec == 0 || component.prec > 31) {
      return false;
    }
  }
  return true;
}

void fill(const opj_image_t& from, Image& to) {
  const bool is_grey = from.numcomps < 3;
  uint8_t* pixel = to.rgb.data();
  for (int64_t y = 0; y < to.height; ++y) {
    for (int64_t x = 0; x < to.width; ++x, pixel += 3) {
      for (uint32_t k = 0; k < 3; ++k) {
        pixel[k] =
            sample(from.comps[is_grey ? 0 : k], static_cast<uint32_t>(x), static_cast<uint32_t>(y));
      }
      if (!is_grey && from.color_space == OPJ_CLRSPC_SYCC) from_luma(pixel);
    }
  }
}

}  // namespace

DecodedImage decode_jpeg2000(ImageBytes file) {
  Input input{file};
  const Stream stream = open_stream(input);
  const Codec codec = open_codec(file);
  if (stream == nullptr || codec == nullptr) return std::optional<Image>();
  opj_image_t* header = nullptr;
  const bool has_header = opj_read_header(stream.get(), codec.get(), &header) == OPJ_TRUE;
  const Decoded decoded(header);
  if (!has_header || decoded == nullptr || header->x1 <= header->x0 || header->y1 <= header->y0) {
    return std::optional<Image>();
  }
  TRY_ASSIGN(Image image, make_image(header->x1 - header->x0, header->y1 - header->y0));
  if (opj_decode(codec.get(), stream.get(), header) != OPJ_TRUE ||
      opj_end_decompress(codec.get(), stream.get()) != OPJ_TRUE || !is_usable(*header)) {
    return std::optional<Image>();
  }
  fill(*header, image);
  return std::optional(std::move(image));
}

}  // namespace tundish::ops
