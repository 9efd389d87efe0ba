// Float32 products on the kernels of this machine: constant weights packed once, work over the
// threads of a context.
#ifndef TUNDISH_OPS_SUPPORT_DENSE_PRODUCT_H_
#define TUNDISH_OPS_SUPPORT_DENSE_PRODUCT_H_

#include <cstdint>
#include <span>
#include <string>

#include "ir/exec_context.h"
#include "ir/op_def.h"
#include "kernels/gemm.h"
#include "tundish/result.h"
#include "tundish/value.h"

namespace tundish::ops {

enum class Transposed : uint8_t { kNo, kYes };

/// A stored matrix whose rows are `stride` apart, read as it is or the other way round.
inline kernels::GemmMatrix matrix_of(const float* data, int64_t stride, Transposed order) {
  const auto apart = static_cast<size_t>(stride);
  return order == Transposed::kNo ? kernels::GemmMatrix{data, apart, 1}
                                  : kernels::GemmMatrix{data, 1, apart};
}

/// The right side of products, [inner, columns], packed for one instruction set.
class PackedWeights {
 public:
  PackedWeights() = default;
  /// Rounds nothing: packing moves values.
  static Result<PackedWeights> make(const KernelTable& table, const kernels::GemmMatrix& b,
                                    int64_t inner, int64_t columns);
  /// Null: nothing was packed.
  const float* data() const {
    return panels_.defined() ? static_cast<const float*>(panels_.data()) : nullptr;
  }
  int64_t inner() const { return inner_; }
  int64_t columns() const { return columns_; }

 private:
  Tensor panels_;
  int64_t inner_ = 0;
  int64_t columns_ = 0;
};

/// op() of constant input i, seen as the one matrix of its last two axes. Nothing where it is no
/// such matrix of float32, or where so few rows are expected that packing costs more than it saves.
Result<PackedWeights> pack_constant(const PrepareContext& context, size_t i, Transposed order);

/// "avx512 gemm, packed weights", or without the weights.
std::string product_description(const KernelTable& table, const PackedWeights& weights);

/// Computes over the threads of the context.
void run_product(ExecContext& context, const kernels::Gemm& gemm);

/// Where the matrices of one product of many begin, in elements from those of `gemm`.
struct ProductOffsets {
  int64_t a = 0;
  int64_t b = 0;
  int64_t c = 0;
};
/// The product of `gemm` for each of the offsets, which take the place of its batch. A residual
/// lies as C does. Offsets of a packed B are 0.
void run_products(ExecContext& context, const kernels::Gemm& gemm,
                  std::span<const ProductOffsets> offsets);

}  // namespace tundish::ops

#endif  // TUNDISH_OPS_SUPPORT_DENSE_PRODUCT_H_
