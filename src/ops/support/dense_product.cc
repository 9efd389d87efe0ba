#include "ops/support/dense_product.h"

#include <limits>
#include <string>

#include "base/strings.h"
#include "kernels/table.h"

namespace tundish::ops {
namespace {

template <class Body>
void over_parts(ExecContext& context, const kernels::GemmParts& parts, Body body) {
  const auto count = static_cast<int64_t>(parts.count());
  const auto grain = static_cast<int64_t>(parts.grain);
  if (count <= grain || context.thread_count() == 1) return body(0, count);
  context.parallel_for(count, grain, body);
}

}  // namespace

Result<PackedWeights> PackedWeights::make(const KernelTable& table, const kernels::GemmMatrix& b,
                                          int64_t inner, int64_t columns) {
  const auto k = static_cast<size_t>(inner);
  const auto n = static_cast<size_t>(columns);
  const size_t bytes = kernels::packed_weight_bytes(*table.gemm, k, n);
  if (bytes > static_cast<size_t>(std::numeric_limits<int64_t>::max())) {
    return Error(ErrorCode::kLimit, cat("weights of ", inner, " x ", columns, " are too large"));
  }
  PackedWeights packed;
  TRY_ASSIGN(packed.panels_, Tensor::allocate(DType::kUint8, Shape{static_cast<int64_t>(bytes)}));
  kernels::pack_weights(*table.gemm, b, k, n, 0, n,
                        static_cast<float*>(packed.panels_.mutable_data()));
  packed.inner_ = inner;
  packed.columns_ = columns;
  return packed;
}

Result<PackedWeights> pack_constant(const PrepareContext& context, size_t i, Transposed order) {
  // A product of fewer rows takes less time than packing, which reads and writes every weight.
  constexpr int64_t kFewRows = 8;
  const Tensor* b = context.constant(i);
  if (b == nullptr || b->dtype() != DType::kFloat32) return PackedWeights();
  const Shape& shape = b->shape();
  const size_t rank = shape.rank();
  const bool is_few = context.expected_rows() > 0 && context.expected_rows() < kFewRows;
  if (!context.may_copy_weights() || rank < 2 || is_few || b->byte_count() == 0) {
    return PackedWeights();
  }
  for (size_t axis = 0; axis + 2 < rank; ++axis) {
    if (shape[axis] != 1) return PackedWeights();
  }
  const int64_t rows = shape[rank - 2];
  const int64_t columns = shape[rank - 1];
  const auto matrix = matrix_of(static_cast<const float*>(b->data()), columns, order);
  const bool is_plain = order == Transposed::kNo;
  const int64_t k = is_plain ? rows : columns;
  const int64_t n = is_plain ? columns : rows;
  // A few columns are padded to many: not where that costs memory worth mentioning.
  constexpr size_t kSmallBytes = size_t{1} << 20;
  const size_t bytes = kernels::packed_weight_bytes(*context.kernels().gemm, static_cast<size_t>(k),
                                                    static_cast<size_t>(n));
  if (bytes > kSmallBytes && bytes / 2 > b->byte_count()) return PackedWeights();
  return PackedWeights::make(context.kernels(), matrix, k, n);
}

std::string product_description(const KernelTable& table, const PackedWeights& weights) {
  const char* packed = weights.data() != nullptr ? " gemm, packed weights" : " gemm";
  return cat(kernels::isa_name(table.isa), packed);
}

void run_product(ExecContext& context, const kernels::Gemm& gemm) {
  const kernels::GemmKernels& kernels = *context.kernels().gemm;
  const auto threads = static_cast<size_t>(context.thread_count());
  const kernels::GemmParts parts = kernels::gemm_parts(kernels, gemm, threads);
  over_parts(context, parts, [&](int64_t begin, int64_t end) {
    kernels::run_gemm(kernels, gemm, parts, static_cast<size_t>(begin), static_cast<size_t>(end));
  });
}

void run_products(ExecContext& context, const kernels::Gemm& gemm,
                  std::span<const ProductOffsets> offsets) {
  const kernels::GemmKernels& kernels = *context.kernels().gemm;
  const auto threads = static_cast<size_t>(context.thread_count());
  kernels::Gemm all = gemm;
  all.batch = offsets.size();
  const kernels::GemmParts parts = kernels::gemm_parts(kernels, all, threads);
  const size_t each = parts.row_parts * parts.column_parts;
  over_parts(context, parts, [&](int64_t begin, int64_t end) {
    for (auto at = static_cast<size_t>(begin); at < static_cast<size_t>(end); ++at) {
      const ProductOffsets& offset = offsets[at / each];
      kernels::Gemm one = gemm;
      one.a.data += offset.a;
      one.b.data += offset.b;
      one.c += offset.c;
      if (one.epilogue.residual != nullptr) one.epilogue.residual += offset.c;
      kernels::run_gemm(kernels, one, parts, at % each, at % each + 1);
    }
  });
}

}  // namespace tundish::ops
