#include "kernels/forest_pack.h"

#include <algorithm>
#include <utility>

#include "kernels/generic/forest.h"

namespace tundish::kernels {

struct PackedForest::Storage {
  Isa isa = Isa::kGeneric;
  NormalForest normal;
  RankStorage ranks;
  const KernelTable* kernels = nullptr;
  std::vector<double> weights64, first64, last64;
  std::vector<float> weights32, first32, last32;
  std::vector<uint32_t> leaf_targets;
};

namespace {

constexpr size_t kAlignment = 64;
constexpr size_t kMostByteTargets = 1024;  // sums of a block of 64 rows: half of a 1 MB L2

// Weights and base values in the accumulation type.
template <class S>
void convert_sums(const ForestView& forest, std::vector<S>* weights, std::vector<S>* first,
                  std::vector<S>* last, ForestTables* tables) {
  const size_t width = forest.leaf_form == LeafForm::kVector ? forest.target_count : 1;
  weights->resize(forest.leaf_count * width);
  for (size_t k = 0; k < weights->size(); ++k) {
    (*weights)[k] = static_cast<S>(number_at(forest.weights, forest.weight_type, k));
  }
  first->assign(forest.target_count, S{0});
  const bool sum = forest.aggregate == Aggregate::kSum;
  const bool at_start = forest.base_order == BaseOrder::kFirst && sum;
  const bool at_end = forest.base_order != BaseOrder::kNone && !at_start;
  if (at_end) last->assign(forest.target_count, S{0});
  for (size_t k = 0; k < forest.target_count; ++k) {
    if (at_start) (*first)[k] = static_cast<S>(forest.base_values[k]);
    if (at_end) (*last)[k] = static_cast<S>(forest.base_values[k]);
  }
  tables->weights = weights->data();
  tables->first = first->data();
  tables->last = at_end ? last->data() : nullptr;
}

size_t used_width(const NormalForest& normal) {
  size_t width = 0;
  for (const ForestNode& node : normal.nodes) {
    if (node.feature == kLeafFeature) continue;
    const size_t feature = node.feature & kFeatureMask;
    if (feature + 1 > width) width = feature + 1;
  }
  return width;
}

}  // namespace

PackedForest::PackedForest() = default;
PackedForest::PackedForest(PackedForest&&) noexcept = default;
PackedForest& PackedForest::operator=(PackedForest&&) noexcept = default;
PackedForest::~PackedForest() = default;

Isa PackedForest::isa() const { return storage_->isa; }

size_t PackedForest::table_bytes() const {
  const Storage& s = *storage_;
  return s.normal.nodes.size() * sizeof(ForestNode) + s.normal.modes.size() +
         s.normal.roots.size() * sizeof(uint32_t) + s.weights64.size() * sizeof(double) +
         s.weights32.size() * sizeof(float) + s.leaf_targets.size() * sizeof(uint32_t) +
         s.ranks.trees.size() * sizeof(ByteTree) +
         s.ranks.row_trees.size() * (sizeof(RowTree) + 64 * sizeof(RowTail) + sizeof(RowExtra)) +
         s.ranks.floats.size() * sizeof(float) + s.ranks.doubles.size() * sizeof(double) +
         s.ranks.slot_values.size() + s.ranks.tail_nodes.size() * sizeof(TailNode) +
         s.ranks.exits.size() * sizeof(uint32_t) + s.ranks.level_planes.size() * sizeof(uint16_t);
}

PackedForest pack(const ForestView& forest, Isa isa) {
  PackedForest packed;
  packed.storage_ = std::make_unique<PackedForest::Storage>();
  packed.tables_ = std::make_unique<ForestTables>();
  PackedForest::Storage& storage = *packed.storage_;
  ForestTables& tables = *packed.tables_;
  tables = {};
  storage.isa = isa;
  storage.normal = normalise(forest);
  tables.nodes = storage.normal.nodes.data();
  tables.modes = storage.normal.modes.empty() ? nullptr : storage.normal.modes.data();
  tables.roots = storage.normal.roots.data();
  tables.tree_count = forest.tree_count;
  tables.target_count = forest.target_count;
  tables.used_width = used_width(storage.normal);
  tables.input_is_double = forest.input_type == Scalar::kFloat64;
  tables.sum_is_double = forest.accumulation_type == Scalar::kFloat64;
  tables.output_is_double = forest.output_type == Scalar::kFloat64;
  tables.aggregate = static_cast<uint8_t>(forest.aggregate);
  if (tables.sum_is_double != 0) {
    convert_sums(forest, &storage.weights64, &storage.first64, &storage.last64, &tables);
  } else {
    convert_sums(forest, &storage.weights32, &storage.first32, &storage.last32, &tables);
  }
  if (forest.leaf_form == LeafForm::kSingle) {
    storage.leaf_targets.assign(forest.leaf_targets, forest.leaf_targets + forest.leaf_count);
    tables.leaf_targets = storage.leaf_targets.data();
  }
  const bool sums = forest.aggregate == Aggregate::kSum || forest.aggregate == Aggregate::kAverage;
  storage.kernels = &table_for(isa);
  if (sums && forest.target_count <= kMostByteTargets && storage.kernels->forest_rows != nullptr &&
      tables.modes == nullptr && build_ranks(tables, storage.normal, &storage.ranks)) {
    build_leaves(tables, storage.normal, storage.kernels->forest_leaf_layout, &storage.ranks);
    tables.bytes = &storage.ranks.forest;
  }
  return packed;
}

size_t PackedForest::scratch_bytes(size_t row_count) const {
  const ForestTables& tables = *tables_;
  if (tables.bytes == nullptr) return kAlignment;
  const ByteForest& bytes = *tables.bytes;
  const size_t singly = bytes.group_count * 64 + bytes.column_count * sizeof(float) +
                        tables.target_count * sizeof(double) + 4 * kAlignment;
  if (takes_rows_singly(row_count)) return singly;
  const size_t batch = bytes.column_count * (bytes.chunk_rows + 16) * sizeof(float) +
                       bytes.most_slots * bytes.chunk_rows + kSumTrees * bytes.chunk_rows +
                       tables.target_count * bytes.chunk_rows * sizeof(double) + 5 * kAlignment;
  return std::max(singly, batch);
}

bool PackedForest::takes_rows_singly(size_t row_count) const {
  const KernelTable& kernels = *storage_->kernels;
  return kernels.forest_row != nullptr && tables_->bytes->row_trees != nullptr &&
         row_count <= kernels.forest_few_rows * (tables_->bytes->narrow != 0 ? 1 : 2);
}

void PackedForest::run(const void* x, size_t row_count, size_t row_stride_elements, void* out,
                       void* scratch) const {
  const ForestTables& tables = *tables_;
  const KernelTable& kernels = *storage_->kernels;
  if (row_count == 0) return;
  if (tables.bytes == nullptr) {
    forest_generic(tables, x, row_count, row_stride_elements, out, scratch);
    return;
  }
  const size_t off = reinterpret_cast<uintptr_t>(scratch) % kAlignment;
  void* aligned = static_cast<unsigned char*>(scratch) + (off == 0 ? 0 : kAlignment - off);
  if (takes_rows_singly(row_count)) {
    kernels.forest_row(tables, x, row_count, row_stride_elements, out, aligned);
  } else {
    kernels.forest_rows(tables, x, row_count, row_stride_elements, out, aligned);
  }
}

const char* PackedForest::kernel_name(size_t row_count) const {
  if (tables_->modes != nullptr) return "generic/modes";
  if (tables_->bytes == nullptr) return "generic/walk";
  const KernelTable& kernels = *storage_->kernels;
  return takes_rows_singly(row_count) ? kernels.forest_row_name : kernels.forest_rows_name;
}

size_t scratch_bytes(const PackedForest& forest, size_t row_count) {
  return forest.scratch_bytes(row_count);
}

void run(const PackedForest& forest, const void* x, size_t row_count, size_t row_stride_elements,
         void* out, void* scratch) {
  forest.run(x, row_count, row_stride_elements, out, scratch);
}

const char* kernel_name(const PackedForest& forest, size_t row_count) {
  return forest.kernel_name(row_count);
}

}  // namespace tundish::kernels
