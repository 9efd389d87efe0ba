// Windows of convolutions and pools: where they lie on the axes of an image, and how many there
// are.
//
// Axes here are spatial: those after batch and channel. A window on one axis has `kernel` taps,
// `dilation` apart; windows begin at -pad_begin and then every `stride` elements.
#ifndef TUNDISH_OPS_SUPPORT_WINDOW_H_
#define TUNDISH_OPS_SUPPORT_WINDOW_H_

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "ir/op_def.h"
#include "tundish/result.h"
#include "tundish/value.h"

namespace tundish::ops {

inline constexpr size_t kMaxSpatial = Shape::kMaxRank - 2;

/// Kernels, strides, dilations and pads are below 2^31, so that no product of two overflows.
struct AxisWindow {
  int64_t kernel = 1;
  int64_t stride = 1;
  int64_t dilation = 1;
  int64_t pad_begin = 0;
  int64_t pad_end = 0;

  /// Elements from the first tap to the last.
  int64_t extent() const { return (kernel - 1) * dilation + 1; }
};

enum class AutoPad : uint8_t { kNotSet, kSameUpper, kSameLower, kValid };
/// What becomes of a last window that reaches beyond the padding.
enum class LastWindow : uint8_t { kLeftOut, kCutOff };

/// What the attributes of a node say of its windows.
struct WindowSpec {
  size_t rank = 0;
  std::array<AxisWindow, kMaxSpatial> axes;
  AutoPad auto_pad = AutoPad::kNotSet;
  LastWindow last_window = LastWindow::kLeftOut;  ///< ceil_mode
  bool has_kernel = false;                        ///< kernel_shape was there

  std::span<const AxisWindow> windows() const { return {axes.data(), rank}; }
};

/// Reads kernel_shape, strides, dilations, pads, auto_pad and ceil_mode, for `rank` axes. A fault
/// is an error with code `code` that names the attribute.
Result<WindowSpec> read_windows(const AttributeList& attributes, size_t rank, ErrorCode code);

/// The kernel is that of a weight tensor; it must be the one of kernel_shape when there is one.
Status set_kernel(WindowSpec& spec, std::span<const int64_t> kernel, ErrorCode code);

/// How many windows lie on an axis of `size` elements; makes the pads of auto_pad. An error when
/// the padded axis is shorter than a window (an axis of no elements: when windows lie in padding
/// only).
Result<int64_t> place_windows(AxisWindow& axis, int64_t size, AutoPad auto_pad, LastWindow last,
                              ErrorCode code);

/// Windows laid on an image.
struct WindowPlan {
  size_t rank = 0;
  std::array<AxisWindow, kMaxSpatial> axes;  ///< pads are final
  std::array<int64_t, kMaxSpatial> in, out;

  const AxisWindow& last() const { return axes[rank - 1]; }
  int64_t in_columns() const { return in[rank - 1]; }
  int64_t out_columns() const { return out[rank - 1]; }
  /// Product of the sizes of all axes but the last.
  int64_t out_rows() const { return product(out); }
  int64_t in_rows() const { return product(in); }

 private:
  int64_t product(const std::array<int64_t, kMaxSpatial>& sizes) const {
    int64_t count = 1;
    for (size_t i = 0; i + 1 < rank; ++i) count *= sizes[i];
    return count;
  }
};

/// The windows of a node on an image of these spatial sizes, at least one axis.
Result<WindowPlan> plan_windows(const WindowSpec& spec, std::span<const int64_t> sizes,
                                ErrorCode code);
/// Sizes of the output for what is known of the input's.
Result<std::vector<Dim>> infer_windows(const WindowSpec& spec, std::span<const Dim> sizes);

/// A half-open range.
struct Range {
  int64_t begin = 0;
  int64_t end = 0;
  int64_t count() const { return std::max<int64_t>(0, end - begin); }
};

/// Taps of window `window` that lie on an axis of `size` elements.
Range taps_inside(const AxisWindow& axis, int64_t size, int64_t window);
/// Windows among [0, count) whose tap `tap` lies on an axis of `size` elements.
Range windows_inside(const AxisWindow& axis, int64_t size, int64_t count, int64_t tap);

/// The taps of one row of windows (all that differ on the last axis only), on all axes but the
/// last, that lie in the image: calls `body(input_row, tap_row)` for each, in ascending order.
/// Rows are numbered in row-major order: of the image, and of the kernel.
template <class Body> void for_each_tap_row(const WindowPlan& plan, int64_t row, Body body) {
  const size_t outer = plan.rank - 1;
  std::array<Range, kMaxSpatial> taps;
  std::array<int64_t, kMaxSpatial> origin, at;
  for (size_t axis = outer; axis-- > 0;) {
    const int64_t window = row % plan.out[axis];
    row /= plan.out[axis];
    taps[axis] = taps_inside(plan.axes[axis], plan.in[axis], window);
    if (taps[axis].count() == 0) return;
    origin[axis] = window * plan.axes[axis].stride - plan.axes[axis].pad_begin;
    at[axis] = taps[axis].begin;
  }
  for (;;) {
    int64_t input_row = 0;
    int64_t tap_row = 0;
    for (size_t axis = 0; axis < outer; ++axis) {
      input_row = input_row * plan.in[axis] + origin[axis] + at[axis] * plan.axes[axis].dilation;
      tap_row = tap_row * plan.axes[axis].kernel + at[axis];
    }
    body(input_row, tap_row);
    size_t axis = outer;
    while (axis > 0 && ++at[axis - 1] == taps[axis - 1].end) {
      at[axis - 1] = taps[axis - 1].begin;
      --axis;
    }
    if (axis == 0) return;
  }
}

}  // namespace tundish::ops

#endif  // TUNDISH_OPS_SUPPORT_WINDOW_H_
