// ScatterElements: an element per index, along one axis; ScatterND: a slice per tuple of indices.
// Both write over a copy of the data or combine with it, in the order of the updates.
#include <algorithm>

#include "base/strings.h"
#include "ops/support/box.h"
#include "ops/support/indices.h"
#include "ops/support/move.h"

namespace tundish {
namespace {
using namespace ops;

// ---- Reductions

enum class Reduction : uint8_t { kNone, kAdd, kMul, kMax, kMin };

// to[i] = f(to[i], update[i]).
using Combine = void (*)(void* to, const void* update, int64_t count);

// Integers wrap around. NaN wins, as in numpy's maximum and minimum. Bools: or, and.
template <Reduction kReduction, class T> T combined(T old, T update) {
  if constexpr (std::is_same_v<T, bool>) {
    constexpr bool kOr = kReduction == Reduction::kAdd || kReduction == Reduction::kMax;
    return kOr ? old || update : old && update;
  } else if constexpr (kReduction == Reduction::kMax || kReduction == Reduction::kMin) {
    const bool keeps = kReduction == Reduction::kMax ? old >= update : old <= update;
    return keeps || old != old ? old : update;
  } else if constexpr (std::is_integral_v<T>) {
    const auto a = static_cast<Wrapping<T>>(old);
    const auto b = static_cast<Wrapping<T>>(update);
    return static_cast<T>(kReduction == Reduction::kAdd ? a + b : a * b);
  } else {
    return kReduction == Reduction::kAdd ? old + update : old * update;
  }
}

template <Reduction kReduction, class T> void combine(void* to, const void* update, int64_t count) {
  T* out = static_cast<T*>(to);
  const T* from = static_cast<const T*>(update);
  for (int64_t i = 0; i < count; ++i) {
    using Number = Computed<T>;
    out[i] = static_cast<T>(
        combined<kReduction, Number>(static_cast<Number>(out[i]), static_cast<Number>(from[i])));
  }
}

using Reducible = Types<float, double, int64_t, int32_t, int16_t, int8_t, uint8_t, uint16_t,
                        uint32_t, uint64_t, Float16, Bfloat16, bool>;

template <class T> Combine combine_of(Reduction reduction) {
  switch (reduction) {
    case Reduction::kAdd: return combine<Reduction::kAdd, T>;
    case Reduction::kMul: return combine<Reduction::kMul, T>;
    case Reduction::kMax: return combine<Reduction::kMax, T>;
    case Reduction::kMin: return combine<Reduction::kMin, T>;
    case Reduction::kNone: break;
  }
  return nullptr;
}

Combine combine_of(Reduction reduction, DType dtype) {
  Combine found = nullptr;
  if (reduction == Reduction::kNone || !Reducible::kSet.contains(dtype)) return found;
  const Status status = dispatch(Reducible(), dtype, [&]<class T>() {
    found = combine_of<T>(reduction);
    return ok();
  });
  return status.has_value() ? found : nullptr;
}

Result<Reduction> reduction_of(const Node& node) {
  TRY_ASSIGN(const std::string name, node.attributes.get_string("reduction", "none"));
  if (name == "none") return Reduction::kNone;
  if (name == "add") return Reduction::kAdd;
  if (name == "mul") return Reduction::kMul;
  if (name == "max") return Reduction::kMax;
  if (name == "min") return Reduction::kMin;
  return InvalidModel(cat("attribute \"reduction\": ", quoted(name), " is not known"));
}

// Types of data, updates and indices, and the attribute.
Status infer_types(InferContext& context, DTypeSet index_types) {
  TRY(expect_tensor(context, 0, kMovable));
  TRY(expect_tensor(context, 1, index_types, {}));
  TRY(expect_tensor(context, 2, kMovable));
  TRY(expect_same_dtype(context, 0, 2));
  TRY_ASSIGN(const Reduction reduction, reduction_of(context.node()));
  if (reduction != Reduction::kNone && !Reducible::kSet.contains(context.input(0).dtype)) {
    return Unsupported(cat("a reduction of element type ", dtype_name(context.input(0).dtype)));
  }
  context.set_output(0, context.input(0));
  return ok();
}

// ---- ScatterElements

Status infer_scatter_elements(InferContext& context) {
  TRY(infer_types(context, kIndexTypes));
  TRY_ASSIGN(const int64_t wanted_axis, context.node().attributes.get_int("axis", 0));
  const std::vector<Dim>* data = known_dims(context, 0);
  if (data == nullptr) return ok();
  TRY_ASSIGN(const size_t axis, checked_axis(wanted_axis, data->size(), ErrorCode::kInvalidModel));
  for (const size_t i : {1, 2}) {
    const std::vector<Dim>* dims = known_dims(context, i);
    if (dims != nullptr && dims->size() != data->size()) {
      return InvalidModel(
          cat("input ", i, " has ", dims->size(), " axes, input 0 has ", data->size()));
    }
  }
  if (const Tensor* constant = context.constant(1); constant && (*data)[axis].is_known()) {
    TRY(check_indices(constant->view(), (*data)[axis].size(), 1, ErrorCode::kInvalidModel));
  }
  return ok();
}

// Walks the updates in order; `write(to, update, count)` gets single elements.
template <class Write>
void scatter_elements(const TensorView& indices, const Shape& data, size_t axis, Write write) {
  const auto steps = row_major_steps(data);
  const size_t last = data.rank() - 1;
  const int64_t run = indices.shape[last];
  const int64_t along = axis == last ? 0 : 1;
  const int64_t rows = indices.shape.element_count() / run;
  std::array<int64_t, Shape::kMaxRank> index{};
  int64_t at = 0;
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t i = 0; i < run; ++i) {
      int64_t place = integer_at(indices, row * run + i);
      if (place < 0) place += data[axis];
      write(at + place * steps[axis] + i * along, row * run + i);
    }
    for (size_t k = last; k-- > 0;) {
      const int64_t step = k == axis ? 0 : steps[k];
      at += step;
      if (++index[k] < indices.shape[k]) break;
      at -= indices.shape[k] * step;
      index[k] = 0;
    }
  }
}

Status run_scatter_elements(ExecContext& context) {
  const TensorView& data = context.input(0);
  const TensorView& indices = context.input(1);
  const TensorView& updates = context.input(2);
  const size_t rank = data.shape.rank();
  TRY_ASSIGN(const Reduction reduction, reduction_of(context.node()));
  TRY_ASSIGN(const int64_t wanted_axis, context.node().attributes.get_int("axis", 0));
  TRY_ASSIGN(const size_t axis, checked_axis(wanted_axis, rank, ErrorCode::kInvalidArgument));
  bool fits = indices.shape.rank() == rank && indices.shape == updates.shape;
  for (size_t i = 0; fits && i < rank; ++i) {
    fits = i == axis || indices.shape[i] <= data.shape[i];
  }
  if (!fits) {
    return InvalidArgument(cat("indices of shape ", indices.shape.to_string(),
                               " and updates of shape ", updates.shape.to_string(),
                               " do not fit data of shape ", data.shape.to_string()));
  }
  TRY(check_indices(indices, data.shape[axis], 1));
  TRY_ASSIGN(const MutableTensorView y, context.output(0, data.dtype, data.shape));
  copy_elements(data.dtype, y.data, data.data, data.shape.element_count());
  if (indices.shape.element_count() == 0) return ok();
  if (const Combine combine = combine_of(reduction, data.dtype)) {
    scatter_elements(indices, data.shape, axis, [&](int64_t to, int64_t from) {
      combine(element_at(y.data, y.dtype, to), element_at(updates.data, y.dtype, from), 1);
    });
    return ok();
  }
  with_moved_type(data.dtype, [&]<class T>() {
    T* out = static_cast<T*>(y.data);
    const T* from_updates = static_cast<const T*>(updates.data);
    scatter_elements(indices, data.shape, axis,
                     [&](int64_t to, int64_t from) { out[to] = from_updates[from]; });
  });
  return ok();
}

// ---- ScatterND

Status infer_scatter_nd(InferContext& context) {
  TRY(infer_types(context, {DType::kInt64}));
  const std::vector<Dim>* data = known_dims(context, 0);
  const std::vector<Dim>* indices = known_dims(context, 1);
  if (indices != nullptr && indices->empty()) return InvalidModel("input 1 is a scalar");
  if (data == nullptr || indices == nullptr || !indices->back().is_known()) return ok();
  const int64_t width = indices->back().size();
  if (width > static_cast<int64_t>(data->size())) {
    return InvalidModel(cat("input 1: tuples of ", width, " indices into ", data->size(), " axes"));
  }
  const std::vector<Dim>* updates = known_dims(context, 2);
  const size_t rank = indices->size() - 1 + data->size() - static_cast<size_t>(width);
  if (updates != nullptr && updates->size() != rank) {
    return InvalidModel(cat("input 2 has ", updates->size(), " axes, expected ", rank));
  }
  return ok();
}

Status run_scatter_nd(ExecContext& context) {
  const TensorView& data = context.input(0);
  const TensorView& indices = context.input(1);
  const TensorView& updates = context.input(2);
  TRY_ASSIGN(const Reduction reduction, reduction_of(context.node()));
  TRY_ASSIGN(const IndexTuples tuples, read_tuples(data.shape, 0, indices, 1));
  const size_t index_rank = indices.shape.rank() - 1;
  bool fits = updates.shape.rank() == index_rank + data.shape.rank() - tuples.width;
  for (size_t i = 0; fits && i < updates.shape.rank(); ++i) {
    fits = updates.shape[i] ==
           (i < index_rank ? indices.shape[i] : data.shape[i - index_rank + tuples.width]);
  }
  if (!fits) {
    return InvalidArgument(cat("updates of shape ", updates.shape.to_string(),
                               " do not fit data of shape ", data.shape.to_string(),
                               " and indices of shape ", indices.shape.to_string()));
  }
  TRY_ASSIGN(const MutableTensorView y, context.output(0, data.dtype, data.shape));
  copy_elements(data.dtype, y.data, data.data, data.shape.element_count());
  const Combine combine = combine_of(reduction, data.dtype);
  for (int64_t i = 0; i < tuples.count; ++i) {
    void* to = element_at(y.data, y.dtype, tuples.offset(i));
    const void* from = element_at(updates.data, y.dtype, i * tuples.slice);
    if (combine != nullptr) {
      combine(to, from, tuples.slice);
    } else {
      copy_elements(y.dtype, to, from, tuples.slice);
    }
  }
  return ok();
}

// Version 16: reductions add and mul; 18: max and min.
constexpr OpDef kOps[] = {
    {.name = "ScatterElements",
     .since = 11,
     .inputs = {3, 3},
     .traits = {.in_place = true},
     .infer = infer_scatter_elements,
     .run = run_scatter_elements},
    {.name = "ScatterND",
     .since = 11,
     .inputs = {3, 3},
     .traits = {.in_place = true},
     .infer = infer_scatter_nd,
     .run = run_scatter_nd},
};

}  // namespace

std::span<const OpDef> ops_scatter() { return kOps; }

}  // namespace tundish
