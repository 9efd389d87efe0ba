#include "ops/images/image.h"
#include "ops/support/testing_images.h"

namespace tundish {
namespace {
using namespace ops::testing;

OpCall decoder(std::vector<uint8_t> file, const char* format) {
  return {"ImageDecoder",
          {Tensor::of(std::span<const uint8_t>(file))},
          {{"pixel_format", std::string(format)}}};
}

bool is_in_build() { return ops::decode_image({}).has_value(); }

TEST(ImageDecoder, orders_and_joins_channels) {
  if (!is_in_build()) GTEST_SKIP() << "built without images";
  const std::vector<uint8_t> file{'P', '6', ' ', '1',  ' ', '1', ' ',
                                  '2', '5', '5', '\n', 10,  20,  200};
  expect_values<uint8_t>(run_op(decoder(file, "RGB")), {1, 1, 3}, {10, 20, 200});
  expect_values<uint8_t>(run_op(decoder(file, "BGR")), {1, 1, 3}, {200, 20, 10});
  expect_values<uint8_t>(run_op(decoder(file, "Grayscale")), {1, 1, 1}, {38});
}

TEST(ImageDecoder, gives_an_empty_matrix_for_what_is_no_image) {
  if (!is_in_build()) GTEST_SKIP() << "built without images";
  expect_values<uint8_t>(run_op(decoder({1, 2, 3}, "RGB")), {0, 0, 3}, {});
  expect_values<uint8_t>(run_op(decoder({}, "Grayscale")), {0, 0, 1}, {});
}

TEST(ImageDecoder, infers_and_rejects) {
  EXPECT_EQ(inferred(decoder({1}, "RGB"), {dims({symbol("N")})}), "uint8[?, ?, 3]");
  EXPECT_EQ(inferred(decoder({1}, "Grayscale"), {SymbolicShape()}), "uint8[?, ?, 1]");
  expect_refused(decoder({1}, "YUV"), "\"YUV\" is none of RGB, BGR, Grayscale");
  expect_refused({"ImageDecoder", {counting<float>({1})}}, "element type float32");
  expect_refused({"ImageDecoder", {tensor<uint8_t>({1}, {1, 1})}}, "expected 1 dimension, got 2");
}

}  // namespace
}  // namespace tundish
