// Small files of each format, made with Pillow 12. Header only, included by *_test.cc files alone.
#ifndef TUNDISH_OPS_IMAGES_TESTING_H_
#define TUNDISH_OPS_IMAGES_TESTING_H_

#include <gtest/gtest.h>

#include <string_view>
#include <vector>

#include "ops/images/image.h"

namespace tundish::ops::testing {

/// 4 x 2 pixels of 0, 10, 20, ... as a PNG file.
inline constexpr std::string_view kPng =
    "89504e470d0a1a0a0000000d4948445200000004000000020802000000f0caea340000001449444154789c6364"
    "e012918301968a8a0a3807002ade03a87d866f9b0000000049454e44ae426082";
/// 0, 128 / 255, 7 in grey.
inline constexpr std::string_view kGreyPng =
    "89504e470d0a1a0a0000000d494844520000000200000002080000000057dd52f80000000e49444154789c6360"
    "6860f8cf0e00040b01878ca3a7fd0000000049454e44ae426082";
/// 4, 5, 6 and 1, 2, 3 from a palette.
inline constexpr std::string_view kPalettePng =
    "89504e470d0a1a0a0000000d4948445200000002000000010103000000ceecedc900000006504c544501020304"
    "050695536f480000000a49444154789c636800000082008177cd72b60000000049454e44ae426082";
/// As kPng.
inline constexpr std::string_view kWebp =
    "5249464630000000574542505650384c230000002f034000003f20164cfe41e40f1ac4789cc263fe13db211020"
    "630b5ab46811d1ffc00600";
/// As kPng.
inline constexpr std::string_view kTiff =
    "49492a00080000000a000001040001000000040000000101040001000000020000000201030003000000860000"
    "0003010300010000000100000006010300010000000200000011010400010000008c0000001501030001000000"
    "030000001601040001000000020000001701040001000000180000001c01030001000000010000000000000008"
    "0008000800000a141e28323c46505a646e78828c96a0aab4bec8d2dce6";
/// As kPng.
inline constexpr std::string_view kJpeg2000 =
    "0000000c6a5020200d0a870a00000014667479706a703220000000006a7032200000002d6a7032680000001669"
    "68647200000002000000040003070700000000000f636f6c7201000000000010000000bb6a703263ff4fff5100"
    "2f0000000000040000000200000000000000000000000400000002000000000000000000030701010701010701"
    "01ff52000c00000001000104040001ff5c00074040484850ff640025000143726561746564206279204f70656e"
    "4a5045472076657273696f6e20322e352e34ff90000a0000000000400001ff93cfb408076fc7d40606313fc7d4"
    "0605787fc1f3828fb40c0b13019f4fc1f3828fb40c0b13019f4fc1f3828fb40c0b13019f4fffd9";
/// 8 x 8 pixels of 200, 100, 50.
inline constexpr std::string_view kJpeg =
    "ffd8ffe000104a46494600010100000100010000ffdb0043000101010101010101010101010101010101010101"
    "0101010101010101010101010101010101010101010101010101010101010101010101010101010101010101ff"
    "db0043010101010101010101010101010101010101010101010101010101010101010101010101010101010101"
    "0101010101010101010101010101010101010101010101ffc00011080008000803012200021101031101ffc400"
    "1500010100000000000000000000000000000006ffc40014100100000000000000000000000000000000ffc400"
    "14010100000000000000000000000000000009ffc40014110100000000000000000000000000000000ffda000c"
    "03010002110311003f009f00579b07ffd9";
/// 8 x 8 pixels of ink that are 207, 198, 190.
inline constexpr std::string_view kInkJpeg =
    "ffd8ffee000e41646f626500640000000000ffdb00430001010101010101010101010101010101010101010101"
    "010101010101010101010101010101010101010101010101010101010101010101010101010101010101ffc000"
    "140800080008044311004d11005911004b1100ffc4001400010000000000000000000000000000000affc40014"
    "100100000000000000000000000000000000ffda000e0443004d0059004b00003f007506b0610570ffd9";

inline std::vector<uint8_t> bytes_of(std::string_view hex) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  std::vector<uint8_t> out;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    out.push_back(static_cast<uint8_t>(digit(hex[i]) * 16 + digit(hex[i + 1])));
  }
  return out;
}

inline void expect_pixels(const DecodedImage& got, int64_t height, int64_t width,
                          const std::vector<uint8_t>& rgb) {
  ASSERT_TRUE(got.has_value()) << got.error().to_string();
  ASSERT_TRUE(got.value().has_value());
  EXPECT_EQ(got.value()->height, height);
  EXPECT_EQ(got.value()->width, width);
  EXPECT_EQ(got.value()->rgb, rgb);
}

/// 0, 10, 20, ... of `kPng` and its like.
inline std::vector<uint8_t> counted_pixels() {
  std::vector<uint8_t> rgb;
  for (int i = 0; i < 24; ++i) rgb.push_back(static_cast<uint8_t>(i * 10));
  return rgb;
}

/// Every shorter file, and every file with one byte changed, is an image, nothing or a limit: never
/// a crash.
inline void expect_safe(DecodedImage (*decode)(ImageBytes), std::string_view hex) {
  std::vector<uint8_t> file = bytes_of(hex);
  for (size_t size = 0; size < file.size(); ++size) {
    // In storage of its own size, so that a sanitizer sees what is read beyond it.
    const std::vector<uint8_t> cut(file.begin(), file.begin() + static_cast<ptrdiff_t>(size));
    const DecodedImage image = decode(cut);
    EXPECT_TRUE(image.has_value() || image.error().code() != ErrorCode::kInternal);
  }
  for (uint8_t& byte : file) {
    const uint8_t before = byte;
    for (const int change : {1, 0x80, 0xff}) {
      byte = static_cast<uint8_t>(before ^ change);
      const DecodedImage image = decode(file);
      EXPECT_TRUE(image.has_value() || image.error().code() != ErrorCode::kInternal);
    }
    byte = before;
  }
}

}  // namespace tundish::ops::testing

#endif  // TUNDISH_OPS_IMAGES_TESTING_H_
