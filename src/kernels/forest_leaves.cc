// Leaf values of byte tables: small dictionaries by tree for batches, one for all trees for rows.
#include <algorithm>
#include <bit>
#include <cstring>
#include <type_traits>
#include <unordered_map>

#include "kernels/forest_pack.h"

namespace tundish::kernels {
namespace {

constexpr size_t kMostDictionary = 65536;  // RowTree::leaf is uint16_t

template <class S> class LeafBuilder {
 public:
  using Bits = std::conditional_t<sizeof(S) == 8, uint64_t, uint32_t>;

  LeafBuilder(const ForestTables& tables, RankStorage* storage)
      : tables_(tables), storage_(*storage), weights_(static_cast<const S*>(tables.weights)) {}

  void run() {
    ByteForest& bytes = storage_.forest;
    bytes.sums = kSumExits;
    if (bytes.deep != 0 || !one_target_per_tree()) return;
    size_t most = 0;
    for (const ByteTree& tree : storage_.trees) most = std::max(most, distinct(tree).size());
    if (most <= 64) {
      bytes.sums = most <= 32 ? kSumDict32 : kSumDict64;
      for (ByteTree& tree : storage_.trees) fill_values(&tree);
    }
    fill_row_trees();
  }

 private:
  size_t leaf_at(const ByteTree& tree, uint32_t slot) const {
    return tables_.nodes[tree.exits[slot]].left;
  }
  Bits value_at(const ByteTree& tree, uint32_t slot) const {
    return std::bit_cast<Bits>(weights_[leaf_at(tree, slot)]);
  }

  // Every leaf of a tree adds to the same target.
  bool one_target_per_tree() {
    if (tables_.target_count == 1) return true;
    if (tables_.leaf_targets == nullptr) return false;
    for (ByteTree& tree : storage_.trees) {
      tree.target = tables_.leaf_targets[leaf_at(tree, 0)];
      for (uint32_t k = 0; k < (1u << storage_.forest.depth); ++k) {
        if (tables_.leaf_targets[leaf_at(tree, k)] != tree.target) return false;
      }
    }
    return true;
  }

  std::vector<Bits> distinct(const ByteTree& tree) const {
    std::vector<Bits> values;
    for (uint32_t k = 0; k < (1u << storage_.forest.depth); ++k)
      values.push_back(value_at(tree, k));
    std::sort(values.begin(), values.end());
    values.erase(std::unique(values.begin(), values.end()), values.end());
    return values;
  }

  void fill_values(ByteTree* tree) const {
    const std::vector<Bits> values = distinct(*tree);
    for (uint32_t k = 0; k < (1u << storage_.forest.depth); ++k) {
      const auto at = std::lower_bound(values.begin(), values.end(), value_at(*tree, k));
      tree->leaf_code[k] = static_cast<uint8_t>(at - values.begin());
    }
    for (size_t k = 0; k < values.size(); ++k) {
      if (storage_.forest.sums == kSumDict32) {
        tree->values[k] = static_cast<uint32_t>(values[k]);
        if (sizeof(S) == 8) tree->values[32 + k] = static_cast<uint32_t>(uint64_t{values[k]} >> 32);
        continue;
      }
      for (size_t word = 0; word < sizeof(S) / 2; ++word) {
        const uint16_t part = static_cast<uint16_t>(values[k] >> (16 * word));
        std::memcpy(reinterpret_cast<unsigned char*>(tree->values) + 128 * word + 2 * k, &part, 2);
      }
    }
  }

  void fill_row_trees() {
    for (const RankGroup& group : storage_.groups) {
      if (group.plane_count > 64) return;
    }
    std::unordered_map<Bits, uint16_t> numbers;
    AlignedVector<RowTree> rows(storage_.trees.size());
    storage_.dictionary.clear();
    for (size_t t = 0; t < rows.size(); ++t) {
      const ByteTree& tree = storage_.trees[t];
      RowTree& row = rows[t];
      std::memset(static_cast<void*>(&row), 0, sizeof row);
      row.target = tree.target;
      for (uint32_t n = 1; n < (1u << storage_.forest.depth); ++n) fill_row_node(tree, n, &row);
      for (uint32_t k = 0; k < (1u << storage_.forest.depth); ++k) {
        const Bits value = value_at(tree, k);
        const auto [at, added] = numbers.try_emplace(value, static_cast<uint16_t>(numbers.size()));
        if (numbers.size() > kMostDictionary) return;
        row.leaf[k] = at->second;
        if (!added) continue;
        const unsigned char* raw = reinterpret_cast<const unsigned char*>(&value);
        storage_.dictionary.insert(storage_.dictionary.end(), raw, raw + sizeof value);
      }
    }
    storage_.row_trees = std::move(rows);
    storage_.forest.row_trees = storage_.row_trees.data();
    storage_.forest.dictionary = storage_.dictionary.data();
  }

  static void fill_row_node(const ByteTree& tree, uint32_t n, RowTree* row) {
    const uint32_t level = static_cast<uint32_t>(std::bit_width(n)) - 1;
    const uint32_t offset =
        level < 4 ? tree.node_plane[n]
                  : tree.level_planes[level - 4][tree.code[n] & (kMostLevelPlanes - 1)];
    const uint32_t plane = offset / kBlockRows;
    const bool nan_left = (tree.code[n] & kCodeNanLeft) != 0;
    if (n < 64) {
      row->threshold[n] = tree.threshold[n];
      row->plane[n] = static_cast<uint8_t>(plane);
      row->nan_left |= uint64_t{nan_left} << n;
    } else {
      row->tail[n - 64] =
          static_cast<uint16_t>(tree.threshold[n] | plane << 8 | (nan_left ? 0x8000u : 0u));
    }
  }

  const ForestTables& tables_;
  RankStorage& storage_;
  const S* weights_;
};

}  // namespace

void build_leaves(const ForestTables& tables, RankStorage* storage) {
  if (tables.sum_is_double != 0) {
    LeafBuilder<double>(tables, storage).run();
  } else {
    LeafBuilder<float>(tables, storage).run();
  }
}

}  // namespace tundish::kernels
