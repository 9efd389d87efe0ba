// Slice: a range with a step along some axes.
#include <algorithm>

#include "base/strings.h"
#include "ops/support/box.h"
#include "ops/support/move.h"

namespace tundish {
namespace {
using namespace ops;

constexpr DTypeSet kIndexTypes{DType::kInt64, DType::kInt32};

struct AxisSlice {
  int64_t start = 0;
  int64_t step = 1;
  int64_t count = 0;
};

// Negative bounds count from the end; both are then clamped (ONNX Slice-13): to [0, size] for a
// positive step; for a negative one the start to [0, size - 1] (numpy: to [-1, size - 1]) and the
// end to [-1, size - 1]. A bound of INT64_MIN or INT64_MAX means "to the end".
AxisSlice slice_axis(int64_t start, int64_t end, int64_t step, int64_t size) {
  if (start < 0) start += size;
  if (end < 0) end += size;
  AxisSlice out;
  out.step = step;
  if (step > 0) {
    out.start = std::clamp(start, int64_t{0}, size);
    end = std::clamp(end, int64_t{0}, size);
    // Written without start + step - 1, which may overflow.
    out.count = end > out.start ? (end - out.start - 1) / step + 1 : 0;
  } else if (size > 0) {
    out.start = std::clamp(start, int64_t{0}, size - 1);
    end = std::clamp(end, int64_t{-1}, size - 1);
    const uint64_t distance = static_cast<uint64_t>(out.start - end);
    const uint64_t stride = uint64_t{0} - static_cast<uint64_t>(step);
    out.count = out.start > end ? static_cast<int64_t>((distance - 1) / stride) + 1 : 0;
  }
  if (out.count <= 1) out.step = 1;  // never taken; keeps products small
  return out;
}

// What the inputs 1 to 4 say, each of `axes.count` entries.
struct SliceSpec {
  ShortList starts, ends, axes, steps;
};

Status check_spec(SliceSpec& spec, size_t rank, ErrorCode code) {
  if (spec.ends.count != spec.starts.count || spec.axes.count != spec.starts.count ||
      spec.steps.count != spec.starts.count) {
    return Error(code, "starts, ends, axes and steps differ in length");
  }
  uint32_t seen = 0;
  for (size_t i = 0; i < spec.axes.count; ++i) {
    TRY_ASSIGN(const size_t axis, checked_axis(spec.axes.values[i], rank, code));
    if ((seen >> axis & 1U) != 0) return Error(code, cat("axis ", axis, " is named twice"));
    seen |= uint32_t{1} << axis;
    spec.axes.values[i] = static_cast<int64_t>(axis);
    if (spec.steps.values[i] == 0) return Error(code, cat("step 0 on axis ", axis));
  }
  return ok();
}

// `view(i)` gives input i or null.
template <class View> Result<SliceSpec> read_spec(View view, size_t rank, ErrorCode code) {
  SliceSpec spec;
  TRY_ASSIGN(spec.starts, read_short_list(*view(1), 1, code));
  TRY_ASSIGN(spec.ends, read_short_list(*view(2), 2, code));
  if (const auto axes = view(3)) {
    TRY_ASSIGN(spec.axes, read_short_list(*axes, 3, code));
  } else {
    for (size_t i = 0; i < spec.starts.count; ++i) {
      spec.axes.values[spec.axes.count++] = static_cast<int64_t>(i);
    }
  }
  if (const auto steps = view(4)) {
    TRY_ASSIGN(spec.steps, read_short_list(*steps, 4, code));
  } else {
    spec.steps.count = spec.starts.count;
    spec.steps.values.fill(1);
  }
  TRY(check_spec(spec, rank, code));
  return spec;
}

Status infer_slice(InferContext& context) {
  TRY(expect_tensor(context, 0, kMovable));
  bool constant = true;
  for (size_t i = 1; i < context.input_count(); ++i) {
    if (i > 2 && !context.has_input(i)) continue;
    TRY(expect_tensor(context, i, kIndexTypes, {}));
    constant &= context.constant(i) != nullptr;
  }
  SymbolicShape out;
  if (const std::vector<Dim>* dims = known_dims(context, 0)) {
    out.emplace(dims->size(), Dim());
    if (constant) {
      auto view = [&](size_t i) -> std::optional<TensorView> {
        if (!context.has_input(i)) return std::nullopt;
        return context.constant(i)->view();
      };
      TRY_ASSIGN(const SliceSpec spec, read_spec(view, dims->size(), ErrorCode::kInvalidModel));
      out = *dims;
      for (size_t i = 0; i < spec.axes.count; ++i) {
        Dim& dim = (*out)[static_cast<size_t>(spec.axes.values[i])];
        dim = dim.is_known() ? Dim(slice_axis(spec.starts.values[i], spec.ends.values[i],
                                              spec.steps.values[i], dim.size())
                                       .count)
                             : Dim();
      }
    }
  }
  context.set_output(0, ValueType::tensor(context.input(0).dtype, std::move(out)));
  return ok();
}

Status run_slice(ExecContext& context) {
  const TensorView& x = context.input(0);
  const size_t rank = x.shape.rank();
  auto view = [&](size_t i) -> const TensorView* {
    return i < context.input_count() && context.has_input(i) ? &context.input(i) : nullptr;
  };
  TRY_ASSIGN(const SliceSpec spec, read_spec(view, rank, ErrorCode::kInvalidArgument));
  std::array<AxisSlice, Shape::kMaxRank> slices;
  for (size_t axis = 0; axis < rank; ++axis) slices[axis] = {0, 1, x.shape[axis]};
  for (size_t i = 0; i < spec.axes.count; ++i) {
    const auto axis = static_cast<size_t>(spec.axes.values[i]);
    slices[axis] =
        slice_axis(spec.starts.values[i], spec.ends.values[i], spec.steps.values[i], x.shape[axis]);
  }
  Shape shape;
  for (size_t axis = 0; axis < rank; ++axis) shape.append(slices[axis].count);
  TRY_ASSIGN(const MutableTensorView y, context.output(0, x.dtype, shape));
  if (shape.element_count() == 0) return ok();
  const auto steps = row_major_steps(x.shape);
  const auto to_steps = row_major_steps(shape);
  int64_t from = 0;
  Box box;
  for (size_t axis = 0; axis < rank; ++axis) {
    from += slices[axis].start * steps[axis];
    // A step beyond the axis, of one element, may be too large to multiply.
    const int64_t step = shape[axis] == 1 ? 0 : slices[axis].step * steps[axis];
    box.add({shape[axis], step, to_steps[axis]});
  }
  copy_box(context, x.dtype, y.data, element_at(x.data, x.dtype, from), box);
  return ok();
}

// Version 10: bounds are inputs; 11 allows negative axes.
constexpr OpDef kOps[] = {
    {.name = "Slice", .since = 10, .inputs = {3, 5}, .infer = infer_slice, .run = run_slice},
};

}  // namespace

std::span<const OpDef> ops_slice() { return kOps; }

}  // namespace tundish
