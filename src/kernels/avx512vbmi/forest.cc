// Forests for AVX-512 with VBMI: one byte permutation looks up 64 rows.
#include "kernels/avx512vbmi/forest.h"

#include <immintrin.h>

namespace tundish::kernels {
namespace {

#include "kernels/simd/forest_walk.inl.h"

#include "kernels/simd/forest_exits.inl.h"

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

  // First and second words of four records. Loads one by one: two gathers take longer (Zen 4).
  struct Pairs {
    __m256i first, second;
  };
  static inline __m256i two(const RowTail* a, const RowTail* b) {
    return _mm256_inserti128_si256(
        _mm256_castsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(a))),
        _mm_loadu_si128(reinterpret_cast<const __m128i*>(b)), 1);
  }
  static inline Pairs records(const RowTail* tails, const uint64_t* at) {
    const __m256i a = two(tails + at[0], tails + at[2]), b = two(tails + at[1], tails + at[3]);
    return {_mm256_unpacklo_epi64(a, b), _mm256_unpackhi_epi64(a, b)};
  }

  using RowRanks = RankRegister;
  static constexpr uint32_t kTreesAbreast = 8;

  // The leaves of up to 64 trees of seven or eight levels. First the decisions of the upper six
  // levels of all, a word a tree; then eight trees abreast: six steps down those words, one record
  // of the last two levels each, whose three nodes are again decided at once.
  template <bool kNan>
  static inline void leaves_of(const RowRanks& ranks, const RowTree* trees, const RowTail* tails,
                               const RowExtra* extras, uint32_t count, uint16_t* leaves) {
    alignas(64) uint64_t decisions[64];
    const uint32_t padded = (count + 7) / 8 * 8;
    for (uint32_t k = 0; k < padded; ++k) {
      uint64_t bits = decide(ranks, trees[k]);
      if (kNan && k < count) bits &= ~(equal_nan(ranks, trees[k]) & extras[k].nan_left);
      decisions[k] = bits;
    }
    const __m512i one = _mm512_set1_epi64(1);
    // Node number i of level 6 is record i - 64 of its tree.
    const __m512i lane = _mm512_setr_epi64(-64, 0, 64, 128, 192, 256, 320, 384);
    // Bytes 0, 2 and 4 of a record's first word are the ranks of its nodes.
    const __mmask64 nodes = 0x1515151515151515;
    const __m512i weights = _mm512_set1_epi64(0x0000000400020001);
    // right0 + 2 right1 + 4 right2 -> 16 times the leaf.
    const __m512i shifts = _mm512_set_epi64(0, 0, 0, 0, 0, 0, 0, 0x3010300020102000);
    for (uint32_t k = 0; k < count; k += 8, tails += 8 * 64) {
      const __m512i bits = _mm512_load_si512(decisions + k);
      __m512i i = one;
#pragma GCC unroll 6
      for (int d = 0; d < 6; ++d) {
        i = _mm512_ternarylogic_epi64(_mm512_add_epi64(i, i), _mm512_srlv_epi64(bits, i), one,
                                      0xF8);  // a | (b & c)
      }
      alignas(64) uint64_t record[8];
      _mm512_store_si512(record, _mm512_add_epi64(lane, i));
      const Pairs low = records(tails, record), high = records(tails, record + 4);
      const __m512i node = _mm512_inserti64x4(_mm512_castsi256_si512(low.first), high.first, 1);
      const __m512i leaf = _mm512_inserti64x4(_mm512_castsi256_si512(low.second), high.second, 1);
      const __m512i planes = _mm512_srli_epi64(node, 8);
      const __m512i rank = _mm512_permutexvar_epi8(planes, ranks.ranks);
      __mmask64 right = gt(rank, node);
      if (kNan) right &= ~(equal(rank, set1(kNanRank)) & _mm512_movepi8_mask(planes));
      const __m512i code =
          _mm512_sad_epu8(_mm512_maskz_mov_epi8(right & nodes, weights), _mm512_setzero_si512());
      const __m512i chosen = _mm512_srlv_epi64(leaf, _mm512_permutexvar_epi8(code, shifts));
      _mm_store_si128(reinterpret_cast<__m128i*>(leaves + k), _mm512_cvtepi64_epi16(chosen));
    }
  }

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
