// Gather along an axis; ai.onnx.ml ArrayFeatureExtractor: columns by number.
#include <algorithm>

#include "base/strings.h"
#include "ops/support/move.h"

namespace tundish {
namespace {
using namespace ops;

constexpr DTypeSet kIndexTypes{DType::kInt64, DType::kInt32};

// ---- Gather

std::string outside(int64_t index, int64_t size) {
  return cat("index ", index, " outside [", -size, ", ", size, ")");
}

Status infer_gather(InferContext& context) {
  TRY(expect_tensor(context, 0, kMovable));
  TRY(expect_tensor(context, 1, kIndexTypes, {}));
  TRY_ASSIGN(const int64_t wanted_axis, context.node().attributes.get_int("axis", 0));
  SymbolicShape out;
  const std::vector<Dim>* data = known_dims(context, 0);
  const std::vector<Dim>* indices = known_dims(context, 1);
  if (data != nullptr) {
    TRY_ASSIGN(const size_t axis,
               checked_axis(wanted_axis, data->size(), ErrorCode::kInvalidModel));
    if (indices != nullptr) {
      out = *data;
      out->erase(out->begin() + static_cast<ptrdiff_t>(axis));
      out->insert(out->begin() + static_cast<ptrdiff_t>(axis), indices->begin(), indices->end());
      if (out->size() > Shape::kMaxRank) {
        return InvalidModel(cat("the result has ", out->size(), " axes"));
      }
    }
    if (const Tensor* constant = context.constant(1); constant && (*data)[axis].is_known()) {
      TRY_ASSIGN(const std::vector<int64_t> values, read_integers(constant->view()));
      const int64_t size = (*data)[axis].size();
      for (const int64_t value : values) {
        if (value < -size || value >= size) return InvalidModel(outside(value, size));
      }
    }
  }
  context.set_output(0, ValueType::tensor(context.input(0).dtype, std::move(out)));
  return ok();
}

// Rows of at least this many elements in all are worth a thread.
constexpr int64_t kGrain = 65536;

template <class Index>
Status gather_typed(ExecContext& context, const MutableTensorView& out, const AroundAxis& data) {
  const DType dtype = out.dtype;
  const void* source = context.input(0).data;
  const std::span<const Index> wanted = context.input(1).values<Index>();
  const auto count = static_cast<int64_t>(wanted.size());
  const auto place = [&](size_t i) {
    const int64_t index = wanted[i];
    return index < 0 ? index + data.size : index;
  };
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (place(i) < 0 || place(i) >= data.size) {
      return InvalidArgument(outside(wanted[i], data.size));
    }
  }
  if (data.inner == 1) {
    for (size_t i = 0; i < wanted.size(); ++i) {
      copy_strided(dtype, element_at(out.data, dtype, static_cast<int64_t>(i)), count,
                   element_at(source, dtype, place(i)), data.size, data.outer);
    }
    return ok();
  }
  auto copy_rows = [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const int64_t from = row / count * data.size + place(static_cast<size_t>(row % count));
      copy_elements(dtype, element_at(out.data, dtype, row * data.inner),
                    element_at(source, dtype, from * data.inner), data.inner);
    }
  };
  const int64_t rows = data.outer * count;
  context.parallel_for(rows, std::max<int64_t>(1, kGrain / std::max<int64_t>(1, data.inner)),
                       copy_rows);
  return ok();
}

Status run_gather(ExecContext& context) {
  const TensorView& data = context.input(0);
  const TensorView& indices = context.input(1);
  TRY_ASSIGN(const int64_t wanted_axis, context.node().attributes.get_int("axis", 0));
  TRY_ASSIGN(const size_t axis,
             checked_axis(wanted_axis, data.shape.rank(), ErrorCode::kInvalidArgument));
  if (data.shape.rank() - 1 + indices.shape.rank() > Shape::kMaxRank) {
    return InvalidArgument("the result has too many axes");
  }
  Shape shape;
  for (size_t k = 0; k < axis; ++k) shape.append(data.shape[k]);
  for (const int64_t size : indices.shape.dims()) shape.append(size);
  for (size_t k = axis + 1; k < data.shape.rank(); ++k) shape.append(data.shape[k]);
  TRY_ASSIGN(const MutableTensorView y, sized_output(context, 0, data.dtype, shape));
  const AroundAxis around(data.shape, axis);
  return dispatch(Types<int64_t, int32_t>(), indices.dtype,
                  [&]<class Index>() { return gather_typed<Index>(context, y, around); });
}

// ---- ArrayFeatureExtractor: columns of the last axis; a vector counts as one row

Status infer_extractor(InferContext& context) {
  TRY(expect_tensor(context, 0, Numbers::kSet | kStrings));
  TRY(expect_tensor(context, 1, {DType::kInt64}, {}));
  SymbolicShape out;
  const std::vector<Dim>* data = known_dims(context, 0);
  if (data != nullptr) {
    if (data->empty()) return InvalidModel("input 0 is a scalar");
    const std::optional<Shape> wanted = concrete(context.input(1).shape);
    out = *data;
    if (out->size() == 1) out->insert(out->begin(), Dim(1));
    out->back() = wanted ? Dim(wanted->element_count()) : Dim();
  }
  context.set_output(0, ValueType::tensor(context.input(0).dtype, std::move(out)));
  return ok();
}

Status run_extractor(ExecContext& context) {
  const TensorView& data = context.input(0);
  const TensorView& indices = context.input(1);
  if (data.shape.rank() == 0) return InvalidArgument("input 0 is a scalar");
  const size_t last = data.shape.rank() - 1;
  const int64_t columns = data.shape[last];
  int64_t rows = 1;
  for (size_t k = 0; k < last; ++k) rows *= data.shape[k];
  const std::span<const int64_t> wanted = indices.values<int64_t>();
  const auto width = static_cast<int64_t>(wanted.size());
  Shape shape = last == 0 ? Shape{1, width} : data.shape;
  shape[shape.rank() - 1] = width;
  TRY_ASSIGN(const MutableTensorView y, sized_output(context, 0, data.dtype, shape));
  for (int64_t i = 0; i < width; ++i) {
    const int64_t column = wanted[static_cast<size_t>(i)];
    if (column < 0 || column >= columns) {
      return InvalidArgument(cat("column ", column, " outside [0, ", columns, ")"));
    }
    copy_strided(data.dtype, element_at(y.data, data.dtype, i), width,
                 element_at(data.data, data.dtype, column), columns, rows);
  }
  return ok();
}

constexpr OpDef kOps[] = {
    {.name = "Gather", .since = 1, .inputs = {2, 2}, .infer = infer_gather, .run = run_gather},
    {.name = "ArrayFeatureExtractor",
     .domain = kDomainMl,
     .since = 1,
     .inputs = {2, 2},
     .infer = infer_extractor,
     .run = run_extractor},
};

}  // namespace

std::span<const OpDef> ops_gather() { return kOps; }

}  // namespace tundish
