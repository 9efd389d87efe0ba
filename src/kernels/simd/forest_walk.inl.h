// Trees by ranks as bytes, written once for every vector: V names the vector of one instruction
// set. Included inside an anonymous namespace of tundish::kernels by the file of that set, so that
// nothing here becomes a symbol that the linker could merge across instruction sets.
//
// V has: Bytes, Mask, kRows; load, store, set1, gt (unsigned a > b), blend (m ? b : a), bit<k>,
// twice_plus (2 i + m), equal, and_not (a & ~b for masks: and_not(a, b) = a and not b), both (a &
// b), subtract; LevelTable<level> and SlotTable<depth>: look-ups by heap number and slot.

// Inlined even where the compiler finds it large: a call would spill every vector.
#define TUNDISH_INLINE inline __attribute__((always_inline))

struct Walk {
  const ByteTree* tree;
  const uint8_t* ranks;  // [block][plane_slots][64]
  size_t block_bytes;
  size_t block_count;
  uint8_t* numbers;  // [block][64]: heap numbers between levels, at the end slots or leaf codes
};

// The decision of 64 nodes: rank beyond the threshold, and not a NaN that goes left.
template <class V, bool kNan>
TUNDISH_INLINE typename V::Mask goes_right(typename V::Bytes rank, typename V::Bytes threshold,
                                           typename V::Bytes code) {
  typename V::Mask right = V::gt(rank, threshold);
  if (kNan) {
    const typename V::Mask nan = V::equal(rank, V::set1(kNanRank));
    right = V::and_not(right, V::both(nan, V::template bit<7>(code)));
  }
  return right;
}

// Levels 0..3 (as far as the tree goes): the planes of the nodes themselves, chosen by the
// decisions so far, so that no code is looked up.
template <class V, int kDepth, bool kNan> struct TopLevels {
  using Bytes = typename V::Bytes;
  using Mask = typename V::Mask;
  typename V::template LevelTable<0> thresholds, codes;
  uint16_t plane[16];

  explicit TopLevels(const ByteTree& tree) : thresholds(tree.threshold), codes(tree.code) {
    for (int n = 0; n < 16; ++n) plane[n] = tree.node_plane[n];
  }

  TUNDISH_INLINE Bytes run(const uint8_t* r) const {
    Bytes i = V::set1(1);
    const Mask a = decide(i, V::load(r + plane[1]));
    i = V::twice_plus(i, a);
    if constexpr (kDepth >= 2) {
      const Mask b = decide(i, V::blend(a, V::load(r + plane[2]), V::load(r + plane[3])));
      i = V::twice_plus(i, b);
      if constexpr (kDepth >= 3) {
        const Mask c = decide(i, V::blend(a, pair(r, 4, b), pair(r, 6, b)));
        i = V::twice_plus(i, c);
        if constexpr (kDepth >= 4) {
          const Bytes left = V::blend(b, pair(r, 8, c), pair(r, 10, c));
          const Bytes right = V::blend(b, pair(r, 12, c), pair(r, 14, c));
          i = V::twice_plus(i, decide(i, V::blend(a, left, right)));
        }
      }
    }
    return i;
  }

 private:
  TUNDISH_INLINE Bytes pair(const uint8_t* r, int n, Mask m) const {
    return V::blend(m, V::load(r + plane[n]), V::load(r + plane[n + 1]));
  }
  TUNDISH_INLINE Mask decide(Bytes i, Bytes rank) const {
    return goes_right<V, kNan>(rank, thresholds.look(i), kNan ? codes.look(i) : i);
  }
};

// One of kCount planes by the low bits of a code.
template <class V, int kCount, class Planes>
TUNDISH_INLINE typename V::Bytes choose(const Planes& planes, const typename V::Mask* bits,
                                        int from) {
  if constexpr (kCount == 1) {
    return planes.get(from);
  } else {
    constexpr int kBit = kCount > 32   ? 5
                         : kCount > 16 ? 4
                         : kCount > 8  ? 3
                         : kCount > 4  ? 2
                         : kCount > 2  ? 1
                                       : 0;
    constexpr int kHalf = 1 << kBit;
    return V::blend(bits[kBit], choose<V, kHalf>(planes, bits, from),
                    choose<V, kCount - kHalf>(planes, bits, from + kHalf));
  }
}

template <class V, int kCount, class Planes>
TUNDISH_INLINE typename V::Bytes choose_by_code(const Planes& planes, typename V::Bytes code) {
  typename V::Mask bits[6];
  if constexpr (kCount > 1) bits[0] = V::template bit<0>(code);
  if constexpr (kCount > 2) bits[1] = V::template bit<1>(code);
  if constexpr (kCount > 4) bits[2] = V::template bit<2>(code);
  if constexpr (kCount > 8) bits[3] = V::template bit<3>(code);
  if constexpr (kCount > 16) bits[4] = V::template bit<4>(code);
  if constexpr (kCount > 32) bits[5] = V::template bit<5>(code);
  return choose<V, kCount>(planes, bits, 0);
}

template <class V> struct PlanesInMemory {
  const uint8_t* ranks;
  const uint16_t* offsets;
  TUNDISH_INLINE typename V::Bytes get(int k) const { return V::load(ranks + offsets[k]); }
};
template <class V, int kCount> struct PlanesInRegisters {
  typename V::Bytes plane[kCount];
  TUNDISH_INLINE typename V::Bytes get(int k) const { return plane[k]; }
};

// ---- At most 8 features: a whole tree, the planes of a block in registers -----------------------

template <class V, int kLevel, bool kNan, int kCount> struct NarrowLevel {
  typename V::template LevelTable<kLevel> thresholds, codes;
  explicit NarrowLevel(const ByteTree& tree) : thresholds(tree.threshold), codes(tree.code) {}
  TUNDISH_INLINE typename V::Bytes step(typename V::Bytes i,
                                        const PlanesInRegisters<V, kCount>& planes) const {
    const typename V::Bytes code = codes.look(i);
    const typename V::Bytes rank = choose_by_code<V, kCount>(planes, code);
    return V::twice_plus(i, goes_right<V, kNan>(rank, thresholds.look(i), code));
  }
};

template <class V, int kDepth, bool kNan, int kCount, bool kCodes>
void walk_narrow(const Walk& walk) {
  const ByteTree& tree = *walk.tree;
  const TopLevels<V, kDepth, kNan> top(tree);
  const NarrowLevel<V, 4, kNan, kCount> level4(tree);
  const NarrowLevel<V, 6, kNan, kCount> level6(tree);
  const NarrowLevel<V, 7, kNan, kCount> level7(tree);
  const typename V::template SlotTable<kDepth> leaf_codes(tree.leaf_code);
  const NarrowLevel<V, 5, kNan, kCount> level5(tree);
  const typename V::Bytes first_slot = V::set1(static_cast<uint8_t>(1u << kDepth));
  const uint8_t* block = walk.ranks;
  uint8_t* numbers = walk.numbers;
  for (size_t b = 0; b < walk.block_count; ++b, block += walk.block_bytes, numbers += kBlockRows) {
    for (size_t s = 0; s < kBlockRows; s += V::kRows) {
      typename V::Bytes i = top.run(block + s);
      if constexpr (kDepth > 4) {
        PlanesInRegisters<V, kCount> planes;
        for (int k = 0; k < kCount; ++k) planes.plane[k] = V::load(block + s + k * kBlockRows);
        i = level4.step(i, planes);
        if constexpr (kDepth > 5) i = level5.step(i, planes);
        if constexpr (kDepth > 6) i = level6.step(i, planes);
        if constexpr (kDepth > 7) i = level7.step(i, planes);
      }
      if constexpr (kDepth < 8) i = V::subtract(i, first_slot);
      if constexpr (kCodes) i = leaf_codes.look(i);
      V::store(numbers + s, i);
    }
  }
}

// ---- More features: level by level, each with a function for its number of planes
// ----------------

template <class V, int kDepth, bool kNan> void walk_top(const Walk& walk) {
  const TopLevels<V, kDepth, kNan> top(*walk.tree);
  const uint8_t* block = walk.ranks;
  uint8_t* numbers = walk.numbers;
  for (size_t b = 0; b < walk.block_count; ++b, block += walk.block_bytes, numbers += kBlockRows) {
    for (size_t s = 0; s < kBlockRows; s += V::kRows) V::store(numbers + s, top.run(block + s));
  }
}

template <class V, int kLevel, bool kNan, int kCount> void walk_level(const Walk& walk) {
  const ByteTree& tree = *walk.tree;
  const typename V::template LevelTable<kLevel> thresholds(tree.threshold), codes(tree.code);
  uint16_t offsets[kCount];
  for (int k = 0; k < kCount; ++k) offsets[k] = tree.level_planes[kLevel == 5 ? 1 : kLevel - 4][k];
  const uint8_t* block = walk.ranks;
  uint8_t* numbers = walk.numbers;
  for (size_t b = 0; b < walk.block_count; ++b, block += walk.block_bytes, numbers += kBlockRows) {
    for (size_t s = 0; s < kBlockRows; s += V::kRows) {
      const typename V::Bytes i = V::load(numbers + s);
      const typename V::Bytes code = codes.look(i);
      const PlanesInMemory<V> planes{block + s, offsets};
      const typename V::Bytes rank = choose_by_code<V, kCount>(planes, code);
      V::store(numbers + s, V::twice_plus(i, goes_right<V, kNan>(rank, thresholds.look(i), code)));
    }
  }
}

template <class V, int kDepth, bool kCodes> void walk_end(const Walk& walk) {
  const typename V::template SlotTable<kDepth> leaf_codes(walk.tree->leaf_code);
  const typename V::Bytes first_slot = V::set1(static_cast<uint8_t>(1u << kDepth));
  for (size_t at = 0; at < walk.block_count * kBlockRows; at += V::kRows) {
    typename V::Bytes i = V::load(walk.numbers + at);
    if constexpr (kDepth < 8) i = V::subtract(i, first_slot);
    if constexpr (kCodes) i = leaf_codes.look(i);
    V::store(walk.numbers + at, i);
  }
}

using WalkFunction = void (*)(const Walk&);

// Functions exist for these numbers of planes; lists are filled up to the next one.
constexpr int kPlaneCounts[] = {1,  2,  3,  4,  5,  6,  7,  8,  10, 12, 14,
                                16, 18, 20, 22, 24, 28, 32, 40, 48, 64};
constexpr int kPlaneCountKinds = sizeof kPlaneCounts / sizeof kPlaneCounts[0];

template <class V, int kLevel> WalkFunction level_function(int count) {
#define LEVEL(k) walk_level<V, kLevel, false, k>
  static constexpr WalkFunction kFunctions[kPlaneCountKinds] = {
      LEVEL(1),  LEVEL(2),  LEVEL(3),  LEVEL(4),  LEVEL(5),  LEVEL(6),  LEVEL(7),
      LEVEL(8),  LEVEL(10), LEVEL(12), LEVEL(14), LEVEL(16), LEVEL(18), LEVEL(20),
      LEVEL(22), LEVEL(24), LEVEL(28), LEVEL(32), LEVEL(40), LEVEL(48), LEVEL(64)};
#undef LEVEL
  int kind = 0;
  while (kPlaneCounts[kind] < count) ++kind;
  return kFunctions[kind];
}

template <class V, int kLevel, bool kNan> inline void run_level(const Walk& walk) {
  const int count = walk.tree->level_count[kLevel - 4];
  if constexpr (!kNan) {
    level_function<V, kLevel>(count)(walk);
  } else if (count <= 8) {
    walk_level<V, kLevel, true, 8>(walk);
  } else if (count <= 16) {
    walk_level<V, kLevel, true, 16>(walk);
  } else {
    walk_level<V, kLevel, true, 64>(walk);
  }
}

template <class V, int kDepth, bool kNan, bool kCodes> void walk_wide(const Walk& walk) {
  walk_top<V, kDepth, kNan>(walk);
  if constexpr (kDepth > 4) run_level<V, 4, kNan>(walk);
  if constexpr (kDepth > 5) run_level<V, 5, kNan>(walk);
  if constexpr (kDepth > 6) run_level<V, 6, kNan>(walk);
  if constexpr (kDepth > 7) run_level<V, 7, kNan>(walk);
  walk_end<V, kDepth, kCodes>(walk);
}

template <class V, int kDepth, bool kNan, bool kCodes> WalkFunction walk_of_depth(int narrow) {
  if (narrow == 4) return walk_narrow<V, kDepth, kNan, 4, kCodes>;
  if (narrow == 8) return walk_narrow<V, kDepth, kNan, 8, kCodes>;
  return walk_wide<V, kDepth, kNan, kCodes>;
}

template <class V, bool kNan, bool kCodes> WalkFunction walk_function(int depth, int narrow) {
  switch (depth) {
    case 1: return walk_of_depth<V, 1, kNan, kCodes>(narrow);
    case 2: return walk_of_depth<V, 2, kNan, kCodes>(narrow);
    case 3: return walk_of_depth<V, 3, kNan, kCodes>(narrow);
    case 4: return walk_of_depth<V, 4, kNan, kCodes>(narrow);
    case 5: return walk_of_depth<V, 5, kNan, kCodes>(narrow);
    case 6: return walk_of_depth<V, 6, kNan, kCodes>(narrow);
    case 7: return walk_of_depth<V, 7, kNan, kCodes>(narrow);
    default: return walk_of_depth<V, 8, kNan, kCodes>(narrow);
  }
}
