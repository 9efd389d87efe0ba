// GatherElements: an element per index, along one axis; GatherND: a slice per tuple of indices.
#include <algorithm>

#include "base/strings.h"
#include "ops/support/box.h"
#include "ops/support/indices.h"
#include "ops/support/move.h"

namespace tundish {
namespace {
using namespace ops;

// Elements that a thread should get at least: about 50 us.
constexpr int64_t kGrain = 65536;

// ---- GatherElements

Status infer_gather_elements(InferContext& context) {
  TRY(expect_tensor(context, 0, kMovable));
  TRY(expect_tensor(context, 1, kIndexTypes, {}));
  TRY_ASSIGN(const int64_t wanted_axis, context.node().attributes.get_int("axis", 0));
  const std::vector<Dim>* data = known_dims(context, 0);
  const std::vector<Dim>* indices = known_dims(context, 1);
  if (data != nullptr) {
    TRY_ASSIGN(const size_t axis,
               checked_axis(wanted_axis, data->size(), ErrorCode::kInvalidModel));
    if (indices != nullptr && indices->size() != data->size()) {
      return InvalidModel(
          cat("input 1 has ", indices->size(), " axes, input 0 has ", data->size()));
    }
    for (size_t i = 0; indices != nullptr && i < data->size(); ++i) {
      const Dim& own = (*data)[i];
      const Dim& other = (*indices)[i];
      if (i != axis && own.is_known() && other.is_known() && other.size() > own.size()) {
        return InvalidModel(cat("input 1: axis ", i, " has size ", other.size(),
                                ", that of input 0 is ", own.size()));
      }
    }
    if (const Tensor* constant = context.constant(1); constant && (*data)[axis].is_known()) {
      TRY(check_indices(constant->view(), (*data)[axis].size(), 1, ErrorCode::kInvalidModel));
    }
  }
  context.set_output(0, ValueType::tensor(context.input(0).dtype, context.input(1).shape));
  return ok();
}

// Row `row` of the indices, along their last axis: where it begins in the data, the axis left out.
int64_t row_begin(const Shape& indices, const std::array<int64_t, Shape::kMaxRank>& steps,
                  size_t axis, int64_t row) {
  int64_t at = 0;
  for (size_t i = indices.rank() - 1; i-- > 0;) {
    if (i != axis) at += row % indices[i] * steps[i];
    row /= indices[i];
  }
  return at;
}

template <class T, class Index> void gather_rows(ExecContext& context, T* out, size_t axis) {
  const TensorView& data = context.input(0);
  const TensorView& indices = context.input(1);
  const auto steps = row_major_steps(data.shape);
  const size_t last = indices.shape.rank() - 1;
  const int64_t run = indices.shape[last];
  const int64_t along = axis == last ? 0 : 1;  // the step of the last axis, when it is not the one
  const int64_t size = data.shape[axis];
  const int64_t step = steps[axis];
  const auto* index = static_cast<const Index*>(indices.data);
  const auto* from = static_cast<const T*>(data.data);
  auto body = [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const T* source = from + row_begin(indices.shape, steps, axis, row);
      for (int64_t i = 0; i < run; ++i) {
        int64_t place = index[row * run + i];
        if (place < 0) place += size;
        out[row * run + i] = source[place * step + i * along];
      }
    }
  };
  const int64_t rows = indices.shape.element_count() / run;
  context.parallel_for(rows, std::max<int64_t>(1, kGrain / run), body);
}

Status run_gather_elements(ExecContext& context) {
  const TensorView& data = context.input(0);
  const TensorView& indices = context.input(1);
  const size_t rank = data.shape.rank();
  TRY_ASSIGN(const int64_t wanted_axis, context.node().attributes.get_int("axis", 0));
  TRY_ASSIGN(const size_t axis, checked_axis(wanted_axis, rank, ErrorCode::kInvalidArgument));
  bool fits = indices.shape.rank() == rank;
  for (size_t i = 0; fits && i < rank; ++i) {
    fits = i == axis || indices.shape[i] <= data.shape[i];
  }
  if (!fits) {
    return InvalidArgument(cat("input 1 of shape ", indices.shape.to_string(),
                               " does not fit input 0 of shape ", data.shape.to_string()));
  }
  TRY(check_indices(indices, data.shape[axis], 1));
  TRY_ASSIGN(const MutableTensorView y, sized_output(context, 0, data.dtype, indices.shape));
  if (indices.shape.element_count() == 0) return ok();
  with_moved_type(data.dtype, [&]<class T>() {
    if (indices.dtype == DType::kInt32) {
      gather_rows<T, int32_t>(context, static_cast<T*>(y.data), axis);
    } else {
      gather_rows<T, int64_t>(context, static_cast<T*>(y.data), axis);
    }
  });
  return ok();
}

// ---- GatherND

Status check_batch_dims(int64_t batch, size_t data_rank, size_t index_rank, ErrorCode code) {
  if (batch >= 0 && batch < static_cast<int64_t>(std::min(data_rank, index_rank))) return ok();
  return Error(code, cat("attribute \"batch_dims\" is ", batch, " for inputs of ", data_rank,
                         " and ", index_rank, " axes"));
}

Status infer_gather_nd(InferContext& context) {
  TRY(expect_tensor(context, 0, kMovable));
  TRY(expect_tensor(context, 1, {DType::kInt64}, {}));
  TRY_ASSIGN(const int64_t batch, context.node().attributes.get_int("batch_dims", 0));
  SymbolicShape out;
  const std::vector<Dim>* data = known_dims(context, 0);
  const std::vector<Dim>* indices = known_dims(context, 1);
  if (data != nullptr && indices != nullptr) {
    TRY(check_batch_dims(batch, data->size(), indices->size(), ErrorCode::kInvalidModel));
    const Dim& width = indices->back();
    if (width.is_known()) {
      const int64_t used = batch + width.size();
      if (width.size() < 1 || used > static_cast<int64_t>(data->size())) {
        return InvalidModel(cat("input 1: tuples of ", width.size(), " indices into ",
                                static_cast<int64_t>(data->size()) - batch, " axes"));
      }
      out.emplace(indices->begin(), indices->end() - 1);
      out->insert(out->end(), data->begin() + used, data->end());
      if (out->size() > Shape::kMaxRank) {
        return InvalidModel(cat("the result has ", out->size(), " axes"));
      }
    }
  }
  context.set_output(0, ValueType::tensor(context.input(0).dtype, std::move(out)));
  return ok();
}

Status run_gather_nd(ExecContext& context) {
  const TensorView& data = context.input(0);
  const TensorView& indices = context.input(1);
  TRY_ASSIGN(const int64_t batch_dims, context.node().attributes.get_int("batch_dims", 0));
  TRY(check_batch_dims(batch_dims, data.shape.rank(), indices.shape.rank(),
                       ErrorCode::kInvalidArgument));
  const auto batch = static_cast<size_t>(batch_dims);
  TRY_ASSIGN(const IndexTuples tuples, read_tuples(data.shape, batch, indices, 1));
  int64_t batches = 1;
  for (size_t axis = 0; axis < batch; ++axis) {
    if (data.shape[axis] != indices.shape[axis]) {
      return InvalidArgument(
          cat("batch axis ", axis, " has size ", data.shape[axis], " and ", indices.shape[axis]));
    }
    batches *= data.shape[axis];
  }
  const size_t index_rank = indices.shape.rank() - 1;
  if (index_rank + data.shape.rank() - batch - tuples.width > Shape::kMaxRank) {
    return InvalidArgument("the result has too many axes");
  }
  Shape shape;
  for (size_t axis = 0; axis < index_rank; ++axis) shape.append(indices.shape[axis]);
  for (size_t axis = batch + tuples.width; axis < data.shape.rank(); ++axis) {
    shape.append(data.shape[axis]);
  }
  TRY_ASSIGN(const MutableTensorView y, sized_output(context, 0, data.dtype, shape));
  if (shape.element_count() == 0) return ok();
  const int64_t per_batch = tuples.count / batches;
  const int64_t batch_size = data.shape.element_count() / batches;
  auto body = [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t from = i / per_batch * batch_size + tuples.offset(i);
      copy_elements(data.dtype, element_at(y.data, data.dtype, i * tuples.slice),
                    element_at(data.data, data.dtype, from), tuples.slice);
    }
  };
  context.parallel_for(tuples.count, std::max<int64_t>(1, kGrain / tuples.slice), body);
  return ok();
}

// Version 12: batch_dims.
constexpr OpDef kOps[] = {
    {.name = "GatherElements",
     .since = 11,
     .inputs = {2, 2},
     .infer = infer_gather_elements,
     .run = run_gather_elements},
    {.name = "GatherND",
     .since = 11,
     .inputs = {2, 2},
     .infer = infer_gather_nd,
     .run = run_gather_nd},
};

}  // namespace

std::span<const OpDef> ops_gather_elements() { return kOps; }

}  // namespace tundish
