#include "ops/support/window.h"

#include <string>

#include "base/checked.h"
#include "base/strings.h"

namespace tundish::ops {
namespace {

constexpr int64_t kMost = (int64_t{1} << 31) - 1;

int64_t divide_up(int64_t a, int64_t b) { return a / b + (a % b > 0 ? 1 : 0); }

// A list of `count` numbers in [least, kMost], or nothing when the attribute is absent.
Result<std::vector<int64_t>> read_list(const AttributeList& attributes, std::string_view name,
                                       size_t count, int64_t least, ErrorCode code) {
  if (!attributes.has(name)) return std::vector<int64_t>();
  TRY_ASSIGN(std::vector<int64_t> values, attributes.get_ints(name));
  if (values.size() != count) {
    return Error(code,
                 cat("attribute \"", name, "\": expected ", count, " values, got ", values.size()));
  }
  for (const int64_t value : values) {
    if (value < least || value > kMost) {
      return Error(code, cat("attribute \"", name, "\": ", value, " outside [", least, ", 2^31)"));
    }
  }
  return values;
}

Result<AutoPad> read_auto_pad(const AttributeList& attributes, ErrorCode code) {
  TRY_ASSIGN(const std::string text, attributes.get_string("auto_pad", "NOTSET"));
  if (text == "NOTSET" || text.empty()) return AutoPad::kNotSet;
  if (text == "SAME_UPPER") return AutoPad::kSameUpper;
  if (text == "SAME_LOWER") return AutoPad::kSameLower;
  if (text == "VALID") return AutoPad::kValid;
  return Error(code, cat("attribute \"auto_pad\": ", quoted(text),
                         " is none of NOTSET, SAME_UPPER, "
                         "SAME_LOWER, VALID"));
}

}  // namespace

Result<WindowSpec> read_windows(const AttributeList& attributes, size_t rank, ErrorCode code) {
  if (rank == 0 || rank > kMaxSpatial) {
    return Error(code, cat("expected 3 to ", Shape::kMaxRank,
                           " dimensions (batch, channel and at "
                           "least one more), got ",
                           rank + 2));
  }
  WindowSpec spec;
  spec.rank = rank;
  TRY_ASSIGN(const auto kernel, read_list(attributes, "kernel_shape", rank, 1, code));
  TRY_ASSIGN(const auto strides, read_list(attributes, "strides", rank, 1, code));
  TRY_ASSIGN(const auto dilations, read_list(attributes, "dilations", rank, 1, code));
  TRY_ASSIGN(spec.auto_pad, read_auto_pad(attributes, code));
  TRY_ASSIGN(const auto pads, read_list(attributes, "pads", 2 * rank, 0, code));
  TRY_ASSIGN(const int64_t ceil_mode, attributes.get_int("ceil_mode", 0));
  spec.last_window = ceil_mode != 0 ? LastWindow::kCutOff : LastWindow::kLeftOut;
  spec.has_kernel = !kernel.empty();
  for (size_t i = 0; i < rank; ++i) {
    AxisWindow& axis = spec.axes[i];
    if (!kernel.empty()) axis.kernel = kernel[i];
    if (!strides.empty()) axis.stride = strides[i];
    if (!dilations.empty()) axis.dilation = dilations[i];
    // Files state both at times; auto_pad is what runs (as in ONNX Runtime).
    if (!pads.empty() && spec.auto_pad == AutoPad::kNotSet) {
      axis.pad_begin = pads[i];
      axis.pad_end = pads[rank + i];
    }
  }
  return spec;
}

Status set_kernel(WindowSpec& spec, std::span<const int64_t> kernel, ErrorCode code) {
  for (size_t i = 0; i < spec.rank; ++i) {
    if (spec.has_kernel && spec.axes[i].kernel != kernel[i]) {
      return Error(code, cat("attribute \"kernel_shape\" has ", spec.axes[i].kernel, " on axis ", i,
                             ", the weights have ", kernel[i]));
    }
    if (kernel[i] < 1 || kernel[i] > kMost) {
      return Error(code, cat("weights have ", kernel[i], " taps on spatial axis ", i));
    }
    spec.axes[i].kernel = kernel[i];
  }
  return ok();
}

Result<int64_t> place_windows(AxisWindow& axis, int64_t size, AutoPad auto_pad, LastWindow last,
                              ErrorCode code) {
  if (size > INT64_MAX / 2) return Error(code, cat("an axis of ", size, " elements is too long"));
  if (auto_pad == AutoPad::kSameUpper || auto_pad == AutoPad::kSameLower) {
    const int64_t count = divide_up(size, axis.stride);
    const int64_t total = std::max<int64_t>(0, (count - 1) * axis.stride + axis.extent() - size);
    const int64_t less = total / 2;
    axis.pad_begin = auto_pad == AutoPad::kSameUpper ? less : total - less;
    axis.pad_end = total - axis.pad_begin;
    return count;
  }
  const int64_t room = size + axis.pad_begin + axis.pad_end - axis.extent();
  int64_t count = room < 0 ? 0 : room / axis.stride + 1;
  if (last == LastWindow::kCutOff && auto_pad == AutoPad::kNotSet) {
    count = divide_up(room, axis.stride) + 1;
    // A window that begins in the padding at the end is left out.
    if ((count - 1) * axis.stride >= size + axis.pad_begin) --count;
  }
  if (count < 1 && room < 0) {
    return Error(code, cat("a window of ", axis.extent(), " elements does not fit an axis of ",
                           size, " with ", axis.pad_begin, " and ", axis.pad_end, " of padding"));
  }
  return count;
}

Result<WindowPlan> plan_windows(const WindowSpec& spec, std::span<const int64_t> sizes,
                                ErrorCode code) {
  WindowPlan plan;
  plan.rank = spec.rank;
  plan.axes = spec.axes;
  for (size_t i = 0; i < spec.rank; ++i) {
    plan.in[i] = sizes[i];
    TRY_ASSIGN(plan.out[i],
               place_windows(plan.axes[i], sizes[i], spec.auto_pad, spec.last_window, code));
  }
  return plan;
}

Result<std::vector<Dim>> infer_windows(const WindowSpec& spec, std::span<const Dim> sizes) {
  std::vector<Dim> out;
  for (size_t i = 0; i < spec.rank; ++i) {
    AxisWindow axis = spec.axes[i];
    if (sizes[i].is_known()) {
      TRY_ASSIGN(const int64_t count, place_windows(axis, sizes[i].size(), spec.auto_pad,
                                                    spec.last_window, ErrorCode::kInvalidModel));
      out.emplace_back(count);
      continue;
    }
    const bool same = spec.auto_pad == AutoPad::kSameUpper || spec.auto_pad == AutoPad::kSameLower;
    const bool keeps = same || axis.pad_begin + axis.pad_end == axis.extent() - 1;
    out.push_back(keeps && axis.stride == 1 ? sizes[i] : Dim());
  }
  return out;
}

Range taps_inside(const AxisWindow& axis, int64_t size, int64_t window) {
  const int64_t origin = window * axis.stride - axis.pad_begin;
  const int64_t begin = origin < 0 ? divide_up(-origin, axis.dilation) : 0;
  const int64_t end = origin < size ? divide_up(size - origin, axis.dilation) : 0;
  return {begin, std::min(end, axis.kernel)};
}

Range windows_inside(const AxisWindow& axis, int64_t size, int64_t count, int64_t tap) {
  const int64_t offset = tap * axis.dilation - axis.pad_begin;
  const int64_t begin = offset < 0 ? divide_up(-offset, axis.stride) : 0;
  const int64_t end = offset < size ? divide_up(size - offset, axis.stride) : 0;
  return {begin, std::min(end, count)};
}

}  // namespace tundish::ops
