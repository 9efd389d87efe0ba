// One row times packed weights with a part of another product beside it. Included after
// gemm_tile.inl.h, inside the same anonymous namespace.
//
// The row waits for its weights, which come from the second cache; a tile of several rows waits for
// the multiply-add ports. In one loop the one fills the time of the other.

// Panels of weights that the row takes at once, and rows of the tile beside it.
inline constexpr size_t kRowPanels = 4;
template <class V> inline constexpr size_t kBesideRows = V::kRegisters >= 32 ? 8 : 4;

// Sums of the row over one group of panels.
template <class V> struct RowSums { typename V::T part[kRowPanels * kPanelVectors]; };

template <class V>
inline void add_row_panels(const float* b, size_t panel_stride, typename V::T x, RowSums<V>& sums) {
#pragma GCC unroll 8
  for (size_t v = 0; v < kRowPanels * kPanelVectors; ++v) {
    const float* at = b + v / kPanelVectors * panel_stride + v % kPanelVectors * V::kLanes;
    sums.part[v] = V::fma(x, V::load(at), sums.part[v]);
  }
}

// `count` steps of the depth of both.
template <class V>
inline void step_both(const float* x, const float* b, size_t panel_stride, size_t count,
                      RowSums<V>& sums, BesideProduct& beside) {
  constexpr size_t kRows = kBesideRows<V>;
  constexpr size_t kWidth = kPanelVectors * V::kLanes;
  using T = typename V::T;
  T tile[kRows];
#pragma GCC unroll 8
  for (size_t r = 0; r < kRows; ++r) tile[r] = V::load(beside.sums + r * V::kLanes);
  ptrdiff_t stride = beside.a_row_stride;
  const float* low = beside.a + static_cast<ptrdiff_t>(beside.row) * stride + beside.k;
  const float* high = low + static_cast<ptrdiff_t>(kRows / 2) * stride;
  const size_t panel = beside.column / kWidth * kWidth;
  const float* columns =
      beside.panels + panel * beside.depth + beside.column % kWidth + beside.k * kWidth;
  ptrdiff_t thrice = 3 * stride;
  asm volatile("" : "+r"(low), "+r"(high), "+r"(stride), "+r"(thrice));
  for (size_t k = 0; k < count; ++k) {
    add_row_panels<V>(b, panel_stride, V::set1(x[k]), sums);
    b += kWidth;
    const T column = V::load(columns);
    columns += kWidth;
#pragma GCC unroll 8
    for (size_t r = 0; r < kRows; ++r) {
      const float* row = r < kRows / 2 ? low : high;
      const size_t at = r % (kRows / 2);
      const ptrdiff_t step = at == 0 ? 0 : at == 1 ? stride : at == 2 ? 2 * stride : thrice;
      tile[r] = V::fma(V::set1(row[step]), column, tile[r]);
    }
    ++low;
    ++high;
  }
#pragma GCC unroll 8
  for (size_t r = 0; r < kRows; ++r) V::store(beside.sums + r * V::kLanes, tile[r]);
  beside.k += count;
}

// A tile that has all its depth goes to C, and the next one begins.
template <class V> inline void next_tile(BesideProduct& beside) {
  using T = typename V::T;
  if (beside.k < beside.depth) return;
  const T bias = beside.bias != nullptr ? V::load(beside.bias + beside.column) : V::zero();
  for (size_t r = 0; r < kBesideRows<V>; ++r) {
    float* c = beside.c + static_cast<ptrdiff_t>(beside.row + r) * beside.c_row_stride;
    const T sum = V::load(beside.sums + r * V::kLanes);
    V::store(c + beside.column, beside.bias != nullptr ? V::add(sum, bias) : sum);
    V::store(beside.sums + r * V::kLanes, V::zero());
  }
  beside.k = 0;
  beside.column += V::kLanes;
  if (beside.column < beside.columns) return;
  beside.column = 0;
  beside.row += kBesideRows<V>;
}

template <class V> void multiply_row_of(const RowProduct& row, BesideProduct& beside) {
  constexpr size_t kWidth = kPanelVectors * V::kLanes;
  const size_t panel_stride = row.depth * kWidth;
  for (size_t g = 0; g < row.groups; ++g) {
    const float* b = row.panels + g * kRowPanels * panel_stride;
    RowSums<V> sums;
    for (auto& part : sums.part) part = V::zero();
    size_t k = 0;
    while (k < row.depth && beside.row < beside.rows) {
      const size_t left = beside.depth - beside.k;
      const size_t count = left < row.depth - k ? left : row.depth - k;
      step_both<V>(row.x + k, b + k * kWidth, panel_stride, count, sums, beside);
      k += count;
      next_tile<V>(beside);
    }
    for (; k < row.depth; ++k) {
      add_row_panels<V>(b + k * kWidth, panel_stride, V::set1(row.x[k]), sums);
    }
    float* y = row.y + g * kRowPanels * kWidth;
#pragma GCC unroll 8
    for (size_t v = 0; v < kRowPanels * kPanelVectors; ++v) {
      V::store(y + v * V::kLanes, V::add(sums.part[v], V::load(y + v * V::kLanes)));
    }
  }
}
