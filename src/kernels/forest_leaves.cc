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

  LeafBuilder(const ForestTables& tables, LeafLayout layout, RankStorage* storage)
      : tables_(tables),
        layout_(layout),
        storage_(*storage),
        weights_(static_cast<const S*>(tables.weights)) {}

  void run() {
    ByteForest& bytes = storage_.forest;
    bytes.sums = kSumExits;
    if (bytes.deep != 0 || !one_target_per_tree()) return;
    size_t most = layout_ == LeafLayout::kDictionary ? 0 : 256;
    for (const ByteTree& tree : storage_.trees) most = std::max(most, distinct(tree).size());
    if (most <= 64) {
      bytes.sums = most <= 32 ? kSumDict32 : kSumDict64;
      for (ByteTree& tree : storage_.trees) fill_values(&tree);
    } else {
      fill_slots();
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

  void fill_slots() {
    storage_.forest.sums = kSumSlots;
    const size_t slots = size_t{1} << depth();
    storage_.slot_values.resize(storage_.trees.size() * slots * sizeof(S));
    unsigned char* at = storage_.slot_values.data();
    for (ByteTree& tree : storage_.trees) {
      tree.slot_values = at;
      for (uint32_t k = 0; k < slots; ++k, at += sizeof(S)) {
        const Bits value = value_at(tree, k);
        std::memcpy(at, &value, sizeof value);
      }
    }
  }

  void fill_row_trees() {
    for (const RankGroup& group : storage_.groups) {
      if (group.plane_count > 64) return;
    }
    const size_t tree_count = storage_.trees.size();
    AlignedVector<RowTree> rows(tree_count + kRowTreePadding);
    // A node that is not there goes left.
    AlignedVector<RowTail> tails(rows.size() * 64, RowTail{{255, 255, 255}, 0, {0, 0, 0, 0}});
    AlignedVector<RowExtra> extras(rows.size());
    std::memset(static_cast<void*>(rows.data()), 0, rows.size() * sizeof(RowTree));
    for (size_t t = 0; t < tree_count; ++t) {
      const ByteTree& tree = storage_.trees[t];
      extras[t] = {0, tree.target};
      for (uint32_t n = 1; n < (1u << depth()); ++n) {
        fill_row_node(tree, n, &rows[t], &tails[64 * t], &extras[t]);
      }
      for (uint32_t k = 0; k < (1u << depth()); ++k) {
        if (!fill_row_leaf(tree, k, &tails[64 * t])) return;
      }
    }
    storage_.row_trees = std::move(rows);
    storage_.row_tails = std::move(tails);
    storage_.row_extras = std::move(extras);
    storage_.forest.row_trees = storage_.row_trees.data();
    storage_.forest.row_tails = storage_.row_tails.data();
    storage_.forest.row_extras = storage_.row_extras.data();
    storage_.forest.dictionary = storage_.dictionary.data();
  }

  uint32_t depth() const { return storage_.forest.depth; }

  // False: more distinct values than numbers.
  bool fill_row_leaf(const ByteTree& tree, uint32_t slot, RowTail* tails) {
    const Bits value = value_at(tree, slot);
    const auto [at, added] = numbers_.try_emplace(value, static_cast<uint16_t>(numbers_.size()));
    if (numbers_.size() > kMostDictionary) return false;
    if (added) {
      const unsigned char* raw = reinterpret_cast<const unsigned char*>(&value);
      storage_.dictionary.insert(storage_.dictionary.end(), raw, raw + sizeof value);
    }
    if (depth() <= 6) {
      tails[slot].leaf[0] = at->second;
    } else if (depth() == 7) {  // level 7 has no nodes: left
      tails[slot / 2].leaf[slot % 2 * 2] = at->second;
    } else {
      tails[slot / 4].leaf[slot % 4] = at->second;
    }
    return true;
  }

  static void fill_row_node(const ByteTree& tree, uint32_t n, RowTree* row, RowTail* tails,
                            RowExtra* extra) {
    const uint32_t level = static_cast<uint32_t>(std::bit_width(n)) - 1;
    const uint32_t offset =
        level < 4 ? tree.node_plane[n]
                  : tree.level_planes[level - 4][tree.code[n] & (kMostLevelPlanes - 1)];
    const uint32_t plane = offset / kBlockRows;
    const bool nan_left = (tree.code[n] & kCodeNanLeft) != 0;
    if (level < 6) {
      row->threshold[n] = tree.threshold[n];
      row->plane[n] = static_cast<uint8_t>(plane);
      extra->nan_left |= uint64_t{nan_left} << n;
      return;
    }
    const uint32_t entry = tree.threshold[n] | plane << 8 | (nan_left ? 0x8000u : 0u);
    const uint32_t below = level - 6;  // 0 or 1
    tails[(n >> below) - 64].node[below == 0 ? 0 : 1 + (n & 1)] = static_cast<uint16_t>(entry);
  }

  const ForestTables& tables_;
  LeafLayout layout_;
  RankStorage& storage_;
  const S* weights_;
  std::unordered_map<Bits, uint16_t> numbers_;  // of the dictionary
};

}  // namespace

void build_leaves(const ForestTables& tables, LeafLayout layout, RankStorage* storage) {
  if (tables.sum_is_double != 0) {
    LeafBuilder<double>(tables, layout, storage).run();
  } else {
    LeafBuilder<float>(tables, layout, storage).run();
  }
}

}  // namespace tundish::kernels
