// Functions of a vector of floats, written once for every vector: V names the vector of one
// instruction set. Included inside an anonymous namespace of tundish::kernels, as gemm_tile.inl.h.
//
// V has: T, M (a mask), kLanes, kRegisters; zero, set1, load, store, load_part and store_part (the
// first lanes), add, sub, mul, div, sqrt, fma (a * b + c), fnma (c - a * b), product_error (a * b -
// p, exact where p is a * b rounded), abs, negate, copy_sign (magnitude, sign), at_least and
// at_most (limit, x; NaN stays), less, is_nan, select (mask ? a : b), round (to nearest even),
// scale (p * 2^n, one rounding), sum and largest (of the lanes), transpose (a square of kLanes);
// kHasTables, and where that is so any (of one or two masks), compress, look_up (see
// vector_tables.inl.h).
//
// Polynomials: fitted here to the least greatest relative error (iteratively weighted least squares
// in double on 2,000 Chebyshev nodes); the errors of the results are measured over all floats, see
// docs/kernels.md.

// c[0] + c[1] x + ...
template <class V, size_t kCount>
inline typename V::T polynomial(typename V::T x, const float (&c)[kCount]) {
  typename V::T sum = V::set1(c[kCount - 1]);
#pragma GCC unroll 16
  for (size_t i = kCount - 1; i != 0; --i) sum = V::fma(sum, x, V::set1(c[i - 1]));
  return sum;
}

// e^x as (1 + tail) * 2^n.
template <class V> struct Exponential {
  typename V::T tail, n;
  inline typename V::T value() const { return V::scale(V::add(V::set1(1.0f), tail), n); }
  // factor * e^x, exact where e^x alone would be a subnormal number.
  inline typename V::T times(typename V::T factor) const {
    return V::scale(V::fma(factor, tail, factor), n);
  }
};

// e^(x + rest), rest much smaller than x, for -120 <= x <= 89.
template <class V> inline Exponential<V> exp_parts(typename V::T x, typename V::T rest) {
  using T = typename V::T;
  // (e^r - 1 - r) / r^2 for |r| <= 0.36: 2^-27.9 of e^r.
  static constexpr float kTail[] = {0x1.fffffap-2f, 0x1.555472p-3f, 0x1.555988p-5f, 0x1.125132p-7f,
                                    0x1.69fd9cp-10f};
  const T n = V::round(V::mul(x, V::set1(0x1.715476p+0f)));  // log2(e)
  // ln 2 in two parts, the first short enough for an exact product.
  const T high = V::fnma(n, V::set1(0x1.62e4p-1f), x);
  const T r = V::add(high, V::fnma(n, V::set1(0x1.7f7d1cp-20f), rest));
  const T tail = V::fma(V::mul(r, r), polynomial<V>(r, kTail), r);
  return {tail, n};
}

template <class V> inline typename V::T exp_within(typename V::T x, typename V::T rest) {
  return exp_parts<V>(x, rest).value();
}

// For x <= 89. Below -104 the result is 0.
template <class V> inline typename V::T exp_not_above(typename V::T x) {
  return exp_within<V>(V::at_least(V::set1(-104.0f), x), V::zero());
}

template <class V> inline typename V::T exp_of(typename V::T x) {
  return exp_not_above<V>(V::at_most(V::set1(89.0f), x));
}

// 2^x for x <= 127: e^(x ln 2) of a softmax, whose rounding x has already.
template <class V> inline typename V::T exp2_of(typename V::T x) {
  using T = typename V::T;
  // (2^r - 1) / r for |r| <= 0.5: 2^-28.9 of 2^r.
  static constexpr float kTail[] = {0x1.62e43p-1f,  0x1.ebfbdcp-3f,  0x1.c6aee8p-5f,
                                    0x1.3b2d4cp-7f, 0x1.5f3e54p-10f, 0x1.41fbbcp-13f};
  x = V::at_least(V::set1(-152.0f), x);
  const T n = V::round(x);
  const T r = V::sub(x, n);
  return V::scale(V::fma(polynomial<V>(r, kTail), r, V::set1(1.0f)), n);
}

template <class V> inline typename V::T negative(typename V::T x) { return V::sub(V::zero(), x); }

// 1 / (1 + e^-x), from e^-|x| so that small results keep their digits.
template <class V> inline typename V::T sigmoid_of(typename V::T x) {
  using T = typename V::T;
  const T one = V::set1(1.0f);
  const T e = exp_not_above<V>(negative<V>(V::abs(x)));
  return V::div(V::select(V::less(x, V::zero()), e, one), V::add(one, e));
}

// x / (1 + e^-x). -infinity gives -0.
template <class V> inline typename V::T silu_of(typename V::T x) {
  using T = typename V::T;
  x = V::at_least(V::set1(-115.0f), x);
  const auto e = exp_parts<V>(V::at_least(V::set1(-115.0f), negative<V>(V::abs(x))), V::zero());
  const T quotient = V::div(x, V::add(V::set1(1.0f), e.value()));
  return V::select(V::less(x, V::zero()), e.times(quotient), quotient);
}

template <class V> inline typename V::T tanh_plain(typename V::T x) {
  using T = typename V::T;
  // (tanh x - x) / x^3 in x^2 for |x| <= 0.625: 2^-27.8 of tanh x.
  static constexpr float kSmall[] = {-0x1.555532p-2f, 0x1.110726p-3f, -0x1.b83c5ap-5f,
                                     0x1.52269cp-6f, -0x1.75e1cep-8f};
  const T magnitude = V::abs(x);
  const T s = V::mul(x, x);
  const T small = V::fma(V::mul(s, x), polynomial<V>(s, kSmall), x);
  const T e = exp_within<V>(V::at_most(V::set1(40.0f), V::add(magnitude, magnitude)), V::zero());
  const T large = V::sub(V::set1(1.0f), V::div(V::set1(2.0f), V::add(e, V::set1(1.0f))));
  return V::select(V::less(magnitude, V::set1(0.625f)), small, V::copy_sign(large, x));
}

template <class V> inline typename V::T erf_plain(typename V::T x) {
  using T = typename V::T;
  // erf(x) / x - 1 in x^2 for |x| <= 1: 2^-29.6 of erf x.
  static constexpr float kSmall[] = {0x1.06eba8p-3f,  -0x1.81273ep-2f, 0x1.ce2cf8p-4f,
                                     -0x1.b7f90ep-6f, 0x1.5405b4p-8f,  -0x1.a3f71p-11f,
                                     0x1.496a5ap-14f};
  // ln(1 - erf x) for 1 <= x <= 4: 2^-29.8 of erf x.
  static constexpr float kLarge[] = {-0x1.661ce4p-12f, -0x1.2088eap+0f, -0x1.46baecp-1f,
                                     -0x1.a65344p-4f,  0x1.65cb7ap-6f,  -0x1.825bp-9f,
                                     0x1.86dd92p-13f};
  const T magnitude = V::at_most(V::set1(4.0f), V::abs(x));
  const T s = V::mul(x, x);
  const T small = V::fma(polynomial<V>(s, kSmall), x, x);
  const T large = V::sub(V::set1(1.0f), exp_within<V>(polynomial<V>(magnitude, kLarge), V::zero()));
  return V::select(V::less(magnitude, V::set1(1.0f)), small, V::copy_sign(large, x));
}

// x (1 + erf(x / sqrt 2)) / 2 = max(x, 0) - |x| Q, Q = erfc(|x| / sqrt 2) / 2 = e^(-x^2/2) g(|x|).
// -infinity gives -0.
template <class V> inline typename V::T gelu_erf_plain(typename V::T x) {
  using T = typename V::T;
  // g = a / b for 0 <= z <= 14.8: 2^-27.3 of g.
  static constexpr float kOver[] = {0.5f, 0x1.c16d7ep-2f, 0x1.782d3p-3f, 0x1.4e18fcp-5f,
                                    0x1.0f3b38p-8f};
  static constexpr float kUnder[] = {1.0f,           0x1.acf8fp+0f,  0x1.345036p+0f,
                                     0x1.e1f0c6p-2f, 0x1.a2c13cp-4f, 0x1.53ef2ep-7f};
  const T z = V::at_most(V::set1(14.8f), V::abs(x));
  // z^2 with its rounding error: it is as large as 200, so half an ulp of it would be seen.
  const T square = V::mul(z, z);
  const T half = V::set1(-0.5f);
  const T rest = V::mul(half, V::product_error(z, z, square));
  const auto e = exp_parts<V>(V::mul(half, square), rest);
  const T g = V::div(polynomial<V>(z, kOver), polynomial<V>(z, kUnder));
  return V::sub(V::at_least(V::zero(), x), e.times(V::mul(z, g)));
}

// x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))) / 2 = x / (1 + e^-w), w = x (c + d x^2). With w to
// twice the digits: e^-w shows its rounding. -infinity gives -0.
template <class V> inline typename V::T gelu_tanh_plain(typename V::T x) {
  using T = typename V::T;
  const T c = V::set1(0x1.988454p+0f);  // 2 sqrt(2/pi)
  const T d = V::set1(0x1.2444f2p-4f);  // 0.044715 c
  const T c_low = V::set1(-4.53406805e-8f);
  const T d_low = V::set1(2.39883247e-9f);
  const T z = V::at_most(V::set1(11.0f), V::abs(x));
  const T square = V::mul(z, z);
  const T square_rest = V::product_error(z, z, square);
  const T product = V::mul(d, square);
  T rest = V::fma(d, square_rest, V::product_error(d, square, product));
  rest = V::add(rest, V::fma(d_low, square, c_low));
  const T factor = V::add(c, product);
  const T product_seen = V::sub(factor, c);
  const T c_seen = V::sub(factor, product_seen);
  rest = V::add(rest, V::add(V::sub(c, c_seen), V::sub(product, product_seen)));
  const T w = V::mul(z, factor);
  const T w_rest = V::fma(z, rest, V::product_error(z, factor, w));
  const T one = V::set1(1.0f);
  const auto e = exp_parts<V>(negative<V>(w), negative<V>(w_rest));
  const typename V::M below = V::less(x, V::zero());
  const T y = V::div(V::select(below, negative<V>(z), x), V::add(one, e.value()));
  return V::select(below, e.times(y), y);
}

// Of the interval that z is in, 0 <= z <= table.last: its polynomial is first + slope * rest.
template <class V> struct IntervalParts { typename V::T index, first, slope, rest; };

template <class V, size_t kCount>
inline IntervalParts<V> interval_parts(const IntervalTable<kCount>& table, typename V::T z) {
  using T = typename V::T;
  const T whole = V::set1(0x1.8p+23f);  // a float this large ends with its units
  const T bits = V::fma(z, V::set1(table.inverse_width), whole);
  const T index = V::sub(bits, whole);
  const T rest = V::fnma(index, V::set1(table.width), z);
  T slope = V::look_up(table.coefficients[kCount - 1], bits);
#pragma GCC unroll 16
  for (size_t k = kCount - 1; k > 1; --k) {
    slope = V::fma(slope, rest, V::look_up(table.coefficients[k - 1], bits));
  }
  return {index, V::look_up(table.coefficients[0], bits), slope, rest};
}

// x (1 - q(x)) where q(-x) = 1 - q(x) and q(|x|) is the table's: max(x, 0) - |x| q(|x|). Not for x
// below the table.
template <class V, size_t kCount>
inline typename V::T gated_value(const IntervalTable<kCount>& table, typename V::T x) {
  const typename V::T z = V::at_most(V::set1(table.last), V::abs(x));
  const auto q = interval_parts<V>(table, z);
  return V::fnma(z, V::fma(q.slope, q.rest, q.first), V::at_least(V::zero(), x));
}

template <class V> inline typename V::T tanh_of(typename V::T x) {
  if constexpr (V::kHasTables) {
    const auto p = interval_parts<V>(kTanhTable, V::at_most(V::set1(kTanhTable.last), V::abs(x)));
    return V::copy_sign(V::fma(p.slope, p.rest, p.first), x);
  } else {
    return tanh_plain<V>(x);
  }
}

template <class V> inline typename V::T erf_of(typename V::T x) {
  if constexpr (V::kHasTables) {
    // Slopes of the first four intervals are less by 1, so that their rounding is small near 0.
    const typename V::T z = V::at_most(V::set1(kErfTable.last), V::abs(x));
    const auto p = interval_parts<V>(kErfTable, z);
    const typename V::M is_steep = V::less(p.index, V::set1(4.0f));
    const typename V::T line = V::select(is_steep, V::add(p.first, p.rest), p.first);
    return V::copy_sign(V::fma(p.slope, p.rest, line), x);
  } else {
    return erf_plain<V>(x);
  }
}

// Functions with a table for all but very negative values: near() is right where beyond() is not.
template <class V> struct GeluErfFunction {
  using T = typename V::T;
  static inline T near(T x) { return gated_value<V>(kGeluErfTable, x); }
  static inline typename V::M beyond(T x) { return V::less(x, V::set1(-kGeluErfTable.last)); }
  static inline T plain(T x) { return gelu_erf_plain<V>(x); }
};
template <class V> struct GeluTanhFunction {
  using T = typename V::T;
  static inline T near(T x) { return gated_value<V>(kGeluTanhTable, x); }
  static inline typename V::M beyond(T x) { return V::less(x, V::set1(-kGeluTanhTable.last)); }
  static inline T plain(T x) { return gelu_tanh_plain<V>(x); }
};

template <class V, template <class> class Function>
inline typename V::T near_or_plain(typename V::T x) {
  if constexpr (V::kHasTables) {
    const typename V::T near = Function<V>::near(x);
    const typename V::M beyond = Function<V>::beyond(x);
    if (__builtin_expect(!V::any(beyond), 1)) return near;
    return V::select(beyond, Function<V>::plain(x), near);
  } else {
    return Function<V>::plain(x);
  }
}

// The activations of a product's epilogue.
template <class V, Activation kActivation> struct ActivationOf {
  using T = typename V::T;
  T low, high;
  ActivationOf(float low_value, float high_value)
      : low(V::set1(low_value)), high(V::set1(high_value)) {}
  inline T operator()(T x) const {
    switch (kActivation) {
      case Activation::kNone: return x;
      case Activation::kRelu: return V::at_least(V::zero(), x);
      case Activation::kClip: return V::at_most(high, V::at_least(low, x));
      case Activation::kLeakyRelu: return V::select(V::less(x, V::zero()), V::mul(low, x), x);
      case Activation::kSigmoid: return sigmoid_of<V>(x);
      case Activation::kTanh: return tanh_of<V>(x);
      case Activation::kSilu: return silu_of<V>(x);
      case Activation::kGeluErf: return near_or_plain<V, GeluErfFunction>(x);
      case Activation::kGeluTanh: return near_or_plain<V, GeluTanhFunction>(x);
    }
    return x;
  }
};
