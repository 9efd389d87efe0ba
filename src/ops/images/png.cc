#include <png.h>

#include <csetjmp>
#include <cstring>

#include "ops/images/image.h"

namespace tundish::ops {
namespace {

struct Input {
  const uint8_t* at;
  size_t left;
};

// The library's error path is a jump; no function that it leaves holds anything to be destroyed.
void on_error(png_structp png, png_const_charp) { png_longjmp(png, 1); }
void on_warning(png_structp, png_const_charp) {}

void read_bytes(png_structp png, png_bytep to, size_t count) {
  auto* input = static_cast<Input*>(png_get_io_ptr(png));
  if (count > input->left) png_error(png, "the file ends");
  std::memcpy(to, input->at, count);
  input->at += count;
  input->left -= count;
}

struct Session {
  png_structp png = nullptr;
  png_infop info = nullptr;
  int passes = 1;

  Session() = default;
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session() { png_destroy_read_struct(&png, &info, nullptr); }
};

// Everything becomes 8 bits of red, green and blue.
bool open(Session& session, Input& input) {
  session.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, nullptr, on_error, on_warning);
  if (session.png == nullptr) return false;
  session.info = png_create_info_struct(session.png);
  if (session.info == nullptr) return false;
  if (setjmp(png_jmpbuf(session.png)) != 0) return false;
  png_set_read_fn(session.png, &input, read_bytes);
  png_read_info(session.png, session.info);
  png_set_expand(session.png);
  png_set_scale_16(session.png);
  png_set_gray_to_rgb(session.png);
  png_set_strip_alpha(session.png);
  session.passes = png_set_interlace_handling(session.png);
  png_read_update_info(session.png, session.info);
  return png_get_channels(session.png, session.info) == 3 &&
         png_get_bit_depth(session.png, session.info) == 8;
}

bool read_rows(Session& session, uint8_t* to, size_t row_bytes, size_t rows) {
  if (setjmp(png_jmpbuf(session.png)) != 0) return false;
  for (int pass = 0; pass < session.passes; ++pass) {
    for (size_t row = 0; row < rows; ++row) {
      png_read_row(session.png, to + row * row_bytes, nullptr);
    }
  }
  png_read_end(session.png, nullptr);
  return true;
}

}  // namespace

DecodedImage decode_png(ImageBytes file) {
  Input input{file.data(), file.size()};
  Session session;
  if (!open(session, input)) return std::optional<Image>();
  TRY_ASSIGN(Image image, make_image(png_get_image_width(session.png, session.info),
                                     png_get_image_height(session.png, session.info)));
  const auto rows = static_cast<size_t>(image.height);
  if (!read_rows(session, image.rgb.data(), image.rgb.size() / rows, rows)) {
    return std::optional<Image>();
  }
  return std::optional(std::move(image));
}

}  // namespace tundish::ops
