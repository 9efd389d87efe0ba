// Batches: rows in chunks; columns, then group by group ranks, walks and sums in tree order.
// Included like forest_walk.inl.h. V has besides:
//   rank_plane(RankJob): ranks of one feature for the rows of a chunk; says whether one was NaN;
//   kDictionaries: whether it looks leaf values up in registers; if so,
//   add_leaves(SumJob): adds the leaves of up to kSumTrees trees whose codes are ready;
//   place(sums, is_double, row): where add_leaves keeps row `row` of a block (0..63).

// Rows of x as they came; element reads widen to double.
struct Rows {
  const uint8_t* data;
  size_t stride_bytes;
  size_t count;
  bool is_double;
  inline double at(size_t row, uint32_t feature) const {
    const uint8_t* r = data + row * stride_bytes;
    return is_double ? reinterpret_cast<const LooseDouble*>(r)[feature]
                     : static_cast<double>(reinterpret_cast<const LooseFloat*>(r)[feature]);
  }
};

struct RankJob {
  const RankPlane* plane;
  const float* column;  // rows as float32, zero beyond the rows that exist
  size_t block_count;
  uint8_t* ranks;  // of this plane in the first block
  size_t block_bytes;
  const Rows* rows;
};

struct SumJob {
  const ByteForest* forest;
  const ByteTree* trees;
  size_t tree_count;
  const uint8_t* codes;  // [tree][chunk_rows]
  size_t codes_pitch;
  size_t block_count;
  void* sums;  // [target][chunk_rows]
  size_t sums_pitch;
};

// The rank of a double: used where a float32 does not decide.
inline uint8_t exact_rank(const RankPlane& plane, double value) {
  if (value != value) return kNanRank;
  uint32_t low = 0, high = plane.count;
  while (low < high) {
    const uint32_t middle = (low + high) / 2;
    if (plane.exact[middle] < value) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return static_cast<uint8_t>(low);
}

// Ranks again those of 64 rows that `lanes` names, from the rows themselves.
inline void rank_exactly(const RankJob& job, size_t block, uint64_t lanes) {
  for (; lanes != 0; lanes &= lanes - 1) {
    const size_t lane = static_cast<size_t>(__builtin_ctzll(lanes));
    const size_t row = block * kBlockRows + lane;
    if (row >= job.rows->count) return;
    const double value = job.rows->at(row, job.plane->feature);
    job.ranks[block * job.block_bytes + lane] = exact_rank(*job.plane, value);
  }
}

struct Chunk {
  const ForestTables* forest;
  Rows rows;
  size_t block_count;
  size_t column_pitch;  // floats
  float* columns;       // [column][column_pitch]
  uint8_t* ranks;       // [block][plane_slots][64]
  uint8_t* codes;       // [kSumTrees][chunk_rows]
  void* sums;
};

inline void make_columns(const Chunk& chunk) {
  const ByteForest& bytes = *chunk.forest->bytes;
  const Rows& rows = chunk.rows;
  for (size_t c = 0; c < bytes.column_count; ++c) {
    float* to = chunk.columns + c * chunk.column_pitch;
    for (size_t r = rows.count; r < chunk.block_count * kBlockRows; ++r) to[r] = 0;
  }
  for (size_t r = 0; r < rows.count; ++r) {
    const uint8_t* row = rows.data + r * rows.stride_bytes;
    float* to = chunk.columns + r;
    if (rows.is_double) {
      for (size_t c = 0; c < bytes.column_count; ++c, to += chunk.column_pitch) {
        *to = static_cast<float>(reinterpret_cast<const LooseDouble*>(row)[bytes.columns[c]]);
      }
    } else {
      for (size_t c = 0; c < bytes.column_count; ++c, to += chunk.column_pitch) {
        *to = reinterpret_cast<const LooseFloat*>(row)[bytes.columns[c]];
      }
    }
  }
}

// Adds leaves by slot, four trees at a time so that their values stay in L1; sums are
// [target][chunk_rows].
template <class S> inline void add_slots(const SumJob& job) {
  const size_t row_count = job.block_count * kBlockRows;
  size_t t = 0;
  for (; t + 4 <= job.tree_count; t += 4) {
    const ByteTree* trees = job.trees + t;
    const uint32_t target = trees[0].target;
    if (trees[1].target != target || trees[2].target != target || trees[3].target != target) break;
    const S* v0 = static_cast<const S*>(trees[0].slot_values);
    const S* v1 = static_cast<const S*>(trees[1].slot_values);
    const S* v2 = static_cast<const S*>(trees[2].slot_values);
    const S* v3 = static_cast<const S*>(trees[3].slot_values);
    const uint8_t* c0 = job.codes + t * job.codes_pitch;
    const uint8_t* c1 = c0 + job.codes_pitch;
    const uint8_t* c2 = c1 + job.codes_pitch;
    const uint8_t* c3 = c2 + job.codes_pitch;
    S* sums = static_cast<S*>(job.sums) + target * job.sums_pitch;
    for (size_t r = 0; r < row_count; ++r) {
      sums[r] = (((sums[r] + v0[c0[r]]) + v1[c1[r]]) + v2[c2[r]]) + v3[c3[r]];
    }
  }
  for (; t < job.tree_count; ++t) {
    const S* values = static_cast<const S*>(job.trees[t].slot_values);
    const uint8_t* codes = job.codes + t * job.codes_pitch;
    S* sums = static_cast<S*>(job.sums) + job.trees[t].target * job.sums_pitch;
    for (size_t r = 0; r < row_count; ++r) sums[r] += values[codes[r]];
  }
}

template <class V> inline WalkFunction choose_walk(const ByteForest& bytes, bool nans, bool codes) {
  if constexpr (V::kDictionaries) {
    if (codes) {
      return nans ? walk_function<V, true, true>(bytes.depth, bytes.narrow)
                  : walk_function<V, false, true>(bytes.depth, bytes.narrow);
    }
  }
  return nans ? walk_function<V, true, false>(bytes.depth, bytes.narrow)
              : walk_function<V, false, false>(bytes.depth, bytes.narrow);
}

// Adds the leaves of trees that have been walked.
template <class V, class S> inline void add_walked(const Chunk& chunk, const SumJob& job) {
  const ForestTables& forest = *chunk.forest;
  const ByteForest& bytes = *forest.bytes;
  S* sums = static_cast<S*>(chunk.sums);
  if (bytes.sums == kSumSlots) {
    add_slots<S>(job);
  } else if (bytes.sums == kSumVectors) {
    for (size_t k = 0; k < job.tree_count; ++k) {
      add_vectors<S>(job.trees[k], job.codes + k * job.codes_pitch, chunk.rows.count,
                     forest.target_count, sums);
    }
  } else if (bytes.sums == kSumExits) {
    for (size_t k = 0; k < job.tree_count; ++k) {
      add_exits<S>(forest, job.trees[k], job.codes + k * job.codes_pitch, chunk.rows.data,
                   chunk.rows.stride_bytes, chunk.rows.count, sums);
    }
  } else if constexpr (V::kDictionaries) {
    V::add_leaves(job, sizeof(S) == sizeof(double));
  }
}

template <class V> inline void run_group(const Chunk& chunk, const RankGroup& group) {
  const ForestTables& forest = *chunk.forest;
  const ByteForest& bytes = *forest.bytes;
  const size_t block_bytes = group.plane_slots * kBlockRows;
  bool any_nan = false;
  for (uint32_t p = 0; p < group.plane_count; ++p) {
    const RankPlane& plane = group.planes[p];
    const RankJob job = {&plane,
                         chunk.columns + plane.column * chunk.column_pitch,
                         chunk.block_count,
                         chunk.ranks + p * kBlockRows,
                         block_bytes,
                         &chunk.rows};
    any_nan |= V::rank_plane(job);
  }
  const bool codes = bytes.sums == kSumDict32 || bytes.sums == kSumDict64;
  const bool nans = any_nan && bytes.nan_left != 0;
  const WalkFunction walk_tree = choose_walk<V>(bytes, nans, codes);
  for (uint32_t t = 0; t < group.tree_count; t += kSumTrees) {
    const ByteTree* trees = bytes.trees + group.first_tree + t;
    const uint32_t left = group.tree_count - t;
    const uint32_t count = left < kSumTrees ? left : kSumTrees;
    for (uint32_t k = 0; k < count; ++k) {
      walk_tree({trees + k, chunk.ranks, block_bytes, chunk.block_count,
                 chunk.codes + k * bytes.chunk_rows});
    }
    const SumJob sum = {
        &bytes,     trees,           count, chunk.codes, bytes.chunk_rows, chunk.block_count,
        chunk.sums, bytes.chunk_rows};
    if (forest.sum_is_double != 0) {
      add_walked<V, double>(chunk, sum);
    } else {
      add_walked<V, float>(chunk, sum);
    }
  }
}

inline bool sums_by_row(const ByteForest& bytes) {
  return bytes.sums == kSumExits || bytes.sums == kSumVectors;
}

// Starts the sums: [row][target] or [target][chunk_rows].
template <class S> inline void start_sums(const Chunk& chunk) {
  const ForestTables& forest = *chunk.forest;
  const ByteForest& bytes = *forest.bytes;
  const S* first = static_cast<const S*>(forest.first);
  S* sums = static_cast<S*>(chunk.sums);
  if (sums_by_row(bytes)) {
    for (size_t r = 0; r < chunk.rows.count; ++r) {
      for (size_t k = 0; k < forest.target_count; ++k) *sums++ = first[k];
    }
    return;
  }
  for (size_t k = 0; k < forest.target_count; ++k, sums += bytes.chunk_rows) {
    for (size_t r = 0; r < chunk.block_count * kBlockRows; ++r) sums[r] = first[k];
  }
}

template <class S>
inline void finish_sum(const ForestTables& forest, S sum, size_t target, uint8_t* out) {
  if (forest.aggregate == kForestAverage) sum /= static_cast<S>(forest.tree_count);
  if (forest.last != nullptr) sum += static_cast<const S*>(forest.last)[target];
  if (forest.output_is_double != 0) {
    *reinterpret_cast<LooseDouble*>(out) = static_cast<double>(sum);
  } else {
    *reinterpret_cast<LooseFloat*>(out) = static_cast<float>(sum);
  }
}

template <class V> inline size_t place_of(uint8_t sums, bool is_double, size_t row) {
  if constexpr (V::kDictionaries) {
    if (sums == kSumDict32 || sums == kSumDict64) return V::place(sums, is_double, row);
  }
  return row;
}

template <class V, class S> inline void finish_sums(const Chunk& chunk, uint8_t* out) {
  const ForestTables& forest = *chunk.forest;
  const ByteForest& bytes = *forest.bytes;
  const S* sums = static_cast<const S*>(chunk.sums);
  const size_t size = forest.output_is_double != 0 ? sizeof(double) : sizeof(float);
  for (size_t r = 0; r < chunk.rows.count; ++r) {
    const size_t place = r / kBlockRows * kBlockRows +
                         place_of<V>(bytes.sums, sizeof(S) == sizeof(double), r % kBlockRows);
    for (size_t k = 0; k < forest.target_count; ++k, out += size) {
      const size_t at =
          sums_by_row(bytes) ? r * forest.target_count + k : k * bytes.chunk_rows + place;
      finish_sum<S>(forest, sums[at], k, out);
    }
  }
}

inline uint8_t* take(uint8_t** at, size_t bytes) {
  uint8_t* taken = *at;
  *at += (bytes + 63) / 64 * 64;
  return taken;
}

template <class V>
void forest_rows(const ForestTables& forest, const void* x, size_t row_count,
                 size_t row_stride_elements, void* out, void* scratch) {
  const ByteForest& bytes = *forest.bytes;
  const size_t stride_bytes = row_stride_elements * (forest.input_is_double != 0 ? 8 : 4);
  const size_t out_bytes = forest.target_count * (forest.output_is_double != 0 ? 8 : 4);
  Chunk chunk;
  chunk.forest = &forest;
  chunk.column_pitch = bytes.chunk_rows + 16;  // so that columns do not fall on the same cache sets
  uint8_t* at = static_cast<uint8_t*>(scratch);
  chunk.columns = reinterpret_cast<float*>(take(&at, bytes.column_count * chunk.column_pitch * 4));
  chunk.ranks = take(&at, bytes.most_slots * bytes.chunk_rows);
  chunk.codes = take(&at, kSumTrees * bytes.chunk_rows);
  chunk.sums = at;
  for (size_t begin = 0; begin < row_count; begin += bytes.chunk_rows) {
    const size_t left = row_count - begin;
    const size_t count = left < bytes.chunk_rows ? left : bytes.chunk_rows;
    chunk.rows = {static_cast<const uint8_t*>(x) + begin * stride_bytes, stride_bytes, count,
                  forest.input_is_double != 0};
    chunk.block_count = (count + kBlockRows - 1) / kBlockRows;
    make_columns(chunk);
    if (forest.sum_is_double != 0) {
      start_sums<double>(chunk);
    } else {
      start_sums<float>(chunk);
    }
    for (size_t g = 0; g < bytes.group_count; ++g) run_group<V>(chunk, bytes.groups[g]);
    uint8_t* to = static_cast<uint8_t*>(out) + begin * out_bytes;
    if (forest.sum_is_double != 0) {
      finish_sums<V, double>(chunk, to);
    } else {
      finish_sums<V, float>(chunk, to);
    }
  }
}
