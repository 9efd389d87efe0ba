// Arithmetic of arrays. Included after vector_math.inl.h, inside the same anonymous namespace.

template <class V> struct ReluFunction {
  static inline typename V::T call(typename V::T x) { return V::at_least(V::zero(), x); }
};
template <class V> struct AbsFunction {
  static inline typename V::T call(typename V::T x) { return V::abs(x); }
};
template <class V> struct NegFunction {
  static inline typename V::T call(typename V::T x) { return V::negate(x); }
};
template <class V> struct SqrtFunction {
  static inline typename V::T call(typename V::T x) { return V::sqrt(x); }
};
template <class V> struct ReciprocalFunction {
  static inline typename V::T call(typename V::T x) { return V::div(V::set1(1.0f), x); }
};

template <class V> struct AddFunction {
  static inline typename V::T call(typename V::T a, typename V::T b) { return V::add(a, b); }
};
template <class V> struct SubFunction {
  static inline typename V::T call(typename V::T a, typename V::T b) { return V::sub(a, b); }
};
template <class V> struct MulFunction {
  static inline typename V::T call(typename V::T a, typename V::T b) { return V::mul(a, b); }
};
template <class V> struct DivFunction {
  static inline typename V::T call(typename V::T a, typename V::T b) { return V::div(a, b); }
};
// The first of two equal ones (zeros differ by sign).
template <class V> struct MinFunction {
  static inline typename V::T call(typename V::T a, typename V::T b) {
    return V::select(V::is_nan(b), b, V::at_most(b, a));
  }
};
template <class V> struct MaxFunction {
  static inline typename V::T call(typename V::T a, typename V::T b) {
    return V::select(V::is_nan(b), b, V::at_least(b, a));
  }
};

// Operands of step 0 are one value, those of step 1 arrays.
template <class V, class Function>
void map_pairs(const float* a, size_t a_step, const float* b, size_t b_step, size_t count,
               float* y) {
  using T = typename V::T;
  if (count == 0) return;
  const T one_a = V::set1(*a);
  const T one_b = V::set1(*b);
  const auto loop = [&](auto left, auto right) {
    size_t i = 0;
    for (; i + V::kLanes <= count; i += V::kLanes) {
      V::store(y + i, Function::call(left(i), right(i)));
    }
    return i;
  };
  const auto from_a = [&](size_t i) { return V::load(a + i); };
  const auto from_b = [&](size_t i) { return V::load(b + i); };
  const auto same_a = [&](size_t) { return one_a; };
  const auto same_b = [&](size_t) { return one_b; };
  size_t i = 0;
  if (a_step != 0 && b_step != 0) {
    i = loop(from_a, from_b);
  } else if (a_step != 0) {
    i = loop(from_a, same_b);
  } else if (b_step != 0) {
    i = loop(same_a, from_b);
  } else {
    i = loop(same_a, same_b);
  }
  if (i == count) return;
  const T left = a_step != 0 ? V::load_part(a + i, count - i) : one_a;
  const T right = b_step != 0 ? V::load_part(b + i, count - i) : one_b;
  V::store_part(y + i, Function::call(left, right), count - i);
}

// Rows and columns that do not fill a square. Moved as integers: no value is looked at.
inline void transpose_rest(const float* from, size_t from_stride, size_t rows, size_t columns,
                           float* to, size_t to_stride) {
  for (size_t i = 0; i < rows; ++i) {
    for (size_t j = 0; j < columns; ++j) {
      __builtin_memcpy(to + j * to_stride + i, from + i * from_stride + j, sizeof(float));
    }
  }
}

template <class V>
void transpose_matrix(const float* from, size_t from_stride, size_t rows, size_t columns, float* to,
                      size_t to_stride) {
  constexpr size_t kSide = V::kLanes;
  const size_t whole = columns - columns % kSide;
  size_t i = 0;
  for (; i + kSide <= rows; i += kSide) {
    const float* row = from + i * from_stride;
    for (size_t j = 0; j < whole; j += kSide) {
      V::transpose(row + j, from_stride, to + j * to_stride + i, to_stride);
    }
    transpose_rest(row + whole, from_stride, kSide, columns - whole, to + whole * to_stride + i,
                   to_stride);
  }
  transpose_rest(from + i * from_stride, from_stride, rows - i, columns, to + i, to_stride);
}
