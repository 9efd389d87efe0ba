// Builds the byte tables of a forest: groups of trees, search trees of thresholds, heap tables.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <iterator>
#include <limits>
#include <map>

#include "kernels/forest_pack.h"

namespace tundish::kernels {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr size_t kMostPlanes = 1000;  // of a group: plane offsets are uint16_t in units of bytes

// The greatest float that is at most `threshold`: decides alike for every float32 value.
float float_below(double threshold) {
  const float rounded = static_cast<float>(threshold);
  return static_cast<double>(rounded) > threshold ? std::nextafter(rounded, -kInfinity) : rounded;
}

// True where (float)x <= (float)threshold exactly when x <= threshold, for every double x.
bool is_cast_boundary(double threshold) {
  if (threshold == std::numeric_limits<double>::infinity()) return true;
  const double next = std::nextafter(threshold, std::numeric_limits<double>::infinity());
  return static_cast<float>(next) > static_cast<float>(threshold);
}

class RankBuilder {
 public:
  RankBuilder(const ForestTables& tables, const NormalForest& normal, RankStorage* storage)
      : tables_(tables), normal_(normal), storage_(*storage) {}

  bool run() {
    find_columns();
    if (storage_.columns.empty()) return false;
    choose_rounding();
    choose_depth();
    make_groups();
    if (!worth_it()) return false;
    make_planes();
    storage_.trees.resize(tables_.tree_count);
    storage_.exits.resize(tables_.tree_count * 256);
    storage_.level_planes.resize(tables_.tree_count * 4 * kMostLevelPlanes);
    for (size_t g = 0; g < storage_.groups.size(); ++g) {
      const RankGroup& group = storage_.groups[g];
      for (uint32_t t = 0; t < group.tree_count; ++t) fill_tree(g, group.first_tree + t);
    }
    finish();
    return true;
  }

 private:
  using Thresholds = std::map<uint32_t, std::vector<double>>;  // by column, sorted and distinct

  bool is_leaf(uint32_t node) const { return normal_.nodes[node].feature == kLeafFeature; }
  uint32_t column_of(uint32_t node) const {
    return column_[normal_.nodes[node].feature & kFeatureMask];
  }

  void find_columns() {
    column_.assign(tables_.used_width, ~0u);
    for (const ForestNode& node : normal_.nodes) {
      if (node.feature != kLeafFeature) column_[node.feature & kFeatureMask] = 0;
    }
    for (uint32_t f = 0; f < column_.size(); ++f) {
      if (column_[f] != 0) continue;
      column_[f] = static_cast<uint32_t>(storage_.columns.size());
      storage_.columns.push_back(f);
    }
  }

  // Ranks are taken in float32. For double rows that is exact where every threshold is a boundary
  // of the cast; otherwise values that round as a threshold does are ranked again in double.
  void choose_rounding() {
    exact_ = false;
    if (tables_.input_is_double == 0) return;
    for (const ForestNode& node : normal_.nodes) {
      if (node.feature != kLeafFeature && !is_cast_boundary(node.threshold)) exact_ = true;
    }
  }

  // What the rank table of a threshold holds: equal keys are one threshold.
  double key_of(uint32_t node) const {
    const double threshold = normal_.nodes[node].threshold;
    if (exact_) return threshold;
    return tables_.input_is_double != 0 ? static_cast<float>(threshold) : float_below(threshold);
  }

  // Adds the thresholds of the first `depth` levels below `node`.
  void collect(uint32_t node, uint32_t depth, Thresholds* into) const {
    if (depth == 0 || is_leaf(node)) return;
    (*into)[column_of(node)].push_back(key_of(node));
    collect(normal_.nodes[node].left, depth - 1, into);
    collect(normal_.nodes[node].left + 1, depth - 1, into);
  }

  static bool sort_and_fit(Thresholds* thresholds) {
    bool fits = thresholds->size() <= kMostPlanes;
    for (auto& [column, values] : *thresholds) {
      std::sort(values.begin(), values.end());
      values.erase(std::unique(values.begin(), values.end()), values.end());
      fits = fits && values.size() <= kMostRanks;
    }
    return fits;
  }

  uint32_t depth_below(uint32_t node, uint32_t most) const {
    if (most == 0 || is_leaf(node)) return 0;
    const uint32_t left = normal_.nodes[node].left;
    return 1 + std::max(depth_below(left, most - 1), depth_below(left + 1, most - 1));
  }

  size_t count_nodes(uint32_t node, uint32_t most) const {
    if (most == 0 || is_leaf(node)) return 0;
    const uint32_t left = normal_.nodes[node].left;
    return 1 + count_nodes(left, most - 1) + count_nodes(left + 1, most - 1);
  }

  // Distinct features on each of the first eight levels.
  void count_level(uint32_t node, uint32_t level, std::vector<std::vector<bool>>* seen,
                   std::vector<uint32_t>* counts) const {
    if (level == kByteDepth || is_leaf(node)) return;
    const uint32_t column = column_of(node);
    if (!(*seen)[level][column]) (*seen)[level][column] = true, ++(*counts)[level];
    count_level(normal_.nodes[node].left, level + 1, seen, counts);
    count_level(normal_.nodes[node].left + 1, level + 1, seen, counts);
  }

  // All tables have as many levels: of the deepest tree, or less where some tree does not fit.
  void choose_depth() {
    uint32_t natural = 0;
    for (uint32_t root : normal_.roots) natural = std::max(natural, depth_below(root, kByteDepth));
    depth_ = natural;
    for (uint32_t root : normal_.roots) depth_ = std::min(depth_, table_depth(root, natural));
  }

  // Levels of the tree at `root` that a table can hold, at most `depth`.
  uint32_t table_depth(uint32_t root, uint32_t depth) const {
    if (storage_.columns.size() > kMostLevelPlanes) {
      std::vector<std::vector<bool>> seen(kByteDepth, std::vector<bool>(storage_.columns.size()));
      std::vector<uint32_t> counts(kByteDepth);
      count_level(root, 0, &seen, &counts);
      for (uint32_t level = 0; level < depth; ++level) {
        if (counts[level] > kMostLevelPlanes) depth = level;
      }
    }
    // Fewer nodes than ranks always fit.
    if (count_nodes(root, depth) <= std::min<size_t>(kMostRanks, kMostPlanes)) return depth;
    Thresholds alone;
    collect(root, depth, &alone);
    while (!sort_and_fit(&alone)) {
      alone.clear();
      collect(root, --depth, &alone);
    }
    return depth;
  }

  void make_groups() {
    Thresholds open;
    for (size_t t = 0; t < tables_.tree_count; ++t) {
      Thresholds own;
      collect(normal_.roots[t], depth_, &own);
      sort_and_fit(&own);
      if (t == 0 || !join(own, &open)) {
        if (t != 0) thresholds_.push_back(std::move(open));
        storage_.groups.push_back({static_cast<uint32_t>(t), 0, 0, 0, 0, nullptr});
        open = std::move(own);
      }
      ++storage_.groups.back().tree_count;
    }
    thresholds_.push_back(std::move(open));
  }

  // Adds the thresholds of a tree to those of a group; false and nothing done where they do not
  // fit.
  static bool join(const Thresholds& own, Thresholds* group) {
    Thresholds joined;
    size_t columns = group->size();
    for (const auto& [column, values] : own) {
      const auto known = group->find(column);
      columns += known == group->end() ? 1 : 0;
      std::vector<double>& merged = joined[column];
      if (known == group->end()) {
        merged = values;
      } else {
        std::set_union(known->second.begin(), known->second.end(), values.begin(), values.end(),
                       std::back_inserter(merged));
      }
      if (merged.size() > kMostRanks) return false;
    }
    if (columns > kMostPlanes) return false;
    for (auto& [column, values] : joined) (*group)[column] = std::move(values);
    return true;
  }

  // Ranking costs about 0.6 ns a row, feature and group; a table saves at least 2 ns a row and tree
  // (measured, docs/kernels.md).
  bool worth_it() const {
    size_t planes = 0;
    for (const Thresholds& group : thresholds_) planes += group.size();
    return planes < 4 * tables_.tree_count;
  }

  void make_planes() {
    const size_t columns = storage_.columns.size();
    narrow_ = columns <= 4 ? 4 : columns <= 8 ? 8 : 0;
    size_t plane_total = 0;
    for (Thresholds& group : thresholds_) {
      for (uint32_t c = 0; narrow_ != 0 && c < columns; ++c) group[c];  // same planes everywhere
      plane_total += group.size();
    }
    storage_.planes.reserve(plane_total);
    storage_.floats.resize(plane_total * kPlaneFloats);
    if (exact_) storage_.doubles.resize(plane_total * 256);
    for (size_t g = 0; g < thresholds_.size(); ++g) {
      RankGroup& group = storage_.groups[g];
      group.first_plane = static_cast<uint32_t>(storage_.planes.size());
      group.planes = storage_.planes.data() + storage_.planes.size();
      group.plane_count = static_cast<uint32_t>(thresholds_[g].size());
      group.plane_slots = std::max<uint32_t>(group.plane_count, std::max<uint32_t>(narrow_, 1));
      for (const auto& [column, values] : thresholds_[g]) add_plane(column, values);
    }
  }

  void add_plane(uint32_t column, const std::vector<double>& values) {
    const size_t index = storage_.planes.size();
    float* heap = storage_.floats.data() + index * kPlaneFloats;
    float* sorted = heap + kHeapFloats;
    RankPlane plane = {};
    plane.feature = storage_.columns[column];
    plane.column = column;
    plane.count = static_cast<uint32_t>(values.size());
    plane.levels = 3;
    while ((1u << plane.levels) - 1 < plane.count) ++plane.levels;
    std::fill(heap, heap + kPlaneFloats, kInfinity);
    for (size_t k = 0; k < values.size(); ++k) sorted[k] = static_cast<float>(values[k]);
    for (size_t k = 0; k < 15; ++k) sorted[256 + k] = sorted[16 * k + 15];
    for (uint32_t l = 0; l < plane.levels; ++l) {
      for (uint32_t j = 0; j < (1u << l); ++j) {
        const uint32_t k = ((2 * j + 1) << (plane.levels - 1 - l)) - 1;
        heap[l < 5 ? (1u << l) - 1 + j : (1u << l) + j] = sorted[k];
      }
    }
    plane.heap = heap;
    plane.sorted = sorted;
    if (exact_) {
      double* exact = storage_.doubles.data() + index * 256;
      std::fill(exact, exact + 256, std::numeric_limits<double>::infinity());
      std::copy(values.begin(), values.end(), exact);
      plane.exact = exact;
    }
    storage_.planes.push_back(plane);
    storage_.plane_columns.push_back(column);
  }

  // One tree being laid out.
  struct Filling {
    const Thresholds& thresholds;
    const std::vector<uint32_t>& plane_of;  // by column
    ByteTree& tree;
    uint32_t* exits;
    std::vector<uint16_t> lists[4];
  };

  void fill_tree(size_t g, uint32_t t) {
    if (plane_of_group_ != g || plane_of_.empty()) {
      plane_of_group_ = g;
      plane_of_.assign(std::max<size_t>(storage_.columns.size(), 1), 0);
      uint32_t plane = 0;
      for (const auto& entry : thresholds_[g]) plane_of_[entry.first] = plane++;
    }
    ByteTree& tree = storage_.trees[t];
    std::memset(static_cast<void*>(&tree), 0, sizeof tree);
    tree.exits = storage_.exits.data() + size_t{t} * 256;
    Filling filling{thresholds_[g], plane_of_, tree, storage_.exits.data() + size_t{t} * 256, {}};
    if (narrow_ != 0) {
      for (auto& list : filling.lists) {
        for (uint16_t p = 0; p < narrow_; ++p) list.push_back(static_cast<uint16_t>(p * 64));
      }
    }
    fill_node(&filling, normal_.roots[t], 1, 0);
    for (int k = 0; k < 4; ++k) {
      if (filling.lists[k].empty()) filling.lists[k].push_back(0);
      uint16_t* planes = storage_.level_planes.data() + (size_t{t} * 4 + k) * kMostLevelPlanes;
      tree.level_count[k] = static_cast<uint8_t>(filling.lists[k].size());
      // Beyond the list the first plane again: kernels take counts rounded up.
      std::fill(planes, planes + kMostLevelPlanes, filling.lists[k][0]);
      std::copy(filling.lists[k].begin(), filling.lists[k].end(), planes);
      tree.level_planes[k] = planes;
    }
  }

  void fill_node(Filling* filling, uint32_t node, uint32_t heap, uint32_t level) {
    ByteTree& tree = filling->tree;
    if (level == depth_) {
      filling->exits[heap - (1u << level)] = node;
      return;
    }
    if (is_leaf(node)) {  // both ways lead to it
      tree.threshold[heap] = 255;
      fill_node(filling, node, 2 * heap, level + 1);
      fill_node(filling, node, 2 * heap + 1, level + 1);
      return;
    }
    const ForestNode& source = normal_.nodes[node];
    const uint32_t column = column_of(node);
    const std::vector<double>& values = filling->thresholds.at(column);
    const auto at = std::lower_bound(values.begin(), values.end(), key_of(node));
    tree.threshold[heap] = static_cast<uint8_t>(at - values.begin());
    const uint16_t offset = static_cast<uint16_t>(filling->plane_of[column] * 64);
    if (level < 4) {
      tree.node_plane[heap] = offset;
    } else {
      auto& list = filling->lists[level - 4];
      size_t code = static_cast<size_t>(std::find(list.begin(), list.end(), offset) - list.begin());
      if (code == list.size()) list.push_back(offset);
      tree.code[heap] = static_cast<uint8_t>(code);
    }
    if ((source.feature & kNanLeft) != 0) tree.code[heap] |= kCodeNanLeft;
    fill_node(filling, source.left, 2 * heap, level + 1);
    fill_node(filling, source.left + 1, 2 * heap + 1, level + 1);
  }

  void finish() {
    ByteForest& bytes = storage_.forest;
    bytes = {};
    bytes.groups = storage_.groups.data();
    bytes.group_count = storage_.groups.size();
    bytes.plane_floats = storage_.floats.data();
    bytes.plane_columns = storage_.plane_columns.data();
    bytes.trees = storage_.trees.data();
    bytes.columns = storage_.columns.data();
    bytes.column_count = storage_.columns.size();
    bytes.narrow = static_cast<uint8_t>(narrow_);
    bytes.nan_left = normal_.nan_left;
    bytes.exact = exact_;
    bytes.depth = static_cast<uint8_t>(depth_);
    for (const RankGroup& group : storage_.groups) {
      bytes.most_slots = std::max<size_t>(bytes.most_slots, group.plane_slots);
    }
    for (const ByteTree& tree : storage_.trees) {
      for (uint32_t k = 0; k < (1u << depth_); ++k) bytes.deep |= !is_leaf(tree.exits[k]);
    }
    // Planes of a chunk stay in half of L1; sums of many targets in L2.
    bytes.chunk_rows = 1024;
    while (bytes.chunk_rows > 64 && (bytes.most_slots * bytes.chunk_rows > 16384 ||
                                     tables_.target_count * bytes.chunk_rows > 32768)) {
      bytes.chunk_rows /= 2;
    }
  }

  const ForestTables& tables_;
  const NormalForest& normal_;
  RankStorage& storage_;
  std::vector<uint32_t> column_;        // by feature
  std::vector<Thresholds> thresholds_;  // by group
  std::vector<uint32_t> plane_of_;
  size_t plane_of_group_ = 0;
  size_t narrow_ = 0;
  uint32_t depth_ = 0;
  bool exact_ = false;
};

}  // namespace

bool build_ranks(const ForestTables& tables, const NormalForest& normal, RankStorage* storage) {
  return RankBuilder(tables, normal, storage).run();
}

}  // namespace tundish::kernels
