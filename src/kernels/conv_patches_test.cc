#include <gtest/gtest.h>

#include "kernels/conv_testing.h"

namespace tundish::kernels {
namespace {
using namespace testing;

// Every tap of every window, found through the layout.
void check(const Case& c) {
  SCOPED_TRACE(::testing::Message() << c);
  const Image image(c);
  const ConvGeometry& shape = image.shape;
  PatchLayout layout;
  ASSERT_TRUE(plan_patches(shape, &layout));
  std::vector<float> laid(layout.channel_stride);
  if (layout.direct) {
    laid.assign(image.x.begin(), image.x.begin() + static_cast<ptrdiff_t>(shape.in_plane()));
  } else {
    lay_out_channel(*table_for(detect_isa()).conv, shape, layout, image.x.data(), laid.data());
  }
  std::vector<size_t> offsets(shape.taps());
  tap_offsets(shape, layout, offsets.data());
  const ConvAxis& rows = shape.axes[0];
  const ConvAxis& columns = shape.axes[1];
  for (size_t row = 0; row < rows.out; ++row) {
    for (size_t column = 0; column < columns.out; ++column) {
      for (size_t tap = 0; tap < shape.taps(); ++tap) {
        const size_t y = row * rows.stride + tap / columns.kernel * rows.dilation - rows.pad_begin;
        const size_t x =
            column * columns.stride + tap % columns.kernel * columns.dilation - columns.pad_begin;
        const bool inside = y < rows.in && x < columns.in;
        const size_t at = offsets[tap] + row_offset(shape, layout, row) + column;
        ASSERT_LT(at, laid.size());
        ASSERT_EQ(laid[at], inside ? image.x[y * columns.in + x] : 0.0f) << row << ' ' << column;
      }
    }
  }
}

TEST(ConvPatches, lie_side_by_side) {
  check({1, 1, 1, 9, 11, 3, 3, 1, 1, 0});
  check({1, 1, 1, 9, 11, 3, 3, 1, 1, 1});
  check({1, 1, 1, 9, 11, 3, 3, 2, 1, 1});
  check({1, 1, 1, 19, 31, 3, 4, 3, 2, 2});
  check({1, 1, 1, 19, 31, 3, 4, 2, 4, 5});
  check({1, 1, 1, 19, 31, 1, 1, 3, 1, 0});
  check({1, 1, 1, 5, 6, 1, 5, 4, 1, 7});
  check({1, 1, 1, 2, 2, 7, 7, 1, 1, 3});
}

TEST(ConvPatches, run_over_rows_and_panels) {
  const ConvGeometry shape = geometry_of({1, 1, 1, 9, 11, 3, 3, 1, 1, 1});
  PatchLayout layout;
  ASSERT_TRUE(plan_patches(shape, &layout));
  PatchRun runs[100];
  const size_t count = patch_runs(shape, layout, 5, 40, 32, 10, runs);
  size_t pixels = 0;
  for (size_t i = 0; i < count; ++i) {
    const size_t panel = pixels / 32;
    EXPECT_EQ(runs[i].to, panel * 320 + pixels % 32);
    EXPECT_EQ(runs[i].width, panel == 0 ? 32U : 16U);
    EXPECT_EQ(runs[i].from, row_offset(shape, layout, (5 + pixels) / 11) + (5 + pixels) % 11);
    pixels += runs[i].count;
  }
  EXPECT_EQ(pixels, 40U);
}

}  // namespace
}  // namespace tundish::kernels
