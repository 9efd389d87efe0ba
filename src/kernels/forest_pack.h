// How a forest becomes tables: inner part of pack(), shared by the files that build each part.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <vector>

#include "kernels/forest.h"
#include "kernels/forest_layout.h"

namespace tundish::kernels {

// The forest in normal form, before it is laid out. Owned by pack().
struct NormalForest {
  std::vector<ForestNode> nodes;
  std::vector<uint8_t> modes;  // empty where every node is a plain `<=`
  std::vector<uint32_t> roots;
  bool nan_left = false;  // some node sends NaN left
};

// Turns every comparison into `<=` where that is exact for all values of the input type (`<` by the
// number just below, `>` and `>=` by exchanging children); where one node cannot be turned, all
// nodes keep their mode.
NormalForest normalise(const ForestView& forest);

// Gives tables of kernels their alignment.
template <class T> struct AlignedAllocator {
  using value_type = T;
  static constexpr std::align_val_t kAlignment{64};
  AlignedAllocator() = default;
  template <class U> AlignedAllocator(const AlignedAllocator<U>&) {}
  T* allocate(size_t count) {
    return static_cast<T*>(::operator new(count * sizeof(T), kAlignment));
  }
  void deallocate(T* items, size_t) { ::operator delete(items, kAlignment); }
  bool operator==(const AlignedAllocator&) const { return true; }
};
template <class T> using AlignedVector = std::vector<T, AlignedAllocator<T>>;

// The byte tables and what they point into.
struct RankStorage {
  ByteForest forest = {};
  std::vector<uint32_t> columns;
  std::vector<RankGroup> groups;
  std::vector<RankPlane> planes;
  std::vector<uint32_t> plane_columns;
  AlignedVector<float> floats;
  AlignedVector<double> doubles;
  AlignedVector<ByteTree> trees;
  AlignedVector<RowTree> row_trees;
  AlignedVector<RowTail> row_tails;
  AlignedVector<RowExtra> row_extras;
  AlignedVector<unsigned char> dictionary;
  AlignedVector<unsigned char> slot_values;
  AlignedVector<TailNode> tail_nodes;
  std::vector<uint32_t> exits;
  std::vector<uint16_t> level_planes;
};

// Builds groups, rank tables and heap tables. False: ranks would cost more than they save.
bool build_ranks(const ForestTables& tables, const NormalForest& normal, RankStorage* storage);

// Adds leaf values to the tables that build_ranks() made, in the layout that the kernels like.
void build_leaves(const ForestTables& tables, const NormalForest& normal, LeafLayout layout,
                  RankStorage* storage);

// Element `index` of an array of `type`.
double number_at(const void* array, Scalar type, size_t index);

}  // namespace tundish::kernels
