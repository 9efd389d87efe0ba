// LayerNormalization, RMSNormalization: each row (all axes from `axis` on) on its own.
//
// Float32 rows go to the vector kernel unless their squares overflow or statistics are asked for in
// double. All else is summed in double. The type of stash_type is the one in which
// LayerNormalization's statistics leave.
#include <algorithm>
#include <cmath>

#include "base/strings.h"
#include "kernels/table.h"
#include "kernels/vector.h"
#include "ops/support/as_type.h"
#include "ops/support/elementwise.h"
#include "ops/support/half_adapter.h"
#include "ops/support/moments.h"
#include "ops/support/move.h"

namespace tundish {
namespace {
using namespace ops;

enum Input : size_t { kData, kScale, kBias };

Result<DType> stash_type(const Node& node) {
  TRY_ASSIGN(const int64_t stash, node.attributes.get_int("stash_type", 1));
  const auto dtype = static_cast<DType>(stash);
  if (stash < 0 || stash > 16 || !AllFloats::kSet.contains(dtype)) {
    return InvalidModel(cat("stash_type ", stash, " is no floating-point type"));
  }
  return dtype;
}

Status check_operand(const InferContext& context, size_t i) {
  TRY(expect_tensor(context, i, AllFloats::kSet));
  const SymbolicShape& x = context.input(kData).shape;
  const SymbolicShape& own = context.input(i).shape;
  if (!x || !own) return ok();
  bool fits = own->size() <= x->size();
  for (size_t back = 1; fits && back <= own->size(); ++back) {
    const Dim& a = (*own)[own->size() - back];
    const Dim& b = (*x)[x->size() - back];
    fits = !a.is_known() || a.size() == 1 || !b.is_known() || a == b;
  }
  if (fits) return ok();
  return InvalidModel(cat("input ", i, " of shape ", to_string(own),
                          " cannot be broadcast to X of shape ", to_string(x)));
}

// The shape of one statistic per row.
Result<SymbolicShape> infer_statistics(const InferContext& context) {
  TRY_ASSIGN(const int64_t wanted, context.node().attributes.get_int("axis", -1));
  const std::vector<Dim>* dims = known_dims(context, kData);
  if (dims == nullptr) return SymbolicShape();
  TRY_ASSIGN(const size_t axis, checked_axis(wanted, dims->size(), ErrorCode::kInvalidModel));
  std::vector<Dim> shape = *dims;
  for (size_t k = axis; k < shape.size(); ++k) shape[k] = Dim(1);
  return SymbolicShape(std::move(shape));
}

Status infer_layer(InferContext& context) {
  TRY_ASSIGN(const DType stash, stash_type(context.node()));
  TRY(expect_tensor(context, kData, AllFloats::kSet));
  for (const size_t i : {kScale, kBias}) {
    if (i == kBias && !context.has_input(kBias)) break;
    TRY(check_operand(context, i));
    TRY(expect_same_dtype(context, kData, i));
  }
  TRY_ASSIGN(const SymbolicShape shape, infer_statistics(context));
  context.set_output(0, context.input(kData));
  for (size_t i = 1; i < context.node().outputs.size(); ++i) {
    context.set_output(i, ValueType::tensor(stash, shape));
  }
  return ok();
}

Status infer_rms(InferContext& context) {
  TRY(stash_type(context.node()));
  TRY(expect_tensor(context, kData, AllFloats::kSet));
  TRY(check_operand(context, kScale));
  TRY(infer_statistics(context));
  context.set_output(0, ValueType::tensor(context.input(kScale).dtype, context.input(kData).shape));
  return ok();
}

struct Rows {
  int64_t count = 1;
  int64_t size = 1;
  Shape statistics;
};

Result<Rows> read_rows(const ExecContext& context) {
  TRY_ASSIGN(const int64_t wanted, context.node().attributes.get_int("axis", -1));
  const Shape& shape = context.input(kData).shape;
  TRY_ASSIGN(const size_t axis, checked_axis(wanted, shape.rank(), ErrorCode::kInvalidArgument));
  Rows rows;
  rows.statistics = shape;
  for (size_t k = 0; k < shape.rank(); ++k) {
    (k < axis ? rows.count : rows.size) *= shape[k];
    if (k >= axis) rows.statistics[k] = 1;
  }
  return rows;
}

// Scale and bias; null where each row does not have the same ones (or there is none).
template <class T> struct Affine {
  const T* scale = nullptr;
  const T* bias = nullptr;
};

bool is_one_row(const Shape& own, const Shape& x, int64_t size) {
  int64_t count = 1;
  for (size_t back = 1; back <= own.rank(); ++back) {
    const int64_t mine = own[own.rank() - back];
    if (mine != x[x.rank() - back] && count != size) return false;
    count *= mine;
  }
  return count == size;
}

// y = y * scale + bias where they have to be broadcast.
template <class T>
Status apply_broadcast(ExecContext& context, size_t input, const T* values, T* y) {
  const Shape& x = context.input(kData).shape;
  const Shape& own = context.input(input).shape;
  run_loop(context, BroadcastLoop<1>::make(x, {&own}), kCheapGrain,
           [&](int64_t at, const auto& from, const auto& strides, int64_t count) {
             const T* operand = values + from[0];
             for (int64_t i = 0; i < count; ++i) {
               const T value = operand[i * strides[0]];
               y[at + i] = input == kScale ? y[at + i] * value : y[at + i] + value;
             }
           });
  return ok();
}

Status check_broadcast(const ExecContext& context, size_t input) {
  const Shape& x = context.input(kData).shape;
  const Shape& own = context.input(input).shape;
  TRY_ASSIGN(const Shape joined, broadcast_shapes(x, own));
  if (joined == x) return ok();
  return InvalidArgument(cat("input ", input, " of shape ", own.to_string(),
                             " cannot be broadcast to X of shape ", x.to_string()));
}

// Calls normalise(row) for each row, then applies what could not be applied at once.
template <class T, class Normalise>
Status over_rows(ExecContext& context, const Rows& rows, T* y, Normalise normalise) {
  const Shape& x = context.input(kData).shape;
  const T* operands[3] = {};
  Affine<T> affine;
  for (const size_t i : {kScale, kBias}) {
    if (i >= context.input_count() || !context.has_input(i)) continue;
    TRY(check_broadcast(context, i));
    TRY_ASSIGN(operands[i], as_type<T>(context, context.input(i)));
  }
  if (is_one_row(context.input(kScale).shape, x, rows.size)) affine.scale = operands[kScale];
  const bool has_bias = operands[kBias] != nullptr;
  if (has_bias && affine.scale != nullptr && is_one_row(context.input(kBias).shape, x, rows.size)) {
    affine.bias = operands[kBias];
  }
  auto part = [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) normalise(row, affine);
  };
  const int64_t grain = kCheapGrain / 4 / std::max<int64_t>(1, rows.size) + 1;
  if (rows.count <= grain || context.thread_count() == 1) {
    part(0, rows.count);
  } else {
    context.parallel_for(rows.count, grain, part);
  }
  if (affine.scale == nullptr) TRY(apply_broadcast(context, kScale, operands[kScale], y));
  if (has_bias && affine.bias == nullptr) {
    TRY(apply_broadcast(context, kBias, operands[kBias], y));
  }
  return ok();
}

template <class T>
void write_row(const T* x, T* y, int64_t size, double centre, double factor,
               const Affine<T>& affine) {
  const T middle = static_cast<T>(centre);
  const T inverse = static_cast<T>(factor);
  if (affine.scale == nullptr) {
    for (int64_t i = 0; i < size; ++i) y[i] = (x[i] - middle) * inverse;
  } else if (affine.bias == nullptr) {
    for (int64_t i = 0; i < size; ++i) y[i] = (x[i] - middle) * inverse * affine.scale[i];
  } else {
    for (int64_t i = 0; i < size; ++i) {
      y[i] = (x[i] - middle) * inverse * affine.scale[i] + affine.bias[i];
    }
  }
}

// The vector kernel, which computes in float32. False where the squares are too large for that: the
// row is to be computed otherwise. `found` becomes mean and inverse deviation.
bool normalize_by_kernel(const ExecContext& context, kernels::NormKind kind, const float* x,
                         float* y, int64_t size, float epsilon, const Affine<float>& affine,
                         float* found) {
  kernels::NormRow row;
  row.x = x;
  row.gamma = affine.scale;
  row.beta = affine.bias;
  row.epsilon = epsilon;
  row.kind = kind;
  row.y = y;
  row.mean = found;
  row.inverse_deviation = found + 1;
  context.kernels().vector->normalize(row, static_cast<size_t>(size));
  return found[1] > 0 && std::isfinite(found[1]);
}

void store(const MutableTensorView& out, int64_t i, double value) {
  if (out.data == nullptr) return;
  switch (out.dtype) {
    case DType::kFloat32: out.values<float>()[i] = static_cast<float>(value); break;
    case DType::kFloat64: out.values<double>()[i] = value; break;
    case DType::kFloat16: out.values<Float16>()[i] = Float16(value); break;
    default: out.values<Bfloat16>()[i] = Bfloat16(value); break;
  }
}

Status run_layer(ExecContext& context) {
  const TensorView& data = context.input(kData);
  TRY_ASSIGN(const Rows rows, read_rows(context));
  TRY_ASSIGN(const float epsilon, context.node().attributes.get_float("epsilon", 1e-5F));
  TRY_ASSIGN(const DType stash, stash_type(context.node()));
  TRY_ASSIGN(const MutableTensorView out, context.output(0, data.dtype, data.shape));
  MutableTensorView statistics[2];
  for (size_t i = 0; i < 2; ++i) {
    if (i + 1 >= context.output_count() || !context.output_wanted(i + 1)) continue;
    TRY_ASSIGN(statistics[i], context.output(i + 1, stash, rows.statistics));
  }
  return dispatch(Floats(), data.dtype, [&]<class T>() {
    const T* x = static_cast<const T*>(data.data);
    T* y = static_cast<T*>(out.data);
    return over_rows(context, rows, y, [&](int64_t row, const Affine<T>& affine) {
      const T* from = x + row * rows.size;
      if constexpr (std::is_same_v<T, float>) {
        float found[2];
        if (stash != DType::kFloat64 &&
            normalize_by_kernel(context, kernels::NormKind::kLayer, from, y + row * rows.size,
                                rows.size, epsilon, affine, found)) {
          store(statistics[0], row, static_cast<double>(found[0]));
          store(statistics[1], row, static_cast<double>(found[1]));
          return;
        }
      }
      const Moments moments = moments_of(from, rows.size);
      const double inverse = 1 / std::sqrt(moments.variance + static_cast<double>(epsilon));
      write_row(from, y + row * rows.size, rows.size, moments.mean, inverse, affine);
      store(statistics[0], row, moments.mean);
      store(statistics[1], row, inverse);
    });
  });
}

template <class T> Status run_rms_typed(ExecContext& context, const Rows& rows) {
  const Shape& shape = context.input(kData).shape;
  TRY_ASSIGN(const float epsilon, context.node().attributes.get_float("epsilon", 1e-5F));
  TRY_ASSIGN(const T* const x, as_type<T>(context, context.input(kData)));
  TRY_ASSIGN(const TypedOutput<T> y,
             typed_output<T>(context, 0, context.input(kScale).dtype, shape));
  TRY(over_rows(context, rows, y.values, [&](int64_t row, const Affine<T>& affine) {
    const T* from = x + row * rows.size;
    if constexpr (std::is_same_v<T, float>) {
      float found[2];
      if (normalize_by_kernel(context, kernels::NormKind::kRms, from, y.values + row * rows.size,
                              rows.size, epsilon, affine, found)) {
        return;
      }
    }
    const double square = squares_about(from, rows.size, 0.0) / static_cast<double>(rows.size);
    const double inverse = 1 / std::sqrt(square + static_cast<double>(epsilon));
    write_row(from, y.values + row * rows.size, rows.size, 0, inverse, affine);
  }));
  finish_output(y);
  return ok();
}

// X and scale may differ in type.
Status run_rms(ExecContext& context) {
  TRY_ASSIGN(const Rows rows, read_rows(context));
  const bool is_double = context.input(kData).dtype == DType::kFloat64 ||
                         context.input(kScale).dtype == DType::kFloat64;
  return is_double ? run_rms_typed<double>(context, rows) : run_rms_typed<float>(context, rows);
}

// Statistics made in the stash type leave as they are.
DType layer_type(const ExecContext& outer, size_t i) {
  return i == 0 ? outer.input(kData).dtype : DType::kFloat32;
}
DType rms_type(const ExecContext& outer, size_t) { return outer.input(kScale).dtype; }

constexpr OpDef kOps[] = {
    {.name = "LayerNormalization",
     .since = 17,
     .inputs = {2, 3},
     .outputs = {1, 3},
     .infer = infer_layer,
     .run = run_with_halves<run_layer, layer_type>},
    {.name = "RMSNormalization",
     .since = 23,
     .inputs = {2, 2},
     .infer = infer_rms,
     .run = run_with_halves<run_rms, rms_type>},
};

}  // namespace

std::span<const OpDef> ops_layer_normalization() { return kOps; }

}  // namespace tundish
