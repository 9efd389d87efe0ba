// Forests for AVX-512 F, BW, DQ without VBMI: bytes are looked up 16 at a time within 128-bit
// lanes, greater tables by 16-bit permutations.
#include "kernels/avx512/forest.h"

#include <immintrin.h>

namespace tundish::kernels {
namespace {

#include "kernels/simd/forest_walk.inl.h"

#include "kernels/simd/forest_exits.inl.h"

#include "kernels/simd/forest_batch.inl.h"

#include "kernels/simd/forest_row.inl.h"

#include "kernels/simd/forest_avx512.inl.h"

inline __m512i lanes_of(const uint8_t* at) {
  return _mm512_broadcast_i32x4(_mm_loadu_si128(reinterpret_cast<const __m128i*>(at)));
}

struct RankRegister {
  __m512i ranks[4];
  explicit RankRegister(const uint8_t* at) {
    for (int k = 0; k < 4; ++k) ranks[k] = lanes_of(at + 16 * k);
  }
};

// Look-up of kSize bytes, 64 at once. Beyond 64 bytes the table is words of two entries.
template <int kSize> struct Lookup {
  static constexpr int kRegisters = kSize <= 64 ? kSize / 16 : kSize / 64;
  __m512i t[kRegisters];
  explicit Lookup(const uint8_t* table) {
    for (int k = 0; k < kRegisters; ++k) {
      t[k] = kSize <= 64 ? lanes_of(table + 16 * k) : _mm512_loadu_si512(table + 64 * k);
    }
  }
  template <int kBit> static inline __mmask64 bit(__m512i i) {
    return _mm512_test_epi8_mask(i, _mm512_set1_epi8(static_cast<char>(1u << kBit)));
  }
  // Entry i of the words: the one whose number is in bits 1.. of each 16-bit lane of `words`.
  inline __m512i word(__m512i words) const {
    const __m512i low = _mm512_permutex2var_epi16(t[0], words, t[1]);
    if constexpr (kSize == 128) return low;
    const __m512i high = _mm512_permutex2var_epi16(t[2 % kRegisters], words, t[3 % kRegisters]);
    return _mm512_mask_blend_epi16(_mm512_test_epi16_mask(words, _mm512_set1_epi16(64)), low, high);
  }
  inline __m512i look(__m512i i) const {
    if constexpr (kSize <= 64) {
      const __m512i low4 = _mm512_and_si512(i, _mm512_set1_epi8(15));
      const __m512i a = _mm512_shuffle_epi8(t[0], low4);
      if constexpr (kSize == 16) return a;
      const __m512i ab =
          _mm512_mask_blend_epi8(bit<4>(i), a, _mm512_shuffle_epi8(t[1 % kRegisters], low4));
      if constexpr (kSize == 32) return ab;
      const __m512i cd =
          _mm512_mask_blend_epi8(bit<4>(i), _mm512_shuffle_epi8(t[2 % kRegisters], low4),
                                 _mm512_shuffle_epi8(t[3 % kRegisters], low4));
      return _mm512_mask_blend_epi8(bit<5>(i), ab, cd);
    } else {
      const __m512i one = _mm512_set1_epi16(1);
      const __m512i even = _mm512_and_si512(i, _mm512_set1_epi16(255));
      const __m512i odd = _mm512_srli_epi16(i, 8);
      const __m512i even_pair = word(_mm512_srli_epi16(even, 1));
      const __m512i odd_pair = word(_mm512_srli_epi16(odd, 1));
      // The low or high byte of each pair, by the last bit of the number.
      const __m512i a =
          _mm512_srlv_epi16(even_pair, _mm512_slli_epi16(_mm512_and_si512(even, one), 3));
      const __m512i b =
          _mm512_srlv_epi16(odd_pair, _mm512_slli_epi16(_mm512_and_si512(odd, one), 3));
      return _mm512_mask_blend_epi8(0xAAAAAAAAAAAAAAAA, a, _mm512_slli_epi16(b, 8));
    }
  }
};

struct Avx512 : Avx512Base {
  template <int kLevel> struct LevelTable : Lookup<(kLevel < 4 ? 16 : 1 << kLevel)> {
    explicit LevelTable(const uint8_t* table)
        : Lookup<(kLevel < 4 ? 16 : 1 << kLevel)>(table + (kLevel < 4 ? 0 : 1 << kLevel)) {}
  };
  template <int kDepth> struct SlotTable : Lookup<(kDepth < 4 ? 16 : 1 << kDepth)> {
    explicit SlotTable(const uint8_t* table) : Lookup<(kDepth < 4 ? 16 : 1 << kDepth)>(table) {}
  };

  using RowRanks = RankRegister;
  static constexpr uint32_t kTreesAbreast = 0;
  static inline Bytes of_nodes(const RowRanks& r, const RowTree& tree) {
    const Bytes plane = load(tree.plane);
    const __mmask64 bit4 = bit<4>(plane);
    const Bytes low =
        blend(bit4, _mm512_shuffle_epi8(r.ranks[0], plane), _mm512_shuffle_epi8(r.ranks[1], plane));
    const Bytes high =
        blend(bit4, _mm512_shuffle_epi8(r.ranks[2], plane), _mm512_shuffle_epi8(r.ranks[3], plane));
    return blend(bit<5>(plane), low, high);
  }
  static inline uint64_t decide(const RowRanks& ranks, const RowTree& tree) {
    return gt(of_nodes(ranks, tree), load(tree.threshold));
  }
  static inline uint64_t equal_nan(const RowRanks& ranks, const RowTree& tree) {
    return equal(of_nodes(ranks, tree), set1(kNanRank));
  }
};

}  // namespace

void forest_row_avx512(const ForestTables& forest, const void* x, size_t row_count,
                       size_t row_stride_elements, void* out, void* scratch) {
  forest_row<Avx512>(forest, x, row_count, row_stride_elements, out, scratch);
}

void forest_rows_avx512(const ForestTables& forest, const void* x, size_t row_count,
                        size_t row_stride_elements, void* out, void* scratch) {
  forest_rows<Avx512>(forest, x, row_count, row_stride_elements, out, scratch);
}

}  // namespace tundish::kernels
