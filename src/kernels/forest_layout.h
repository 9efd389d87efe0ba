// Tables of a packed forest, shared by pack() and the kernels. Only fixed-width types: kernels of
// one instruction set include nothing else (they are compiled with -m flags).
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace tundish::kernels {

// A node of the normal form: `x <= threshold` goes to `left`, else to left + 1. A leaf has feature
// kLeafFeature and its number in `left`. Bit 31 of the feature of an inner node: NaN goes left.
struct ForestNode {
  double threshold;
  uint32_t feature;
  uint32_t left;
};
constexpr uint32_t kLeafFeature = 0xffffffffu;
constexpr uint32_t kNanLeft = 0x80000000u;
constexpr uint32_t kFeatureMask = 0x7fffffffu;

// ---- Ranks as bytes ----------------------------------------------------------------------------
//
// `x <= q[k]` holds exactly when rank(x) = #{q < x} <= k. Trees join a group while no feature has
// more than kMostRanks distinct thresholds in it, so that a rank fits a byte; NaN has rank 255.
// Within a group a tree is a table by heap number: node 1 is the root, 2n and 2n + 1 its children.

constexpr uint32_t kMostRanks = 254;
constexpr uint8_t kNanRank = 255;
constexpr uint32_t kByteDepth = 8;         // levels a table holds; deeper trees go on node by node
constexpr uint32_t kMostLevelPlanes = 64;  // distinct features on one level of a table
constexpr uint32_t kBlockRows = 64;        // rows of one block of rank planes
constexpr uint32_t kSumTrees = 8;          // trees walked before their leaves are added
constexpr uint8_t kCodeNanLeft = 0x80;

// Floats of one plane: its search tree, then what RankPlane::sorted says.
constexpr uint32_t kHeapFloats = 256;
constexpr uint32_t kPlaneFloats = kHeapFloats + 256 + 16;

// Trees that a kernel may read beyond the last one of the row tables.
constexpr uint32_t kRowTreePadding = 8;

// The thresholds of one feature in one group.
struct RankPlane {
  uint32_t feature;     // column of x
  uint32_t column;      // number among the features that the forest uses
  uint32_t count;       // thresholds
  uint32_t levels;      // of the search tree: 3..8
  const float* heap;    // [256] search tree: level l at [2^l - 1] for l < 5, else at [2^l]
  const float* sorted;  // [256] thresholds, +inf beyond, then [16]: last of each 16
  const double* exact;  // [256] the thresholds as double where float32 does not decide, else null
};

struct RankGroup {
  uint32_t first_tree;
  uint32_t tree_count;
  uint32_t plane_count;
  uint32_t plane_slots;  // planes that a block has room for, >= plane_count
  uint32_t first_plane;  // number of planes[0] among those of all groups
  const RankPlane* planes;
};

// A tree for batches.
struct alignas(64) ByteTree {
  uint8_t threshold[256];   // by heap number: rank of the threshold
  uint8_t code[256];        // levels 4..7: which plane of the level's list; bit 7: NaN goes left
  uint8_t leaf_code[256];   // by slot: which of `values`
  uint32_t values[64 * 2];  // see ForestSums
  uint16_t node_plane[16];  // nodes 1..15: offset of the plane in a block
  uint32_t target;          // of its leaves, with one target per tree
  uint8_t level_count[4];   // levels 4..7: planes in the list
  const uint16_t* level_planes[4];  // their offsets
  const void* slot_values;          // [256] by slot, in the accumulation type, for kSumSlots
  const uint32_t* exits;            // [256] by slot: node where the walk goes on (mostly a leaf)
};

// A tree for one row: the first six levels at once.
struct alignas(64) RowTree {
  uint8_t threshold[64];
  uint8_t plane[64];
};

// The last two levels below one of the 64 nodes of level 6, one cache line access a tree.
struct RowTail {
  uint16_t node[3];  // top, left, right: rank, plane << 8, bit 15: NaN goes left
  uint16_t unused;
  uint16_t leaf[4];  // numbers in `dictionary`, or slots; at most six levels: only the first
};

// A node below the tables, or a leaf: with one target `value` is its weight, else its number.
struct TailNode {
  double value;      // threshold of an inner node
  uint32_t feature;  // bit 31: inner node; bit 30: NaN goes left
  uint32_t next;     // left child, right is next + 1; a leaf: itself
};
constexpr uint32_t kTailInner = 0x80000000u;
constexpr uint32_t kTailNanLeft = 0x40000000u;
constexpr uint32_t kTailFeatureMask = 0x3fffffffu;

// What a row needs seldom.
struct RowExtra {
  uint64_t nan_left;  // of nodes 0..63
  uint64_t target;
};

// How leaves are added in batches.
enum ForestSums {
  kSumExits,    // node by node from `exits`
  kSumSlots,    // `slot_values` by slot, one target per tree
  kSumVectors,  // `slot_values` [slot][target]
  kSumDict32,   // <= 32 values a tree: double: low halves [0, 32), high halves [32, 64); float: [0,
                // 32)
  kSumDict64,   // <= 64 values a tree: 16-bit planes: plane k is the 64 words from values + 32 k
};

struct ByteForest {
  const RankGroup* groups;
  size_t group_count;
  const float* plane_floats;      // [plane of any group][kPlaneFloats]
  const uint32_t* plane_columns;  // [plane of any group]
  const ByteTree* trees;
  const RowTree* row_trees;  // null: some group has more than 64 planes, or too many leaf values
  const RowTail* row_tails;  // [tree][64]
  const RowExtra* row_extras;
  const void* dictionary;      // distinct leaf values in the accumulation type, for row_trees
  const TailNode* tail_nodes;  // as `nodes`; null where neither batches nor rows take exits
  uint32_t tail_depth;         // greatest number of steps below a table
  uint8_t row_exits;           // row_tails hold slots, leaves are found by exits
  const uint32_t* columns;     // features used
  size_t column_count;
  size_t most_slots;  // greatest plane_slots
  size_t chunk_rows;
  uint8_t narrow;    // 4 or 8: all groups have the same planes, at most so many; 0: more
  uint8_t nan_left;  // some node sends NaN left
  uint8_t sums;      // ForestSums
  uint8_t exact;     // planes have exact thresholds
  uint8_t deep;      // some tree goes on below its table
  uint8_t depth;     // levels of every table, 1..8
};

enum ForestAggregate { kForestSum, kForestAverage, kForestMin, kForestMax };

struct ForestTables {
  // The forest in normal form; children of a node are neighbours, trees are stored in level order.
  const ForestNode* nodes;
  const uint8_t* modes;   // per node, mode | kNanTrue; null where all nodes are plain `<=`
  const uint32_t* roots;  // [tree_count]
  size_t tree_count;
  size_t target_count;

  // Leaves: weights in the accumulation type, [leaf][target] or [leaf] with targets.
  const void* weights;
  const uint32_t* leaf_targets;  // null: vectors
  const void* first;             // [target_count] in the accumulation type: start of the sums
  const void* last;              // [target_count], added at the end; null: nothing is added
  uint8_t input_is_double;
  uint8_t sum_is_double;
  uint8_t output_is_double;
  uint8_t aggregate;
  size_t used_width;        // 1 + greatest feature that a node names
  const ByteForest* bytes;  // null: node by node
};

}  // namespace tundish::kernels
