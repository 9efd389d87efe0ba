// Two vectors as one of twice the lanes: their operations alternate, so that a chain of the one
// fills the latency of the other. Included after vector_*.inl.h, inside the same anonymous
// namespace; has what vector_math.inl.h asks of V, but for parts of vectors and sums of lanes.

template <class W> struct Twice {
  struct T {
    typename W::T low, high;
  };
  struct M {
    typename W::M low, high;
  };
  static constexpr size_t kLanes = 2 * W::kLanes;
  static constexpr bool kHasTables = W::kHasTables;

  static inline T zero() { return {W::zero(), W::zero()}; }
  static inline T set1(float x) { return {W::set1(x), W::set1(x)}; }
  static inline T load(const float* at) { return {W::load(at), W::load(at + W::kLanes)}; }
  static inline void store(float* at, T x) {
    W::store(at, x.low);
    W::store(at + W::kLanes, x.high);
  }
  static inline T add(T a, T b) { return {W::add(a.low, b.low), W::add(a.high, b.high)}; }
  static inline T sub(T a, T b) { return {W::sub(a.low, b.low), W::sub(a.high, b.high)}; }
  static inline T mul(T a, T b) { return {W::mul(a.low, b.low), W::mul(a.high, b.high)}; }
  static inline T div(T a, T b) { return {W::div(a.low, b.low), W::div(a.high, b.high)}; }
  static inline T fma(T a, T b, T c) {
    return {W::fma(a.low, b.low, c.low), W::fma(a.high, b.high, c.high)};
  }
  static inline T fnma(T a, T b, T c) {
    return {W::fnma(a.low, b.low, c.low), W::fnma(a.high, b.high, c.high)};
  }
  static inline T product_error(T a, T b, T p) {
    return {W::product_error(a.low, b.low, p.low), W::product_error(a.high, b.high, p.high)};
  }
  static inline T abs(T x) { return {W::abs(x.low), W::abs(x.high)}; }
  static inline T copy_sign(T magnitude, T sign) {
    return {W::copy_sign(magnitude.low, sign.low), W::copy_sign(magnitude.high, sign.high)};
  }
  static inline T at_least(T limit, T x) {
    return {W::at_least(limit.low, x.low), W::at_least(limit.high, x.high)};
  }
  static inline T at_most(T limit, T x) {
    return {W::at_most(limit.low, x.low), W::at_most(limit.high, x.high)};
  }
  static inline M less(T a, T b) { return {W::less(a.low, b.low), W::less(a.high, b.high)}; }
  static inline T select(M m, T a, T b) {
    return {W::select(m.low, a.low, b.low), W::select(m.high, a.high, b.high)};
  }
  static inline bool any(M m) { return W::any(m.low, m.high); }
  static inline T look_up(const float* table, T bits) {
    return {W::look_up(table, bits.low), W::look_up(table, bits.high)};
  }
  static inline size_t compress(M m, T x, uint32_t first, float* values, uint32_t* places) {
    const size_t low = W::compress(m.low, x.low, first, values, places);
    return low + W::compress(m.high, x.high, first + W::kLanes, values + low, places + low);
  }
  static inline T round(T x) { return {W::round(x.low), W::round(x.high)}; }
  static inline T scale(T p, T n) { return {W::scale(p.low, n.low), W::scale(p.high, n.high)}; }
};
