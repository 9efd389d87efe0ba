// tundish.TreeEnsemble (ir/tree_ensemble.h): packed kernels when the tables are constant, else the
// plain walk.
#include "ir/tree_ensemble.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <new>

#include "base/strings.h"
#include "kernels/forest.h"
#include "ops/support/elementwise.h"
#include "ops/support/tree_walk.h"

namespace tundish {
namespace {
using namespace ops;

// ---- Inference

struct TableRule {
  std::string_view name;
  DTypeSet types;
  size_t rank;  // 0: looked at elsewhere
};
constexpr DTypeSet kFloatSet{DType::kFloat32, DType::kFloat64};
constexpr TableRule kTables[] = {
    {"X", kFloatSet, 2},
    {"tree_roots", {DType::kInt32}, 1},
    {"node_feature", {DType::kInt32}, 1},
    {"node_threshold", kFloatSet, 1},
    {"node_mode", {DType::kUint8}, 1},
    {"node_true", {DType::kInt32}, 1},
    {"node_false", {DType::kInt32}, 1},
    {"leaf_weight", kFloatSet, 0},
    {"leaf_target", {DType::kInt32}, 1},
    {"base", kFloatSet, 1},
};

Status infer_trees(InferContext& context) {
  for (size_t i = 0; i < context.input_count(); ++i) {
    if (i >= 8 && !context.has_input(i)) continue;
    TRY(in(std::string(kTables[i].name), expect_tensor(context, i, kTables[i].types, {})));
    const SymbolicShape& shape = context.input(i).shape;
    if (kTables[i].rank != 0 && shape && shape->size() != kTables[i].rank) {
      return InvalidModel(
          cat(kTables[i].name, ": expected ", kTables[i].rank, " axes, got ", to_string(shape)));
    }
  }
  TRY_ASSIGN(const TreeTables trees, read_tree_attributes(context.node()));
  for (const size_t i : {size_t{7}, size_t{9}}) {
    if (context.has_input(i) && context.input(i).dtype != trees.accumulate) {
      return InvalidModel(cat(kTables[i].name, ": expected ", dtype_name(trees.accumulate),
                              ", got ", dtype_name(context.input(i).dtype)));
    }
  }
  const SymbolicShape& x = context.input(0).shape;
  std::vector<Dim> out = {x ? (*x)[0] : Dim(), Dim(trees.target_count)};
  context.set_output(0, ValueType::tensor(trees.accumulate, std::move(out)));
  return ok();
}

// ---- Packing

class ForestState : public KernelState {
 public:
  kernels::PackedForest forest;
  int64_t feature_count = 0;
  int64_t target_count = 1;
  DType input = DType::kFloat64;
  DType output = DType::kFloat64;
  int64_t rows_per_task = 64;  ///< a multiple of 64 worth about 50 us

  std::string description() const override {
    return cat(kernels::kernel_name(forest, 1), " for one row, ",
               kernels::kernel_name(forest, 1024), " for batches; ", forest.table_bytes(),
               " bytes of tables");
  }
};

kernels::Scalar scalar_of(DType dtype) {
  return dtype == DType::kFloat32 ? kernels::Scalar::kFloat32 : kernels::Scalar::kFloat64;
}

kernels::Aggregate kernel_aggregate(Aggregate aggregate) {
  switch (aggregate) {
    case Aggregate::kSum: return kernels::Aggregate::kSum;
    case Aggregate::kAverage: return kernels::Aggregate::kAverage;
    case Aggregate::kMin: return kernels::Aggregate::kMin;
    case Aggregate::kMax: return kernels::Aggregate::kMax;
  }
  return kernels::Aggregate::kSum;
}

// All tables of the node, which are constants, as validate() and the kernels want them.
Result<TreeEnsemble> constant_trees(const InferContext& context) {
  TRY_ASSIGN(const TreeTables attributes, read_tree_attributes(context.node()));
  TreeEnsemble trees;
  trees.target_count = attributes.target_count;
  trees.aggregate = attributes.aggregate;
  trees.base_order = attributes.base_order;
  trees.accumulate = attributes.accumulate;
  trees.tree_roots = *context.constant(1);
  trees.node_feature = *context.constant(2);
  trees.node_threshold = *context.constant(3);
  trees.node_mode = *context.constant(4);
  trees.node_true = *context.constant(5);
  trees.node_false = *context.constant(6);
  trees.leaf_weight = *context.constant(7);
  if (context.has_input(8)) trees.leaf_target = *context.constant(8);
  if (context.has_input(9)) trees.base = *context.constant(9);
  for (const int32_t feature : trees.node_feature.values<int32_t>()) {
    trees.feature_count = std::max<int64_t>(trees.feature_count, int64_t{feature} + 1);
  }
  const SymbolicShape& x = context.input(0).shape;
  if (x && (*x)[1].is_known() && (*x)[1].size() < trees.feature_count) {
    return InvalidModel(
        cat("a node reads column ", trees.feature_count - 1, ", X has ", (*x)[1].size()));
  }
  TRY(validate(trees));
  return trees;
}

kernels::ForestView view_of(const TreeEnsemble& trees, DType input, std::span<const double> base) {
  kernels::ForestView view;
  view.tree_count = static_cast<size_t>(trees.tree_count());
  view.roots = trees.tree_roots.values<int32_t>().data();
  view.node_count = static_cast<size_t>(trees.node_count());
  view.features = trees.node_feature.values<int32_t>().data();
  view.thresholds = trees.node_threshold.data();
  view.modes = trees.node_mode.values<uint8_t>().data();
  view.true_children = trees.node_true.values<int32_t>().data();
  view.false_children = trees.node_false.values<int32_t>().data();
  view.leaf_count = static_cast<size_t>(trees.leaf_count());
  view.weights = trees.leaf_weight.data();
  view.target_count = static_cast<size_t>(trees.target_count);
  view.feature_count = static_cast<size_t>(trees.feature_count);
  view.threshold_type = scalar_of(trees.node_threshold.dtype());
  view.weight_type = scalar_of(trees.leaf_weight.dtype());
  view.input_type = scalar_of(input);
  view.accumulation_type = scalar_of(trees.accumulate);
  view.output_type = view.accumulation_type;
  view.aggregate = kernel_aggregate(trees.aggregate);
  if (trees.leaf_target.defined()) {
    view.leaf_form = kernels::LeafForm::kSingle;
    view.leaf_targets = trees.leaf_target.values<int32_t>().data();
  }
  if (trees.base.defined()) {
    view.base_values = base.data();
    view.base_order = trees.base_order == BaseOrder::kFirst ? kernels::BaseOrder::kFirst
                                                            : kernels::BaseOrder::kLast;
  }
  return view;
}

// Rows worth about 50 us to the slower kernels: 0.2 ns per row and level of a tree (byte ranks at
// depth 6: 0.35 ns per tree, walks: 8 ns; docs on forest kernels), so at least 64 rows.
int64_t rows_per_task(const TreeEnsemble& trees) {
  const double count = static_cast<double>(std::max<int64_t>(1, trees.tree_count()));
  const double nodes = static_cast<double>(trees.node_count()) / count;
  const double nanoseconds = count * (0.5 + 0.2 * std::log2(nodes + 1));
  const double blocks = 50'000 / nanoseconds / 64;
  return 64 * std::clamp<int64_t>(static_cast<int64_t>(std::ceil(blocks)), 1, 1024);
}

Result<std::unique_ptr<KernelState>> prepare_trees(const PrepareContext& context) {
  for (size_t i = 1; i < context.input_count(); ++i) {
    if (context.has_input(i) && context.constant(i) == nullptr) {
      return std::unique_ptr<KernelState>();
    }
  }
  TRY_ASSIGN(const TreeEnsemble trees, constant_trees(context));
  std::vector<double> base;
  if (trees.base.defined()) {
    TRY(dispatch(Floats(), trees.base.dtype(), [&]<class T>() {
      base.assign(trees.base.values<T>().begin(), trees.base.values<T>().end());
      return ok();
    }));
  }
  const DType input = context.input(0).dtype;
  const kernels::ForestView view = view_of(trees, input, base);
  if (kernels::check(view).kind != kernels::ForestFault::Kind::kNone) {
    return Internal("a forest that passed validation does not pass the kernels' check");
  }
  // Byte ranks take about as long to make as a dozen plain walks of every node.
  const int64_t worth_it = 12 * trees.node_count() / std::max<int64_t>(1, trees.tree_count());
  const bool few = context.expected_rows() > 0 && context.expected_rows() < worth_it;
  auto state = std::make_unique<ForestState>();
  try {
    state->forest = kernels::pack(view, few ? kernels::Isa::kGeneric : context.kernels().isa);
  } catch (const std::bad_alloc&) {
    return Limit("no memory for the tables of the trees");
  }
  state->feature_count = trees.feature_count;
  state->target_count = trees.target_count;
  state->input = input;
  state->output = trees.accumulate;
  state->rows_per_task = rows_per_task(trees);
  return std::unique_ptr<KernelState>(std::move(state));
}

// ---- Running

// Scratch of one call: a flag and a piece per thread; whoever starts on a range takes a free one.
class ScratchPieces {
 public:
  ScratchPieces(void* memory, int count, size_t piece_bytes)
      : flags_(static_cast<std::atomic<uint8_t>*>(memory)),
        pieces_(static_cast<char*>(memory) + flag_bytes(count)),
        piece_bytes_(piece_bytes) {
    for (int i = 0; i < count; ++i) new (flags_ + i) std::atomic<uint8_t>(0);
  }
  static size_t flag_bytes(int count) { return (static_cast<size_t>(count) + 63) / 64 * 64; }

  /// No more threads ask than there are pieces, so one is free.
  size_t take() {
    for (size_t i = 0;; ++i) {
      if (flags_[i].exchange(1, std::memory_order_acquire) == 0) return i;
    }
  }
  void give_back(size_t i) { flags_[i].store(0, std::memory_order_release); }
  void* piece(size_t i) { return pieces_ + i * piece_bytes_; }

 private:
  std::atomic<uint8_t>* flags_;
  char* pieces_;
  size_t piece_bytes_;
};

Status run_in_tasks(ExecContext& context, const ForestState& state, const TensorView& x,
                    void* out) {
  const int64_t rows = x.shape[0];
  const int64_t columns = x.shape[1];
  const size_t in_bytes = dtype_bytes(state.input);
  const size_t out_bytes = dtype_bytes(state.output);
  const int threads = context.thread_count();
  const size_t piece_bytes =
      (kernels::scratch_bytes(state.forest, static_cast<size_t>(rows)) + 127) / 64 * 64;
  TRY_ASSIGN(void* memory, context.scratch(ScratchPieces::flag_bytes(threads) +
                                           piece_bytes * static_cast<size_t>(threads)));
  ScratchPieces pieces(memory, threads, piece_bytes);
  auto range = [&](int64_t begin, int64_t end) {
    const size_t mine = pieces.take();
    kernels::run(
        state.forest,
        static_cast<const char*>(x.data) + static_cast<size_t>(begin * columns) * in_bytes,
        static_cast<size_t>(end - begin), static_cast<size_t>(columns),
        static_cast<char*>(out) + static_cast<size_t>(begin * state.target_count) * out_bytes,
        pieces.piece(mine));
    pieces.give_back(mine);
  };
  context.parallel_for(rows, state.rows_per_task, range);
  return ok();
}

// Rows that one thread takes between two looks at the caller's wish to stop: some milliseconds.
constexpr int64_t kTasksBetweenChecks = 64;

Status run_packed(ExecContext& context, const ForestState& state) {
  const TensorView& x = context.input(0);
  const int64_t rows = x.shape[0];
  const int64_t columns = x.shape[1];
  if (columns < state.feature_count) {
    return InvalidArgument(
        cat("a node reads column ", state.feature_count - 1, ", X has ", columns));
  }
  TRY_ASSIGN(const MutableTensorView y,
             context.output(0, state.output, Shape{rows, state.target_count}));
  if (context.thread_count() > 1 && rows > state.rows_per_task) {
    return run_in_tasks(context, state, x, y.data);
  }
  const int64_t step = std::min(rows, state.rows_per_task * kTasksBetweenChecks);
  const size_t bytes = kernels::scratch_bytes(state.forest, static_cast<size_t>(step));
  TRY_ASSIGN(void* scratch, context.scratch(bytes));
  const size_t in_row = static_cast<size_t>(columns) * dtype_bytes(state.input);
  const size_t out_row = static_cast<size_t>(state.target_count) * dtype_bytes(state.output);
  for (int64_t row = 0; row < rows; row += step) {
    if (row > 0) TRY(context.interrupted());
    const auto at = static_cast<size_t>(row);
    kernels::run(state.forest, static_cast<const char*>(x.data) + at * in_row,
                 static_cast<size_t>(std::min(step, rows - row)), static_cast<size_t>(columns),
                 static_cast<char*>(y.data) + at * out_row, scratch);
  }
  return ok();
}

Status run_trees(ExecContext& context) {
  const TensorView& x = context.input(0);
  if (x.shape.rank() != 2) {
    return InvalidArgument(cat("X: expected 2 axes, got shape ", x.shape.to_string()));
  }
  if (const KernelState* state = context.state()) {
    return run_packed(context, static_cast<const ForestState&>(*state));
  }
  TRY_ASSIGN(const TreeTables trees, read_trees(context));
  TRY_ASSIGN(const MutableTensorView y,
             context.output(0, trees.accumulate, Shape{x.shape[0], trees.target_count}));
  return walk_trees(trees, x, y.data);
}

constexpr OpDef kOps[] = {
    {.name = "TreeEnsemble",
     .domain = kDomainTundish,
     .since = 1,
     .inputs = {8, 10},
     .infer = infer_trees,
     .run = run_trees,
     .prepare = prepare_trees},
};

}  // namespace

std::span<const OpDef> ops_tree_ensemble() { return kOps; }

}  // namespace tundish
