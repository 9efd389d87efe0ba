// Ranks and sums for AVX-512 F, BW, DQ: shared by the sets with and without VBMI.

// The search tree of one feature in registers, 64 rows at a time. Equal: lanes whose value is a
// threshold in float32.
template <int kLevels, bool kExact> inline bool rank_levels_avx512(const RankJob& job) {
  constexpr int kRegisters = kLevels <= 5 ? 2 : kLevels == 6 ? 4 : kLevels == 7 ? 8 : 16;
  __m512 t[kRegisters];
  for (int k = 0; k < kRegisters; ++k) t[k] = _mm512_loadu_ps(job.plane->heap + 16 * k);
  const __m512i one = _mm512_set1_epi32(1);
  uint64_t any_nan = 0;
  for (size_t b = 0; b < job.block_count; ++b) {
    const float* x = job.column + b * kBlockRows;
    uint8_t* to = job.ranks + b * job.block_bytes;
    __m512 v[4];
    __m512i p[4];
    __mmask16 equal[4] = {0, 0, 0, 0};
    for (int k = 0; k < 4; ++k) v[k] = _mm512_loadu_ps(x + 16 * k), p[k] = _mm512_setzero_si512();
#pragma GCC unroll 8
    for (int l = 0; l < kLevels; ++l) {
#pragma GCC unroll 4
      for (int k = 0; k < 4; ++k) {
        __m512 q;
        if (l < 5) {
          const __m512i at = _mm512_add_epi32(p[k], _mm512_set1_epi32((1 << l) - 1));
          q = l < 4 ? _mm512_permutexvar_ps(at, t[0]) : _mm512_permutex2var_ps(t[0], at, t[1]);
        } else if (l == 5) {
          q = _mm512_permutex2var_ps(t[2 % kRegisters], p[k], t[3 % kRegisters]);
        } else if (l == 6) {
          const __mmask16 high = _mm512_test_epi32_mask(p[k], _mm512_set1_epi32(32));
          q = _mm512_mask_blend_ps(
              high, _mm512_permutex2var_ps(t[4 % kRegisters], p[k], t[5 % kRegisters]),
              _mm512_permutex2var_ps(t[6 % kRegisters], p[k], t[7 % kRegisters]));
        } else {
          const __mmask16 a = _mm512_test_epi32_mask(p[k], _mm512_set1_epi32(32));
          const __mmask16 c = _mm512_test_epi32_mask(p[k], _mm512_set1_epi32(64));
          const __m512 low = _mm512_mask_blend_ps(
              a, _mm512_permutex2var_ps(t[8 % kRegisters], p[k], t[9 % kRegisters]),
              _mm512_permutex2var_ps(t[10 % kRegisters], p[k], t[11 % kRegisters]));
          const __m512 high = _mm512_mask_blend_ps(
              a, _mm512_permutex2var_ps(t[12 % kRegisters], p[k], t[13 % kRegisters]),
              _mm512_permutex2var_ps(t[14 % kRegisters], p[k], t[15 % kRegisters]));
          q = _mm512_mask_blend_ps(c, low, high);
        }
        const __mmask16 less = _mm512_cmp_ps_mask(q, v[k], _CMP_LT_OQ);
        if (kExact) equal[k] |= _mm512_cmp_ps_mask(q, v[k], _CMP_EQ_OQ);
        p[k] = _mm512_add_epi32(p[k], p[k]);
        p[k] = _mm512_mask_add_epi32(p[k], less, p[k], one);
      }
    }
    uint64_t lanes = 0;
    for (int k = 0; k < 4; ++k) {
      const __mmask16 nan = _mm512_cmp_ps_mask(v[k], v[k], _CMP_UNORD_Q);
      any_nan |= nan;
      p[k] = _mm512_mask_mov_epi32(p[k], nan, _mm512_set1_epi32(kNanRank));
      _mm_store_si128(reinterpret_cast<__m128i*>(to + 16 * k), _mm512_cvtepi32_epi8(p[k]));
      if (kExact) lanes |= static_cast<uint64_t>(equal[k]) << (16 * k);
    }
    if (kExact && lanes != 0) rank_exactly(job, b, lanes);
  }
  return any_nan != 0;
}

template <bool kExact> inline bool rank_plane_avx512(const RankJob& job) {
  switch (job.plane->levels) {
    case 3: return rank_levels_avx512<3, kExact>(job);
    case 4: return rank_levels_avx512<4, kExact>(job);
    case 5: return rank_levels_avx512<5, kExact>(job);
    case 6: return rank_levels_avx512<6, kExact>(job);
    case 7: return rank_levels_avx512<7, kExact>(job);
    default: return rank_levels_avx512<8, kExact>(job);
  }
}

// Sums of one block stay in registers over the trees. Their order is that of the unpacks.
inline void add_dict32_double(const SumJob& job, size_t block, size_t from, size_t to) {
  double* sums =
      static_cast<double*>(job.sums) + job.trees[from].target * job.sums_pitch + block * kBlockRows;
  __m512d sum[8];
  for (int k = 0; k < 8; ++k) sum[k] = _mm512_load_pd(sums + 8 * k);
  for (size_t t = from; t < to; ++t) {
    const uint32_t* values = job.trees[t].values;
    const __m512i low0 = _mm512_load_si512(values), low1 = _mm512_load_si512(values + 16);
    const __m512i high0 = _mm512_load_si512(values + 32), high1 = _mm512_load_si512(values + 48);
    const uint8_t* codes = job.codes + t * job.codes_pitch + block * kBlockRows;
    for (int k = 0; k < 4; ++k) {
      const __m512i code =
          _mm512_cvtepu8_epi32(_mm_load_si128(reinterpret_cast<const __m128i*>(codes + 16 * k)));
      const __m512i low = _mm512_permutex2var_epi32(low0, code, low1);
      const __m512i high = _mm512_permutex2var_epi32(high0, code, high1);
      sum[2 * k] = _mm512_add_pd(sum[2 * k], _mm512_castsi512_pd(_mm512_unpacklo_epi32(low, high)));
      sum[2 * k + 1] =
          _mm512_add_pd(sum[2 * k + 1], _mm512_castsi512_pd(_mm512_unpackhi_epi32(low, high)));
    }
  }
  for (int k = 0; k < 8; ++k) _mm512_store_pd(sums + 8 * k, sum[k]);
}

inline void add_dict32_float(const SumJob& job, size_t block, size_t from, size_t to) {
  float* sums =
      static_cast<float*>(job.sums) + job.trees[from].target * job.sums_pitch + block * kBlockRows;
  __m512 sum[4];
  for (int k = 0; k < 4; ++k) sum[k] = _mm512_load_ps(sums + 16 * k);
  for (size_t t = from; t < to; ++t) {
    const __m512 low = _mm512_load_ps(job.trees[t].values);
    const __m512 high = _mm512_load_ps(job.trees[t].values + 16);
    const uint8_t* codes = job.codes + t * job.codes_pitch + block * kBlockRows;
    for (int k = 0; k < 4; ++k) {
      const __m512i code =
          _mm512_cvtepu8_epi32(_mm_load_si128(reinterpret_cast<const __m128i*>(codes + 16 * k)));
      sum[k] = _mm512_add_ps(sum[k], _mm512_permutex2var_ps(low, code, high));
    }
  }
  for (int k = 0; k < 4; ++k) _mm512_store_ps(sums + 16 * k, sum[k]);
}

// One 16-bit part of the values of 32 rows.
inline __m512i part_of(const uint32_t* values, int part, __m512i code) {
  return _mm512_permutex2var_epi16(_mm512_load_si512(values + 32 * part), code,
                                   _mm512_load_si512(values + 32 * part + 16));
}

inline void add_dict64_double(const SumJob& job, size_t block, size_t from, size_t to) {
  double* sums =
      static_cast<double*>(job.sums) + job.trees[from].target * job.sums_pitch + block * kBlockRows;
  __m512d sum[8];
  for (int k = 0; k < 8; ++k) sum[k] = _mm512_load_pd(sums + 8 * k);
  for (size_t t = from; t < to; ++t) {
    const uint32_t* values = job.trees[t].values;
    const uint8_t* codes = job.codes + t * job.codes_pitch + block * kBlockRows;
    for (int h = 0; h < 2; ++h) {
      const __m512i code =
          _mm512_cvtepu8_epi16(_mm256_load_si256(reinterpret_cast<const __m256i*>(codes + 32 * h)));
      const __m512i a = part_of(values, 0, code), b = part_of(values, 1, code);
      const __m512i c = part_of(values, 2, code), d = part_of(values, 3, code);
      const __m512i ab0 = _mm512_unpacklo_epi16(a, b), ab1 = _mm512_unpackhi_epi16(a, b);
      const __m512i cd0 = _mm512_unpacklo_epi16(c, d), cd1 = _mm512_unpackhi_epi16(c, d);
      __m512d* s = sum + 4 * h;
      s[0] = _mm512_add_pd(s[0], _mm512_castsi512_pd(_mm512_unpacklo_epi32(ab0, cd0)));
      s[1] = _mm512_add_pd(s[1], _mm512_castsi512_pd(_mm512_unpackhi_epi32(ab0, cd0)));
      s[2] = _mm512_add_pd(s[2], _mm512_castsi512_pd(_mm512_unpacklo_epi32(ab1, cd1)));
      s[3] = _mm512_add_pd(s[3], _mm512_castsi512_pd(_mm512_unpackhi_epi32(ab1, cd1)));
    }
  }
  for (int k = 0; k < 8; ++k) _mm512_store_pd(sums + 8 * k, sum[k]);
}

inline void add_dict64_float(const SumJob& job, size_t block, size_t from, size_t to) {
  float* sums =
      static_cast<float*>(job.sums) + job.trees[from].target * job.sums_pitch + block * kBlockRows;
  __m512 sum[4];
  for (int k = 0; k < 4; ++k) sum[k] = _mm512_load_ps(sums + 16 * k);
  for (size_t t = from; t < to; ++t) {
    const uint32_t* values = job.trees[t].values;
    const uint8_t* codes = job.codes + t * job.codes_pitch + block * kBlockRows;
    for (int h = 0; h < 2; ++h) {
      const __m512i code =
          _mm512_cvtepu8_epi16(_mm256_load_si256(reinterpret_cast<const __m256i*>(codes + 32 * h)));
      const __m512i a = part_of(values, 0, code), b = part_of(values, 1, code);
      sum[2 * h] = _mm512_add_ps(sum[2 * h], _mm512_castsi512_ps(_mm512_unpacklo_epi16(a, b)));
      sum[2 * h + 1] =
          _mm512_add_ps(sum[2 * h + 1], _mm512_castsi512_ps(_mm512_unpackhi_epi16(a, b)));
    }
  }
  for (int k = 0; k < 4; ++k) _mm512_store_ps(sums + 16 * k, sum[k]);
}

inline void add_leaves_avx512(const SumJob& job, bool is_double) {
  const bool dict32 = job.forest->sums == kSumDict32;
  // Trees one after the other that add to one target go together.
  for (size_t from = 0, to = 0; from < job.tree_count; from = to) {
    while (to < job.tree_count && job.trees[to].target == job.trees[from].target) ++to;
    for (size_t b = 0; b < job.block_count; ++b) {
      if (is_double) {
        dict32 ? add_dict32_double(job, b, from, to) : add_dict64_double(job, b, from, to);
      } else {
        dict32 ? add_dict32_float(job, b, from, to) : add_dict64_float(job, b, from, to);
      }
    }
  }
}

// Where the sum of a row of 64 is kept.
inline size_t place_avx512(uint8_t sums, bool is_double, size_t row) {
  if (sums == kSumDict32) {
    if (!is_double) return row;
    const size_t in16 = row & 15, lane = in16 >> 2;
    return (row & ~size_t{15}) + ((in16 & 2) << 2) + 2 * lane + (in16 & 1);
  }
  const size_t in32 = row & 31, lane = in32 >> 3;
  if (is_double) return (row & ~size_t{31}) + ((in32 & 7) >> 1) * 8 + 2 * lane + (in32 & 1);
  return (row & ~size_t{31}) + ((in32 & 4) << 2) + 4 * lane + (in32 & 3);
}

// Masks are bits in both sets.
struct Avx512Base {
  using Bytes = __m512i;
  using Mask = __mmask64;
  static constexpr size_t kRows = 64;
  static constexpr bool kDictionaries = true;
  static inline Bytes load(const uint8_t* at) { return _mm512_loadu_si512(at); }
  static inline void store(uint8_t* at, Bytes a) { _mm512_storeu_si512(at, a); }
  static inline Bytes set1(uint8_t a) { return _mm512_set1_epi8(static_cast<char>(a)); }
  static inline Mask gt(Bytes a, Bytes b) { return _mm512_cmpgt_epu8_mask(a, b); }
  static inline Mask equal(Bytes a, Bytes b) { return _mm512_cmpeq_epi8_mask(a, b); }
  static inline Mask both(Mask a, Mask b) { return a & b; }
  static inline Mask and_not(Mask a, Mask b) { return a & ~b; }
  static inline Bytes blend(Mask m, Bytes a, Bytes b) { return _mm512_mask_blend_epi8(m, a, b); }
  template <int kBit> static inline Mask bit(Bytes a) {
    return _mm512_test_epi8_mask(a, _mm512_set1_epi8(static_cast<char>(1u << kBit)));
  }
  static inline Bytes subtract(Bytes a, Bytes b) { return _mm512_sub_epi8(a, b); }
  static inline Bytes twice_plus(Bytes i, Mask m) {
    const Bytes twice = _mm512_add_epi8(i, i);
    return _mm512_mask_sub_epi8(twice, m, twice, _mm512_set1_epi8(-1));
  }
  static inline bool rank_plane(const RankJob& job) {
    return job.plane->exact != nullptr ? rank_plane_avx512<true>(job)
                                       : rank_plane_avx512<false>(job);
  }
  static inline void add_leaves(const SumJob& job, bool is_double) {
    add_leaves_avx512(job, is_double);
  }
  static inline size_t place(uint8_t sums, bool is_double, size_t row) {
    return place_avx512(sums, is_double, row);
  }

  // #{q < value} of 256 sorted thresholds: 15 last ones of each 16, then a block of 16.
  static inline uint32_t rank_value(const float* sorted, float value) {
    const __m512 v = _mm512_set1_ps(value);
    const __mmask16 blocks = _mm512_cmp_ps_mask(_mm512_loadu_ps(sorted + 256), v, _CMP_LT_OQ);
    const uint32_t at = static_cast<uint32_t>(_mm_popcnt_u32(blocks)) * 16;
    const __mmask16 less = _mm512_cmp_ps_mask(_mm512_loadu_ps(sorted + at), v, _CMP_LT_OQ);
    return at + static_cast<uint32_t>(_mm_popcnt_u32(less));
  }
};
