// Leaf values of byte tables: small dictionaries by tree for batches, one for all trees for rows.
#include <algorithm>
#include <bit>
#include <cstring>
#include <type_traits>
#include <unordered_map>

#include "kernels/forest_pack.h"

namespace tundish::kernels {
namespace {

constexpr size_t kMostDictionary = 65536;  // RowTail::leaf is uint16_t
constexpr size_t kMostVectorTargets = 8;   // 16 KB a tree with 256 slots

template <class S> class LeafBuilder {
 public:
  using Bits = std::conditional_t<sizeof(S) == 8, uint64_t, uint32_t>;

  LeafBuilder(const ForestTables& tables, const NormalForest& normal, LeafLayout layout,
              RankStorage* storage)
      : tables_(tables),
        normal_(normal),
        layout_(layout),
        storage_(*storage),
        weights_(static_cast<const S*>(tables.weights)) {}

  void run() {
    ByteForest& bytes = storage_.forest;
    bytes.sums = kSumExits;
    const bool whole = bytes.deep == 0;  // every slot is a leaf
    const bool single = whole && one_target_per_tree();
    if (single) {
      choose_single_sums();
    } else if (whole && tables_.leaf_targets == nullptr &&
               tables_.target_count <= kMostVectorTargets) {
      fill_slots(tables_.target_count);
      bytes.sums = kSumVectors;
    }
    bytes.row_exits = !single || !fill_row_trees(RowLeaves::kDictionary);
    if (bytes.row_exits != 0) fill_row_trees(RowLeaves::kSlots);
    if (bytes.sums == kSumExits || bytes.row_exits != 0) fill_tail_nodes();
  }

 private:
  enum class RowLeaves { kDictionary, kSlots };

  void choose_single_sums() {
    size_t most = layout_ == LeafLayout::kDictionary ? 0 : 256;
    for (const ByteTree& tree : storage_.trees) most = std::max(most, distinct(tree).size());
    if (most > 64) {
      fill_slots(1);
      storage_.forest.sums = kSumSlots;
      return;
    }
    storage_.forest.sums = most <= 32 ? kSumDict32 : kSumDict64;
    for (ByteTree& tree : storage_.trees) fill_values(&tree);
  }

  // All nodes again, in the form of walks that go on below the tables.
  void fill_tail_nodes() {
    const NormalForest& normal = normal_;
    storage_.tail_nodes.resize(normal.nodes.size());
    for (size_t n = 0; n < normal.nodes.size(); ++n) {
      const ForestNode& node = normal.nodes[n];
      TailNode& tail = storage_.tail_nodes[n];
      if (node.feature == kLeafFeature) {
        const bool one = tables_.target_count == 1;
        tail = {one ? static_cast<double>(weights_[node.left]) : static_cast<double>(node.left), 0,
                static_cast<uint32_t>(n)};
        continue;
      }
      const uint32_t nan = (node.feature & kNanLeft) != 0 ? kTailNanLeft : 0;
      tail = {node.threshold, kTailInner | nan | (node.feature & kTailFeatureMask), node.left};
    }
    storage_.forest.tail_nodes = storage_.tail_nodes.data();
    // Children come after their parents: the greatest distance to a leaf, from the end.
    std::vector<uint32_t> below(normal.nodes.size());
    for (size_t n = normal.nodes.size(); n-- > 0;) {
      const ForestNode& node = normal.nodes[n];
      if (node.feature == kLeafFeature) continue;
      below[n] = 1 + std::max(below[node.left], below[node.left + 1]);
    }
    uint32_t most = 0;
    for (uint32_t exit : storage_.exits) most = std::max(most, below[exit]);
    storage_.forest.tail_depth = most;
  }

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
    for (uint32_t k = 0; k < (1u << depth()); ++k) {
      const Bits value = value_at(tree, k);  // a shallow leaf fills many slots in a row
      if (values.empty() || values.back() != value) values.push_back(value);
    }
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

  // The weights of every slot, `width` each.
  void fill_slots(size_t width) {
    const size_t slots = size_t{1} << depth();
    storage_.slot_values.resize(storage_.trees.size() * slots * width * sizeof(S));
    unsigned char* at = storage_.slot_values.data();
    for (ByteTree& tree : storage_.trees) {
      tree.slot_values = at;
      for (uint32_t k = 0; k < slots; ++k, at += width * sizeof(S)) {
        std::memcpy(at, weights_ + leaf_at(tree, k) * width, width * sizeof(S));
      }
    }
  }

  // False: not possible, with the dictionary for too many values; nothing is kept.
  bool fill_row_trees(RowLeaves leaves) {
    for (const RankGroup& group : storage_.groups) {
      if (group.plane_count > 64) return false;
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
        const uint32_t leaf =
            leaves == RowLeaves::kSlots ? k : dictionary_number(value_at(tree, k));
        if (leaf >= kMostDictionary) return false;
        fill_row_leaf(k, static_cast<uint16_t>(leaf), &tails[64 * t]);
      }
    }
    storage_.row_trees = std::move(rows);
    storage_.row_tails = std::move(tails);
    storage_.row_extras = std::move(extras);
    storage_.forest.row_trees = storage_.row_trees.data();
    storage_.forest.row_tails = storage_.row_tails.data();
    storage_.forest.row_extras = storage_.row_extras.data();
    storage_.forest.dictionary = storage_.dictionary.data();
    return true;
  }

  uint32_t depth() const { return storage_.forest.depth; }

  uint32_t dictionary_number(Bits value) {
    if (!numbers_.empty() && value == last_value_) return last_number_;
    const auto [at, added] = numbers_.try_emplace(value, static_cast<uint32_t>(numbers_.size()));
    if (added) {
      const unsigned char* raw = reinterpret_cast<const unsigned char*>(&value);
      storage_.dictionary.insert(storage_.dictionary.end(), raw, raw + sizeof value);
    }
    last_value_ = value;
    last_number_ = at->second;
    return last_number_;
  }

  void fill_row_leaf(uint32_t slot, uint16_t leaf, RowTail* tails) const {
    if (depth() <= 6) {
      tails[slot].leaf[0] = leaf;
    } else if (depth() == 7) {  // level 7 has no nodes: left
      tails[slot / 2].leaf[slot % 2 * 2] = leaf;
    } else {
      tails[slot / 4].leaf[slot % 4] = leaf;
    }
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
  const NormalForest& normal_;
  LeafLayout layout_;
  RankStorage& storage_;
  const S* weights_;
  Bits last_value_ = 0;
  uint32_t last_number_ = 0;
  std::unordered_map<Bits, uint32_t> numbers_;  // of the dictionary
};

}  // namespace

void build_leaves(const ForestTables& tables, const NormalForest& normal, LeafLayout layout,
                  RankStorage* storage) {
  if (tables.sum_is_double != 0) {
    LeafBuilder<double>(tables, normal, layout, storage).run();
  } else {
    LeafBuilder<float>(tables, normal, layout, storage).run();
  }
}

}  // namespace tundish::kernels
