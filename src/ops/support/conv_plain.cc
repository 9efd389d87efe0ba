#include "ops/support/conv_plain.h"

#include <cstring>
#include <numeric>

#include "base/checked.h"
#include "ops/support/move.h"

namespace tundish::ops {
namespace {

// Taps that one pass over the channels takes, and products between two roundings into the output.
constexpr int64_t kTapsPerPass = 128;
constexpr int64_t kProductsPerSum = 256;
// Output channels that share a tile's loads.
constexpr int64_t kBlock = 4;
// A unit of work: columns (their inputs stay in the first cache levels) and output channels.
constexpr int64_t kColumnsPerUnit = 128;
constexpr int64_t kChannelsPerUnit = 64;
// Multiplications that a thread should get at least: about 50 us.
constexpr int64_t kGrain = 200000;

template <class T> struct Lanes {
  typedef T Vector __attribute__((vector_size(16)));  // NOLINT: an attribute needs typedef here
  static constexpr int64_t kCount = 16 / sizeof(T);
  /// Columns of a tile.
  static constexpr int64_t kColumns = 2 * kCount;
  static Vector load(const T* from) {
    Vector out;
    std::memcpy(&out, from, sizeof(out));
    return out;
  }
  static void store(T* to, Vector from) { std::memcpy(to, &from, sizeof(from)); }
};

// ---- Packed weights

// Of each group: blocks [input channel][tap][4 output channels], then what is left of its output
// channels one by one, [input channel][tap].
template <class T> void pack_weights(const T* weights, const ConvShape& shape, T* packed) {
  const int64_t per_output = shape.group_inputs * shape.taps;
  for (int64_t group = 0; group < shape.groups; ++group) {
    const T* from = weights + group * shape.group_outputs * per_output;
    T* to = packed + group * shape.group_outputs * per_output;
    int64_t output = 0;
    for (; output + kBlock <= shape.group_outputs; output += kBlock) {
      for (int64_t i = 0; i < per_output; ++i) {
        for (int64_t k = 0; k < kBlock; ++k) {
          to[output * per_output + i * kBlock + k] = from[(output + k) * per_output + i];
        }
      }
    }
    std::copy(from + output * per_output, from + shape.group_outputs * per_output,
              to + output * per_output);
  }
}

// ---- Rows of an image laid out so that every tap sees its columns as neighbours

// Slot j holds the columns j * dilation - pad_begin + i * stride for i = 0, 1, ...; tap k reads it
// from element (k - j) / period on, times dilation * period / stride, where j = k mod period.
struct ColumnLayout {
  bool direct = false;  // rows of the image serve as they are
  int64_t period = 1;
  int64_t slots = 1;
  int64_t shift = 0;       // elements that a slot's next tap is further on
  int64_t row_length = 0;  // elements of a row, all slots
  AxisWindow axis;
  int64_t visible = 0;  // columns that the first tap reads

  int64_t slot_length(int64_t slot) const {
    return (axis.kernel - 1 - slot) / period * shift + visible;
  }
  int64_t tap_offset(int64_t tap, const int64_t* slot_offsets) const {
    return direct ? tap * axis.dilation : slot_offsets[tap % period] + tap / period * shift;
  }
};

Result<ColumnLayout> lay_out_columns(const WindowPlan& plan, int64_t tile_columns) {
  ColumnLayout layout;
  layout.axis = plan.last();
  const AxisWindow& axis = layout.axis;
  const int64_t columns = plan.out_columns();
  layout.visible = std::max(columns, tile_columns);
  if (axis.stride == 1 && axis.pad_begin == 0 && columns >= tile_columns &&
      columns - 1 + axis.extent() <= plan.in_columns()) {
    layout.direct = true;
    layout.row_length = plan.in_columns();
    return layout;
  }
  // Taps whose distance is a multiple of the stride share a slot, unless the holes between them
  // are so wide that a slot for each takes less.
  const int64_t common = std::gcd(axis.stride, axis.dilation);
  layout.period = axis.stride / common;
  layout.shift = axis.dilation / common;
  if (layout.shift > layout.visible) {
    layout.period = axis.kernel;
    layout.shift = 0;
  }
  layout.slots = std::min(layout.period, axis.kernel);
  for (int64_t slot = 0; slot < layout.slots; ++slot) {
    const auto length = checked_add(layout.row_length, layout.slot_length(slot));
    if (!length) return Limit("the rows of the padded image are too long");
    layout.row_length = *length;
  }
  return layout;
}

template <class T>
void lay_out_row(const ColumnLayout& layout, const T* row, int64_t columns, T* to) {
  const int64_t stride = layout.axis.stride;
  for (int64_t slot = 0; slot < layout.slots; ++slot) {
    const int64_t length = layout.slot_length(slot);
    AxisWindow reads = layout.axis;
    const Range inside = windows_inside(reads, columns, length, slot);
    const int64_t begin = std::min(inside.begin, length);
    const int64_t end = std::max(begin, inside.end);
    std::fill(to, to + begin, T{0});
    const T* from = row + slot * layout.axis.dilation - layout.axis.pad_begin;
    if (stride == 1) {
      std::copy(from + begin, from + end, to + begin);
    } else {
      for (int64_t i = begin; i < end; ++i) to[i] = from[i * stride];
    }
    std::fill(to + end, to + length, T{0});
    to += length;
  }
}

// ---- Tiles

// Taps of one pass: where each reads in a channel's rows, and its place among the weights.
struct TapList {
  int64_t count = 0;
  std::array<int64_t, kTapsPerPass> inputs;
  std::array<int64_t, kTapsPerPass> weights;
};

// sums[k][column] over channels and taps, for kBlock output channels.
template <class T>
void sum_block(const T* input, int64_t channel_stride, int64_t channels, const TapList& taps,
               const T* weights, int64_t weights_stride, T* sums) {
  using L = Lanes<T>;
  typename L::Vector a0{}, a1{}, b0{}, b1{}, c0{}, c1{}, d0{}, d1{};
  for (int64_t channel = 0; channel < channels; ++channel) {
    for (int64_t tap = 0; tap < taps.count; ++tap) {
      const T* x = input + taps.inputs[static_cast<size_t>(tap)];
      const T* w = weights + taps.weights[static_cast<size_t>(tap)] * kBlock;
      const auto x0 = L::load(x);
      const auto x1 = L::load(x + L::kCount);
      a0 += x0 * w[0];
      a1 += x1 * w[0];
      b0 += x0 * w[1];
      b1 += x1 * w[1];
      c0 += x0 * w[2];
      c1 += x1 * w[2];
      d0 += x0 * w[3];
      d1 += x1 * w[3];
    }
    input += channel_stride;
    weights += weights_stride * kBlock;
  }
  const typename L::Vector all[] = {a0, a1, b0, b1, c0, c1, d0, d1};
  for (const auto& sum : all) {
    L::store(sums, sum);
    sums += L::kCount;
  }
}

// The same for one output channel.
template <class T>
void sum_one(const T* input, int64_t channel_stride, int64_t channels, const TapList& taps,
             const T* weights, int64_t weights_stride, T* sums) {
  using L = Lanes<T>;
  typename L::Vector a0{}, a1{};
  for (int64_t channel = 0; channel < channels; ++channel) {
    for (int64_t tap = 0; tap < taps.count; ++tap) {
      const T* x = input + taps.inputs[static_cast<size_t>(tap)];
      const T w = weights[taps.weights[static_cast<size_t>(tap)]];
      a0 += L::load(x) * w;
      a1 += L::load(x + L::kCount) * w;
    }
    input += channel_stride;
    weights += weights_stride;
  }
  L::store(sums, a0);
  L::store(sums + L::kCount, a1);
}

// One image: what is the same for all units of work.
template <class T> struct Image {
  const ConvShape& shape;
  const ColumnLayout& layout;
  const int64_t* slot_offsets;
  const T* rows;  // of all input channels, laid out
  const T* weights;
  const T* bias;  // or null
  T* output;

  int64_t channel_stride() const { return shape.plan.in_rows() * layout.row_length; }
  int64_t plane() const { return shape.plan.out_rows() * shape.plan.out_columns(); }
};

// A unit of work: these columns of one row of some output channels of a group.
struct Unit {
  int64_t group, first_output, end_output, row, begin, end;
};

// Adds the products of a list of taps to the unit's outputs.
template <class T> void add_taps(const Image<T>& image, const Unit& unit, const TapList& taps) {
  constexpr int64_t kColumns = Lanes<T>::kColumns;
  const ConvShape& shape = image.shape;
  const int64_t per_output = shape.group_inputs * shape.taps;
  const int64_t columns = shape.plan.out_columns();
  const int64_t stride = image.channel_stride();
  const int64_t blocked_outputs = shape.group_outputs / kBlock * kBlock;
  const int64_t pass = std::max<int64_t>(1, kProductsPerSum / taps.count);
  T sums[kBlock * kColumns];
  for (int64_t channel = 0; channel < shape.group_inputs; channel += pass) {
    const int64_t channels = std::min(pass, shape.group_inputs - channel);
    const T* input = image.rows + (unit.group * shape.group_inputs + channel) * stride;
    for (int64_t output = unit.first_output; output < unit.end_output;) {
      const bool block = output < blocked_outputs;
      const T* weights = image.weights + (unit.group * shape.group_outputs + output) * per_output +
                         channel * shape.taps * (block ? kBlock : 1);
      T* out = image.output + (unit.group * shape.group_outputs + output) * image.plane() +
               unit.row * columns;
      for (int64_t column = unit.begin; column < unit.end; column += kColumns) {
        // The last tile of a row ends with it, and only what is new in it is added.
        const int64_t from = std::max<int64_t>(0, std::min(column, columns - kColumns));
        const int64_t to = std::min(column + kColumns, unit.end);
        (block ? sum_block<T> : sum_one<T>)(input + from, stride, channels, taps, weights,
                                            shape.taps, sums);
        for (int64_t k = 0; k < (block ? kBlock : 1); ++k) {
          T* target = out + k * image.plane();
          const T* sum = sums + k * kColumns - from;
          for (int64_t i = column; i < to; ++i) target[i] += sum[i];
        }
      }
      output += block ? kBlock : 1;
    }
  }
}

template <class T> void compute_unit(const Image<T>& image, const Unit& unit) {
  const ConvShape& shape = image.shape;
  const int64_t columns = shape.plan.out_columns();
  for (int64_t output = unit.first_output; output < unit.end_output; ++output) {
    const int64_t channel = unit.group * shape.group_outputs + output;
    T* out = image.output + channel * image.plane() + unit.row * columns;
    std::fill(out + unit.begin, out + unit.end, image.bias == nullptr ? T{0} : image.bias[channel]);
  }
  TapList taps;
  const int64_t kernel = shape.plan.last().kernel;
  for_each_tap_row(shape.plan, unit.row, [&](int64_t input_row, int64_t tap_row) {
    for (int64_t tap = 0; tap < kernel; ++tap) {
      taps.inputs[static_cast<size_t>(taps.count)] =
          input_row * image.layout.row_length + image.layout.tap_offset(tap, image.slot_offsets);
      taps.weights[static_cast<size_t>(taps.count)] = tap_row * kernel + tap;
      if (++taps.count == kTapsPerPass) {
        add_taps(image, unit, taps);
        taps.count = 0;
      }
    }
  });
  if (taps.count > 0) add_taps(image, unit, taps);
}

template <class T> void compute_image(ExecContext& context, const Image<T>& image) {
  const ConvShape& shape = image.shape;
  const WindowPlan& plan = shape.plan;
  const int64_t segments = (plan.out_columns() + kColumnsPerUnit - 1) / kColumnsPerUnit;
  const int64_t spans = (shape.group_outputs + kChannelsPerUnit - 1) / kChannelsPerUnit;
  auto units = [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      Unit unit;
      int64_t rest = i;
      unit.first_output = rest % spans * kChannelsPerUnit;
      unit.end_output = std::min(unit.first_output + kChannelsPerUnit, shape.group_outputs);
      rest /= spans;
      unit.group = rest % shape.groups;
      rest /= shape.groups;
      unit.begin = rest % segments * kColumnsPerUnit;
      unit.end = std::min(unit.begin + kColumnsPerUnit, plan.out_columns());
      unit.row = rest / segments;
      compute_unit(image, unit);
    }
  };
  const int64_t products = std::min(kChannelsPerUnit, shape.group_outputs) *
                           std::min(kColumnsPerUnit, plan.out_columns()) * shape.group_inputs *
                           shape.taps;
  const int64_t grain = std::max<int64_t>(1, kGrain / std::max<int64_t>(1, products));
  context.parallel_for(plan.out_rows() * segments * shape.groups * spans, grain, units);
}

// ---- All images

template <class T>
Status run_typed(ExecContext& context, const ConvShape& shape, const T* x, const T* packed,
                 const T* bias, T* y) {
  TRY_ASSIGN(const ColumnLayout layout, lay_out_columns(shape.plan, Lanes<T>::kColumns));
  const int64_t rows = shape.inputs() * shape.plan.in_rows();
  T* laid_out = nullptr;
  int64_t* slot_offsets = nullptr;
  if (!layout.direct) {
    TRY_ASSIGN(const uint64_t bytes, checked_bytes(std::array{rows, layout.row_length}, sizeof(T)));
    TRY_ASSIGN(void* memory, context.scratch(bytes));
    laid_out = static_cast<T*>(memory);
    TRY_ASSIGN(void* offsets, context.scratch(static_cast<size_t>(layout.slots) * sizeof(int64_t)));
    slot_offsets = static_cast<int64_t*>(offsets);
    int64_t at = 0;
    for (int64_t slot = 0; slot < layout.slots; ++slot) {
      slot_offsets[slot] = at;
      at += layout.slot_length(slot);
    }
  }
  const int64_t columns = shape.plan.in_columns();
  for (int64_t n = 0; n < shape.batch; ++n) {
    TRY(context.interrupted());
    const T* image_rows = x + n * rows * columns;
    if (!layout.direct) {
      auto lay_out = [&](int64_t begin, int64_t end) {
        for (int64_t row = begin; row < end; ++row) {
          lay_out_row(layout, image_rows + row * columns, columns,
                      laid_out + row * layout.row_length);
        }
      };
      context.parallel_for(rows, std::max<int64_t>(1, kGrain / (layout.row_length + 1)), lay_out);
    }
    Image<T> image{shape,  layout, slot_offsets, layout.direct ? image_rows : laid_out,
                   packed, bias,   nullptr};
    image.output = y + n * shape.outputs() * image.plane();
    compute_image(context, image);
  }
  return ok();
}

}  // namespace

Result<Tensor> pack_plain_conv(const Tensor& weights, const ConvShape& shape) {
  TRY_ASSIGN(Tensor packed, Tensor::allocate(weights.dtype(), weights.shape()));
  TRY(dispatch(Floats(), weights.dtype(), [&]<class T>() {
    pack_weights(static_cast<const T*>(weights.data()), shape,
                 static_cast<T*>(packed.mutable_data()));
    return ok();
  }));
  return packed;
}

Status run_plain_conv(ExecContext& context, ConvShape shape, const PlainConv& conv) {
  flatten_windows(shape.plan);
  return dispatch(Floats(), conv.dtype, [&]<class T>() -> Status {
    const T* packed = static_cast<const T*>(conv.packed);
    if (packed == nullptr) {
      const int64_t count = shape.outputs() * shape.group_inputs * shape.taps;
      TRY_ASSIGN(void* memory, context.scratch(static_cast<size_t>(count) * sizeof(T)));
      pack_weights(static_cast<const T*>(conv.weights), shape, static_cast<T*>(memory));
      packed = static_cast<const T*>(memory);
    }
    return run_typed<T>(context, shape, static_cast<const T*>(conv.x), packed,
                        static_cast<const T*>(conv.bias), static_cast<T*>(conv.y));
  });
}

}  // namespace tundish::ops
