// Blocks of a float32 product: the loop over tiles, what is done to finished sums, and packing.
// Included after gemm_tile.inl.h and vector_math.inl.h, inside the same anonymous namespace.

// Rows of A and C that stay in the second cache while all panels pass.
inline constexpr size_t kRowBlock = 96;

// Rows a multiple of 4 KB apart fall into one set of the first cache, which holds 8 lines (or 12).
inline constexpr size_t kSetBytes = 4096;
inline constexpr size_t kSetLines = 8;

inline size_t least(size_t a, size_t b) { return a < b ? a : b; }

// Sums in `sums` (rows x columns) and their place in the block.
struct Finished {
  const float* sums;
  size_t stride;
  size_t row;
  size_t column;
  size_t rows;
  size_t columns;
};

inline bool changes_nothing(const GemmEpilogue& e) {
  return e.activation == Activation::kNone && e.scale == 1 && e.row_bias == nullptr &&
         e.column_bias == nullptr && e.residual == nullptr;
}

// Whether a bias for each row and an addend before the activation are all there is, as after a
// convolution.
inline bool is_of_rows(const GemmEpilogue& e) {
  return e.scale == 1 && e.column_bias == nullptr &&
         (e.residual == nullptr ||
          (e.residual_scale == 1 && e.residual_order == ResidualOrder::kBeforeActivation));
}

// One row: y = f(sums + bias + residual).
template <class V, Activation kActivation>
inline void finish_row(const ActivationOf<V, kActivation>& activation, typename V::T bias,
                       const float* sums, const float* residual, float* c, size_t columns) {
  size_t i = 0;
  if (residual != nullptr) {
    for (; i + V::kLanes <= columns; i += V::kLanes) {
      V::store(c + i, activation(V::add(V::add(V::load(sums + i), bias), V::load(residual + i))));
    }
  } else {
    for (; i + V::kLanes <= columns; i += V::kLanes) {
      V::store(c + i, activation(V::add(V::load(sums + i), bias)));
    }
  }
  if (i == columns) return;
  const size_t left = columns - i;
  typename V::T x = V::add(V::load_part(sums + i, left), bias);
  if (residual != nullptr) x = V::add(x, V::load_part(residual + i, left));
  V::store_part(c + i, activation(x), left);
}

template <class V, Activation kActivation>
void finish_rows_only(const GemmBlock& block, const Finished& done) {
  const GemmEpilogue& e = *block.epilogue;
  const ActivationOf<V, kActivation> activation(e.low, e.high);
  for (size_t r = 0; r < done.rows; ++r) {
    const size_t row = block.first_row + done.row + r;
    const float* residual = nullptr;
    if (e.residual != nullptr) {
      residual = e.residual + row * e.residual_row_stride + block.first_column + done.column;
    }
    finish_row<V, kActivation>(
        activation, V::set1(e.row_bias[row]), done.sums + r * done.stride, residual,
        block.c + (done.row + r) * block.c_row_stride + done.column, done.columns);
  }
}

template <class V, Activation kActivation>
void finish_rows(const GemmBlock& block, const Finished& done) {
  using T = typename V::T;
  const GemmEpilogue& e = *block.epilogue;
  if (e.row_bias != nullptr && is_of_rows(e)) {
    return finish_rows_only<V, kActivation>(block, done);
  }
  const size_t first_column = block.first_column + done.column;
  const T scale = V::set1(e.scale);
  const T residual_scale = V::set1(e.residual_scale);
  const ActivationOf<V, kActivation> activation(e.low, e.high);
  const bool before = e.residual_order == ResidualOrder::kBeforeActivation;
  for (size_t r = 0; r < done.rows; ++r) {
    const size_t row = block.first_row + done.row + r;
    const float* sums = done.sums + r * done.stride;
    float* c = block.c + (done.row + r) * block.c_row_stride + done.column;
    const T row_bias = V::set1(e.row_bias != nullptr ? e.row_bias[row] : 0.0f);
    const float* bias = e.column_bias != nullptr ? e.column_bias + first_column : nullptr;
    const float* residual =
        e.residual != nullptr ? e.residual + row * e.residual_row_stride + first_column : nullptr;
    for (size_t i = 0; i < done.columns; i += V::kLanes) {
      const size_t count = least(V::kLanes, done.columns - i);
      const bool whole = count == V::kLanes;
      T x = V::mul(scale, whole ? V::load(sums + i) : V::load_part(sums + i, count));
      if (e.row_bias != nullptr) x = V::add(x, row_bias);
      if (bias != nullptr) {
        x = V::add(x, whole ? V::load(bias + i) : V::load_part(bias + i, count));
      }
      T more = V::zero();
      if (residual != nullptr) {
        more = whole ? V::load(residual + i) : V::load_part(residual + i, count);
        more = V::mul(residual_scale, more);
      }
      if (residual != nullptr && before) x = V::add(x, more);
      x = activation(x);
      if (residual != nullptr && !before) x = V::add(x, more);
      if (whole) {
        V::store(c + i, x);
      } else {
        V::store_part(c + i, x, count);
      }
    }
  }
}

template <class V> void finish(const GemmBlock& block, const Finished& done) {
  using Function = void (*)(const GemmBlock&, const Finished&);
  static constexpr Function kFunctions[kActivationCount] = {
      finish_rows<V, Activation::kNone>,    finish_rows<V, Activation::kRelu>,
      finish_rows<V, Activation::kClip>,    finish_rows<V, Activation::kLeakyRelu>,
      finish_rows<V, Activation::kSigmoid>, finish_rows<V, Activation::kTanh>,
      finish_rows<V, Activation::kSilu>,    finish_rows<V, Activation::kGeluErf>,
      finish_rows<V, Activation::kGeluTanh>};
  kFunctions[static_cast<size_t>(block.epilogue->activation)](block, done);
}

template <class V> void finish_block_of(const GemmBlock& block) {
  finish<V>(block, {block.c, block.c_row_stride, 0, 0, block.rows, block.columns});
}

inline void copy_rows(const float* from, size_t from_stride, float* to, size_t to_stride,
                      size_t rows, size_t columns) {
  for (size_t r = 0; r < rows; ++r) {
    __builtin_memcpy(to + r * to_stride, from + r * from_stride, columns * sizeof(float));
  }
}

// Lines of C, and of the residual, that the end of the tile will ask for.
inline void fetch_rows(const GemmBlock& block, size_t row, size_t rows, size_t column,
                       size_t columns) {
  constexpr size_t kLineFloats = 16;
  const GemmEpilogue& e = *block.epilogue;
  for (size_t r = 0; r < rows; ++r) {
    const float* c = block.c + (row + r) * block.c_row_stride + column;
    for (size_t i = 0; i < columns; i += kLineFloats) __builtin_prefetch(c + i, 1);
    if (!block.ends || e.residual == nullptr) continue;
    const float* residual = e.residual + (block.first_row + row + r) * e.residual_row_stride +
                            block.first_column + column;
    for (size_t i = 0; i < columns; i += kLineFloats) __builtin_prefetch(residual + i);
  }
}

// Rows [row, row + rows) x columns [column, column + columns): one tile, and what follows from it.
template <class V>
void run_one(const GemmBlock& block, Tile& tile, TileShape shape, size_t row, size_t rows,
             size_t column, size_t columns) {
  constexpr size_t kWidth = kPanelVectors * V::kLanes;
  alignas(64) float sums[V::kTileRows * kWidth + V::kRegisters * V::kLanes];
  const size_t width = shape == kHalf ? V::kLanes : kWidth * kShapePanels[shape];
  float* c = block.c + row * block.c_row_stride + column;
  const bool finishes = block.ends && !changes_nothing(*block.epilogue);
  // Not straight into C where it is narrower than the tile or may be the residual.
  const bool aside = columns < width || (block.ends && block.epilogue->residual != nullptr);
  if (block.a_row_stride != 0) {
    tile.a = block.a + row * block.a_row_stride;
  } else {
    tile.a = block.a + row * block.depth;
    tile.a_row_stride = 1;
    tile.a_depth_stride = rows;
  }
  fetch_rows(block, row, rows, column, columns);
  tile.out = aside ? sums : c;
  tile.out_stride = aside ? width : block.c_row_stride;
  if (aside && !block.starts) copy_rows(c, block.c_row_stride, sums, width, rows, columns);
  kTiles<V>.functions[shape][rows - 1](tile);
  if (finishes) {
    finish<V>(block, {tile.out, tile.out_stride, row, column, rows, columns});
  } else if (aside) {
    copy_rows(sums, width, c, block.c_row_stride, rows, columns);
  }
}

template <class V> TileShape shape_for(size_t tallest, size_t columns) {
  constexpr size_t kWidth = kPanelVectors * V::kLanes;
  if (columns >= 4 * kWidth && fits<V>(tallest, 4 * kPanelVectors)) return kFour;
  if (columns >= 2 * kWidth && fits<V>(tallest, 2 * kPanelVectors)) return kTwo;
  return columns <= V::kLanes ? kHalf : kOne;
}

// Equal tiles: 16 rows are 8 + 8, not 12 + 4.
inline size_t tile_count(size_t rows, size_t most_rows) {
  return (rows + most_rows - 1) / most_rows;
}

template <class V> void run_block_of(const GemmBlock& block) {
  constexpr size_t kWidth = kPanelVectors * V::kLanes;
  const bool collides =
      block.a_row_stride != 0 && block.a_row_stride * sizeof(float) % kSetBytes == 0;
  const size_t most_rows = collides ? least(V::kTileRows, kSetLines) : V::kTileRows;
  for (size_t first = 0; first < block.rows; first += kRowBlock) {
    const size_t rows = least(kRowBlock, block.rows - first);
    const size_t tiles = tile_count(rows, most_rows);
    const size_t tallest = (rows + tiles - 1) / tiles;
    const float* b = block.b;
    for (size_t column = 0; column < block.columns;) {
      const TileShape shape = shape_for<V>(tallest, block.columns - column);
      const size_t columns = least(block.columns - column, kShapePanels[shape] * kWidth);
      Tile tile{};
      tile.a_row_stride = block.a_row_stride;
      tile.a_depth_stride = block.a_depth_stride;
      tile.b = b;
      tile.b_depth_stride = shape == kHalf ? V::kLanes : block.b_depth_stride;
      tile.b_panel_stride = block.b_panel_stride;
      tile.depth = block.depth;
      tile.prefetch_bytes = block.prefetch_bytes;
      tile.starts = block.starts;
      for (size_t t = 0; t < tiles; ++t) {
        const size_t begin = rows * t / tiles;
        const size_t end = rows * (t + 1) / tiles;
        run_one<V>(block, tile, shape, first + begin, end - begin, column, columns);
      }
      b += kShapePanels[shape] * block.b_panel_stride;
      column += columns;
    }
  }
}

// One panel of `width` columns of which `columns` exist.
template <class V>
void pack_panel(const GemmPanelSource& source, size_t depth, size_t columns, size_t width,
                float* panel) {
  if (source.column_stride == 1 && columns == width) {
    for (size_t k = 0; k < depth; ++k) {
      for (size_t v = 0; v < width; v += V::kLanes) {
        V::store(panel + k * width + v, V::load(source.data + k * source.depth_stride + v));
      }
    }
    return;
  }
  size_t k = 0;
  if (source.depth_stride == 1 && columns == width) {
    for (; k + V::kLanes <= depth; k += V::kLanes) {
      for (size_t v = 0; v < width; v += V::kLanes) {
        V::transpose(source.data + k + v * source.column_stride, source.column_stride,
                     panel + k * width + v, width);
      }
    }
  }
  for (; k < depth; ++k) {
    const float* from = source.data + k * source.depth_stride;
    float* to = panel + k * width;
    for (size_t n = 0; n < columns; ++n) to[n] = from[n * source.column_stride];
    for (size_t n = columns; n < width; ++n) to[n] = 0;
  }
}

template <class V>
void pack_panels(const GemmPanelSource& source, size_t depth, size_t columns, float* panels) {
  constexpr size_t kWidth = kPanelVectors * V::kLanes;
  for (size_t column = 0; column < columns; column += kWidth) {
    const size_t left = columns - column;
    const size_t width = left <= V::kLanes ? V::kLanes : kWidth;
    const GemmPanelSource from{source.data + column * source.column_stride, source.depth_stride,
                               source.column_stride};
    pack_panel<V>(from, depth, least(left, width), width, panels);
    panels += depth * width;
  }
}
