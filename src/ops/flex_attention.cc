// FlexAttention (ai.onnx.preview): attention whose scores and probabilities may go through graphs.
//
// Those graphs see all scores at once, [batch, heads, queries, keys], so all are held.
#include <cmath>

#include "base/checked.h"
#include "base/strings.h"
#include "ops/support/as_type.h"
#include "ops/support/bodies.h"
#include "ops/support/matrix_multiply.h"
#include "ops/support/move.h"
#include "ops/support/softmax_lanes.h"

namespace tundish {
namespace {
using namespace ops;

enum Input : size_t { kQuery, kKey, kValue };
constexpr size_t kOwnInputs = 3;

// The type of scores and probabilities.
Result<DType> precision_of(const Node& node, DType query) {
  const DType fallback = query == DType::kFloat64 ? query : DType::kFloat32;
  TRY_ASSIGN(const int64_t given,
             node.attributes.get_int("softmax_precision", static_cast<int64_t>(fallback)));
  const auto precision = static_cast<DType>(given);
  if (given < 0 || given > 16 || !AllFloats::kSet.contains(precision)) {
    return InvalidModel(cat("softmax_precision ", given, " is no floating-point type"));
  }
  return precision;
}

Status expect_equal(const Dim& a, const Dim& b, std::string_view what) {
  if (!a.is_known() || !b.is_known() || a == b) return ok();
  return InvalidModel(cat("inputs differ in ", what, ": ", a.size(), " and ", b.size()));
}

Status infer_flex(InferContext& context) {
  TRY_ASSIGN(const BodyInputs inputs, BodyInputs::of(context.node()));
  if (inputs.own_count() != kOwnInputs) {
    return InvalidModel(cat("expected 3 inputs, got ", inputs.own_count()));
  }
  std::vector<Dim> dims[kOwnInputs];
  for (const size_t i : {kQuery, kKey, kValue}) {
    TRY(expect_tensor(context, i, AllFloats::kSet));
    TRY(expect_same_dtype(context, kQuery, i));
    const std::vector<Dim>* own = known_dims(context, i);
    if (own != nullptr && own->size() != 4) {
      return InvalidModel(cat("input ", i, " has ", own->size(), " axes, not 4"));
    }
    dims[i] = own != nullptr ? *own : std::vector<Dim>(4);
  }
  const auto& [q, k, v] = dims;
  TRY(expect_equal(q[0], k[0], "batch size"));
  TRY(expect_equal(q[0], v[0], "batch size"));
  TRY(expect_equal(k[1], v[1], "heads"));
  TRY(expect_equal(k[2], v[2], "sequence length"));
  TRY(expect_equal(q[3], k[3], "head size"));
  if (q[1].is_known() && k[1].is_known() && (k[1].size() == 0 || q[1].size() % k[1].size() != 0)) {
    return InvalidModel(
        cat(q[1].size(), " query heads over ", k[1].size(), " key and value heads"));
  }
  const DType dtype = context.input(kQuery).dtype;
  TRY(precision_of(context.node(), dtype));
  context.set_output(0, ValueType::tensor(dtype, std::vector<Dim>{q[0], q[1], q[2], v[3]}));
  return ok();
}

Status check_shapes(const Shape& q, const Shape& k, const Shape& v) {
  const bool fits = q.rank() == 4 && k.rank() == 4 && v.rank() == 4 && q[0] == k[0] &&
                    k[0] == v[0] && k[1] == v[1] && k[2] == v[2] && q[3] == k[3] && k[1] > 0 &&
                    q[1] % k[1] == 0;
  if (fits) return ok();
  return InvalidArgument(cat("query ", q.to_string(), ", key ", k.to_string(), " and value ",
                             v.to_string(), " do not fit each other"));
}

// One product per batch entry and query head; heads of b are shared by `group` of them.
Result<std::span<const ProductOffsets>> offsets_of(ExecContext& context, int64_t count,
                                                   int64_t group, const ProductOffsets& step) {
  TRY_ASSIGN(const uint64_t bytes, checked_bytes(std::array{count}, sizeof(ProductOffsets)));
  TRY_ASSIGN(void* const storage, context.scratch(bytes + sizeof(ProductOffsets)));
  auto* const offsets = static_cast<ProductOffsets*>(storage);
  for (int64_t i = 0; i < count; ++i) {
    new (offsets + i) ProductOffsets{i * step.a, i / group * step.b, i * step.c};
  }
  return std::span<const ProductOffsets>(offsets, static_cast<size_t>(count));
}

// Sends `scores` through graph `name`, if the node has it.
template <class T>
Status modify(ExecContext& context, std::string_view name, DType precision, const Shape& shape,
              T* scores) {
  if (!context.node().attributes.has(name)) return ok();
  TRY_ASSIGN(const BodyInputs inputs, BodyInputs::of(context.node()));
  TRY_ASSIGN(Tensor given, Tensor::allocate(precision, shape));
  const auto count = static_cast<size_t>(shape.element_count());
  TRY(dispatch(AllFloats(), precision, [&]<class P>() {
    const std::span<P> to = given.mutable_values<P>();
    for (size_t i = 0; i < count; ++i) to[i] = static_cast<P>(scores[i]);
    return ok();
  }));
  std::vector<Value> arguments;
  arguments.emplace_back(std::move(given));
  inputs.append(context, name, arguments);
  TRY_ASSIGN(const std::vector<Value> answers, context.run_graph(name, arguments));
  const Tensor* made = answers.size() == 1 ? answers[0].tensor() : nullptr;
  if (made == nullptr || made->dtype() != precision || !(made->shape() == shape)) {
    return InvalidArgument(cat("graph ", name, " must give one ", dtype_name(precision),
                               shape.to_string(), " as it was given"));
  }
  return dispatch(AllFloats(), precision, [&]<class P>() {
    const std::span<const P> from = made->values<P>();
    for (size_t i = 0; i < count; ++i) scores[i] = static_cast<T>(from[i]);
    return ok();
  });
}

template <class T> Status run_typed(ExecContext& context, DType precision) {
  const Shape& q = context.input(kQuery).shape;
  const Shape& k = context.input(kKey).shape;
  const Shape& v = context.input(kValue).shape;
  TRY_ASSIGN(const float given, context.node().attributes.get_float("scale", std::nanf("")));
  const T scale = std::isnan(given) ? static_cast<T>(1 / std::sqrt(static_cast<double>(q[3])))
                                    : static_cast<T>(given);
  const Shape shape{q[0], q[1], q[2], k[2]};
  TRY_ASSIGN(const uint64_t bytes, checked_bytes(shape.dims(), sizeof(T)));
  TRY_ASSIGN(void* const storage, context.scratch(bytes + sizeof(T)));
  T* const scores = static_cast<T*>(storage);
  MatrixProduct<T> product;
  product.rows = q[2];
  product.columns = k[2];
  product.inner = q[3];
  TRY_ASSIGN(product.a, as_type<T>(context, context.input(kQuery)));
  product.a_stride = q[3];
  TRY_ASSIGN(product.b, as_type<T>(context, context.input(kKey)));
  product.b_stride = q[3];
  product.b_order = Transposed::kYes;
  product.c = scores;
  product.c_stride = k[2];
  const int64_t heads = q[0] * q[1];
  const int64_t group = q[1] / k[1];
  TRY_ASSIGN(auto offsets,
             offsets_of(context, heads, group, {q[2] * q[3], k[2] * k[3], q[2] * k[2]}));
  multiply_batch(context, product, offsets);
  for (int64_t i = 0; i < shape.element_count(); ++i) scores[i] *= scale;
  TRY(modify(context, "score_mod", precision, shape, scores));
  softmax_lanes(context, SoftmaxKind::kSoftmax, {heads * q[2], k[2], 1}, scores, scores);
  TRY(modify(context, "prob_mod", precision, shape, scores));
  TRY_ASSIGN(const TypedOutput<T> y, typed_output<T>(context, 0, context.input(kQuery).dtype,
                                                     Shape{q[0], q[1], q[2], v[3]}));
  product.columns = v[3];
  product.inner = k[2];
  product.a = scores;
  product.a_stride = k[2];
  TRY_ASSIGN(product.b, as_type<T>(context, context.input(kValue)));
  product.b_stride = v[3];
  product.b_order = Transposed::kNo;
  product.c = y.values;
  product.c_stride = v[3];
  TRY_ASSIGN(offsets, offsets_of(context, heads, group, {q[2] * k[2], v[2] * v[3], q[2] * v[3]}));
  multiply_batch(context, product, offsets);
  finish_output(y);
  return ok();
}

Status run_flex(ExecContext& context) {
  const DType dtype = context.input(kQuery).dtype;
  TRY_ASSIGN(const DType precision, precision_of(context.node(), dtype));
  TRY(check_shapes(context.input(kQuery).shape, context.input(kKey).shape,
                   context.input(kValue).shape));
  if (dtype == DType::kFloat64 || precision == DType::kFloat64) {
    return run_typed<double>(context, precision);
  }
  return run_typed<float>(context, precision);
}

// Values that the graphs take from outside follow the three inputs.
constexpr OpDef kOps[] = {
    {.name = "FlexAttention",
     .domain = kDomainPreview,
     .since = 1,
     .inputs = {3, kAnyCount},
     .infer = infer_flex,
     .run = run_flex},
};

}  // namespace

std::span<const OpDef> ops_flex_attention() { return kOps; }

}  // namespace tundish
