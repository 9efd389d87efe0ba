// Pad: elements put before and after each axis, or taken away.
//
// Each axis has a map from output to input places; all modes differ in the map alone. Rows along
// the last padded axis are copied, the part between the pads in one piece.
#include <algorithm>
#include <cstdlib>

#include "base/checked.h"
#include "base/strings.h"
#include "ops/support/move.h"
#include "ops/support/unpacked.h"

namespace tundish {
namespace {
using namespace ops;

enum class Mode : uint8_t { kConstant, kReflect, kEdge, kWrap };

Result<Mode> mode_of(const Node& node) {
  TRY_ASSIGN(const std::string mode, node.attributes.get_string("mode", "constant"));
  if (mode == "constant") return Mode::kConstant;
  if (mode == "reflect") return Mode::kReflect;
  if (mode == "edge") return Mode::kEdge;
  if (mode == "wrap") return Mode::kWrap;
  return InvalidModel(cat("attribute \"mode\": ", quoted(mode), " is not known"));
}

struct AxisPad {
  int64_t before = 0, after = 0;
};
using Pads = std::array<AxisPad, Shape::kMaxRank>;

// `axes` may be null: all of them.
Result<Pads> read_pads(const TensorView& pads, const TensorView* axes, size_t rank,
                       ErrorCode code) {
  const auto count = axes != nullptr ? axes->shape.element_count() : static_cast<int64_t>(rank);
  if (pads.shape.element_count() != 2 * count) {
    return Error(code, cat("input 1 has ", pads.shape.element_count(), " pads for ", count,
                           " axes, expected ", 2 * count));
  }
  Pads out{};
  uint32_t seen = 0;
  for (int64_t i = 0; i < count; ++i) {
    TRY_ASSIGN(const size_t axis,
               checked_axis(axes != nullptr ? integer_at(*axes, i) : i, rank, code));
    if ((seen >> axis & 1U) != 0) return Error(code, cat("input 3: axis ", axis, " comes twice"));
    seen |= uint32_t{1} << axis;
    out[axis] = {integer_at(pads, i), integer_at(pads, count + i)};
  }
  return out;
}

Result<int64_t> padded_size(int64_t size, const AxisPad& pad, size_t axis, ErrorCode code) {
  const std::optional<int64_t> pads = checked_add(pad.before, pad.after);
  const std::optional<int64_t> sum = pads ? checked_add(size, *pads) : std::nullopt;
  if (!sum) return Error(code, cat("the size of axis ", axis, " overflows"));
  if (*sum < 0) {
    return Error(code, cat("axis ", axis, " of size ", size, " with pads ", pad.before, " and ",
                           pad.after, " would have size ", *sum));
  }
  return *sum;
}

Status infer_pad(InferContext& context) {
  TRY(expect_tensor(context, 0, kEverything));
  TRY(expect_tensor(context, 1, {DType::kInt64}, {}));
  if (context.has_input(2)) {
    TRY(expect_tensor(context, 2, kEverything));
    TRY(expect_same_dtype(context, 0, 2));
  }
  if (context.has_input(3)) TRY(expect_tensor(context, 3, {DType::kInt32, DType::kInt64}, {}));
  TRY(mode_of(context.node()));
  SymbolicShape out;
  if (const std::vector<Dim>* dims = known_dims(context, 0)) {
    out.emplace(dims->size());
    const Tensor* constant = context.constant(1);
    const Tensor* axes = context.has_input(3) ? context.constant(3) : nullptr;
    if (constant != nullptr && (axes != nullptr || !context.has_input(3))) {
      TensorView axes_view;
      if (axes != nullptr) axes_view = axes->view();
      TRY_ASSIGN(const Pads pads,
                 read_pads(constant->view(), axes != nullptr ? &axes_view : nullptr, dims->size(),
                           ErrorCode::kInvalidModel));
      for (size_t axis = 0; axis < dims->size(); ++axis) {
        const Dim& dim = (*dims)[axis];
        if (dim.is_known()) {
          TRY_ASSIGN((*out)[axis],
                     padded_size(dim.size(), pads[axis], axis, ErrorCode::kInvalidModel));
        } else if (pads[axis].before == 0 && pads[axis].after == 0) {
          (*out)[axis] = dim;
        }
      }
    }
  }
  context.set_output(0, ValueType::tensor(context.input(0).dtype, std::move(out)));
  return ok();
}

// Places [begin, end) of the input stay, from place `at` of the output on.
struct AxisMap {
  int64_t* from;  ///< per place of the output; -1: the constant
  int64_t size, begin, end, at;
};

// As numpy.pad does it, over and over again where a pad is longer than what is left of the axis
// after negative pads: that is what reflect and wrap repeat.
int64_t source_of(Mode mode, int64_t place, int64_t count) {
  switch (mode) {
    case Mode::kConstant: return -1;
    case Mode::kEdge: return place < 0 ? 0 : count - 1;
    case Mode::kWrap: place %= count; return place < 0 ? place + count : place;
    case Mode::kReflect: break;
  }
  if (count == 1) return 0;
  const int64_t period = 2 * (count - 1);
  place = std::abs(place % period);
  return place < count ? place : period - place;
}

Result<AxisMap> map_axis(ExecContext& context, Mode mode, size_t axis, const AxisPad& pad,
                         int64_t out_size) {
  const int64_t size = context.input(0).shape[axis];
  AxisMap map;
  map.size = out_size;
  // What negative pads leave; nothing may be left.
  map.begin = pad.before < 0 ? std::min(-std::max(pad.before, -size), size) : 0;
  map.end = pad.after < 0 ? std::max(size + std::max(pad.after, -size), map.begin) : size;
  map.at = std::max<int64_t>(pad.before, 0);
  const int64_t count = map.end - map.begin;
  if (count == 0 && mode != Mode::kConstant && out_size > 0) {
    return InvalidArgument(cat("axis ", axis, " has no element to pad with"));
  }
  // A negative pad may be longer than the axis: what is missing comes off the other pad.
  if (map.at + count > out_size) map.at = std::max<int64_t>(0, out_size - count);
  TRY_ASSIGN(void* places, context.scratch(static_cast<size_t>(out_size) * sizeof(int64_t)));
  map.from = static_cast<int64_t*>(places);
  for (int64_t i = 0; i < out_size; ++i) {
    const int64_t place = i - map.at;
    const bool inside = place >= 0 && place < count;
    const int64_t source = inside ? place : source_of(mode, place, count);
    map.from[i] = source < 0 ? -1 : source + map.begin;
  }
  return map;
}

struct PadCopy {
  DType dtype;
  const void* from;
  void* to;
  const void* constant;  ///< null: zero
  int64_t inner;         ///< neighbouring elements below the last padded axis

  void fill(int64_t at, int64_t count) const {
    void* place = element_at(to, dtype, at);
    if (constant != nullptr) return fill_elements(dtype, place, constant, count);
    clear_elements(dtype, place, count);
  }
  // One row along the last padded axis; `from_at` is where it begins in the input.
  void row(const AxisMap& map, int64_t from_at, int64_t to_at) const {
    const auto copy = [&](int64_t i, int64_t count) {
      copy_elements(dtype, element_at(to, dtype, to_at + i * inner),
                    element_at(from, dtype, from_at + map.from[i] * inner), count * inner);
    };
    const int64_t kept = std::min(map.end - map.begin, map.size - map.at);
    const auto pad = [&](int64_t begin, int64_t end) {
      if (begin < end && map.from[begin] < 0)
        return fill(to_at + begin * inner, (end - begin) * inner);
      for (int64_t i = begin; i < end; ++i) copy(i, 1);
    };
    pad(0, map.at);
    if (kept > 0) copy(map.at, kept);
    pad(map.at + kept, map.size);
  }
};

// Elements that a thread should get at least: about 50 us.
constexpr int64_t kGrain = 65536;

// All rows: `maps` are the axes down to the last padded one.
void copy_rows(ExecContext& context, const Shape& from, std::span<const AxisMap> maps,
               const PadCopy& copy) {
  const AxisMap& last = maps.back();
  const size_t above = maps.size() - 1;
  int64_t rows = 1;
  for (size_t i = 0; i < above; ++i) rows *= maps[i].size;
  const int64_t row_size = last.size * copy.inner;
  auto body = [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      int64_t from_at = 0;
      int64_t step = from[above] * copy.inner;
      bool constant = false;
      for (int64_t rest = row, axis = static_cast<int64_t>(above) - 1; axis >= 0; --axis) {
        const AxisMap& map = maps[static_cast<size_t>(axis)];
        const int64_t place = map.from[rest % map.size];
        rest /= map.size;
        constant |= place < 0;
        from_at += place * step;
        step *= from[static_cast<size_t>(axis)];
      }
      if (constant) {
        copy.fill(row * row_size, row_size);
      } else {
        copy.row(last, from_at, row * row_size);
      }
    }
  };
  context.parallel_for(rows, std::max<int64_t>(1, kGrain / std::max<int64_t>(1, row_size)), body);
}

Result<const void*> constant_element(ExecContext& context) {
  const TensorView* value = optional_input(context, 2);
  if (value == nullptr || value->shape.element_count() == 0) {
    return static_cast<const void*>(nullptr);
  }
  if (value->shape.element_count() != 1) {
    return InvalidArgument(
        cat("input 2: expected one element, got shape ", value->shape.to_string()));
  }
  TRY_ASSIGN(const TensorView bytes, whole_bytes(context, *value));
  return bytes.data;
}

Status run_pad(ExecContext& context) {
  const TensorView& input = context.input(0);
  const size_t rank = input.shape.rank();
  TRY_ASSIGN(const Mode mode, mode_of(context.node()));
  TRY_ASSIGN(const Pads pads, read_pads(context.input(1), optional_input(context, 3), rank,
                                        ErrorCode::kInvalidArgument));
  Shape shape;
  size_t padded = rank == 0 ? 0 : 1;  // axes down to the last one that changes
  for (size_t axis = 0; axis < rank; ++axis) {
    TRY_ASSIGN(const int64_t size,
               padded_size(input.shape[axis], pads[axis], axis, ErrorCode::kInvalidArgument));
    shape.append(size);
    if (pads[axis].before != 0 || pads[axis].after != 0) padded = axis + 1;
  }
  TRY_ASSIGN(const WholeByteOutput out, WholeByteOutput::make(context, 0, input.dtype, shape));
  if (shape.element_count() == 0) return ok();
  TRY_ASSIGN(const TensorView x, whole_bytes(context, input));
  TRY_ASSIGN(const void* constant, constant_element(context));
  PadCopy copy{x.dtype, x.data, out.view().data, constant, 1};
  for (size_t axis = padded; axis < rank; ++axis) copy.inner *= shape[axis];
  if (padded == 0) {
    copy_elements(x.dtype, copy.to, x.data, 1);
  } else {
    std::array<AxisMap, Shape::kMaxRank> maps;
    for (size_t axis = 0; axis < padded; ++axis) {
      TRY_ASSIGN(maps[axis], map_axis(context, mode, axis, pads[axis], shape[axis]));
    }
    copy_rows(context, x.shape, {maps.data(), padded}, copy);
  }
  out.finish();
  return ok();
}

// Version 11: pads and the constant are inputs; 18: axes; 19: mode "wrap".
constexpr OpDef kOps[] = {
    {.name = "Pad", .since = 11, .inputs = {2, 4}, .infer = infer_pad, .run = run_pad},
};

}  // namespace

std::span<const OpDef> ops_pad() { return kOps; }

}  // namespace tundish
