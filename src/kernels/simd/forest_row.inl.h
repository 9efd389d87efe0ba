// One row at a time: the lanes of a vector are the nodes of a tree. The row's ranks are in a
// register, a permutation by the feature of each node and one compare give the decisions of 64
// nodes as bits; the way down the tree is then one bit test and one add-with-carry a level.
// Included like forest_walk.inl.h. V has: RowRanks (made from 64 ranks), decide(RowRanks, RowTree)
// -> 64 bits, equal_nan(RowRanks, RowTree) -> bits of nodes whose value is NaN, rank_value.

// i = 2 i + bit i of `bits`.
inline uint64_t step_down(uint64_t bits, uint64_t i) {
  __asm__("btq %0, %1\n\tadcq %0, %0" : "+r"(i) : "r"(bits) : "cc");
  return i;
}

// The rank of one value; `value` also as it came where float32 does not decide.
template <class V> inline uint8_t rank_one(const RankPlane& plane, float value, double exact) {
  if (value != value) return kNanRank;
  uint32_t rank = V::rank_value(plane.sorted, value);
  if (plane.exact != nullptr && rank < plane.count && plane.sorted[rank] == value) {
    while (rank < plane.count && plane.exact[rank] < exact) ++rank;
  }
  return static_cast<uint8_t>(rank);
}

// Ranks of the features of a group; true where one is NaN.
template <class V>
inline bool rank_row(const RankGroup& group, const uint8_t* row, bool is_double, uint8_t* ranks) {
  bool any_nan = false;
  for (uint32_t p = 0; p < group.plane_count; ++p) {
    const RankPlane& plane = group.planes[p];
    if (is_double) {
      const double value = reinterpret_cast<const LooseDouble*>(row)[plane.feature];
      ranks[p] = rank_one<V>(plane, static_cast<float>(value), value);
    } else {
      const float value = reinterpret_cast<const LooseFloat*>(row)[plane.feature];
      ranks[p] = rank_one<V>(plane, value, value);
    }
    any_nan |= ranks[p] == kNanRank;
  }
  return any_nan;
}

template <bool kNan>
inline uint64_t tail_step(const RowTree& tree, const uint8_t* ranks, uint64_t i) {
  const uint32_t entry = tree.tail[i - 64];
  const uint8_t rank = ranks[entry >> 8 & 63];
  bool right = rank > static_cast<uint8_t>(entry);
  if (kNan && rank == kNanRank && (entry & 0x8000) != 0) right = false;
  return 2 * i + (right ? 1 : 0);
}

template <class V, int kDepth, bool kNan>
inline uint64_t slot_of(const typename V::RowRanks& vector, const uint8_t* ranks,
                        const RowTree& tree) {
  uint64_t bits = V::decide(vector, tree);
  if (kNan) bits &= ~(V::equal_nan(vector, tree) & tree.nan_left);
  uint64_t i = 1;
#pragma GCC unroll 6
  for (int d = 0; d < (kDepth < 6 ? kDepth : 6); ++d) i = step_down(bits, i);
  if constexpr (kDepth > 6) i = tail_step<kNan>(tree, ranks, i);
  if constexpr (kDepth > 7) i = tail_step<kNan>(tree, ranks, i);
  return i - (uint64_t{1} << kDepth);
}

template <class V, class S, int kDepth, bool kNan>
void add_trees(const ByteForest& bytes, const RankGroup& group, const uint8_t* ranks, S* sums,
               size_t target_count) {
  const typename V::RowRanks vector(ranks);
  const S* dictionary = static_cast<const S*>(bytes.dictionary);
  const RowTree* trees = bytes.row_trees + group.first_tree;
  if (target_count == 1) {
    S sum = sums[0];
    for (uint32_t t = 0; t < group.tree_count; ++t) {
      sum += dictionary[trees[t].leaf[slot_of<V, kDepth, kNan>(vector, ranks, trees[t])]];
    }
    sums[0] = sum;
    return;
  }
  for (uint32_t t = 0; t < group.tree_count; ++t) {
    const uint64_t slot = slot_of<V, kDepth, kNan>(vector, ranks, trees[t]);
    sums[trees[t].target] += dictionary[trees[t].leaf[slot]];
  }
}

template <class S>
using AddTrees = void (*)(const ByteForest&, const RankGroup&, const uint8_t*, S*, size_t);

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

template <class V, class S>
inline void one_row(const ForestTables& forest, const uint8_t* row, S* sums, uint8_t* out) {
  const ByteForest& bytes = *forest.bytes;
  const S* first = static_cast<const S*>(forest.first);
  for (size_t k = 0; k < forest.target_count; ++k) sums[k] = first[k];
  alignas(64) uint8_t ranks[64] = {};
  for (size_t g = 0; g < bytes.group_count; ++g) {
    const RankGroup& group = bytes.groups[g];
    const bool nan = rank_row<V>(group, row, forest.input_is_double != 0, ranks);
    const AddTrees<S> add = nan && bytes.nan_left != 0
                                ? add_trees_function<V, S, true>(bytes.depth)
                                : add_trees_function<V, S, false>(bytes.depth);
    add(bytes, group, ranks, sums, forest.target_count);
  }
  const size_t size = forest.output_is_double != 0 ? sizeof(double) : sizeof(float);
  for (size_t k = 0; k < forest.target_count; ++k, out += size) {
    finish_sum<S>(forest, sums[k], k, out);
  }
}

template <class V>
void forest_row(const ForestTables& forest, const void* x, size_t row_count,
                size_t row_stride_elements, void* out, void* scratch) {
  const size_t stride_bytes = row_stride_elements * (forest.input_is_double != 0 ? 8 : 4);
  const size_t out_bytes = forest.target_count * (forest.output_is_double != 0 ? 8 : 4);
  const uint8_t* row = static_cast<const uint8_t*>(x);
  uint8_t* to = static_cast<uint8_t*>(out);
  for (size_t r = 0; r < row_count; ++r, row += stride_bytes, to += out_bytes) {
    if (forest.sum_is_double != 0) {
      one_row<V, double>(forest, row, static_cast<double*>(scratch), to);
    } else {
      one_row<V, float>(forest, row, static_cast<float*>(scratch), to);
    }
  }
}
