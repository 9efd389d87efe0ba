// Images laid out for windows.
#include <algorithm>
#include <cstring>
#include <numeric>

#include "kernels/conv.h"

namespace tundish::kernels {
namespace {

// Elements that a laid out image may have for each of the image's own, and in any case.
constexpr size_t kMostGrowth = 8;
constexpr size_t kSmallImage = size_t{1} << 16;
// Longer rows are not split by vectors.
constexpr size_t kMostColumns = 2048;

// From the first tap of the first window to the last of the last.
size_t extent(const ConvAxis& axis) {
  return (axis.out - 1) * axis.stride + (axis.kernel - 1) * axis.dilation + 1;
}

bool lies_inside(const ConvAxis& axis) { return axis.pad_begin == 0 && extent(axis) <= axis.in; }

void use_image(const ConvGeometry& shape, PatchLayout* layout) {
  layout->direct = true;
  layout->slots = layout->period = 1;
  layout->slot_length = shape.last().in;
  size_t stride = shape.last().in;
  for (size_t i = shape.rank - 1; i-- > 0;) {
    const ConvAxis& axis = shape.axes[i];
    layout->rows[i] = axis.in;
    layout->picks[i] = 1;
    layout->row_steps[i] = axis.stride * stride;
    layout->tap_steps[i] = axis.dilation * stride;
    stride *= axis.in;
  }
  layout->channel_stride = stride;
}

// One row: every slot holds the columns of one remainder of the stride.
void lay_out_row(const ConvAxis& axis, const PatchLayout& layout, const float* row, float* to) {
  for (size_t slot = 0; slot < layout.slots; ++slot) {
    const size_t phase = slot * axis.dilation % axis.stride;
    const size_t length = layout.slot_length;
    size_t begin = 0;
    if (phase < axis.pad_begin) begin = (axis.pad_begin - phase + axis.stride - 1) / axis.stride;
    begin = std::min(begin, length);
    size_t end = begin;
    const size_t last = axis.in + axis.pad_begin;  // columns from here on are padding
    if (last > phase) end = std::max(begin, (last - phase + axis.stride - 1) / axis.stride);
    end = std::min(end, length);
    std::fill(to, to + begin, 0.0f);
    const size_t first = begin * axis.stride + phase - axis.pad_begin;
    if (begin < end && axis.stride == 1) {
      std::memcpy(to + begin, row + first, (end - begin) * sizeof(float));
    } else {
      const float* from = row + first;
      for (size_t i = begin; i < end; ++i, from += axis.stride) to[i] = *from;
    }
    std::fill(to + end, to + length, 0.0f);
    to += length;
  }
}

// Strides 2 and 4 by vectors, where the row with its padding fits the stack.
bool splits_rows(const ConvAxis& axis, const PatchLayout& layout) {
  return (axis.stride == 2 || axis.stride == 4) && axis.dilation == 1 &&
         layout.slot_length * axis.stride <= kMostColumns &&
         (layout.slots == axis.stride || layout.slots == 1);
}

void split_row(const ConvKernels& kernels, const ConvAxis& axis, const PatchLayout& layout,
               const float* row, float* to) {
  float padded[kMostColumns + kSplitSlack];
  float phases[kMostColumns];
  const size_t length = layout.slot_length * axis.stride;
  const size_t begin = std::min(axis.pad_begin, length);
  const size_t count = std::min(axis.in, length - begin);
  std::fill_n(padded, begin, 0.0f);
  std::memcpy(padded + begin, row, count * sizeof(float));
  std::fill_n(padded + begin + count, length - begin - count, 0.0f);
  const bool all = layout.slots == axis.stride;
  kernels.split(padded, layout.slot_length, axis.stride, all ? to : phases, layout.slot_length);
  if (!all) std::memcpy(to, phases, layout.slot_length * sizeof(float));
}

}  // namespace

bool plan_patches(const ConvGeometry& shape, PatchLayout* layout) {
  layout->rank = shape.rank;
  const ConvAxis& last = shape.last();
  bool direct = last.stride == 1;
  for (size_t i = 0; i < shape.rank; ++i) direct = direct && lies_inside(shape.axes[i]);
  if (direct) {
    use_image(shape, layout);
    return true;
  }
  layout->period = last.stride / std::gcd(last.stride, last.dilation);
  layout->slots = std::min(layout->period, last.kernel);
  layout->slot_length = (extent(last) - 1) / last.stride + 1;
  double size = static_cast<double>(layout->slots) * static_cast<double>(layout->slot_length);
  for (size_t i = 0; i + 1 < shape.rank; ++i) {
    const ConvAxis& axis = shape.axes[i];
    layout->rows[i] = axis.kernel == 1 ? axis.out : extent(axis);
    layout->picks[i] = axis.kernel == 1 ? axis.stride : 1;
    size *= static_cast<double>(layout->rows[i]);
  }
  const double most = static_cast<double>(kMostGrowth) * static_cast<double>(shape.in_plane());
  if (size > most &&
      size * static_cast<double>(shape.inputs()) > static_cast<double>(kSmallImage)) {
    return false;
  }
  size_t stride = layout->row_length();
  for (size_t i = shape.rank - 1; i-- > 0;) {
    const ConvAxis& axis = shape.axes[i];
    layout->row_steps[i] = (axis.kernel == 1 ? 1 : axis.stride) * stride;
    layout->tap_steps[i] = axis.dilation * stride;
    stride *= layout->rows[i];
  }
  layout->channel_stride = stride;
  return true;
}

void tap_offsets(const ConvGeometry& shape, const PatchLayout& layout, size_t* offsets) {
  const ConvAxis& last = shape.last();
  const size_t rows = shape.taps() / last.kernel;
  for (size_t row = 0; row < rows; ++row) {
    size_t base = 0;
    size_t rest = row;
    for (size_t i = shape.rank - 1; i-- > 0;) {
      base += rest % shape.axes[i].kernel * layout.tap_steps[i];
      rest /= shape.axes[i].kernel;
    }
    for (size_t tap = 0; tap < last.kernel; ++tap) {
      *offsets++ =
          base + tap % layout.period * layout.slot_length + tap * last.dilation / last.stride;
    }
  }
}

size_t row_offset(const ConvGeometry& shape, const PatchLayout& layout, size_t row) {
  size_t offset = 0;
  for (size_t i = shape.rank - 1; i-- > 0;) {
    offset += row % shape.axes[i].out * layout.row_steps[i];
    row /= shape.axes[i].out;
  }
  return offset;
}

void lay_out_channel(const ConvKernels& kernels, const ConvGeometry& shape,
                     const PatchLayout& layout, const float* x, float* to) {
  const bool splits = splits_rows(shape.last(), layout);
  const size_t row_length = layout.row_length();
  const size_t rows = layout.channel_stride / row_length;
  for (size_t row = 0; row < rows; ++row, to += row_length) {
    size_t from = 0;
    size_t stride = 1;
    size_t rest = row;
    bool inside = true;
    for (size_t i = shape.rank - 1; i-- > 0;) {
      const ConvAxis& axis = shape.axes[i];
      // Wraps to a number too large where the row lies before the image.
      const size_t at = rest % layout.rows[i] * layout.picks[i] - axis.pad_begin;
      rest /= layout.rows[i];
      inside = inside && at < axis.in;
      from += at * stride;
      stride *= axis.in;
    }
    if (inside && splits) {
      split_row(kernels, shape.last(), layout, x + from * shape.last().in, to);
    } else if (inside) {
      lay_out_row(shape.last(), layout, x + from * shape.last().in, to);
    } else {
      std::fill(to, to + row_length, 0.0f);
    }
  }
}

size_t patch_runs(const ConvGeometry& shape, const PatchLayout& layout, size_t first, size_t count,
                  size_t panel_width, size_t depth, PatchRun* runs) {
  const size_t columns = shape.last().out;
  size_t found = 0;
  size_t position = 0;
  while (position < count) {
    const size_t row = (first + position) / columns;
    const size_t column = (first + position) % columns;
    size_t from = row_offset(shape, layout, row) + column;
    size_t left = std::min(columns - column, count - position);
    while (left != 0) {
      const size_t panel = position / panel_width;
      const size_t in_panel = position % panel_width;
      const size_t panel_columns = std::min(panel_width, count - panel * panel_width);
      // A last panel with no more than half its columns is half as wide.
      const size_t width = panel_columns <= panel_width / 2 ? panel_width / 2 : panel_width;
      const size_t length = std::min(left, panel_width - in_panel);
      PatchRun* previous = found > 0 && in_panel != 0 ? &runs[found - 1] : nullptr;
      if (previous != nullptr && previous->from + previous->count == from) {
        previous->count += length;
      } else {
        runs[found++] = {from, panel * panel_width * depth + in_panel, width, length};
      }
      from += length;
      position += length;
      left -= length;
    }
  }
  return found;
}

}  // namespace tundish::kernels
