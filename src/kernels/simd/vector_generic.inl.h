// Four floats by the compiler's own vectors: every processor has them. Included inside an anonymous
// namespace; see vector_math.inl.h for what each function means.

struct Vector4 {
  using T = float __attribute__((vector_size(16)));
  using M = int32_t __attribute__((vector_size(16)));
  using Bits = uint32_t __attribute__((vector_size(16)));
  static constexpr size_t kLanes = 4;
  static constexpr size_t kRegisters = 16;
  static constexpr size_t kTileRows = 4;
  static constexpr bool kHasTables = false;

  static inline T zero() { return T{}; }
  static inline T set1(float x) { return T{x, x, x, x}; }
  static inline T load(const float* at) {
    T x;
    __builtin_memcpy(&x, at, sizeof x);
    return x;
  }
  static inline void store(float* at, T x) { __builtin_memcpy(at, &x, sizeof x); }
  static inline T load_part(const float* at, size_t count) {
    T x{};
    for (size_t i = 0; i < kLanes; ++i) {
      if (i < count) x[i] = at[i];
    }
    return x;
  }
  static inline void store_part(float* at, T x, size_t count) {
    for (size_t i = 0; i < kLanes; ++i) {
      if (i < count) at[i] = x[i];
    }
  }
  static inline T add(T a, T b) { return a + b; }
  static inline T sub(T a, T b) { return a - b; }
  static inline T mul(T a, T b) { return a * b; }
  static inline T div(T a, T b) { return a / b; }
  static inline T fma(T a, T b, T c) { return a * b + c; }
  static inline T fnma(T a, T b, T c) { return c - a * b; }
  // By halves of 12 bits, whose products are exact (T. J. Dekker, 1971).
  static inline T product_error(T a, T b, T p) {
    const T a_high = of_bits(bits(a) & 0xfffff000u);
    const T b_high = of_bits(bits(b) & 0xfffff000u);
    const T a_low = a - a_high;
    const T b_low = b - b_high;
    return ((a_high * b_high - p) + a_high * b_low + a_low * b_high) + a_low * b_low;
  }
  static inline T abs(T x) { return of_bits(bits(x) & 0x7fffffffu); }
  static inline T copy_sign(T magnitude, T sign) {
    return of_bits((bits(magnitude) & 0x7fffffffu) | (bits(sign) & 0x80000000u));
  }
  static inline T at_least(T limit, T x) { return select(x < limit, limit, x); }
  static inline T at_most(T limit, T x) { return select(limit < x, limit, x); }
  static inline T negate(T x) { return of_bits(bits(x) ^ 0x80000000u); }
  static inline M is_nan(T x) { return x != x; }
  static inline M less(T a, T b) { return a < b; }
  static inline T select(M m, T a, T b) {
    return of_bits((bits(a) & as<Bits>(m)) | (bits(b) & ~as<Bits>(m)));
  }
  // For |x| < 2^22: the digits after the point do not fit beside this constant.
  static inline T round(T x) {
    const T shift = set1(12582912.0f);
    return (x + shift) - shift;
  }
  // In two steps, the first exact: 2^n itself may not be a normal number.
  static inline T scale(T p, T n) {
    const M whole = __builtin_convertvector(n, M);
    const M half = whole >> 1;
    return p * power(half) * power(whole - half);
  }
  static inline float sum(T x) { return (x[0] + x[2]) + (x[1] + x[3]); }
  static inline float largest(T x) {
    float most = x[0];
    for (size_t i = 1; i < kLanes; ++i) most = x[i] > most || x[i] != x[i] ? x[i] : most;
    return most;
  }
  static inline void transpose(const float* from, size_t from_stride, float* to, size_t to_stride) {
    for (size_t i = 0; i < kLanes; ++i) {
      for (size_t j = 0; j < kLanes; ++j) to[i * to_stride + j] = from[j * from_stride + i];
    }
  }
  static inline T sqrt(T x) {
    for (size_t i = 0; i < kLanes; ++i) x[i] = __builtin_sqrtf(x[i]);
    return x;
  }
  // a where it is NaN, else x.
  static inline T keep_nan(T a, T x) { return select(a != a, a, x); }
  static inline void split(T a, T b, T& even, T& odd) {
    even = T{a[0], a[2], b[0], b[2]};
    odd = T{a[1], a[3], b[1], b[3]};
  }
  static inline void interleave(T a, T b, T c, T d, float* to) {
    for (size_t i = 0; i < kLanes; ++i) store(to + 4 * i, T{a[i], b[i], c[i], d[i]});
  }

 private:
  template <class To, class From> static inline To as(From from) {
    To to;
    __builtin_memcpy(&to, &from, sizeof to);
    return to;
  }
  static inline Bits bits(T x) { return as<Bits>(x); }
  static inline T of_bits(Bits x) { return as<T>(x); }
  static inline T power(M n) { return of_bits(as<Bits>(n + 127) << 23); }
};
