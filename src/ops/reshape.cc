// Reshape, Squeeze, Unsqueeze, Shape: the same elements under other sizes, and the sizes
// themselves.
#include <algorithm>

#include "base/checked.h"
#include "base/strings.h"
#include "ops/support/move.h"

namespace tundish {
namespace {
using namespace ops;

Status copy_to(ExecContext& context, const Shape& shape) {
  const TensorView& x = context.input(0);
  TRY_ASSIGN(const MutableTensorView y, context.output(0, x.dtype, shape));
  copy_elements(x.dtype, y.data, x.data, x.shape.element_count());
  return ok();
}

// ---- Reshape

// ONNX Reshape: 0 keeps the size of that axis (unless allowzero), one -1 takes what is left.
Result<Shape> reshaped(const Shape& from, std::span<const int64_t> wanted, int64_t allow_zero,
                       ErrorCode code) {
  Shape out;
  int64_t known = 1;
  std::optional<size_t> open;
  for (size_t axis = 0; axis < wanted.size(); ++axis) {
    int64_t size = wanted[axis];
    if (size == 0 && allow_zero == 0) {
      if (axis >= from.rank()) {
        return Error(
            code, cat("size 0 copies axis ", axis, ", which shape ", from.to_string(), " lacks"));
      }
      size = from[axis];
    }
    if (size < -1) return Error(code, cat("the shape has size ", size));
    if (size == -1) {
      if (open) return Error(code, "the shape has two sizes of -1");
      open = axis;
      size = 1;
    }
    const std::optional<int64_t> product = checked_mul(known, size);
    if (!product) return Error(code, "the sizes of the shape overflow");
    known = *product;
    out.append(size);
  }
  const int64_t count = from.element_count();
  if (open) {
    if (known == 0 || count % known != 0) {
      return Error(code,
                   cat(count, " elements do not fill a shape whose other sizes make ", known));
    }
    out[*open] = count / known;
  } else if (known != count) {
    return Error(code, cat("shape ", from.to_string(), " does not fit shape ", out.to_string()));
  }
  return out;
}

// [N, 1] to [-1]: what is left over is one dimension of the input when the rest cancels out.
void fill_open(std::vector<Dim> rest, std::span<const int64_t> wanted, std::vector<Dim>& out) {
  std::erase(rest, Dim(1));
  size_t open = out.size();
  for (size_t axis = 0; axis < out.size(); ++axis) {
    if (wanted[axis] == -1) {
      open = axis;
    } else if (out[axis] != Dim(1)) {
      const auto found = std::ranges::find(rest, out[axis]);
      if (found == rest.end()) return;
      rest.erase(found);
    }
  }
  if (open == out.size()) return;
  if (rest.size() == 1) out[open] = rest[0];
  if (rest.empty()) out[open] = Dim(1);
}

// The same for what is known before values exist; `dims` is null for an unknown rank.
Result<SymbolicShape> reshaped_dims(const std::vector<Dim>* dims, std::span<const int64_t> wanted,
                                    int64_t allow_zero) {
  if (wanted.size() > Shape::kMaxRank) {
    return InvalidModel(cat("a shape of ", wanted.size(), " axes, at most ", Shape::kMaxRank));
  }
  if (dims != nullptr) {
    if (const std::optional<Shape> from = concrete(*dims)) {
      TRY_ASSIGN(const Shape shape, reshaped(*from, wanted, allow_zero, ErrorCode::kInvalidModel));
      return symbolic(shape);
    }
  }
  if (std::ranges::count(wanted, -1) > 1) return InvalidModel("the shape has two sizes of -1");
  std::vector<Dim> out;
  for (size_t axis = 0; axis < wanted.size(); ++axis) {
    const int64_t size = wanted[axis];
    if (size < -1) return InvalidModel(cat("the shape has size ", size));
    if (size == -1) {
      out.push_back(Dim());
    } else if (size == 0 && allow_zero == 0) {
      if (dims != nullptr && axis >= dims->size()) {
        return InvalidModel(cat("size 0 copies axis ", axis, ", which the input lacks"));
      }
      out.push_back(dims != nullptr ? (*dims)[axis] : Dim());
    } else {
      out.push_back(Dim(size));
    }
  }
  if (dims != nullptr) fill_open(*dims, wanted, out);
  return SymbolicShape(std::move(out));
}

Status infer_reshape(InferContext& context) {
  TRY(expect_tensor(context, 0, kEverything));
  TRY(expect_tensor(context, 1, {DType::kInt64}, {}));
  TRY_ASSIGN(const int64_t allow_zero, context.node().attributes.get_int("allowzero", 0));
  TRY_ASSIGN(const auto wanted, constant_integers(context, 1));
  SymbolicShape out;
  if (wanted) {
    TRY_ASSIGN(out, reshaped_dims(known_dims(context, 0), *wanted, allow_zero));
  } else if (const std::vector<Dim>* dims = known_dims(context, 1);
             dims != nullptr && dims->size() == 1 && (*dims)[0].is_known()) {
    if ((*dims)[0].size() > static_cast<int64_t>(Shape::kMaxRank)) {
      return InvalidModel(
          cat("a shape of ", (*dims)[0].size(), " axes, at most ", Shape::kMaxRank));
    }
    out.emplace(static_cast<size_t>((*dims)[0].size()), Dim());
  }
  context.set_output(0, ValueType::tensor(context.input(0).dtype, std::move(out)));
  return ok();
}

Status run_reshape(ExecContext& context) {
  TRY_ASSIGN(const int64_t allow_zero, context.node().attributes.get_int("allowzero", 0));
  TRY_ASSIGN(const ShortList wanted, read_short_list(context.input(1), 1));
  TRY_ASSIGN(const Shape shape, reshaped(context.input(0).shape, wanted.span(), allow_zero,
                                         ErrorCode::kInvalidArgument));
  return copy_to(context, shape);
}

// ---- Squeeze and Unsqueeze

// Bit per axis. Doubled axes are refused.
Result<uint32_t> axis_bits(std::span<const int64_t> axes, size_t rank, ErrorCode code) {
  uint32_t bits = 0;
  for (const int64_t axis : axes) {
    TRY_ASSIGN(const size_t at, checked_axis(axis, rank, code));
    if ((bits >> at & 1U) != 0) return Error(code, cat("axis ", axis, " is named twice"));
    bits |= uint32_t{1} << at;
  }
  return bits;
}

Status infer_squeeze(InferContext& context) {
  TRY(expect_tensor(context, 0, kEverything));
  SymbolicShape out;
  const std::vector<Dim>* dims = known_dims(context, 0);
  std::optional<std::vector<int64_t>> axes;
  if (context.has_input(1)) {
    TRY(expect_tensor(context, 1, {DType::kInt64}, {}));
    TRY_ASSIGN(axes, constant_integers(context, 1));
  }
  if (dims != nullptr && axes) {
    TRY_ASSIGN(const uint32_t bits, axis_bits(*axes, dims->size(), ErrorCode::kInvalidModel));
    out.emplace();
    for (size_t axis = 0; axis < dims->size(); ++axis) {
      const Dim& dim = (*dims)[axis];
      if ((bits >> axis & 1U) == 0) {
        out->push_back(dim);
      } else if (dim.is_known() && dim.size() != 1) {
        return InvalidModel(cat("axis ", axis, " to be removed has size ", dim.size()));
      }
    }
  } else if (dims != nullptr && !context.has_input(1) &&
             std::ranges::all_of(*dims, [](const Dim& d) { return d.is_known(); })) {
    out = *dims;
    std::erase(*out, Dim(1));
  }
  context.set_output(0, ValueType::tensor(context.input(0).dtype, std::move(out)));
  return ok();
}

Status run_squeeze(ExecContext& context) {
  const Shape& from = context.input(0).shape;
  Shape shape;
  if (context.input_count() > 1 && context.has_input(1)) {
    TRY_ASSIGN(const ShortList axes, read_short_list(context.input(1), 1));
    TRY_ASSIGN(const uint32_t bits,
               axis_bits(axes.span(), from.rank(), ErrorCode::kInvalidArgument));
    for (size_t axis = 0; axis < from.rank(); ++axis) {
      if ((bits >> axis & 1U) == 0) {
        shape.append(from[axis]);
      } else if (from[axis] != 1) {
        return InvalidArgument(cat("axis ", axis, " to be removed has size ", from[axis]));
      }
    }
  } else {
    for (const int64_t size : from.dims()) {
      if (size != 1) shape.append(size);
    }
  }
  return copy_to(context, shape);
}

Status infer_unsqueeze(InferContext& context) {
  TRY(expect_tensor(context, 0, kEverything));
  TRY(expect_tensor(context, 1, {DType::kInt64}, {}));
  SymbolicShape out;
  const std::vector<Dim>* dims = known_dims(context, 0);
  TRY_ASSIGN(const auto axes, constant_integers(context, 1));
  if (dims != nullptr && axes) {
    const size_t rank = dims->size() + axes->size();
    if (rank > Shape::kMaxRank) {
      return InvalidModel(cat("the result has ", rank, " axes, at most ", Shape::kMaxRank));
    }
    TRY_ASSIGN(const uint32_t bits, axis_bits(*axes, rank, ErrorCode::kInvalidModel));
    out.emplace();
    size_t next = 0;
    for (size_t axis = 0; axis < rank; ++axis) {
      out->push_back((bits >> axis & 1U) != 0 ? Dim(1) : (*dims)[next++]);
    }
  }
  context.set_output(0, ValueType::tensor(context.input(0).dtype, std::move(out)));
  return ok();
}

Status run_unsqueeze(ExecContext& context) {
  const Shape& from = context.input(0).shape;
  TRY_ASSIGN(const ShortList axes, read_short_list(context.input(1), 1));
  const size_t rank = from.rank() + axes.count;
  if (rank > Shape::kMaxRank) {
    return InvalidArgument(cat("the result has ", rank, " axes, at most ", Shape::kMaxRank));
  }
  TRY_ASSIGN(const uint32_t bits, axis_bits(axes.span(), rank, ErrorCode::kInvalidArgument));
  Shape shape;
  size_t next = 0;
  for (size_t axis = 0; axis < rank; ++axis) {
    shape.append((bits >> axis & 1U) != 0 ? 1 : from[next++]);
  }
  return copy_to(context, shape);
}

// ---- Shape

struct AxisRange {
  size_t begin;
  size_t end;
};

// `start` and `end` count from either end and are clamped to the rank.
Result<AxisRange> shape_range(const Node& node, size_t rank) {
  const auto signed_rank = static_cast<int64_t>(rank);
  TRY_ASSIGN(int64_t begin, node.attributes.get_int("start", 0));
  TRY_ASSIGN(int64_t end, node.attributes.get_int("end", signed_rank));
  begin = std::clamp(begin < 0 ? begin + signed_rank : begin, int64_t{0}, signed_rank);
  end = std::clamp(end < 0 ? end + signed_rank : end, begin, std::max(begin, signed_rank));
  return AxisRange{static_cast<size_t>(begin), static_cast<size_t>(end)};
}

Status infer_shape(InferContext& context) {
  TRY(expect_tensor(context, 0, kEverything));
  SymbolicShape out = std::vector<Dim>(1);
  if (const std::vector<Dim>* dims = known_dims(context, 0)) {
    TRY_ASSIGN(const AxisRange range, shape_range(context.node(), dims->size()));
    (*out)[0] = Dim(static_cast<int64_t>(range.end - range.begin));
  }
  context.set_output(0, ValueType::tensor(DType::kInt64, std::move(out)));
  return ok();
}

Status run_shape(ExecContext& context) {
  const Shape& shape = context.input(0).shape;
  TRY_ASSIGN(const AxisRange range, shape_range(context.node(), shape.rank()));
  const Shape out_shape{static_cast<int64_t>(range.end - range.begin)};
  TRY_ASSIGN(const MutableTensorView y, context.output(0, DType::kInt64, out_shape));
  std::copy(shape.dims().begin() + static_cast<ptrdiff_t>(range.begin),
            shape.dims().begin() + static_cast<ptrdiff_t>(range.end),
            static_cast<int64_t*>(y.data));
  return ok();
}

// Reshape: the shape is an input since 5. Squeeze, Unsqueeze: axes are an input since 13. Shape:
// start and end came with 15 and default to the meaning of 1.
constexpr OpDef kOps[] = {
    {.name = "Reshape",
     .since = 5,
     .inputs = {2, 2},
     .traits = {.in_place = true},
     .infer = infer_reshape,
     .run = run_reshape},
    {.name = "Squeeze",
     .since = 13,
     .inputs = {1, 2},
     .traits = {.in_place = true},
     .infer = infer_squeeze,
     .run = run_squeeze},
    {.name = "Unsqueeze",
     .since = 13,
     .inputs = {2, 2},
     .traits = {.in_place = true},
     .infer = infer_unsqueeze,
     .run = run_unsqueeze},
    {.name = "Shape", .since = 1, .inputs = {1, 1}, .infer = infer_shape, .run = run_shape},
};

}  // namespace

std::span<const OpDef> ops_reshape() { return kOps; }

}  // namespace tundish
