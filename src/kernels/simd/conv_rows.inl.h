// Rows of images, written once for every vector V. Included after vector_*.inl.h, inside the same
// anonymous namespace. V has in addition: split (two vectors into their even and their odd lanes),
// sqrt.

template <class V> inline void store_first(float* to, typename V::T x, size_t left) {
  if (left >= V::kLanes) {
    V::store(to, x);
  } else {
    V::store_part(to, x, left);
  }
}

template <class V>
void split_of(const float* from, size_t count, size_t phases, float* to, size_t to_stride) {
  using T = typename V::T;
  for (size_t i = 0; i < count; i += V::kLanes) {
    const float* at = from + i * phases;
    const size_t left = count - i;
    T even, odd;
    V::split(V::load(at), V::load(at + V::kLanes), even, odd);
    if (phases == 2) {
      store_first<V>(to + i, even, left);
      store_first<V>(to + to_stride + i, odd, left);
      continue;
    }
    T later_even, later_odd, first, second;
    V::split(V::load(at + 2 * V::kLanes), V::load(at + 3 * V::kLanes), later_even, later_odd);
    V::split(even, later_even, first, second);
    store_first<V>(to + i, first, left);
    store_first<V>(to + 2 * to_stride + i, second, left);
    V::split(odd, later_odd, first, second);
    store_first<V>(to + to_stride + i, first, left);
    store_first<V>(to + 3 * to_stride + i, second, left);
  }
}

// y[i] = f(x[i], y[i])
template <class V, class F>
inline void combine(const float* x, size_t count, float* y, const F& f) {
  size_t i = 0;
  for (; i + V::kLanes <= count; i += V::kLanes) {
    V::store(y + i, f(V::load(x + i), V::load(y + i)));
  }
  if (i < count) {
    const size_t left = count - i;
    V::store_part(y + i, f(V::load_part(x + i, left), V::load_part(y + i, left)), left);
  }
}

template <class V> void max_into_of(const float* x, size_t count, float* y) {
  using T = typename V::T;
  // at_least() is x where either is NaN.
  combine<V>(x, count, y, [](T a, T b) { return V::keep_nan(b, V::at_least(b, a)); });
}

template <class V> void add_into_of(const float* x, size_t count, float* y) {
  using T = typename V::T;
  combine<V>(x, count, y, [](T a, T b) { return V::add(b, a); });
}

template <class V> void divide_of(const float* divisors, float factor, size_t count, float* y) {
  using T = typename V::T;
  const T scale = V::set1(factor);
  combine<V>(divisors, count, y, [scale](T a, T b) { return V::div(b, V::mul(a, scale)); });
}

template <class V>
void normalize_of(const float* x, size_t count, float mean, float factor, float shift, float* y) {
  using T = typename V::T;
  const T center = V::set1(mean);
  const T scale = V::set1(factor);
  const T more = V::set1(shift);
  const auto f = [=](T a) { return V::fma(V::sub(a, center), scale, more); };
  size_t i = 0;
  for (; i + V::kLanes <= count; i += V::kLanes) V::store(y + i, f(V::load(x + i)));
  if (i < count) V::store_part(y + i, f(V::load_part(x + i, count - i)), count - i);
}

template <class V> void lrn_of(const LrnRow& row) {
  using T = typename V::T;
  for (size_t i = 0; i < row.count; i += V::kLanes) {
    const size_t left = row.count - i;
    const bool whole = left >= V::kLanes;
    T squares = V::zero();
    for (size_t c = 0; c < row.channels; ++c) {
      const float* at = row.first + c * row.channel_stride + i;
      const T x = whole ? V::load(at) : V::load_part(at, left);
      squares = V::fma(x, x, squares);
    }
    const T base = V::fma(V::set1(row.factor), squares, V::set1(row.bias));
    const T root = V::sqrt(base);
    const T x = whole ? V::load(row.x + i) : V::load_part(row.x + i, left);
    const T y = V::div(x, V::mul(root, V::sqrt(root)));
    if (whole) {
      V::store(row.y + i, y);
    } else {
      V::store_part(row.y + i, y, left);
    }
  }
}
