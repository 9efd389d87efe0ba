// JPEG through libjpeg-turbo, whose defaults are the operator's exactness: slow integer DCT,
// interpolated ("fancy") chroma.
#include <csetjmp>
#include <cstdio>  // jpeglib.h uses FILE and size_t without including them

#include <jpeglib.h>

#include "ops/images/image.h"

namespace tundish::ops {
namespace {

// Scans of progressive files cost time out of all proportion to their bytes; real ones have about
// ten.
constexpr int kMostScans = 100;

// The library's error path is a jump; no function that it leaves holds anything to be destroyed.
struct Session {
  jpeg_decompress_struct info;
  jpeg_error_mgr errors;
  jpeg_progress_mgr progress;
  std::jmp_buf jump;
};

Session* session_of(j_common_ptr info) { return static_cast<Session*>(info->client_data); }

[[noreturn]] void on_error(j_common_ptr info) { std::longjmp(session_of(info)->jump, 1); }
void on_message(j_common_ptr) {}
// Level -1 is damage that the library would paint over.
void on_level(j_common_ptr info, int level) {
  if (level < 0) ++info->err->num_warnings;
}
void on_progress(j_common_ptr info) {
  const Session* session = session_of(info);
  if (session->info.input_scan_number > kMostScans) on_error(info);
}

bool open(Session& session, ImageBytes file) {
  session.info.err = jpeg_std_error(&session.errors);
  session.errors.error_exit = on_error;
  session.errors.output_message = on_message;
  session.errors.emit_message = on_level;
  session.info.client_data = &session;
  if (setjmp(session.jump) != 0) return false;
  jpeg_create_decompress(&session.info);
  session.info.client_data = &session;
  session.progress.progress_monitor = on_progress;
  session.info.progress = &session.progress;
  jpeg_mem_src(&session.info, file.data(), static_cast<unsigned long>(file.size()));
  return jpeg_read_header(&session.info, TRUE) == JPEG_HEADER_OK;
}

bool is_ink(const Session& session) {
  return session.info.jpeg_color_space == JCS_CMYK || session.info.jpeg_color_space == JCS_YCCK;
}

// Rows of RGB, or of CMYK for is_ink().
bool read_rows(Session& session, uint8_t* to) {
  if (setjmp(session.jump) != 0) return false;
  session.info.out_color_space = is_ink(session) ? JCS_CMYK : JCS_RGB;
  jpeg_start_decompress(&session.info);
  const size_t row =
      size_t{session.info.output_width} * static_cast<size_t>(session.info.output_components);
  while (session.info.output_scanline < session.info.output_height) {
    JSAMPROW line = to + session.info.output_scanline * row;
    jpeg_read_scanlines(&session.info, &line, 1);
  }
  jpeg_finish_decompress(&session.info);
  return session.errors.num_warnings == 0;
}

// a * b / 255, rounded.
uint8_t scale(uint8_t a, uint8_t b) {
  const unsigned product = unsigned{a} * b + 128;
  return static_cast<uint8_t>((product + (product >> 8)) >> 8);
}

// Adobe stores inks inverted: 255 is none.
void from_ink(const std::vector<uint8_t>& ink, std::vector<uint8_t>& rgb) {
  for (size_t i = 0; i * 4 < ink.size(); ++i) {
    const uint8_t key = ink[i * 4 + 3];
    for (size_t k = 0; k < 3; ++k) {
      const auto covered = static_cast<uint8_t>(255 - ink[i * 4 + k]);
      rgb[i * 3 + k] = static_cast<uint8_t>(key - scale(covered, key));
    }
  }
}

DecodedImage decode(Session& session, ImageBytes file) {
  if (!open(session, file)) return std::optional<Image>();
  TRY_ASSIGN(Image image, make_image(session.info.image_width, session.info.image_height));
  if (is_ink(session)) {
    std::vector<uint8_t> ink(image.rgb.size() / 3 * 4);
    if (!read_rows(session, ink.data())) return std::optional<Image>();
    from_ink(ink, image.rgb);
  } else if (!read_rows(session, image.rgb.data())) {
    return std::optional<Image>();
  }
  return std::optional(std::move(image));
}

}  // namespace

DecodedImage decode_jpeg(ImageBytes file) {
  Session session{};
  DecodedImage image = decode(session, file);
  jpeg_destroy_decompress(&session.info);
  return image;
}

}  // namespace tundish::ops
