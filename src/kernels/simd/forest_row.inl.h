// One row at a time: the lanes of a vector are the nodes of a tree. The row's ranks are in a
// register, a permutation by the feature of each node and one compare give the decisions of 64
// nodes as bits; the way down the tree is then one bit test and one add-with-carry a level.
// Included like forest_walk.inl.h. V has: RowRanks (made from 64 ranks), decide(RowRanks, RowTree)
// -> 64 bits, equal_nan(RowRanks, RowTree) -> bits of nodes whose value is NaN, rank_value, and
// kTreesAbreast: 0, or leaves_of() finds the leaves of deep tables that many trees at a time.

// i = 2 i + bit i of `bits`.
inline uint64_t step_down(uint64_t bits, uint64_t i) {
  __asm__("btq %0, %1\n\tadcq %0, %0" : "+r"(i) : "r"(bits) : "cc");
  return i;
}

// The row as float32 by column; true where one is NaN.
inline bool row_columns(const ByteForest& bytes, const uint8_t* row, bool is_double, float* to) {
  bool any_nan = false;
  for (size_t c = 0; c < bytes.column_count; ++c) {
    const uint32_t feature = bytes.columns[c];
    to[c] = is_double ? static_cast<float>(reinterpret_cast<const LooseDouble*>(row)[feature])
                      : reinterpret_cast<const LooseFloat*>(row)[feature];
    any_nan |= to[c] != to[c];
  }
  return any_nan;
}

// Ranks of a row for one group.
template <class V>
inline void rank_row(const ByteForest& bytes, const RankGroup& group, const float* columns,
                     uint8_t* ranks) {
  const float* sorted = bytes.plane_floats + size_t{kPlaneFloats} * group.first_plane + kHeapFloats;
  const uint32_t* column = bytes.plane_columns + group.first_plane;
  for (uint32_t p = 0; p < group.plane_count; ++p, sorted += kPlaneFloats) {
    ranks[p] = static_cast<uint8_t>(V::rank_value(sorted, columns[column[p]]));
  }
}

// What rank_row() leaves undone: NaN, and values that round as a threshold does.
inline void mend_ranks(const RankGroup& group, const uint8_t* row, bool is_double,
                       const float* columns, uint8_t* ranks) {
  for (uint32_t p = 0; p < group.plane_count; ++p) {
    const RankPlane& plane = group.planes[p];
    const float value = columns[plane.column];
    if (value != value) ranks[p] = kNanRank;
    if (plane.exact == nullptr || !is_double || plane.sorted[ranks[p]] != value) continue;
    ranks[p] = exact_rank(plane, reinterpret_cast<const LooseDouble*>(row)[plane.feature]);
  }
}

template <bool kNan> inline uint32_t tail_step(uint32_t node, const uint8_t* ranks) {
  const uint8_t rank = ranks[node >> 8 & 63];
  const bool right = rank > static_cast<uint8_t>(node);
  if (kNan && rank == kNanRank && (node & 0x8000) != 0) return 0;
  return right ? 1 : 0;
}

// The number of the leaf's value in the dictionary.
template <class V, int kDepth, bool kNan>
inline uint32_t leaf_of(const typename V::RowRanks& vector, const uint8_t* ranks,
                        const RowTree& tree, const RowTail* tails, const RowExtra* extra) {
  uint64_t bits = V::decide(vector, tree);
  if (kNan) bits &= ~(V::equal_nan(vector, tree) & extra->nan_left);
  uint64_t i = 1;
#pragma GCC unroll 6
  for (int d = 0; d < (kDepth < 6 ? kDepth : 6); ++d) i = step_down(bits, i);
  if constexpr (kDepth <= 6) return tails[i - (uint64_t{1} << kDepth)].leaf[0];
  const RowTail& tail = tails[i - 64];
  const uint32_t top = tail_step<kNan>(tail.node[0], ranks);
  const uint32_t next = kDepth > 7 ? tail_step<kNan>(tail.node[1 + top], ranks) : 0;
  return tail.leaf[2 * top + next];
}

template <class V, class S, int kDepth, bool kNan>
void add_trees(const ForestTables& forest, const RankGroup& group, const uint8_t* ranks,
               const uint8_t* row, S* sums) {
  const ByteForest& bytes = *forest.bytes;
  constexpr uint32_t kAtOnce = 64;
  const typename V::RowRanks vector(ranks);
  const S* dictionary = static_cast<const S*>(bytes.dictionary);
  alignas(64) uint16_t leaves[kAtOnce];
  for (uint32_t t = 0; t < group.tree_count; t += kAtOnce) {
    const uint32_t left = group.tree_count - t;
    const uint32_t count = left < kAtOnce ? left : kAtOnce;
    const RowTree* trees = bytes.row_trees + group.first_tree + t;
    const RowTail* tails = bytes.row_tails + size_t{64} * (group.first_tree + t);
    const RowExtra* extras = bytes.row_extras + group.first_tree + t;
    if constexpr (V::kTreesAbreast != 0 && kDepth > 6) {
      V::template leaves_of<kNan>(vector, trees, tails, extras, count, leaves);
    } else {
      for (uint32_t k = 0; k < count; ++k) {
        leaves[k] = static_cast<uint16_t>(
            leaf_of<V, kDepth, kNan>(vector, ranks, trees[k], tails + size_t{64} * k, extras + k));
      }
    }
    if (bytes.row_exits != 0) {
      add_row_exits<S>(forest, bytes.trees + group.first_tree + t, leaves, count, row, sums);
      continue;
    }
    if (forest.target_count == 1) {
      S sum = sums[0];
      for (uint32_t k = 0; k < count; ++k) sum += dictionary[leaves[k]];
      sums[0] = sum;
      continue;
    }
    for (uint32_t k = 0; k < count; ++k) sums[extras[k].target] += dictionary[leaves[k]];
  }
}

template <class S>
using AddTrees = void (*)(const ForestTables&, const RankGroup&, const uint8_t*, const uint8_t*,
                          S*);

template <class V, class S, bool kNan> AddTrees<S> add_trees_function(int depth) {
  switch (depth) {
    case 1: return add_trees<V, S, 1, kNan>;
    case 2: return add_trees<V, S, 2, kNan>;
    case 3: return add_trees<V, S, 3, kNan>;
    case 4: return add_trees<V, S, 4, kNan>;
    case 5: return add_trees<V, S, 5, kNan>;
    case 6: return add_trees<V, S, 6, kNan>;
    case 7: return add_trees<V, S, 7, kNan>;
    default: return add_trees<V, S, 8, kNan>;
  }
}

// `ranks`: [group][64], all made before the first is read: a load of bytes just stored one by one
// waits for them.
struct RowScratch {
  uint8_t* ranks;
  float* columns;
  void* sums;
};

template <class V, class S>
inline void one_row(const ForestTables& forest, const uint8_t* row, const RowScratch& scratch,
                    uint8_t* out) {
  const ByteForest& bytes = *forest.bytes;
  const bool is_double = forest.input_is_double != 0;
  const S* first = static_cast<const S*>(forest.first);
  S* sums = static_cast<S*>(scratch.sums);
  for (size_t k = 0; k < forest.target_count; ++k) sums[k] = first[k];
  const bool nan = row_columns(bytes, row, is_double, scratch.columns);
  for (size_t g = 0; g < bytes.group_count; ++g) {
    rank_row<V>(bytes, bytes.groups[g], scratch.columns, scratch.ranks + 64 * g);
  }
  if (nan || bytes.exact != 0) {
    for (size_t g = 0; g < bytes.group_count; ++g) {
      mend_ranks(bytes.groups[g], row, is_double, scratch.columns, scratch.ranks + 64 * g);
    }
  }
  const AddTrees<S> add = nan && bytes.nan_left != 0 ? add_trees_function<V, S, true>(bytes.depth)
                                                     : add_trees_function<V, S, false>(bytes.depth);
  for (size_t g = 0; g < bytes.group_count; ++g) {
    add(forest, bytes.groups[g], scratch.ranks + 64 * g, row, sums);
  }
  const size_t size = forest.output_is_double != 0 ? sizeof(double) : sizeof(float);
  for (size_t k = 0; k < forest.target_count; ++k, out += size) {
    finish_sum<S>(forest, sums[k], k, out);
  }
}

template <class V>
void forest_row(const ForestTables& forest, const void* x, size_t row_count,
                size_t row_stride_elements, void* out, void* scratch) {
  const ByteForest& bytes = *forest.bytes;
  const size_t stride_bytes = row_stride_elements * (forest.input_is_double != 0 ? 8 : 4);
  const size_t out_bytes = forest.target_count * (forest.output_is_double != 0 ? 8 : 4);
  const uint8_t* row = static_cast<const uint8_t*>(x);
  uint8_t* to = static_cast<uint8_t*>(out);
  uint8_t* at = static_cast<uint8_t*>(scratch);
  RowScratch carved;
  carved.ranks = take(&at, bytes.group_count * 64);
  carved.columns = reinterpret_cast<float*>(take(&at, bytes.column_count * sizeof(float)));
  carved.sums = at;
  for (size_t r = 0; r < row_count; ++r, row += stride_bytes, to += out_bytes) {
    if (forest.sum_is_double != 0) {
      one_row<V, double>(forest, row, carved, to);
    } else {
      one_row<V, float>(forest, row, carved, to);
    }
  }
}
