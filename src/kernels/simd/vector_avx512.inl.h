// Sixteen floats of AVX-512. Included inside an anonymous namespace; see vector_math.inl.h for what
// each function means.

struct Vector16 {
  using T = __m512;
  using M = __mmask16;
  static constexpr size_t kLanes = 16;
  static constexpr size_t kRegisters = 32;
  static constexpr size_t kTileRows = 12;
  static constexpr bool kHasTables = true;

  static inline T zero() { return _mm512_setzero_ps(); }
  static inline T set1(float x) { return _mm512_set1_ps(x); }
  static inline T load(const float* at) { return _mm512_loadu_ps(at); }
  static inline void store(float* at, T x) { _mm512_storeu_ps(at, x); }
  static inline T load_part(const float* at, size_t count) {
    return _mm512_maskz_loadu_ps(first(count), at);
  }
  static inline void store_part(float* at, T x, size_t count) {
    _mm512_mask_storeu_ps(at, first(count), x);
  }
  static inline T add(T a, T b) { return _mm512_add_ps(a, b); }
  static inline T sub(T a, T b) { return _mm512_sub_ps(a, b); }
  static inline T mul(T a, T b) { return _mm512_mul_ps(a, b); }
  static inline T div(T a, T b) { return _mm512_div_ps(a, b); }
  static inline T fma(T a, T b, T c) { return _mm512_fmadd_ps(a, b, c); }
  static inline T fnma(T a, T b, T c) { return _mm512_fnmadd_ps(a, b, c); }
  static inline T product_error(T a, T b, T p) { return _mm512_fmsub_ps(a, b, p); }
  static inline T abs(T x) { return _mm512_andnot_ps(set1(-0.0f), x); }
  static inline T copy_sign(T magnitude, T sign) {
    constexpr int kFirstChooses = 0xca;  // bit by bit: a ? b : c
    return _mm512_castsi512_ps(
        _mm512_ternarylogic_epi32(_mm512_castps_si512(set1(-0.0f)), _mm512_castps_si512(sign),
                                  _mm512_castps_si512(magnitude), kFirstChooses));
  }
  // The second operand where one is NaN.
  static inline T at_least(T limit, T x) { return _mm512_max_ps(limit, x); }
  static inline T at_most(T limit, T x) { return _mm512_min_ps(limit, x); }
  static inline T negate(T x) { return _mm512_xor_ps(set1(-0.0f), x); }
  static inline M is_nan(T x) { return _mm512_cmp_ps_mask(x, x, _CMP_UNORD_Q); }
  static inline M less(T a, T b) { return _mm512_cmp_ps_mask(a, b, _CMP_LT_OQ); }
  static inline T select(M m, T a, T b) { return _mm512_mask_blend_ps(m, b, a); }
  static inline bool any(M m) { return any(m, m); }
  static inline bool any(M a, M b) { return _kortestz_mask16_u8(a, b) == 0; }
  // table[the last four bits of each lane].
  static inline T look_up(const float* table, T bits) {
    return _mm512_permutexvar_ps(_mm512_castps_si512(bits), load(table));
  }
  // The lanes of m, x to `values` and their numbers from `first` on to `places`, 16 of each
  // written.
  static inline size_t compress(M m, T x, uint32_t first, float* values, uint32_t* places) {
    const __m512i lanes = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    const __m512i numbers = _mm512_add_epi32(lanes, _mm512_set1_epi32(static_cast<int>(first)));
    store(values, _mm512_maskz_compress_ps(m, x));
    _mm512_storeu_si512(places, _mm512_maskz_compress_epi32(m, numbers));
    return static_cast<size_t>(__builtin_popcount(m));
  }
  static inline T round(T x) {
    return _mm512_roundscale_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  }
  static inline T scale(T p, T n) { return _mm512_scalef_ps(p, n); }
  static inline float sum(T x) { return _mm512_reduce_add_ps(x); }
  static inline float largest(T x) { return _mm512_reduce_max_ps(x); }

  // Pairs, fours, eights, sixteens: each round exchanges blocks twice as large.
  static inline void transpose(const float* from, size_t from_stride, float* to, size_t to_stride) {
    T r[16], t[16];
#pragma GCC unroll 16
    for (size_t i = 0; i < 16; ++i) r[i] = load(from + i * from_stride);
#pragma GCC unroll 8
    for (size_t i = 0; i < 16; i += 2) {
      t[i] = _mm512_unpacklo_ps(r[i], r[i + 1]);
      t[i + 1] = _mm512_unpackhi_ps(r[i], r[i + 1]);
    }
#pragma GCC unroll 4
    for (size_t i = 0; i < 16; i += 4) {
      r[i] = _mm512_shuffle_ps(t[i], t[i + 2], 0x44);
      r[i + 1] = _mm512_shuffle_ps(t[i], t[i + 2], 0xee);
      r[i + 2] = _mm512_shuffle_ps(t[i + 1], t[i + 3], 0x44);
      r[i + 3] = _mm512_shuffle_ps(t[i + 1], t[i + 3], 0xee);
    }
#pragma GCC unroll 4
    for (size_t i = 0; i < 4; ++i) {
      t[i] = _mm512_shuffle_f32x4(r[i], r[i + 4], 0x88);
      t[i + 4] = _mm512_shuffle_f32x4(r[i], r[i + 4], 0xdd);
      t[i + 8] = _mm512_shuffle_f32x4(r[i + 8], r[i + 12], 0x88);
      t[i + 12] = _mm512_shuffle_f32x4(r[i + 8], r[i + 12], 0xdd);
    }
#pragma GCC unroll 4
    for (size_t i = 0; i < 4; ++i) {
      store(to + i * to_stride, _mm512_shuffle_f32x4(t[i], t[i + 8], 0x88));
      store(to + (i + 8) * to_stride, _mm512_shuffle_f32x4(t[i], t[i + 8], 0xdd));
      store(to + (i + 4) * to_stride, _mm512_shuffle_f32x4(t[i + 4], t[i + 12], 0x88));
      store(to + (i + 12) * to_stride, _mm512_shuffle_f32x4(t[i + 4], t[i + 12], 0xdd));
    }
  }

  static inline T sqrt(T x) { return _mm512_sqrt_ps(x); }
  // a where it is NaN, else x.
  static inline T keep_nan(T a, T x) {
    return _mm512_mask_blend_ps(_mm512_cmp_ps_mask(a, a, _CMP_UNORD_Q), x, a);
  }
  static inline void split(T a, T b, T& even, T& odd) {
    const __m512i low =
        _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
    even = _mm512_permutex2var_ps(a, low, b);
    odd = _mm512_permutex2var_ps(a, _mm512_add_epi32(low, _mm512_set1_epi32(1)), b);
  }
  // Lanes of 128 bits hold four lanes of one vector each, then those change places.
  static inline void interleave(T a, T b, T c, T d, float* to) {
    const T ab_low = _mm512_unpacklo_ps(a, b);
    const T ab_high = _mm512_unpackhi_ps(a, b);
    const T cd_low = _mm512_unpacklo_ps(c, d);
    const T cd_high = _mm512_unpackhi_ps(c, d);
    const T r0 = _mm512_shuffle_ps(ab_low, cd_low, 0x44);
    const T r1 = _mm512_shuffle_ps(ab_low, cd_low, 0xee);
    const T r2 = _mm512_shuffle_ps(ab_high, cd_high, 0x44);
    const T r3 = _mm512_shuffle_ps(ab_high, cd_high, 0xee);
    const T even_low = _mm512_shuffle_f32x4(r0, r1, 0x44);
    const T even_high = _mm512_shuffle_f32x4(r0, r1, 0xee);
    const T odd_low = _mm512_shuffle_f32x4(r2, r3, 0x44);
    const T odd_high = _mm512_shuffle_f32x4(r2, r3, 0xee);
    store(to, _mm512_shuffle_f32x4(even_low, odd_low, 0x88));
    store(to + 16, _mm512_shuffle_f32x4(even_low, odd_low, 0xdd));
    store(to + 32, _mm512_shuffle_f32x4(even_high, odd_high, 0x88));
    store(to + 48, _mm512_shuffle_f32x4(even_high, odd_high, 0xdd));
  }

 private:
  static inline M first(size_t count) { return static_cast<M>((1u << count) - 1); }
};
