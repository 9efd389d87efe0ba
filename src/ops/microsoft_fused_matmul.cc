// FusedMatMul of com.microsoft: alpha * op(A) * op(B), numpy's matmul of operands whose last two
// axes, or whose first axis and batch, may be stored the other way round.
#include <algorithm>
#include <new>

#include "base/checked.h"
#include "base/strings.h"
#include "ops/support/elementwise.h"
#include "ops/support/half_adapter.h"
#include "ops/support/matmul_shape.h"
#include "ops/support/move.h"

namespace tundish {
namespace {
using namespace ops;

struct Order {
  bool is_transposed = false;   // the last two axes
  bool is_batch_moved = false;  // [M, batch..., K] for [batch..., M, K]
};

struct Options {
  float alpha = 1;
  Order a, b;
};

Result<Options> read_options(const Node& node) {
  Options options;
  TRY_ASSIGN(options.alpha, node.attributes.get_float("alpha", 1));
  const std::pair<std::string_view, bool*> flags[] = {{"transA", &options.a.is_transposed},
                                                      {"transB", &options.b.is_transposed},
                                                      {"transBatchA", &options.a.is_batch_moved},
                                                      {"transBatchB", &options.b.is_batch_moved}};
  for (const auto& [name, flag] : flags) {
    TRY_ASSIGN(const int64_t value, node.attributes.get_int(name, 0));
    *flag = value != 0;
  }
  return options;
}

// The axes [batch..., rows, columns] of the operand, in place. ONNX Runtime takes no notice of
// transA and transB where the operand is a vector.
template <class Size> void bring_to_order(std::span<Size> sizes, const Order& order) {
  if (sizes.size() < 2) return;
  if (order.is_batch_moved) std::rotate(sizes.begin(), sizes.begin() + 1, sizes.end() - 1);
  if (order.is_transposed) std::swap(sizes[sizes.size() - 2], sizes.back());
}

Shape in_order(const Shape& stored, const Order& order) {
  std::array<int64_t, Shape::kMaxRank> sizes{};
  std::ranges::copy(stored.dims(), sizes.begin());
  bring_to_order(std::span<int64_t>(sizes).first(stored.rank()), order);
  Shape shape;
  for (size_t i = 0; i < stored.rank(); ++i) shape.append(sizes[i]);
  return shape;
}

Status infer_fused_matmul(InferContext& context) {
  TRY_ASSIGN(const Options options, read_options(context.node()));
  TRY(expect_tensor(context, 0, AllFloats::kSet));
  TRY(expect_tensor(context, 1, AllFloats::kSet));
  TRY(expect_same_dtype(context, 0, 1));
  SymbolicShape a = context.input(0).shape;
  SymbolicShape b = context.input(1).shape;
  if (a) bring_to_order(std::span<Dim>(*a), options.a);
  if (b) bring_to_order(std::span<Dim>(*b), options.b);
  TRY_ASSIGN(SymbolicShape out, product_shape(a, b));
  context.set_output(0, ValueType::tensor(context.input(0).dtype, std::move(out)));
  return ok();
}

// How the matrices of an operand lie in its storage.
struct Operand {
  Shape batch;
  int64_t row_stride = 0;    // of a stored row
  int64_t batch_stride = 0;  // from one matrix to the next
  Transposed order = Transposed::kNo;
};

Operand operand_of(const Shape& logical, const Order& order) {
  Operand operand;
  const size_t rank = logical.rank();
  for (size_t i = 0; i + 2 < rank; ++i) operand.batch.append(logical[i]);
  const int64_t columns = logical[rank - 1];
  if (rank < 2) {
    operand.row_stride = operand.batch_stride = columns;
    return operand;
  }
  const int64_t stored = order.is_transposed ? logical[rank - 2] : columns;
  operand.order = order.is_transposed ? Transposed::kYes : Transposed::kNo;
  operand.row_stride = stored;
  operand.batch_stride = logical[rank - 2] * columns;
  if (order.is_batch_moved) {
    operand.batch_stride = stored;
    operand.row_stride = operand.batch.element_count() * stored;
  }
  return operand;
}

Result<std::span<const ProductOffsets>> offsets_between(ExecContext& context, const Shape& batch,
                                                        const Operand& a, const Operand& b,
                                                        int64_t c_size) {
  const int64_t count = batch.element_count();
  TRY_ASSIGN(const uint64_t bytes, checked_bytes(std::array{count}, sizeof(ProductOffsets)));
  TRY_ASSIGN(void* const storage, context.scratch(bytes));
  auto* const offsets = static_cast<ProductOffsets*>(storage);
  run_loop(context, BroadcastLoop<2>::make(batch, {&a.batch, &b.batch}), count,
           [&](int64_t at, const auto& from, const auto& strides, int64_t run) {
             for (int64_t i = 0; i < run; ++i) {
               new (offsets + at + i)
                   ProductOffsets{(from[0] + i * strides[0]) * a.batch_stride,
                                  (from[1] + i * strides[1]) * b.batch_stride, (at + i) * c_size};
             }
           });
  return std::span<const ProductOffsets>(offsets, static_cast<size_t>(count));
}

template <class T>
Status multiply_fused(ExecContext& context, const Options& options, const Shape& a, const Shape& b,
                      const MatMulPlan& plan, const MutableTensorView& y) {
  const Operand left = operand_of(a, options.a);
  const Operand right = operand_of(b, options.b);
  MatrixProduct<T> product;
  product.rows = a.rank() > 1 ? a[a.rank() - 2] : 1;
  product.columns = plan.columns;
  product.inner = plan.inner;
  product.a = static_cast<const T*>(context.input(0).data);
  product.a_stride = left.row_stride;
  product.a_order = left.order;
  product.b = static_cast<const T*>(context.input(1).data);
  product.b_stride = b.rank() > 1 ? right.row_stride : 1;
  product.b_order = right.order;
  product.c = static_cast<T*>(y.data);
  product.c_stride = plan.columns;
  const bool is_one_tall = right.batch.element_count() == 1 && left.order == Transposed::kNo &&
                           !options.a.is_batch_moved;
  if (is_one_tall) {
    product.rows = plan.rows;
    multiply(context, product);
  } else {
    TRY_ASSIGN(const Shape batch, broadcast_shapes(left.batch, right.batch));
    TRY_ASSIGN(const auto offsets,
               offsets_between(context, batch, left, right, product.rows * product.columns));
    multiply_batch(context, product, offsets);
  }
  if (options.alpha == 1) return ok();
  const T alpha = static_cast<T>(options.alpha);
  run_loop(context, BroadcastLoop<1>::flat(y.shape.element_count()), kCheapGrain,
           [&](int64_t at, const auto&, const auto&, int64_t run) {
             for (int64_t i = at; i < at + run; ++i) product.c[i] *= alpha;
           });
  return ok();
}

Status run_fused_matmul(ExecContext& context) {
  TRY_ASSIGN(const Options options, read_options(context.node()));
  const Shape a = in_order(context.input(0).shape, options.a);
  const Shape b = in_order(context.input(1).shape, options.b);
  TRY_ASSIGN(const MatMulPlan plan, plan_matmul(a, b));
  TRY_ASSIGN(const MutableTensorView y, context.output(0, context.input(0).dtype, plan.out));
  if (plan.out.element_count() == 0) return ok();
  return dispatch(Floats(), y.dtype,
                  [&]<class T>() { return multiply_fused<T>(context, options, a, b, plan, y); });
}

constexpr OpDef kOps[] = {
    {.name = "FusedMatMul",
     .domain = kDomainMicrosoft,
     .inputs = {2, 2},
     .infer = infer_fused_matmul,
     .run = run_with_halves<run_fused_matmul>},
};

}  // namespace

std::span<const OpDef> ops_microsoft_fused_matmul() { return kOps; }

}  // namespace tundish
