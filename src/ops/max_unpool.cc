// MaxUnpool: elements put back where MaxPool found them.
#include <cstring>

#include "base/checked.h"
#include "base/strings.h"
#include "ops/support/half_adapter.h"
#include "ops/support/move.h"
#include "ops/support/window.h"

namespace tundish {
namespace {
using namespace ops;

Result<WindowSpec> read_unpool(const AttributeList& attributes, size_t dimensions, ErrorCode code) {
  TRY_ASSIGN(const WindowSpec spec,
             read_windows(attributes, dimensions < 2 ? 0 : dimensions - 2, code));
  if (!spec.has_kernel) return Error(code, "attribute \"kernel_shape\" is missing");
  return spec;
}

// Size of an axis that was pooled to `size`.
Result<int64_t> unpooled(const AxisWindow& axis, int64_t size, ErrorCode code) {
  const auto steps = checked_mul(size - 1, axis.stride);
  if (!steps || *steps > INT64_MAX / 2) {
    return Error(code, cat("an axis of ", size, " elements is too long"));
  }
  const int64_t out = *steps - axis.pad_begin - axis.pad_end + axis.kernel;
  if (out < 0) {
    return Error(code, cat("pads ", axis.pad_begin, " and ", axis.pad_end,
                           " take more than what an axis of ", size, " unpools to"));
  }
  return out;
}

Status infer_unpool(InferContext& context) {
  TRY(expect_tensor(context, 0, AllFloats::kSet));
  TRY(expect_tensor(context, 1, {DType::kInt64}, {}));
  SymbolicShape out;
  const std::vector<Dim>* x = known_dims(context, 0);
  if (x != nullptr) {
    TRY_ASSIGN(const WindowSpec spec,
               read_unpool(context.node().attributes, x->size(), ErrorCode::kInvalidModel));
    out.emplace({(*x)[0], (*x)[1]});
    for (size_t i = 0; i < spec.rank; ++i) {
      const Dim& dim = (*x)[i + 2];
      if (!dim.is_known()) {
        out->push_back(Dim());
        continue;
      }
      TRY_ASSIGN(const int64_t size, unpooled(spec.axes[i], dim.size(), ErrorCode::kInvalidModel));
      out->emplace_back(size);
    }
  }
  if (context.has_input(2)) {
    TRY(expect_tensor(context, 2, {DType::kInt64}, {}));
    TRY_ASSIGN(const std::optional<std::vector<int64_t>> sizes, constant_integers(context, 2));
    if (out) out->assign(out->size(), Dim());
    if (sizes) {
      if (x != nullptr && sizes->size() != x->size()) {
        return InvalidModel(cat("input 2 has ", sizes->size(), " sizes for ", x->size(), " axes"));
      }
      out.emplace();
      for (const int64_t size : *sizes) {
        if (size < 0) return InvalidModel(cat("input 2: size ", size, " is negative"));
        out->emplace_back(size);
      }
    }
  }
  context.set_output(0, ValueType::tensor(context.input(0).dtype, std::move(out)));
  return ok();
}

// The shape that indices speak of, and that of the output, which may be larger on each axis.
struct UnpoolShapes {
  Shape inner, out;
};

Result<UnpoolShapes> unpool_shapes(const ExecContext& context) {
  const Shape& x = context.input(0).shape;
  if (context.input(1).shape != x) {
    return InvalidArgument(cat("the indices have shape ", context.input(1).shape.to_string(),
                               ", the elements ", x.to_string()));
  }
  TRY_ASSIGN(const WindowSpec spec,
             read_unpool(context.node().attributes, x.rank(), ErrorCode::kInvalidArgument));
  UnpoolShapes shapes;
  shapes.inner = Shape{x[0], x[1]};
  for (size_t i = 0; i < spec.rank; ++i) {
    TRY_ASSIGN(const int64_t size, unpooled(spec.axes[i], x[i + 2], ErrorCode::kInvalidArgument));
    shapes.inner.append(size);
  }
  TRY(checked_bytes(shapes.inner.dims(), sizeof(double)));
  shapes.out = shapes.inner;
  if (context.input_count() < 3 || !context.has_input(2)) return shapes;
  TRY_ASSIGN(const ShortList sizes, read_short_list(context.input(2), 2));
  if (sizes.count != x.rank()) {
    return InvalidArgument(cat("input 2 has ", sizes.count, " sizes for ", x.rank(), " axes"));
  }
  TRY_ASSIGN(shapes.out, Shape::from_dims(sizes.span()));
  for (size_t axis = 0; axis < x.rank(); ++axis) {
    if (shapes.out[axis] < shapes.inner[axis]) {
      return InvalidArgument(cat("input 2: axis ", axis, " of ", shapes.out[axis],
                                 " is shorter than the ", shapes.inner[axis],
                                 " elements that were pooled"));
    }
  }
  return shapes;
}

// Place in `out` of element `index` of `inner`.
int64_t moved_index(const UnpoolShapes& shapes, int64_t index) {
  int64_t at = 0;
  int64_t step = 1;
  for (size_t axis = shapes.inner.rank(); axis-- > 0;) {
    at += index % shapes.inner[axis] * step;
    index /= shapes.inner[axis];
    step *= shapes.out[axis];
  }
  return at;
}

Status run_unpool(ExecContext& context) {
  TRY_ASSIGN(const UnpoolShapes shapes, unpool_shapes(context));
  const TensorView& x = context.input(0);
  const auto indices = context.input(1).values<int64_t>();
  TRY_ASSIGN(const MutableTensorView y, sized_output(context, 0, x.dtype, shapes.out));
  const int64_t count = shapes.inner.element_count();
  const bool same = shapes.inner == shapes.out;
  return dispatch(Floats(), x.dtype, [&]<class T>() -> Status {
    T* out = static_cast<T*>(y.data);
    std::fill_n(out, y.shape.element_count(), T{0});
    const auto from = x.values<T>();
    for (size_t i = 0; i < from.size(); ++i) {
      if (indices[i] < 0 || indices[i] >= count) {
        return InvalidArgument(cat("input 1: index ", indices[i], " outside [0, ", count, ")"));
      }
      out[same ? indices[i] : moved_index(shapes, indices[i])] = from[i];
    }
    return ok();
  });
}

constexpr OpDef kOps[] = {
    {.name = "MaxUnpool",
     .since = 9,
     .inputs = {2, 3},
     .infer = infer_unpool,
     .run = run_with_halves<run_unpool>},
};

}  // namespace

std::span<const OpDef> ops_max_unpool() { return kOps; }

}  // namespace tundish
