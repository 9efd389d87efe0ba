#include "ops/support/conv_float.h"

#include <cmath>
#include <limits>

#include "ops/support/testing_images.h"

namespace tundish {
namespace {
using namespace ops::testing;

OpCall padded(const Tensor& x, const Tensor& w) {
  return {.op = "Conv",
          .inputs = {x, w},
          .attributes = {{"pads", ints({1, 1, 1, 1})}},
          .kernel_tolerance = 3e-4};
}

void expect_close(const Tensor& got, const Tensor& want, float tolerance) {
  ASSERT_EQ(got.shape(), want.shape());
  for (size_t i = 0; i < got.values<float>().size(); ++i) {
    ASSERT_NEAR(got.values<float>()[i], want.values<float>()[i], tolerance) << "element " << i;
  }
}

TEST(ConvFloat, transforms_constant_weights) {
  const Tensor x = noise<float>({2, 24, 19, 22}, 1);
  const Tensor w = noise<float>({20, 24, 3, 3}, 2);
  OpCall call = padded(x, w);
  const Tensor products = must(run_op(call));
  call.answers = AnswersOf::kPreparedRun;
  const Tensor tiles = must(run_op(call));
  EXPECT_FALSE(same_bits(products, tiles));
  expect_close(tiles, products, 3e-4F);
  call.thread_count = 2;
  EXPECT_TRUE(same_bits(tiles, must(run_op(call))));
}

TEST(ConvFloat, an_infinity_stays_where_it_is_seen) {
  Tensor x = noise<float>({2, 24, 19, 22}, 1);
  x.mutable_values<float>()[24 * 19 * 22 + 5] = std::numeric_limits<float>::infinity();
  OpCall call = padded(x, noise<float>({20, 24, 3, 3}, 2));
  const Tensor products = must(run_op(call));
  call.answers = AnswersOf::kPreparedRun;
  const Tensor tiles = must(run_op(call));
  size_t infinities = 0;
  for (size_t i = 0; i < products.values<float>().size(); ++i) {
    const float want = products.values<float>()[i];
    const float got = tiles.values<float>()[i];
    if (std::isfinite(want)) {
      ASSERT_NEAR(got, want, 3e-4F) << "element " << i;
    } else {
      ASSERT_EQ(got, want) << "element " << i;
      ++infinities;
    }
  }
  EXPECT_EQ(infinities, 20U * 6);
}

TEST(ConvFloat, leaves_windows_of_mere_padding_to_the_plain_kernel) {
  OpCall call{"Conv",
              {noise<float>({1, 1, 3, 3}, 1), noise<float>({1, 1, 2, 2}, 2)},
              {{"pads", ints({200, 200, 200, 200})}}};
  const Tensor y = must(run_op(call));
  EXPECT_EQ(y.shape(), (Shape{1, 1, 402, 402}));
  EXPECT_EQ(y.values<float>()[0], 0.0F);
}

}  // namespace
}  // namespace tundish
