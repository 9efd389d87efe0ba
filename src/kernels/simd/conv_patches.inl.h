// Kernels of convolutions, written once for every vector V. Included after vector_*.inl.h, inside
// the same anonymous namespace, V has in addition: interleave (four vectors to 4 * kLanes
// floats: the first lanes of all, the second lanes, ...).

template <class V>
void pack_patches_of(const float* image, const size_t* offsets, size_t depth, const PatchRun* runs,
                     size_t run_count, float* panels) {
  for (size_t k = 0; k < depth; ++k) {
    const float* source = image + offsets[k];
    for (size_t r = 0; r < run_count; ++r) {
      const PatchRun& run = runs[r];
      const float* from = source + run.from;
      float* to = panels + run.to + k * run.width;
      size_t i = 0;
      for (; i + V::kLanes <= run.count; i += V::kLanes) V::store(to + i, V::load(from + i));
      if (i < run.count) {
        V::store_part(to + i, V::load_part(from + i, run.count - i), run.count - i);
      }
    }
  }
}

// kVectors neighbouring vectors of one row; the last holds `last` columns.
template <class V, size_t kVectors>
inline void depthwise_columns(const DepthwiseRows& d, const float* image, float* out, size_t last) {
  using T = typename V::T;
  T sums[kVectors];
#pragma GCC unroll 4
  for (size_t v = 0; v < kVectors; ++v) sums[v] = V::zero();
  for (size_t tap = 0; tap < d.taps; ++tap) {
    const T weight = V::set1(d.weights[tap]);
    const float* from = image + d.offsets[tap];
#pragma GCC unroll 4
    for (size_t v = 0; v + 1 < kVectors; ++v) {
      sums[v] = V::fma(weight, V::load(from + v * V::kLanes), sums[v]);
    }
    const float* end = from + (kVectors - 1) * V::kLanes;
    const T x = last == V::kLanes ? V::load(end) : V::load_part(end, last);
    sums[kVectors - 1] = V::fma(weight, x, sums[kVectors - 1]);
  }
  const T bias = V::set1(d.bias);
  const T low = V::set1(d.low);
  const T high = V::set1(d.high);
#pragma GCC unroll 4
  for (size_t v = 0; v < kVectors; ++v) {
    const T y = V::at_most(high, V::at_least(low, V::add(sums[v], bias)));
    if (v + 1 < kVectors || last == V::kLanes) {
      V::store(out + v * V::kLanes, y);
    } else {
      V::store_part(out + v * V::kLanes, y, last);
    }
  }
}

template <class V> void depthwise_rows_of(const DepthwiseRows& d) {
  for (size_t row = 0; row < d.rows; ++row) {
    const float* image = d.image + row * d.image_row_step;
    float* out = d.out + row * d.out_row_stride;
    size_t i = 0;
    for (; i + 4 * V::kLanes <= d.columns; i += 4 * V::kLanes) {
      depthwise_columns<V, 4>(d, image + i, out + i, V::kLanes);
    }
    const size_t left = d.columns - i;
    if (left == 0) continue;
    const size_t vectors = (left + V::kLanes - 1) / V::kLanes;
    const size_t last = left - (vectors - 1) * V::kLanes;
    if (vectors == 1) {
      depthwise_columns<V, 1>(d, image + i, out + i, last);
    } else if (vectors == 2) {
      depthwise_columns<V, 2>(d, image + i, out + i, last);
    } else if (vectors == 3) {
      depthwise_columns<V, 3>(d, image + i, out + i, last);
    } else {
      depthwise_columns<V, 4>(d, image + i, out + i, last);
    }
  }
}

// Winograd's F(4, 3) with the points 0, 1, -1, 2, -2 and infinity (A. Lavin, S. Gray, "Fast
// Algorithms for Convolutional Neural Networks", 2015).
template <class V>
inline void winograd_input_line(const typename V::T (&d)[6], typename V::T (&t)[6]) {
  using T = typename V::T;
  const T four = V::set1(4.0f);
  const T five = V::set1(5.0f);
  const T two = V::set1(2.0f);
  const T even = V::fnma(four, d[2], d[4]);
  const T odd = V::fnma(four, d[1], d[3]);
  const T even_two = V::sub(d[4], d[2]);
  const T odd_two = V::mul(two, V::sub(d[3], d[1]));
  t[0] = V::fma(four, d[0], V::fnma(five, d[2], d[4]));
  t[1] = V::add(even, odd);
  t[2] = V::sub(even, odd);
  t[3] = V::add(even_two, odd_two);
  t[4] = V::sub(even_two, odd_two);
  t[5] = V::fma(four, d[1], V::fnma(five, d[3], d[5]));
}

template <class V>
void winograd_input_of(const float* patches, size_t width, float* transformed, size_t stride) {
  using T = typename V::T;
  for (size_t v = 0; v < width; v += V::kLanes) {
    T half[6][6];  // columns transformed
    for (size_t column = 0; column < 6; ++column) {
      T d[6], t[6];
#pragma GCC unroll 6
      for (size_t row = 0; row < 6; ++row) {
        d[row] = V::load(patches + (row * 6 + column) * width + v);
      }
      winograd_input_line<V>(d, t);
#pragma GCC unroll 6
      for (size_t row = 0; row < 6; ++row) half[row][column] = t[row];
    }
    for (size_t row = 0; row < 6; ++row) {
      T t[6];
      winograd_input_line<V>(half[row], t);
#pragma GCC unroll 6
      for (size_t column = 0; column < 6; ++column) {
        V::store(transformed + (row * 6 + column) * stride + v, t[column]);
      }
    }
  }
}

template <class V>
inline void winograd_output_line(const typename V::T (&m)[6], typename V::T (&y)[4]) {
  using T = typename V::T;
  const T sum_one = V::add(m[1], m[2]);
  const T difference_one = V::sub(m[1], m[2]);
  const T sum_two = V::add(m[3], m[4]);
  const T difference_two = V::sub(m[3], m[4]);
  y[0] = V::add(V::add(m[0], sum_one), sum_two);
  y[1] = V::fma(V::set1(2.0f), difference_two, difference_one);
  y[2] = V::fma(V::set1(4.0f), sum_two, sum_one);
  y[3] = V::add(V::fma(V::set1(8.0f), difference_two, difference_one), m[5]);
}

// rows[4][lane][4] to the pixels of each tile.
template <class V> inline void store_tiles(const WinogradOutput& o, const float* rows) {
  for (size_t i = 0; i < o.count; ++i) {
    const WinogradTile& tile = o.tiles[i];
    float* to = o.out + tile.offset;
    const float* from = rows + 4 * i;
    if (tile.rows == 4 && tile.columns == 4) {
#pragma GCC unroll 4
      for (size_t r = 0; r < 4; ++r) {
        __builtin_memcpy(to + r * o.row_stride, from + r * 4 * V::kLanes, 4 * sizeof(float));
      }
      continue;
    }
    for (size_t r = 0; r < tile.rows; ++r) {
      for (size_t c = 0; c < tile.columns; ++c) {
        to[r * o.row_stride + c] = from[r * 4 * V::kLanes + c];
      }
    }
  }
}

template <class V> bool winograd_output_of(const WinogradOutput& o) {
  using T = typename V::T;
  T half[4][6];
  for (size_t column = 0; column < 6; ++column) {
    T m[6], y[4];
#pragma GCC unroll 6
    for (size_t row = 0; row < 6; ++row) {
      m[row] = V::load(o.products + (row * 6 + column) * o.product_stride);
    }
    winograd_output_line<V>(m, y);
#pragma GCC unroll 4
    for (size_t row = 0; row < 4; ++row) half[row][column] = y[row];
  }
  const T bias = V::set1(o.bias);
  const T low = V::set1(o.low);
  const T high = V::set1(o.high);
  T faults = V::zero();  // x * 0 is NaN where x is not finite
  alignas(64) float rows[4 * 4 * V::kLanes];
  for (size_t row = 0; row < 4; ++row) {
    T y[4];
    winograd_output_line<V>(half[row], y);
#pragma GCC unroll 4
    for (size_t column = 0; column < 4; ++column) {
      faults = V::fma(y[column], V::zero(), faults);
      y[column] = V::at_most(high, V::at_least(low, V::add(y[column], bias)));
    }
    V::interleave(y[0], y[1], y[2], y[3], rows + row * 4 * V::kLanes);
  }
  store_tiles<V>(o, rows);
  const float fault = V::sum(faults);
  return fault == 0.0f;
}
