// The tile of a float32 product, written once for every vector: V names the vector of one
// instruction set. Included inside an anonymous namespace of tundish::kernels by the file of that
// set, so that nothing here becomes a symbol that the linker could merge across instruction sets.
//
// V has: T (the vector), kLanes, kTileRows; zero, set1, load, store, fma (a * b + c), and what
// vector_math.inl.h asks for.

// Vectors of a panel.
inline constexpr size_t kPanelVectors = 2;

// One tile and where it lies.
struct Tile {
  const float* a;
  size_t a_row_stride;
  size_t a_depth_stride;
  const float* b;
  size_t b_depth_stride;
  size_t b_panel_stride;
  size_t depth;
  size_t prefetch_bytes;
  float* out;
  size_t out_stride;
  bool starts;
};

using TileFunction = void (*)(const Tile&);

// kRows rows x kPanels panels of kVectors vectors. Every output is one chain of fma over k. Row
// pointers go in threes (p, p + stride, p + 2 stride), so that 12 rows need four registers and not
// twelve; the empty assembly keeps the compiler from undoing that.
template <class V, size_t kRows, size_t kVectors, size_t kPanels> void run_tile(const Tile& tile) {
  constexpr size_t kColumns = kVectors * kPanels;
  constexpr size_t kGroups = (kRows + 2) / 3;
  using T = typename V::T;
  const float* row[kGroups];
  size_t once = tile.a_row_stride;
  size_t twice = 2 * tile.a_row_stride;
  for (size_t g = 0; g < kGroups; ++g) {
    row[g] = tile.a + 3 * g * tile.a_row_stride;
    asm volatile("" : "+r"(row[g]));
  }
  asm volatile("" : "+r"(once), "+r"(twice));
  T sums[kRows][kColumns];
#pragma GCC unroll 32
  for (size_t r = 0; r < kRows; ++r) {
#pragma GCC unroll 32
    for (size_t v = 0; v < kColumns; ++v) {
      sums[r][v] =
          tile.starts ? V::zero() : V::load(tile.out + r * tile.out_stride + v * V::kLanes);
    }
  }
  const float* b = tile.b;
  const size_t b_step = tile.b_depth_stride;
  const size_t a_step = tile.a_depth_stride;
  const size_t panel_stride = tile.b_panel_stride;
  const size_t ahead = tile.prefetch_bytes;
  for (size_t k = tile.depth; k != 0; --k) {
    T columns[kColumns];
#pragma GCC unroll 32
    for (size_t v = 0; v < kColumns; ++v) {
      const float* at = b + (v / kVectors) * panel_stride + (v % kVectors) * V::kLanes;
      columns[v] = V::load(at);
      // Lines of 16 floats; nothing ahead asks for the line that is being loaded.
      if (kPanels < 4 && (v % kVectors) * V::kLanes % 16 == 0) {
        __builtin_prefetch(reinterpret_cast<const char*>(at) + ahead, 0, 2);
      }
    }
    b += b_step;
#pragma GCC unroll 32
    for (size_t r = 0; r < kRows; ++r) {
      const T x = V::set1(row[r / 3][r % 3 == 0 ? 0 : r % 3 == 1 ? once : twice]);
#pragma GCC unroll 32
      for (size_t v = 0; v < kColumns; ++v) sums[r][v] = V::fma(x, columns[v], sums[r][v]);
    }
#pragma GCC unroll 8
    for (size_t g = 0; g < kGroups; ++g) row[g] += a_step;
  }
#pragma GCC unroll 32
  for (size_t r = 0; r < kRows; ++r) {
#pragma GCC unroll 32
    for (size_t v = 0; v < kColumns; ++v) {
      V::store(tile.out + r * tile.out_stride + v * V::kLanes, sums[r][v]);
    }
  }
}

// Panels side by side. Low tiles take several, else too few sums are in flight.
enum TileShape : size_t { kHalf, kOne, kTwo, kFour };
inline constexpr size_t kShapes = 4;
inline constexpr size_t kShapePanels[kShapes] = {1, 1, 2, 4};

// Whether the sums of a tile, one row of B and a value of A fit the registers. (A single row takes
// B as operands in memory.)
template <class V> constexpr bool fits(size_t rows, size_t vectors) {
  return rows * vectors + (rows > 1 ? vectors : 0) + 1 <= V::kRegisters;
}

template <size_t... kIndex> struct Indices {};
template <size_t kCount, size_t... kIndex> struct UpTo : UpTo<kCount - 1, kCount - 1, kIndex...> {};
template <size_t... kIndex> struct UpTo<0, kIndex...> { using Type = Indices<kIndex...>; };

template <class V, size_t kRows, size_t kVectors, size_t kPanels>
constexpr TileFunction tile_or_null() {
  if constexpr (fits<V>(kRows, kVectors * kPanels)) {
    return run_tile<V, kRows, kVectors, kPanels>;
  } else {
    return nullptr;
  }
}

// Tiles by shape and height - 1. Null where the tile does not fit the registers.
template <class V> struct Tiles { TileFunction functions[kShapes][V::kTileRows]; };

template <class V, size_t... kRow> constexpr Tiles<V> make_tiles(Indices<kRow...>) {
  return {{{tile_or_null<V, kRow + 1, 1, 1>()...},
           {tile_or_null<V, kRow + 1, kPanelVectors, 1>()...},
           {tile_or_null<V, kRow + 1, kPanelVectors, 2>()...},
           {tile_or_null<V, kRow + 1, kPanelVectors, 4>()...}}};
}

template <class V>
inline constexpr Tiles<V> kTiles = make_tiles<V>(typename UpTo<V::kTileRows>::Type());
