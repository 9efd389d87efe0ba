// Eight floats of AVX2 and FMA. Included inside an anonymous namespace; see vector_math.inl.h for
// what each function means.

struct Vector8 {
  using T = __m256;
  using M = __m256;
  static constexpr size_t kLanes = 8;
  static constexpr size_t kRegisters = 16;
  static constexpr size_t kTileRows = 6;
  static constexpr bool kHasTables = false;

  static inline T zero() { return _mm256_setzero_ps(); }
  static inline T set1(float x) { return _mm256_set1_ps(x); }
  static inline T load(const float* at) { return _mm256_loadu_ps(at); }
  static inline void store(float* at, T x) { _mm256_storeu_ps(at, x); }
  static inline T load_part(const float* at, size_t count) {
    return _mm256_maskload_ps(at, first(count));
  }
  static inline void store_part(float* at, T x, size_t count) {
    _mm256_maskstore_ps(at, first(count), x);
  }
  static inline T add(T a, T b) { return _mm256_add_ps(a, b); }
  static inline T sub(T a, T b) { return _mm256_sub_ps(a, b); }
  static inline T mul(T a, T b) { return _mm256_mul_ps(a, b); }
  static inline T div(T a, T b) { return _mm256_div_ps(a, b); }
  static inline T fma(T a, T b, T c) { return _mm256_fmadd_ps(a, b, c); }
  static inline T fnma(T a, T b, T c) { return _mm256_fnmadd_ps(a, b, c); }
  static inline T product_error(T a, T b, T p) { return _mm256_fmsub_ps(a, b, p); }
  static inline T abs(T x) { return _mm256_andnot_ps(set1(-0.0f), x); }
  static inline T copy_sign(T magnitude, T sign) {
    return _mm256_or_ps(abs(magnitude), _mm256_and_ps(set1(-0.0f), sign));
  }
  // The second operand where one is NaN.
  static inline T at_least(T limit, T x) { return _mm256_max_ps(limit, x); }
  static inline T at_most(T limit, T x) { return _mm256_min_ps(limit, x); }
  static inline T negate(T x) { return _mm256_xor_ps(set1(-0.0f), x); }
  static inline M is_nan(T x) { return _mm256_cmp_ps(x, x, _CMP_UNORD_Q); }
  static inline M less(T a, T b) { return _mm256_cmp_ps(a, b, _CMP_LT_OQ); }
  static inline T select(M m, T a, T b) { return _mm256_blendv_ps(b, a, m); }
  static inline T round(T x) {
    return _mm256_round_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  }
  // In two steps, the first exact: 2^n itself may not be a normal number.
  static inline T scale(T p, T n) {
    const __m256i whole = _mm256_cvtps_epi32(n);
    const __m256i half = _mm256_srai_epi32(whole, 1);
    return mul(mul(p, power(half)), power(_mm256_sub_epi32(whole, half)));
  }
  static inline float sum(T x) {
    __m128 s = _mm_add_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps(x, 1));
    s = _mm_add_ps(s, _mm_movehl_ps(s, s));
    return _mm_cvtss_f32(_mm_add_ss(s, _mm_movehdup_ps(s)));
  }
  static inline float largest(T x) {
    __m128 s = _mm_max_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps(x, 1));
    s = _mm_max_ps(s, _mm_movehl_ps(s, s));
    return _mm_cvtss_f32(_mm_max_ss(s, _mm_movehdup_ps(s)));
  }

  static inline void transpose(const float* from, size_t from_stride, float* to, size_t to_stride) {
    T r[8], t[8];
#pragma GCC unroll 8
    for (size_t i = 0; i < 8; ++i) r[i] = load(from + i * from_stride);
#pragma GCC unroll 4
    for (size_t i = 0; i < 8; i += 2) {
      t[i] = _mm256_unpacklo_ps(r[i], r[i + 1]);
      t[i + 1] = _mm256_unpackhi_ps(r[i], r[i + 1]);
    }
#pragma GCC unroll 2
    for (size_t i = 0; i < 8; i += 4) {
      r[i] = _mm256_shuffle_ps(t[i], t[i + 2], 0x44);
      r[i + 1] = _mm256_shuffle_ps(t[i], t[i + 2], 0xee);
      r[i + 2] = _mm256_shuffle_ps(t[i + 1], t[i + 3], 0x44);
      r[i + 3] = _mm256_shuffle_ps(t[i + 1], t[i + 3], 0xee);
    }
#pragma GCC unroll 4
    for (size_t i = 0; i < 4; ++i) {
      store(to + i * to_stride, _mm256_permute2f128_ps(r[i], r[i + 4], 0x20));
      store(to + (i + 4) * to_stride, _mm256_permute2f128_ps(r[i], r[i + 4], 0x31));
    }
  }
  static inline T sqrt(T x) { return _mm256_sqrt_ps(x); }
  // a where it is NaN, else x.
  static inline T keep_nan(T a, T x) {
    return _mm256_blendv_ps(x, a, _mm256_cmp_ps(a, a, _CMP_UNORD_Q));
  }
  static inline void split(T a, T b, T& even, T& odd) {
    const T low = _mm256_permute2f128_ps(a, b, 0x20);
    const T high = _mm256_permute2f128_ps(a, b, 0x31);
    even = _mm256_shuffle_ps(low, high, 0x88);
    odd = _mm256_shuffle_ps(low, high, 0xdd);
  }
  static inline void interleave(T a, T b, T c, T d, float* to) {
    const T ab_low = _mm256_unpacklo_ps(a, b);
    const T ab_high = _mm256_unpackhi_ps(a, b);
    const T cd_low = _mm256_unpacklo_ps(c, d);
    const T cd_high = _mm256_unpackhi_ps(c, d);
    const T r0 = _mm256_shuffle_ps(ab_low, cd_low, 0x44);
    const T r1 = _mm256_shuffle_ps(ab_low, cd_low, 0xee);
    const T r2 = _mm256_shuffle_ps(ab_high, cd_high, 0x44);
    const T r3 = _mm256_shuffle_ps(ab_high, cd_high, 0xee);
    store(to, _mm256_permute2f128_ps(r0, r1, 0x20));
    store(to + 8, _mm256_permute2f128_ps(r2, r3, 0x20));
    store(to + 16, _mm256_permute2f128_ps(r0, r1, 0x31));
    store(to + 24, _mm256_permute2f128_ps(r2, r3, 0x31));
  }

 private:
  static inline __m256i first(size_t count) {
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(count)),
                              _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
  }
  static inline T power(__m256i n) {
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_add_epi32(n, _mm256_set1_epi32(127)), 23));
  }
};
