// OneHot: a new axis that is "on" at the index and "off" elsewhere; Hardmax: 1 at the first
// maximum, 0 elsewhere.
#include <algorithm>

#include "base/strings.h"
#include "ops/support/convert.h"
#include "ops/support/half_adapter.h"
#include "ops/support/move.h"

namespace tundish {
namespace {
using namespace ops;

// ---- OneHot

// Numbers of any type as int64: what is no integer is cut towards zero.
int64_t whole_number(const TensorView& view, int64_t i) {
  int64_t number = 0;
  const Status status = dispatch(AllNumbers(), view.dtype, [&]<class T>() {
    number = convert<int64_t>(static_cast<Computed<T>>(static_cast<const T*>(view.data)[i]));
    return ok();
  });
  return status.has_value() ? number : 0;
}

Result<int64_t> read_depth(const TensorView& view, ErrorCode code) {
  if (view.shape.element_count() != 1) {
    return Error(code, cat("input 1: expected one number, got shape ", view.shape.to_string()));
  }
  const int64_t depth = whole_number(view, 0);
  if (depth < 0) return Error(code, cat("input 1: a depth of ", depth));
  return depth;
}

Status infer_one_hot(InferContext& context) {
  TRY(expect_tensor(context, 0, AllNumbers::kSet));
  TRY(expect_tensor(context, 1, AllNumbers::kSet));
  TRY(expect_tensor(context, 2, kMovable));
  TRY_ASSIGN(const int64_t wanted_axis, context.node().attributes.get_int("axis", -1));
  const std::optional<Shape> values = concrete(context.input(2).shape);
  if (values && values->element_count() != 2) {
    return InvalidModel(cat("input 2: expected [off, on], got shape ", values->to_string()));
  }
  Dim depth;
  if (const Tensor* constant = context.constant(1)) {
    TRY_ASSIGN(const int64_t size, read_depth(constant->view(), ErrorCode::kInvalidModel));
    depth = Dim(size);
  }
  SymbolicShape out;
  if (const std::vector<Dim>* dims = known_dims(context, 0)) {
    TRY_ASSIGN(const size_t axis,
               checked_axis(wanted_axis, dims->size() + 1, ErrorCode::kInvalidModel));
    if (dims->size() + 1 > Shape::kMaxRank) return InvalidModel("the result has too many axes");
    out = *dims;
    out->insert(out->begin() + static_cast<ptrdiff_t>(axis), depth);
  }
  context.set_output(0, ValueType::tensor(context.input(2).dtype, std::move(out)));
  return ok();
}

Status run_one_hot(ExecContext& context) {
  const TensorView& indices = context.input(0);
  const TensorView& values = context.input(2);
  const size_t rank = indices.shape.rank() + 1;
  TRY_ASSIGN(const int64_t wanted_axis, context.node().attributes.get_int("axis", -1));
  TRY_ASSIGN(const size_t axis, checked_axis(wanted_axis, rank, ErrorCode::kInvalidArgument));
  TRY_ASSIGN(const int64_t depth, read_depth(context.input(1), ErrorCode::kInvalidArgument));
  if (rank > Shape::kMaxRank) return InvalidArgument("the result has too many axes");
  if (values.shape.element_count() != 2) {
    return InvalidArgument(
        cat("input 2: expected [off, on], got shape ", values.shape.to_string()));
  }
  Shape shape;
  for (size_t i = 0; i < rank; ++i) {
    shape.append(i == axis ? depth : indices.shape[i < axis ? i : i - 1]);
  }
  TRY_ASSIGN(const MutableTensorView y, sized_output(context, 0, values.dtype, shape));
  fill_elements(y.dtype, y.data, values.data, shape.element_count());
  if (depth == 0) return ok();
  const AroundAxis all(shape, axis);
  const int64_t count = indices.shape.element_count();
  return dispatch(AllNumbers(), indices.dtype, [&]<class T>() {
    const auto* index = static_cast<const T*>(indices.data);
    for (int64_t i = 0; i < count; ++i) {
      int64_t place = convert<int64_t>(static_cast<Computed<T>>(index[i]));
      if (place < -depth || place >= depth) continue;
      if (place < 0) place += depth;
      const int64_t at = (i / all.inner * depth + place) * all.inner + i % all.inner;
      copy_elements(y.dtype, element_at(y.data, y.dtype, at), element_at(values.data, y.dtype, 1),
                    1);
    }
    return ok();
  });
}

// ---- Hardmax

Status infer_hardmax(InferContext& context) {
  TRY(expect_tensor(context, 0, AllFloats::kSet));
  TRY_ASSIGN(const int64_t axis, context.node().attributes.get_int("axis", -1));
  if (const std::vector<Dim>* dims = known_dims(context, 0)) {
    TRY(checked_axis(axis, dims->size(), ErrorCode::kInvalidModel));
  }
  context.set_output(0, context.input(0));
  return ok();
}

// The first NaN counts as the maximum, as in numpy's argmax.
template <class T> void hardmax_block(const T* x, T* out, int64_t size, int64_t inner) {
  for (int64_t k = 0; k < inner; ++k) {
    int64_t best = 0;
    for (int64_t i = 1; i < size; ++i) {
      const T value = x[i * inner + k];
      const T most = x[best * inner + k];
      if (value > most || (value != value && most == most)) best = i;
    }
    for (int64_t i = 0; i < size; ++i) out[i * inner + k] = T{i == best ? 1.0F : 0.0F};
  }
}

Status run_hardmax(ExecContext& context) {
  const TensorView& x = context.input(0);
  TRY_ASSIGN(const int64_t wanted_axis, context.node().attributes.get_int("axis", -1));
  TRY_ASSIGN(const size_t axis,
             checked_axis(wanted_axis, x.shape.rank(), ErrorCode::kInvalidArgument));
  TRY_ASSIGN(const MutableTensorView y, context.output(0, x.dtype, x.shape));
  const AroundAxis all(x.shape, axis);
  const int64_t block = all.size * all.inner;
  if (block == 0) return ok();
  return dispatch(Floats(), x.dtype, [&]<class T>() {
    auto body = [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        hardmax_block(static_cast<const T*>(x.data) + i * block,
                      static_cast<T*>(y.data) + i * block, all.size, all.inner);
      }
    };
    context.parallel_for(all.outer, std::max<int64_t>(1, 32768 / block), body);
    return ok();
  });
}

constexpr OpDef kOps[] = {
    {.name = "OneHot", .since = 9, .inputs = {3, 3}, .infer = infer_one_hot, .run = run_one_hot},
    {.name = "Hardmax",
     .since = 13,
     .inputs = {1, 1},
     .infer = infer_hardmax,
     .run = run_with_halves<run_hardmax>},
};

}  // namespace

std::span<const OpDef> ops_one_hot() { return kOps; }

}  // namespace tundish
