#include "ops/support/window.h"

#include "ops/support/testing_images.h"

namespace tundish::ops {
namespace {
using namespace testing;

AttributeList list(std::vector<std::pair<std::string, Attribute>> items) {
  AttributeList made;
  for (auto& [name, value] : items) made.set(name, std::move(value));
  return made;
}

Result<int64_t> place(AxisWindow axis, int64_t size, AutoPad auto_pad = AutoPad::kNotSet,
                      LastWindow last = LastWindow::kLeftOut) {
  return place_windows(axis, size, auto_pad, last, ErrorCode::kInvalidModel);
}

TEST(Window, reads_attributes) {
  const auto spec = read_windows(list({{"kernel_shape", ints({3, 2})},
                                       {"strides", ints({1, 2})},
                                       {"pads", ints({1, 2, 3, 4})},
                                       {"ceil_mode", int64_t{1}}}),
                                 2, ErrorCode::kInvalidModel);
  ASSERT_TRUE(spec.has_value());
  EXPECT_EQ(spec.value().axes[1].stride, 2);
  EXPECT_EQ(spec.value().axes[1].dilation, 1);
  EXPECT_EQ(spec.value().axes[1].pad_begin, 2);
  EXPECT_EQ(spec.value().axes[0].pad_end, 3);
  EXPECT_EQ(spec.value().last_window, LastWindow::kCutOff);
  EXPECT_TRUE(spec.value().has_kernel);
}

TEST(Window, auto_pad_comes_before_pads) {
  const auto spec = read_windows(list({{"pads", ints({1, 2})}, {"auto_pad", std::string("VALID")}}),
                                 1, ErrorCode::kInvalidModel);
  ASSERT_TRUE(spec.has_value());
  EXPECT_EQ(spec.value().axes[0].pad_begin, 0);
}

TEST(Window, rejects_attributes) {
  const auto code = ErrorCode::kInvalidArgument;
  expect_error(read_windows(list({{"strides", ints({0})}}), 1, code), code, "\"strides\": 0");
  expect_error(read_windows(list({{"pads", ints({1})}}), 1, code), code, "expected 2 values");
  expect_error(read_windows(list({{"dilations", ints({int64_t{1} << 31})}}), 1, code), code,
               "outside [1, 2^31)");
  expect_error(read_windows(list({{"strides", 1.0F}}), 1, code), ErrorCode::kInvalidModel,
               "strides");
  expect_error(read_windows(list({}), 0, code), code, "expected 3 to 12 dimensions");
  expect_error(read_windows(list({}), 11, code), code, "expected 3 to 12 dimensions");
}

TEST(Window, counts_windows) {
  EXPECT_EQ(place({3, 2, 1, 0, 0}, 7).value(), 3);
  EXPECT_EQ(place({3, 2, 1, 0, 0}, 8).value(), 3);
  EXPECT_EQ(place({3, 2, 1, 0, 0}, 8, AutoPad::kNotSet, LastWindow::kCutOff).value(), 4);
  EXPECT_EQ(place({1, 2, 1, 0, 1}, 6, AutoPad::kNotSet, LastWindow::kCutOff).value(), 3);
  EXPECT_EQ(place({3, 2, 2, 0, 0}, 8).value(), 2);
  EXPECT_EQ(place({3, 2, 1, 0, 0}, 7, AutoPad::kSameLower).value(), 4);
  EXPECT_EQ(place({3, 2, 1, 0, 0}, 0, AutoPad::kSameLower).value(), 0);
  EXPECT_EQ(place({3, 1, 1, 0, 0}, 3, AutoPad::kValid, LastWindow::kCutOff).value(), 1);
  expect_error(place({3, 1, 1, 0, 0}, 2), ErrorCode::kInvalidModel, "does not fit an axis of 2");
  expect_error(place({3, 1, 1, 0, 0}, INT64_MAX), ErrorCode::kInvalidModel, "too long");
}

TEST(Window, splits_the_padding_of_same) {
  AxisWindow upper{4, 1, 1, 0, 0};
  AxisWindow lower = upper;
  ASSERT_TRUE(
      place_windows(upper, 9, AutoPad::kSameUpper, LastWindow::kLeftOut, ErrorCode::kInvalidModel));
  ASSERT_TRUE(
      place_windows(lower, 9, AutoPad::kSameLower, LastWindow::kLeftOut, ErrorCode::kInvalidModel));
  EXPECT_EQ(upper.pad_begin, 1);
  EXPECT_EQ(upper.pad_end, 2);
  EXPECT_EQ(lower.pad_begin, 2);
  // Strides wider than windows need no padding.
  AxisWindow wide{1, 4, 1, 0, 0};
  ASSERT_TRUE(
      place_windows(wide, 10, AutoPad::kSameUpper, LastWindow::kLeftOut, ErrorCode::kInvalidModel));
  EXPECT_EQ(wide.pad_begin, 0);
}

// Both ways of counting give the same pairs of window and tap as looking at all of them.
TEST(Window, finds_taps_inside) {
  for (int64_t size = 0; size < 7; ++size) {
    for (const AxisWindow axis : {AxisWindow{3, 1, 1, 1, 1}, AxisWindow{3, 2, 3, 4, 9},
                                  AxisWindow{2, 3, 2, 0, 7}, AxisWindow{4, 1, 2, -2, 12}}) {
      for (int64_t window = 0; window < 4; ++window) {
        for (int64_t tap = 0; tap < axis.kernel; ++tap) {
          const int64_t at = window * axis.stride - axis.pad_begin + tap * axis.dilation;
          const bool inside = at >= 0 && at < size;
          const Range taps = taps_inside(axis, size, window);
          const Range windows = windows_inside(axis, size, 4, tap);
          EXPECT_EQ(tap >= taps.begin && tap < taps.end, inside);
          EXPECT_EQ(window >= windows.begin && window < windows.end, inside);
        }
      }
    }
  }
}

TEST(Window, walks_rows_of_taps) {
  WindowPlan plan;
  plan.rank = 3;
  plan.in = {2, 3, 9};
  plan.out = {2, 3, 9};
  plan.axes[0] = {2, 1, 1, 0, 1};
  plan.axes[1] = {2, 1, 2, 1, 1};
  const auto rows = [&](int64_t row) {
    std::vector<std::pair<int64_t, int64_t>> seen;
    for_each_tap_row(plan, row, [&](int64_t input_row, int64_t tap_row) {
      seen.emplace_back(input_row, tap_row);
    });
    return seen;
  };
  using Rows = std::vector<std::pair<int64_t, int64_t>>;
  EXPECT_EQ(rows(0), (Rows{{1, 1}, {4, 3}}));
  EXPECT_EQ(rows(1), (Rows{{0, 0}, {2, 1}, {3, 2}, {5, 3}}));
  EXPECT_EQ(rows(5), (Rows{{4, 0}}));
}

TEST(Window, infers_what_keeps_its_size) {
  const auto spec = read_windows(list({{"kernel_shape", ints({3, 3, 3, 1})},
                                       {"pads", ints({1, 0, 1, 0, 1, 2, 0, 0})},
                                       {"strides", ints({1, 1, 1, 2})}}),
                                 4, ErrorCode::kInvalidModel);
  ASSERT_TRUE(spec.has_value());
  const std::vector<Dim> sizes(4, symbol("S"));
  const auto out = infer_windows(spec.value(), sizes);
  ASSERT_TRUE(out.has_value());
  EXPECT_EQ(to_string(out.value()), "[S, S, ?, ?]");
}

}  // namespace
}  // namespace tundish::ops
