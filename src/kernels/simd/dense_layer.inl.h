// Small dense layers. Included after the vector, inside the same anonymous namespace.
//
// A layer of up to kDenseNarrow columns has too few vectors to keep the multiply-add units busy, so
// each of its sums is four chains: k = 0, 4, ...; 1, 5, ...; 2, 6, ...; 3, 7, ..., added as
// (0 + 2) + (1 + 3). Wider ones have one chain. Neither depends on the instruction set nor on the
// number of rows.

inline constexpr size_t kNarrowChains = 4;

// Rows that are computed at once: their sums take three quarters of the registers at most.
template <class V> constexpr size_t dense_rows(size_t sums_per_row) {
  const size_t rows = V::kRegisters * 3 / 4 / sums_per_row;
  return rows < 1 ? 1 : rows > 6 ? 6 : rows;
}

// kRows rows x kVectors vectors of columns, each sum in kChains chains.
template <class V, size_t kRows, size_t kVectors, size_t kChains>
inline void dense_tile(const DenseLayer& layer, const float* panel, const float* bias,
                       const DenseRows& rows) {
  using T = typename V::T;
  constexpr size_t kWidth = kVectors * V::kLanes;
  T sums[kRows][kChains][kVectors];
#pragma GCC unroll 32
  for (size_t r = 0; r < kRows; ++r) {
#pragma GCC unroll 4
    for (size_t c = 0; c < kChains; ++c) {
#pragma GCC unroll 4
      for (size_t v = 0; v < kVectors; ++v) sums[r][c][v] = V::zero();
    }
  }
  const float* x = rows.x;
  const auto add = [&](size_t c, size_t at) __attribute__((always_inline)) {
#pragma GCC unroll 4
    for (size_t v = 0; v < kVectors; ++v) {
      const T weights = V::load(panel + at * kWidth + v * V::kLanes);
#pragma GCC unroll 8
      for (size_t r = 0; r < kRows; ++r) {
        sums[r][c][v] = V::fma(V::set1(x[r * rows.x_stride + at]), weights, sums[r][c][v]);
      }
    }
  };
  size_t left = layer.inputs;
  for (; left >= kChains; left -= kChains) {
#pragma GCC unroll 4
    for (size_t c = 0; c < kChains; ++c) add(c, c);
    x += kChains;
    panel += kChains * kWidth;
  }
#pragma GCC unroll 4
  for (size_t c = 0; c + 1 < kChains; ++c) {
    if (c < left) add(c, c);
  }
  const T least = V::set1(layer.least);
#pragma GCC unroll 8
  for (size_t r = 0; r < kRows; ++r) {
#pragma GCC unroll 4
    for (size_t v = 0; v < kVectors; ++v) {
      T sum = sums[r][0][v];
      if constexpr (kChains == 4) {
        sum = V::add(V::add(sum, sums[r][2][v]), V::add(sums[r][1][v], sums[r][3][v]));
      }
      sum = V::add(sum, V::load(bias + v * V::kLanes));
      V::store(rows.y + r * rows.y_stride + v * V::kLanes, V::at_least(least, sum));
    }
  }
}

template <class V, size_t kVectors, size_t kChains>
void dense_columns(const DenseLayer& layer, const float* panel, const float* bias, DenseRows rows) {
  constexpr size_t kRows = dense_rows<V>(kVectors * kChains);
  const auto advance = [&](size_t count) {
    rows.x += count * rows.x_stride;
    rows.y += count * rows.y_stride;
    rows.rows -= count;
  };
  if constexpr (kRows > 1) {
    for (; rows.rows >= kRows; advance(kRows)) {
      dense_tile<V, kRows, kVectors, kChains>(layer, panel, bias, rows);
    }
  }
  for (; rows.rows > 0; advance(1)) {
    dense_tile<V, 1, kVectors, kChains>(layer, panel, bias, rows);
  }
}

template <class V, size_t kVectors>
void dense_group(const DenseLayer& layer, const float* panel, const float* bias,
                 const DenseRows& rows) {
  if constexpr (kVectors <= 2) {
    if (layer.outputs <= kDenseNarrow) {
      return dense_columns<V, kVectors, kNarrowChains>(layer, panel, bias, rows);
    }
  }
  dense_columns<V, kVectors, 1>(layer, panel, bias, rows);
}

// Vectors of a whole group.
template <class V> inline constexpr size_t kDenseGroup = V::kRegisters >= 32 ? 4 : 2;

template <class V> void run_dense_layer(const DenseLayer& layer, const DenseRows& all) {
  DenseRows rows = all;
  const float* panel = layer.panels;
  const float* bias = layer.bias;
  size_t vectors = (layer.outputs + V::kLanes - 1) / V::kLanes;
  while (vectors > 0) {
    const size_t count = dense_group_vectors(kDenseGroup<V>, vectors, layer.outputs);
    if (count == 4) {
      dense_group<V, kDenseGroup<V>>(layer, panel, bias, rows);
    } else if (count == 2) {
      dense_group<V, 2>(layer, panel, bias, rows);
    } else {
      dense_group<V, 1>(layer, panel, bias, rows);
    }
    vectors -= count;
    panel += count * V::kLanes * layer.inputs;
    bias += count * V::kLanes;
    rows.y += count * V::kLanes;
  }
}

template <class V>
inline typename V::T dense_step(const DenseStep& step, typename V::T x, size_t at) {
  const typename V::T operand = V::load(step.operand + at);
  switch (step.kind) {
    case DenseStepKind::kAdd: return V::add(x, operand);
    case DenseStepKind::kSubtract: return V::sub(x, operand);
    case DenseStepKind::kMultiply: return V::mul(x, operand);
    case DenseStepKind::kDivide: return V::div(x, operand);
  }
  return x;
}

template <class V>
void run_dense_steps(const DenseStep* steps, size_t step_count, const DenseRows& rows,
                     size_t columns) {
  for (size_t r = 0; r < rows.rows; ++r) {
    const float* const x = rows.x + r * rows.x_stride;
    float* const y = rows.y + r * rows.y_stride;
    for (size_t i = 0; i < columns; i += V::kLanes) {
      const size_t left = columns - i;
      typename V::T value = left >= V::kLanes ? V::load(x + i) : V::load_part(x + i, left);
      for (size_t s = 0; s < step_count; ++s) value = dense_step<V>(steps[s], value, i);
      V::store(y + i, value);
    }
  }
}

template <class V>
inline constexpr DenseKernels kDenseOf = {V::kLanes, kDenseGroup<V>, run_dense_layer<V>,
                                          run_dense_steps<V>};
