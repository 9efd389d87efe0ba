// Tree ensembles: what a planner packs once and an operator runs on every batch.
//
// A forest is described by borrowed arrays (ForestView), checked by check(), turned into aligned
// tables by pack() and evaluated by run(). The answer is defined by one plain walk:
//
//   node n sends row x to true_children[n] where `x[feature] MODE threshold` holds, compared as
//   double by IEEE rules; with kNanTrue a NaN value goes to the true child whatever the mode.
//   kSum: accumulator[target] = base (kFirst) or 0; for each tree in order, accumulator += weight
//   of the leaf reached, in the accumulation type; then += base (kLast). kAverage: as kSum without
//   base, divided by tree_count, then + base whatever the order. kMin, kMax: least or greatest
//   weight (0 where no leaf names the target), then + base.
//
// Every kernel gives the bits of that walk, for every batch size, alignment and instruction set.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "kernels/table.h"

namespace tundish::kernels {

enum class Scalar : uint8_t { kFloat32, kFloat64 };
enum class BaseOrder : uint8_t { kNone, kFirst, kLast };
enum class Aggregate : uint8_t { kSum, kAverage, kMin, kMax };
enum class LeafForm : uint8_t {
  kVector,  // weights are [leaf_count][target_count]
  kSingle,  // weights are [leaf_count]; leaf k adds to target leaf_targets[k]
};

// Modes of a node: the numbers of ai.onnx.ml TreeEnsemble-5 `nodes_modes` in the low three bits.
inline constexpr uint8_t kModeLeq = 0;
inline constexpr uint8_t kModeLt = 1;
inline constexpr uint8_t kModeGte = 2;
inline constexpr uint8_t kModeGt = 3;
inline constexpr uint8_t kModeEq = 4;
inline constexpr uint8_t kModeNeq = 5;
inline constexpr uint8_t kModeMask = 0x07;
inline constexpr uint8_t kNanTrue = 0x80;  // a NaN value goes to the true child

// A forest as arrays of the caller, needed only during check() and pack().
struct ForestView {
  size_t tree_count = 0;
  const int32_t* roots = nullptr;  // [tree_count]: >= 0 inner node, < 0 leaf ~root

  size_t node_count = 0;                    // inner nodes
  const int32_t* features = nullptr;        // [node_count], 0 <= feature < feature_count
  const void* thresholds = nullptr;         // [node_count] of threshold_type
  const uint8_t* modes = nullptr;           // [node_count]; null: all kModeLeq
  const int32_t* true_children = nullptr;   // [node_count]: >= 0 inner node, < 0 leaf ~child
  const int32_t* false_children = nullptr;  // [node_count]

  size_t leaf_count = 0;
  const void* weights = nullptr;          // of weight_type, shape by leaf_form
  const int32_t* leaf_targets = nullptr;  // [leaf_count] with kSingle

  const double* base_values = nullptr;  // [target_count], needed unless base_order is kNone
  size_t target_count = 1;
  size_t feature_count = 0;  // columns that nodes may name; rows may be wider (row stride)

  Scalar threshold_type = Scalar::kFloat64;
  Scalar weight_type = Scalar::kFloat64;
  Scalar input_type = Scalar::kFloat64;         // of x
  Scalar accumulation_type = Scalar::kFloat64;  // weights are rounded to it, sums are made in it
  Scalar output_type = Scalar::kFloat64;        // of out: the accumulator, converted
  LeafForm leaf_form = LeafForm::kVector;
  BaseOrder base_order = BaseOrder::kNone;
  Aggregate aggregate = Aggregate::kSum;
};

// What check() found. `place` is the number of the tree, node or leaf at fault.
struct ForestFault {
  enum class Kind : uint8_t {
    kNone,
    kNullArray,     // an array that is needed is null
    kTooLarge,      // more nodes, leaves, targets or features than 2^31 - 1 (or weights than 2^40)
    kRootRange,     // place: tree
    kChildRange,    // place: node
    kFeatureRange,  // place: node
    kUnknownMode,   // place: node
    kTargetRange,   // place: leaf
    kNodeTwice,     // place: node reached on two paths (a cycle or a shared subtree)
  };
  Kind kind = Kind::kNone;
  size_t place = 0;
};

// Checks everything that pack() and run() rely on. Time and memory are linear in the nodes.
ForestFault check(const ForestView& forest);

struct ForestTables;

// The tables of one forest for one instruction set. Movable; const use from many threads is safe.
class PackedForest {
 public:
  PackedForest();
  PackedForest(PackedForest&&) noexcept;
  PackedForest& operator=(PackedForest&&) noexcept;
  ~PackedForest();

  const ForestTables& tables() const { return *tables_; }
  Isa isa() const;
  size_t table_bytes() const;  // memory held

  // As the functions of these names below.
  size_t scratch_bytes(size_t row_count) const;
  void run(const void* x, size_t row_count, size_t row_stride_elements, void* out,
           void* scratch) const;
  const char* kernel_name(size_t row_count) const;

 private:
  bool takes_rows_singly(size_t row_count) const;

  struct Storage;
  friend PackedForest pack(const ForestView& forest, Isa isa);
  std::unique_ptr<Storage> storage_;
  std::unique_ptr<ForestTables> tables_;
};

// Makes the tables. `forest` must have passed check(); nothing of it is borrowed afterwards. `isa`
// must be one that isa_available() accepts. May throw std::bad_alloc, nothing else.
PackedForest pack(const ForestView& forest, Isa isa);

// Bytes of scratch that run() needs for `row_count` rows or fewer (any alignment). Does not grow
// with the batch beyond some thousand rows.
size_t scratch_bytes(const PackedForest& forest, size_t row_count);

// Evaluates rows. x: row_count rows of input_type, row r at element r * row_stride_elements, at
// least feature_count elements each; any alignment. out: [row_count][target_count] of output_type,
// any alignment. scratch: scratch_bytes(forest, row_count) bytes, used by one thread at a time. No
// allocation, no failure.
void run(const PackedForest& forest, const void* x, size_t row_count, size_t row_stride_elements,
         void* out, void* scratch);

// Which kernel run() takes for that many rows, for example "avx512vbmi/rank-bytes/64". A static
// string.
const char* kernel_name(const PackedForest& forest, size_t row_count);

}  // namespace tundish::kernels
