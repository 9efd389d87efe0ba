// Leaves beyond the tables: walks that go on node by node, and leaves of several targets.
// Included like forest_walk.inl.h, before forest_batch.inl.h.

typedef double LooseDouble __attribute__((aligned(1), may_alias));
typedef float LooseFloat __attribute__((aligned(1), may_alias));

inline double load_widened(const LooseDouble* at) { return *at; }
inline double load_widened(const LooseFloat* at) { return static_cast<double>(*at); }

constexpr uint32_t kAbreast = 8;  // independent walks at a time, to hide the latency of each

// Eight walks on from `at`, lane k with row rows[k]: no branch but the test whether all have come
// to a leaf. A leaf never goes right and is its own left.
template <class Loose, bool kNan>
inline void walk_abreast(const TailNode* nodes, uint32_t depth, const uint8_t* const* rows,
                         uint32_t* at) {
  for (uint32_t d = 0; d < depth; ++d) {
    uint32_t moved = 0;
#pragma GCC unroll 8
    for (uint32_t k = 0; k < kAbreast; ++k) {
      const TailNode& node = nodes[at[k]];
      const Loose* row = reinterpret_cast<const Loose*>(rows[k]);
      const double value = load_widened(row + (node.feature & kTailFeatureMask));
      uint32_t right = (value <= node.value ? 0u : 1u) & (node.feature >> 31);
      if (kNan) right &= ~((value != value ? 1u : 0u) & (node.feature >> 30));
      const uint32_t next = node.next + right;
      moved |= next ^ at[k];
      at[k] = next;
    }
    if (moved == 0) return;
  }
}

inline void walk_tails(const ForestTables& forest, const uint8_t* const* rows, uint32_t* at) {
  const ByteForest& bytes = *forest.bytes;
  const uint32_t depth = bytes.tail_depth;
  if (depth == 0) return;
  if (forest.input_is_double != 0) {
    if (bytes.nan_left != 0) {
      walk_abreast<LooseDouble, true>(bytes.tail_nodes, depth, rows, at);
    } else {
      walk_abreast<LooseDouble, false>(bytes.tail_nodes, depth, rows, at);
    }
  } else if (bytes.nan_left != 0) {
    walk_abreast<LooseFloat, true>(bytes.tail_nodes, depth, rows, at);
  } else {
    walk_abreast<LooseFloat, false>(bytes.tail_nodes, depth, rows, at);
  }
}

// Adds the leaf that a walk has come to.
template <class S> inline void add_leaf(const ForestTables& forest, uint32_t at, S* sums) {
  const double value = forest.bytes->tail_nodes[at].value;
  if (forest.target_count == 1) {
    sums[0] += static_cast<S>(value);
    return;
  }
  const S* weights = static_cast<const S*>(forest.weights);
  const size_t leaf = static_cast<size_t>(value);
  if (forest.leaf_targets != nullptr) {
    sums[forest.leaf_targets[leaf]] += weights[leaf];
    return;
  }
  const size_t width = forest.target_count;
  for (size_t k = 0; k < width; ++k) sums[k] += weights[leaf * width + k];
}

// One tree, many rows; sums are [row][target].
template <class S>
inline void add_exits(const ForestTables& forest, const ByteTree& tree, const uint8_t* slots,
                      const uint8_t* rows, size_t stride_bytes, size_t row_count, S* sums) {
  for (size_t r = 0; r < row_count; r += kAbreast) {
    const size_t left = row_count - r;
    const uint32_t count = left < kAbreast ? static_cast<uint32_t>(left) : kAbreast;
    uint32_t at[kAbreast];
    const uint8_t* abreast[kAbreast];
    for (uint32_t k = 0; k < kAbreast; ++k) {
      const size_t row = r + (k < count ? k : 0);
      at[k] = tree.exits[slots[row]];
      abreast[k] = rows + row * stride_bytes;
    }
    walk_tails(forest, abreast, at);
    for (uint32_t k = 0; k < count; ++k) {
      add_leaf(forest, at[k], sums + (r + k) * forest.target_count);
    }
  }
}

// One row, up to 64 trees whose slots are known.
template <class S>
inline void add_row_exits(const ForestTables& forest, const ByteTree* trees, const uint16_t* slots,
                          uint32_t tree_count, const uint8_t* row, S* sums) {
  const uint8_t* abreast[kAbreast];
  for (uint32_t k = 0; k < kAbreast; ++k) abreast[k] = row;
  for (uint32_t t = 0; t < tree_count; t += kAbreast) {
    const uint32_t left = tree_count - t;
    const uint32_t count = left < kAbreast ? left : kAbreast;
    uint32_t at[kAbreast];
    for (uint32_t k = 0; k < kAbreast; ++k) {
      const uint32_t tree = t + (k < count ? k : 0);
      at[k] = trees[tree].exits[slots[tree]];
    }
    walk_tails(forest, abreast, at);
    for (uint32_t k = 0; k < count; ++k) add_leaf(forest, at[k], sums);
  }
}

// Vectors of kWidth weights by slot; 0: any width.
template <class S, int kWidth>
inline void add_vectors_of(const ByteTree& tree, const uint8_t* slots, size_t row_count,
                           size_t target_count, S* sums) {
  const size_t width = kWidth != 0 ? static_cast<size_t>(kWidth) : target_count;
  const S* values = static_cast<const S*>(tree.slot_values);
  for (size_t r = 0; r < row_count; ++r, sums += width) {
    const S* value = values + slots[r] * width;
    for (size_t k = 0; k < width; ++k) sums[k] += value[k];
  }
}

template <class S>
inline void add_vectors(const ByteTree& tree, const uint8_t* slots, size_t row_count,
                        size_t target_count, S* sums) {
  switch (target_count) {
    case 2: add_vectors_of<S, 2>(tree, slots, row_count, target_count, sums); break;
    case 3: add_vectors_of<S, 3>(tree, slots, row_count, target_count, sums); break;
    case 4: add_vectors_of<S, 4>(tree, slots, row_count, target_count, sums); break;
    default: add_vectors_of<S, 0>(tree, slots, row_count, target_count, sums); break;
  }
}
