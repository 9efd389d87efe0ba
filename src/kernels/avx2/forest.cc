// Forests for AVX2: 32 rows an instruction, bytes looked up 16 at a time within 128-bit lanes.
#include "kernels/avx2/forest.h"

#include <immintrin.h>

namespace tundish::kernels {
namespace {

#include "kernels/simd/forest_walk.inl.h"

#include "kernels/simd/forest_exits.inl.h"

#include "kernels/simd/forest_batch.inl.h"

#include "kernels/simd/forest_row.inl.h"

inline __m256i lanes_of(const uint8_t* at) {
  return _mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(at)));
}

// The number's bit as the top bit of each byte: all that a blend reads.
template <int kBit> inline __m256i top_bit(__m256i a) {
  return kBit == 7 ? a : _mm256_slli_epi16(a, 7 - kBit);
}

// Look-up of kCount blocks of 16 bytes: the low four bits within blocks, then a tree of blends.
template <int kCount>
inline __m256i look_blocks(const uint8_t* table, __m256i low4, const __m256i* bits) {
  if constexpr (kCount == 1) {
    return _mm256_shuffle_epi8(lanes_of(table), low4);
  } else {
    constexpr int kBit = kCount == 2 ? 0 : kCount == 4 ? 1 : kCount == 8 ? 2 : 3;
    return _mm256_blendv_epi8(look_blocks<kCount / 2>(table, low4, bits),
                              look_blocks<kCount / 2>(table + 8 * kCount, low4, bits), bits[kBit]);
  }
}

template <int kSize> struct Lookup {
  const uint8_t* table;
  explicit Lookup(const uint8_t* at) : table(at) {}
  inline __m256i look(__m256i i) const {
    const __m256i bits[4] = {top_bit<4>(i), top_bit<5>(i), top_bit<6>(i), i};
    return look_blocks<kSize / 16>(table, _mm256_and_si256(i, _mm256_set1_epi8(15)), bits);
  }
};

struct RankRegister {
  __m256i ranks[4];
  explicit RankRegister(const uint8_t* at) {
    for (int k = 0; k < 4; ++k) ranks[k] = lanes_of(at + 16 * k);
  }
};

// The search tree of one feature, 8 rows a vector: five levels in registers, the rest gathered.
template <int kLevels> inline __m256i search(const float* heap, const __m256* t, __m256 v) {
  __m256i p = _mm256_setzero_si256();
#pragma GCC unroll 8
  for (int l = 0; l < kLevels; ++l) {
    __m256 q;
    if (l < 3) {
      q = _mm256_permutevar8x32_ps(t[0], _mm256_add_epi32(p, _mm256_set1_epi32((1 << l) - 1)));
    } else if (l == 3) {  // entries 7..14
      q = _mm256_permutevar8x32_ps(t[1], p);
    } else if (l == 4) {  // entries 15..30
      const __m256 high = _mm256_castsi256_ps(_mm256_slli_epi32(p, 28));
      q = _mm256_blendv_ps(_mm256_permutevar8x32_ps(t[2], p), _mm256_permutevar8x32_ps(t[3], p),
                           high);
    } else {
      q = _mm256_i32gather_ps(heap + (1 << l), p, 4);
    }
    const __m256i less = _mm256_castps_si256(_mm256_cmp_ps(q, v, _CMP_LT_OQ));
    p = _mm256_sub_epi32(_mm256_add_epi32(p, p), less);
  }
  return p;
}

template <int kLevels> inline bool rank_levels(const RankJob& job) {
  const RankPlane& plane = *job.plane;
  const float* heap = plane.heap;
  const __m256 t[4] = {_mm256_loadu_ps(heap), _mm256_loadu_ps(heap + 7), _mm256_loadu_ps(heap + 15),
                       _mm256_loadu_ps(heap + 23)};
  int any_nan = 0;
  for (size_t b = 0; b < job.block_count; ++b) {
    const float* x = job.column + b * kBlockRows;
    uint8_t* to = job.ranks + b * job.block_bytes;
    uint64_t lanes = 0;
    for (int k = 0; k < 64; k += 16) {
      __m256i p[2];
      for (int h = 0; h < 2; ++h) {
        const __m256 v = _mm256_loadu_ps(x + k + 8 * h);
        p[h] = search<kLevels>(heap, t, v);
        if (plane.exact != nullptr) {
          const __m256 q = _mm256_i32gather_ps(plane.sorted, p[h], 4);
          const int equal = _mm256_movemask_ps(_mm256_cmp_ps(q, v, _CMP_EQ_OQ));
          lanes |= static_cast<uint64_t>(static_cast<uint32_t>(equal)) << (k + 8 * h);
        }
        const __m256 nan = _mm256_cmp_ps(v, v, _CMP_UNORD_Q);
        any_nan |= _mm256_movemask_ps(nan);
        p[h] = _mm256_or_si256(p[h], _mm256_srli_epi32(_mm256_castps_si256(nan), 24));
      }
      const __m256i words = _mm256_permute4x64_epi64(_mm256_packus_epi32(p[0], p[1]), 0xD8);
      const __m128i bytes =
          _mm_packus_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
      _mm_storeu_si128(reinterpret_cast<__m128i*>(to + k), bytes);
    }
    if (lanes != 0) rank_exactly(job, b, lanes);
  }
  return any_nan != 0;
}

struct Avx2 {
  using Bytes = __m256i;
  using Mask = __m256i;  // 255 where true; only the top bit for bit<0..6>(), which only blends take
  static constexpr size_t kRows = 32;
  static constexpr bool kDictionaries = false;  // LeafLayout::kBySlot
  static inline Bytes load(const uint8_t* at) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
  }
  static inline void store(uint8_t* at, Bytes a) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(at), a);
  }
  static inline Bytes set1(uint8_t a) { return _mm256_set1_epi8(static_cast<char>(a)); }
  static inline Mask not_gt(Bytes a, Bytes b) {
    return _mm256_cmpeq_epi8(_mm256_max_epu8(a, b), b);
  }
  static inline Mask gt(Bytes a, Bytes b) {
    return _mm256_xor_si256(not_gt(a, b), _mm256_set1_epi8(-1));
  }
  static inline Mask equal(Bytes a, Bytes b) { return _mm256_cmpeq_epi8(a, b); }
  static inline Mask both(Mask a, Mask b) { return _mm256_and_si256(a, b); }
  static inline Mask and_not(Mask a, Mask b) { return _mm256_andnot_si256(b, a); }
  static inline Bytes blend(Mask m, Bytes a, Bytes b) { return _mm256_blendv_epi8(a, b, m); }
  template <int kBit> static inline Mask bit(Bytes a) {
    if constexpr (kBit == 7) return _mm256_cmpgt_epi8(_mm256_setzero_si256(), a);
    return top_bit<kBit>(a);
  }
  static inline Bytes subtract(Bytes a, Bytes b) { return _mm256_sub_epi8(a, b); }
  static inline Bytes twice_plus(Bytes i, Mask m) {
    return _mm256_sub_epi8(_mm256_add_epi8(i, i), m);
  }

  template <int kLevel> struct LevelTable : Lookup<(kLevel < 4 ? 16 : 1 << kLevel)> {
    explicit LevelTable(const uint8_t* table)
        : Lookup<(kLevel < 4 ? 16 : 1 << kLevel)>(table + (kLevel < 4 ? 0 : 1 << kLevel)) {}
  };
  template <int kDepth> struct SlotTable : Lookup<(kDepth < 4 ? 16 : 1 << kDepth)> {
    explicit SlotTable(const uint8_t* table) : Lookup<(kDepth < 4 ? 16 : 1 << kDepth)>(table) {}
  };

  static inline bool rank_plane(const RankJob& job) {
    switch (job.plane->levels) {
      case 3: return rank_levels<3>(job);
      case 4: return rank_levels<4>(job);
      case 5: return rank_levels<5>(job);
      case 6: return rank_levels<6>(job);
      case 7: return rank_levels<7>(job);
      default: return rank_levels<8>(job);
    }
  }

  using RowRanks = RankRegister;
  static constexpr uint32_t kTreesAbreast = 0;
  static inline Bytes of_nodes(const RowRanks& r, Bytes plane) {
    const __m256i bit4 = top_bit<4>(plane);
    const Bytes low =
        blend(bit4, _mm256_shuffle_epi8(r.ranks[0], plane), _mm256_shuffle_epi8(r.ranks[1], plane));
    const Bytes high =
        blend(bit4, _mm256_shuffle_epi8(r.ranks[2], plane), _mm256_shuffle_epi8(r.ranks[3], plane));
    return blend(top_bit<5>(plane), low, high);
  }
  static inline uint64_t bits_of(Mask low, Mask high) {
    return static_cast<uint32_t>(_mm256_movemask_epi8(low)) |
           static_cast<uint64_t>(static_cast<uint32_t>(_mm256_movemask_epi8(high))) << 32;
  }
  static inline uint64_t decide(const RowRanks& ranks, const RowTree& tree) {
    const Mask low = not_gt(of_nodes(ranks, load(tree.plane)), load(tree.threshold));
    const Mask high = not_gt(of_nodes(ranks, load(tree.plane + 32)), load(tree.threshold + 32));
    return ~bits_of(low, high);
  }
  static inline uint64_t equal_nan(const RowRanks& ranks, const RowTree& tree) {
    return bits_of(equal(of_nodes(ranks, load(tree.plane)), set1(kNanRank)),
                   equal(of_nodes(ranks, load(tree.plane + 32)), set1(kNanRank)));
  }
  static inline uint32_t below(const float* q, __m256 v) {
    const __m256 a = _mm256_cmp_ps(_mm256_loadu_ps(q), v, _CMP_LT_OQ);
    const __m256 b = _mm256_cmp_ps(_mm256_loadu_ps(q + 8), v, _CMP_LT_OQ);
    return static_cast<uint32_t>(
        _mm_popcnt_u32(static_cast<uint32_t>(_mm256_movemask_ps(a) | _mm256_movemask_ps(b) << 8)));
  }
  static inline uint32_t rank_value(const float* sorted, float value) {
    const __m256 v = _mm256_set1_ps(value);
    const uint32_t at = below(sorted + 256, v) * 16;
    return at + below(sorted + at, v);
  }
};

}  // namespace

void forest_row_avx2(const ForestTables& forest, const void* x, size_t row_count,
                     size_t row_stride_elements, void* out, void* scratch) {
  forest_row<Avx2>(forest, x, row_count, row_stride_elements, out, scratch);
}

void forest_rows_avx2(const ForestTables& forest, const void* x, size_t row_count,
                      size_t row_stride_elements, void* out, void* scratch) {
  forest_rows<Avx2>(forest, x, row_count, row_stride_elements, out, scratch);
}

}  // namespace tundish::kernels
