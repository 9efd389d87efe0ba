// Tables of a packed forest, shared by pack() and the kernels. Only fixed-width types: kernels of
// one instruction set include nothing else (they are compiled with -m flags).
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace tundish::kernels {

// Rows go through in chunks of at most so many rows, so that the tables of a chunk stay in L1/L2.
constexpr size_t kForestChunkRows = 1024;

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
  size_t used_width;  // 1 + greatest feature that a node names
};

}  // namespace tundish::kernels
