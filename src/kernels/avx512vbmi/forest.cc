// Forests for AVX-512 with VBMI: one byte permutation looks up 64 rows.
#include "kernels/avx512vbmi/forest.h"

#include <immintrin.h>

namespace tundish::kernels {
namespace {

#include "kernels/simd/forest_walk.inl.h"

#include "kernels/simd/forest_batch.inl.h"

#include "kernels/simd/forest_row.inl.h"

#include "kernels/simd/forest_avx512.inl.h"

struct RankRegister {
  __m512i ranks;
  explicit RankRegister(const uint8_t* at) : ranks(_mm512_loadu_si512(at)) {}
};

struct Vbmi : Avx512Base {
  // Heap numbers of one level: 0..5 share a register, level 6 and 7 have one and two.
  template <int kLevel> struct LevelTable {
    Bytes a, b;
    explicit LevelTable(const uint8_t* table) {
      a = load(table + (kLevel < 6 ? 0 : kLevel == 6 ? 64 : 128));
      b = kLevel == 7 ? load(table + 192) : a;
    }
    inline Bytes look(Bytes i) const {
      if constexpr (kLevel == 7) return _mm512_permutex2var_epi8(a, i, b);
      return _mm512_permutexvar_epi8(i, a);
    }
  };
  template <int kDepth> struct SlotTable {
    static constexpr int kRegisters = kDepth <= 6 ? 1 : kDepth == 7 ? 2 : 4;
    Bytes t[kRegisters];
    explicit SlotTable(const uint8_t* table) {
      for (int k = 0; k < kRegisters; ++k) t[k] = load(table + 64 * k);
    }
    inline Bytes look(Bytes i) const {
      if constexpr (kDepth <= 6) {
        return _mm512_permutexvar_epi8(i, t[0]);
      } else if constexpr (kDepth == 7) {
        return _mm512_permutex2var_epi8(t[0], i, t[1]);
      } else {
        return _mm512_mask_blend_epi8(_mm512_movepi8_mask(i),
                                      _mm512_permutex2var_epi8(t[0], i, t[1]),
                                      _mm512_permutex2var_epi8(t[2], i, t[3]));
      }
    }
  };

  using RowRanks = RankRegister;
  static inline Bytes of_nodes(const RowRanks& ranks, const RowTree& tree) {
    return _mm512_permutexvar_epi8(load(tree.plane), ranks.ranks);
  }
  static inline uint64_t decide(const RowRanks& ranks, const RowTree& tree) {
    return gt(of_nodes(ranks, tree), load(tree.threshold));
  }
  static inline uint64_t equal_nan(const RowRanks& ranks, const RowTree& tree) {
    return equal(of_nodes(ranks, tree), set1(kNanRank));
  }
};

}  // namespace

void forest_row_avx512vbmi(const ForestTables& forest, const void* x, size_t row_count,
                           size_t row_stride_elements, void* out, void* scratch) {
  forest_row<Vbmi>(forest, x, row_count, row_stride_elements, out, scratch);
}

void forest_rows_avx512vbmi(const ForestTables& forest, const void* x, size_t row_count,
                            size_t row_stride_elements, void* out, void* scratch) {
  forest_rows<Vbmi>(forest, x, row_count, row_stride_elements, out, scratch);
}

}  // namespace tundish::kernels
