// Loops over arrays and rows. Included after vector_math.inl.h, inside the same anonymous
// namespace.

template <class V> struct ExpFunction {
  static inline typename V::T call(typename V::T x) { return exp_of<V>(x); }
};
template <class V> struct ErfFunction {
  static inline typename V::T call(typename V::T x) { return erf_of<V>(x); }
};
template <class V> struct TanhFunction {
  static inline typename V::T call(typename V::T x) { return tanh_of<V>(x); }
};
template <class V> struct SigmoidFunction {
  static inline typename V::T call(typename V::T x) { return sigmoid_of<V>(x); }
};
template <class V> struct SiluFunction {
  static inline typename V::T call(typename V::T x) { return silu_of<V>(x); }
};
template <class V, class Function> void map_array(const float* x, size_t count, float* y) {
  size_t i = 0;
  for (; i + V::kLanes <= count; i += V::kLanes) V::store(y + i, Function::call(V::load(x + i)));
  if (i < count) {
    V::store_part(y + i, Function::call(V::load_part(x + i, count - i)), count - i);
  }
}

// Functions of many steps: two vectors abreast where there are registers for them.
template <class V, template <class> class Function>
void map_chains(const float* x, size_t count, float* y) {
  size_t i = 0;
  if constexpr (V::kRegisters >= 32) {
    using W = Twice<V>;
    for (; i + W::kLanes <= count; i += W::kLanes) {
      W::store(y + i, Function<W>::call(W::load(x + i)));
    }
  }
  map_array<V, Function<V>>(x + i, count - i, y + i);
}

// The same for functions with a table: values beyond it are put aside, and follow together.
template <class V, template <class> class Function>
void map_near(const float* x, size_t count, float* y) {
  size_t i = 0;
  if constexpr (V::kHasTables) {
    using W = Twice<V>;
    constexpr size_t kPiece = 16 * W::kLanes;
    float values[kPiece + V::kLanes];
    uint32_t places[kPiece + V::kLanes];
    while (i + W::kLanes <= count) {
      float* piece = y + i;
      size_t aside = 0;
      for (size_t j = 0; j < kPiece && i + W::kLanes <= count; j += W::kLanes) {
        const typename W::T value = W::load(x + i);
        W::store(y + i, Function<W>::near(value));
        i += W::kLanes;
        const typename W::M beyond = Function<W>::beyond(value);
        if (__builtin_expect(!W::any(beyond), 1)) continue;
        const auto first = static_cast<uint32_t>(j);
        aside += W::compress(beyond, value, first, values + aside, places + aside);
      }
      if (aside == 0) continue;
      V::store(values + aside, V::zero());
      for (size_t j = 0; j < aside; j += V::kLanes) {
        V::store(values + j, Function<V>::plain(V::load(values + j)));
      }
#pragma GCC unroll 1
      for (size_t j = 0; j < aside; ++j) piece[places[j]] = values[j];
    }
  }
  for (; i + V::kLanes <= count; i += V::kLanes) {
    V::store(y + i, near_or_plain<V, Function>(V::load(x + i)));
  }
  if (i < count) {
    const typename V::T value = V::load_part(x + i, count - i);
    V::store_part(y + i, near_or_plain<V, Function>(value), count - i);
  }
}

template <class V> inline float largest_of(const float* x, size_t count) {
  using T = typename V::T;
  constexpr size_t kStep = 4 * V::kLanes;
  T most[4];
  for (T& m : most) m = V::set1(-__builtin_inff());
  size_t i = 0;
  for (; i + kStep <= count; i += kStep) {
#pragma GCC unroll 4
    for (size_t j = 0; j < 4; ++j) {
      most[j] = V::at_least(most[j], V::load(x + i + j * V::kLanes));
    }
  }
  for (; i + V::kLanes <= count; i += V::kLanes) most[0] = V::at_least(most[0], V::load(x + i));
  float rest =
      V::largest(V::at_least(V::at_least(most[0], most[1]), V::at_least(most[2], most[3])));
#pragma GCC unroll 1
  for (; i < count; ++i) rest = x[i] > rest ? x[i] : rest;
  return rest;
}

// e^(x - shift): base 2 spares a product.
template <class V> inline typename V::T exp_from(typename V::T x, typename V::T shift) {
  return exp2_of<V>(V::mul(V::sub(x, shift), V::set1(0x1.715476p+0f)));  // log2(e)
}

// The rest of a row from element i on, and the sum of all: `sum` is that of whole pairs of vectors.
template <class V>
inline float exp_rest(const float* x, size_t i, size_t count, typename V::T shift,
                      typename Twice<V>::T sum, float* y) {
  using T = typename V::T;
  for (; i + V::kLanes <= count; i += V::kLanes) {
    const T e = exp_from<V>(V::load(x + i), shift);
    V::store(y + i, e);
    sum.low = V::add(sum.low, e);
  }
  float total = V::sum(V::add(sum.low, sum.high));
  if (i < count) {
    float rest[V::kLanes];
    V::store(rest, exp_from<V>(V::load_part(x + i, count - i), shift));
#pragma GCC unroll 1
    for (size_t j = 0; i + j < count; ++j) total += y[i + j] = rest[j];
  }
  return total;
}

// e^(x - most) to y, and their sum. A NaN anywhere makes the sum NaN.
template <class V> inline float exp_row(const float* x, size_t count, float most, float* y) {
  using W = Twice<V>;
  const typename W::T shift = W::set1(most);
  typename W::T sum = W::zero();
  size_t i = 0;
  for (; i + W::kLanes <= count; i += W::kLanes) {
    const typename W::T e = exp_from<W>(W::load(x + i), shift);
    W::store(y + i, e);
    sum = W::add(sum, e);
  }
  return exp_rest<V>(x, i, count, shift.low, sum, y);
}

template <class V> inline void multiply_row(float* y, size_t i, size_t count, float factor) {
  const typename V::T scale = V::set1(factor);
  for (; i + V::kLanes <= count; i += V::kLanes) {
    V::store(y + i, V::mul(V::load(y + i), scale));
  }
#pragma GCC unroll 1
  for (; i < count; ++i) y[i] *= factor;
}

// What passes from row to row.
struct SoftmaxRows {
  float most;    // of this row; then of the next
  float factor;  // of the row before; then of this one
};

// Powers of one row, the maximum of the next (or of any row), the row before (in y) multiplied:
// each is bound by other parts of the core. At least two vectors.
template <class V>
inline SoftmaxRows softmax_step(const float* x, const float* next, size_t count, SoftmaxRows state,
                                float* y, float* before) {
  using W = Twice<V>;
  using T = typename W::T;
  const T shift = W::set1(state.most);
  const T factor = W::set1(state.factor);
  T sum = W::zero();
  T most = W::set1(-__builtin_inff());
  // Loads well before stores, that of x a round before: a store on the way may look as if it were
  // to the same place.
  T coming = W::load(x);
  size_t i = 0;
  for (; i + W::kLanes <= count; i += W::kLanes) {
    const T own = coming;
    coming = W::load(x + (i + 2 * W::kLanes <= count ? i + W::kLanes : i));
    const T done = W::load(before + i);
    most = W::at_least(most, W::load(next + i));
    const T e = exp_from<W>(own, shift);
    sum = W::add(sum, e);
    W::store(y + i, e);
    W::store(before + i, W::mul(done, factor));
  }
  const float rest = largest_of<V>(next + i, count - i);
  const float whole = V::largest(V::at_least(most.low, most.high));
  multiply_row<V>(before, i, count, state.factor);
  const float total = exp_rest<V>(x, i, count, shift.low, sum, y);
  return {rest > whole ? rest : whole, 1.0f / total};
}

// One or two vectors of neighbouring columns (W), whole or their first `count` lanes (V alone).
template <class W, class Load, class Store>
inline void softmax_column_block(const float* x, size_t stride, size_t rows, float* y, Load load,
                                 Store store) {
  using T = typename W::T;
  T most = W::set1(-__builtin_inff());
  for (size_t r = 0; r < rows; ++r) most = W::at_least(most, load(x + r * stride));
  // Sums of a few rows, then their sum: long columns lose less.
  constexpr size_t kPart = 64;
  T total = W::zero();
  for (size_t first = 0; first < rows; first += kPart) {
    T sum = W::zero();
    for (size_t r = first; r < rows && r < first + kPart; ++r) {
      const T e = exp_from<W>(load(x + r * stride), most);
      sum = W::add(sum, e);
      store(y + r * stride, e);
    }
    total = W::add(total, sum);
  }
  const T factor = W::div(W::set1(1.0f), total);
  for (size_t r = 0; r < rows; ++r) {
    store(y + r * stride, W::mul(load(y + r * stride), factor));
  }
}

template <class V>
void softmax_columns_of(const float* x, size_t stride, size_t rows, size_t columns, float* y) {
  using W = Twice<V>;
  size_t i = 0;
  for (; i + W::kLanes <= columns; i += W::kLanes) {
    softmax_column_block<W>(x + i, stride, rows, y + i, W::load, W::store);
  }
  for (; i < columns; i += V::kLanes) {
    const size_t count = columns - i < V::kLanes ? columns - i : V::kLanes;
    if (count == V::kLanes) {
      softmax_column_block<V>(x + i, stride, rows, y + i, V::load, V::store);
      continue;
    }
    softmax_column_block<V>(
        x + i, stride, rows, y + i, [=](const float* at) { return V::load_part(at, count); },
        [=](float* at, typename V::T e) { V::store_part(at, e, count); });
  }
}

// A row of less than a vector, in the steps of exp_row() that are left of it.
template <class V> inline void softmax_part_row(const float* x, size_t count, float* y) {
  float most = -__builtin_inff();
#pragma GCC unroll 1
  for (size_t i = 0; i < count; ++i) most = x[i] > most ? x[i] : most;
  const typename V::T e = exp_from<V>(V::load_part(x, count), V::set1(most));
  float powers[V::kLanes];
  V::store(powers, e);
  float total = 0;
#pragma GCC unroll 1
  for (size_t i = 0; i < count; ++i) total += powers[i];
  V::store_part(y, V::mul(e, V::set1(1.0f / total)), count);
}

// Rows too short for three things at once. Many that do not fill a vector become columns: the same
// sums in the same order.
template <class V> void softmax_short_rows(const float* x, size_t rows, size_t columns, float* y) {
  constexpr size_t kSide = V::kLanes;
  if (columns < kSide) {
    float block[kSide * kSide];
    for (; rows >= kSide; rows -= kSide, x += kSide * columns, y += kSide * columns) {
      transpose_matrix<V>(x, columns, kSide, columns, block, kSide);
      softmax_column_block<V>(block, kSide, columns, block, V::load, V::store);
      transpose_matrix<V>(block, kSide, columns, kSide, y, columns);
    }
    for (; rows != 0; --rows, x += columns, y += columns) softmax_part_row<V>(x, columns, y);
    return;
  }
  for (; rows != 0; --rows, x += columns, y += columns) {
    const float total = exp_row<V>(x, columns, largest_of<V>(x, columns), y);
    multiply_row<V>(y, 0, columns, 1.0f / total);
  }
}

template <class V> void softmax_rows(const float* x, size_t rows, size_t columns, float* y) {
  if (rows == 0 || columns == 0) return;
  if (columns < Twice<V>::kLanes) return softmax_short_rows<V>(x, rows, columns, y);
  SoftmaxRows state{largest_of<V>(x, columns), 0};
  state.factor = 1.0f / exp_row<V>(x, columns, state.most, y);
  if (rows > 1) state.most = largest_of<V>(x + columns, columns);
  for (size_t r = 1; r < rows; ++r) {
    x += columns;
    y += columns;
    state = softmax_step<V>(x, r + 1 < rows ? x + columns : x, columns, state, y, y - columns);
  }
  multiply_row<V>(y, 0, columns, state.factor);
}

template <class V> void log_softmax_row(const float* x, size_t count, float* y) {
  if (count == 0) return;
  using T = typename V::T;
  const float most = largest_of<V>(x, count);
  // In pieces: y may be x, which is needed again.
  constexpr size_t kPiece = 16 * V::kLanes;
  float buffer[kPiece];
  float total = 0;
  for (size_t i = 0; i < count; i += kPiece) {
    total += exp_row<V>(x + i, count - i < kPiece ? count - i : kPiece, most, buffer);
  }
  const float log_total = __builtin_logf(total);
  const T shift = V::set1(most);
  const T second = V::set1(log_total);
  size_t i = 0;
  for (; i + V::kLanes <= count; i += V::kLanes) {
    V::store(y + i, V::sub(V::sub(V::load(x + i), shift), second));
  }
#pragma GCC unroll 1
  for (; i < count; ++i) y[i] = (x[i] - most) - log_total;
}

// Sum over a row: whole(i) of each vector, part(i) of each value that is left.
template <class V, class Whole, class Part>
inline float sum_row(size_t count, Whole whole, Part part) {
  using T = typename V::T;
  T sum[4] = {V::zero(), V::zero(), V::zero(), V::zero()};
  size_t i = 0;
  for (; i + 4 * V::kLanes <= count; i += 4 * V::kLanes) {
#pragma GCC unroll 4
    for (size_t j = 0; j < 4; ++j) sum[j] = V::add(sum[j], whole(i + j * V::kLanes));
  }
  for (; i + V::kLanes <= count; i += V::kLanes) sum[0] = V::add(sum[0], whole(i));
  float total = V::sum(V::add(V::add(sum[0], sum[1]), V::add(sum[2], sum[3])));
#pragma GCC unroll 1
  for (; i < count; ++i) total += part(i);
  return total;
}

// v = x + residual + bias to `out`.
template <class V> inline void add_row(const NormRow& row, size_t count, float* out) {
  size_t i = 0;
  for (; i + V::kLanes <= count; i += V::kLanes) {
    typename V::T v = V::load(row.x + i);
    if (row.residual != nullptr) v = V::add(v, V::load(row.residual + i));
    if (row.bias != nullptr) v = V::add(v, V::load(row.bias + i));
    V::store(out + i, v);
  }
#pragma GCC unroll 1
  for (; i < count; ++i) {
    float v = row.x[i];
    if (row.residual != nullptr) v += row.residual[i];
    if (row.bias != nullptr) v += row.bias[i];
    out[i] = v;
  }
}

template <class V>
inline void scale_row(const NormRow& row, const float* v, size_t count, float mean, float factor) {
  using T = typename V::T;
  const T shift = V::set1(mean);
  const T scale = V::set1(factor);
  size_t i = 0;
  for (; i + V::kLanes <= count; i += V::kLanes) {
    T y = V::mul(V::sub(V::load(v + i), shift), scale);
    if (row.gamma != nullptr) y = V::mul(y, V::load(row.gamma + i));
    if (row.beta != nullptr) y = V::add(y, V::load(row.beta + i));
    V::store(row.y + i, y);
  }
#pragma GCC unroll 1
  for (; i < count; ++i) {
    float y = (v[i] - mean) * factor;
    if (row.gamma != nullptr) y *= row.gamma[i];
    if (row.beta != nullptr) y += row.beta[i];
    row.y[i] = y;
  }
}

// Sums of v - mean and of its square.
struct Deviations {
  float sum, squares;
};
template <class V> inline Deviations deviations(const float* v, size_t count, float mean) {
  using T = typename V::T;
  constexpr size_t kAbreast = 4;
  const T shift = V::set1(mean);
  T sum[kAbreast], squares[kAbreast];
  for (size_t j = 0; j < kAbreast; ++j) sum[j] = squares[j] = V::zero();
  const auto add = [&](size_t i, size_t j) {
    const T d = V::sub(V::load(v + i), shift);
    sum[j] = V::add(sum[j], d);
    squares[j] = V::fma(d, d, squares[j]);
  };
  size_t i = 0;
  for (; i + kAbreast * V::kLanes <= count; i += kAbreast * V::kLanes) {
#pragma GCC unroll 4
    for (size_t j = 0; j < kAbreast; ++j) add(i + j * V::kLanes, j);
  }
  for (; i + V::kLanes <= count; i += V::kLanes) add(i, 0);
  const auto total = [](const T(&parts)[kAbreast]) {
    return V::sum(V::add(V::add(parts[0], parts[1]), V::add(parts[2], parts[3])));
  };
  Deviations both{total(sum), total(squares)};
#pragma GCC unroll 1
  for (; i < count; ++i) {
    const float d = v[i] - mean;
    both.sum += d;
    both.squares += d * d;
  }
  return both;
}

template <class V> void normalize_row(const NormRow& row, size_t count) {
  if (count == 0) return;
  const float* v = row.x;
  if (row.residual != nullptr || row.bias != nullptr || row.v != nullptr) {
    float* out = row.v != nullptr ? row.v : row.y;
    add_row<V>(row, count, out);
    v = out;
  }
  const float inverse_count = 1.0f / static_cast<float>(count);
  float mean = 0;
  if (row.kind == NormKind::kLayer) {
    mean = inverse_count *
           sum_row<V>(
               count, [&](size_t i) { return V::load(v + i); }, [&](size_t i) { return v[i]; });
  }
  const Deviations from_mean = deviations<V>(v, count, mean);
  float squares = from_mean.squares;
  if (row.kind == NormKind::kLayer) {
    // What rounding left of the mean, which matters where all values are nearly the same.
    const float rest = from_mean.sum * inverse_count;
    squares -= rest * from_mean.sum;
    mean += rest;
  }
  squares = squares < 0 ? 0.0f : squares;
  const float factor = 1.0f / __builtin_sqrtf(squares * inverse_count + row.epsilon);
  if (row.mean != nullptr) *row.mean = mean;
  if (row.inverse_deviation != nullptr) *row.inverse_deviation = factor;
  scale_row<V>(row, v, count, mean, factor);
}

template <class V> constexpr VectorKernels vector_kernels() {
  return {map_chains<V, ExpFunction>,
          map_chains<V, ErfFunction>,
          map_chains<V, TanhFunction>,
          map_chains<V, SigmoidFunction>,
          map_chains<V, SiluFunction>,
          map_near<V, GeluErfFunction>,
          map_near<V, GeluTanhFunction>,
          softmax_rows<V>,
          softmax_columns_of<V>,
          log_softmax_row<V>,
          normalize_row<V>,
          map_array<V, ReluFunction<V>>,
          map_array<V, AbsFunction<V>>,
          map_array<V, NegFunction<V>>,
          map_array<V, SqrtFunction<V>>,
          map_array<V, ReciprocalFunction<V>>,
          map_pairs<V, AddFunction<V>>,
          map_pairs<V, SubFunction<V>>,
          map_pairs<V, MulFunction<V>>,
          map_pairs<V, DivFunction<V>>,
          map_pairs<V, MinFunction<V>>,
          map_pairs<V, MaxFunction<V>>,
          transpose_matrix<V>};
}
