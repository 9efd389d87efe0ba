// What export writes reads back as the same computation, and survives no damage.
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <random>

#include "base/strings.h"
#include "export/onnx.h"
#include "ir/builder.h"
#include "ir/tree_ensemble.h"
#include "run_graph.h"
#include "wire/npy/npy_writer.h"

namespace tundish {
namespace {

struct ForestSpec {
  std::string name;
  DType x = DType::kFloat64;
  DType accumulate = DType::kFloat64;
  int64_t targets = 1;
  bool vector_leaves = false;
  bool base = false;
  BaseOrder order = BaseOrder::kFirst;
  Aggregate aggregate = Aggregate::kSum;
  int tree_count = 30;
};

constexpr int64_t kFeatures = 4;

// A random tree of the given depth; weights span many magnitudes so that the order of sums shows.
class TreeMaker {
 public:
  TreeMaker(std::mt19937_64& random, const ForestSpec& spec, int64_t width)
      : random_(random), spec_(spec), width_(width) {}

  void make(int depth) {
    nodes.clear();
    weights.clear();
    grow(depth);
  }

  std::vector<TreeNode> nodes;
  std::vector<double> weights;

 private:
  double number() {
    const double value = std::uniform_real_distribution<double>(-2, 2)(random_);
    return spec_.accumulate == DType::kFloat32 ? static_cast<float>(value) : value;
  }

  int64_t grow(int depth) {
    const auto at = static_cast<int64_t>(nodes.size());
    nodes.emplace_back();
    if (depth == 0 || random_() % 8 == 0) {
      nodes[at].leaf_row = static_cast<int64_t>(weights.size()) / width_;
      for (int64_t i = 0; i < width_; ++i) {
        weights.push_back(number() * (random_() % 3 == 0 ? 1048576.0 : 1.0));
      }
      return at;
    }
    const int64_t if_true = grow(depth - 1);
    const int64_t if_false = grow(depth - 1);
    nodes[at] = {.feature = static_cast<int64_t>(random_() % kFeatures),
                 .threshold = number(),
                 .mode = static_cast<TreeMode>(random_() % 6),
                 .missing_true = random_() % 2 == 0,
                 .true_child = if_true,
                 .false_child = if_false};
    return at;
  }

  std::mt19937_64& random_;
  const ForestSpec& spec_;
  int64_t width_;
};

Graph forest(const ForestSpec& spec) {
  std::mt19937_64 random(spec.name.size() * 977 + spec.tree_count);
  Builder builder(builtin_ops(), spec.name);
  const ValueId x = *builder.input(
      "X", ValueType::tensor(spec.x, std::vector<Dim>{Dim::symbol("N"), Dim(kFeatures)}));
  TreeBuilder trees({kFeatures, spec.targets, spec.accumulate});
  TreeMaker maker(random, spec, spec.vector_leaves ? spec.targets : 1);
  for (int i = 0; i < spec.tree_count; ++i) {
    maker.make(i % 7 == 3 ? 0 : 5);
    const Status added =
        spec.vector_leaves
            ? trees.add_tree(maker.nodes, maker.weights)
            : trees.add_tree(maker.nodes, maker.weights, static_cast<int32_t>(i % spec.targets));
    EXPECT_TRUE(added.has_value());
  }
  if (spec.base) {
    std::vector<double> base;
    for (int64_t i = 0; i < spec.targets; ++i) base.push_back(0.375 + static_cast<double>(i));
    trees.set_base(base, spec.order);
  }
  trees.set_aggregate(spec.aggregate);
  auto tables = std::move(trees).finish();
  EXPECT_TRUE(tables.has_value()) << tables.error().to_string();
  auto y = add_tree_ensemble(builder, x, *tables);
  EXPECT_TRUE(y.has_value()) << y.error().to_string();
  EXPECT_TRUE(builder.output(*y, "Y").has_value());
  builder.metadata("tundish.contract", "{}");
  auto graph = std::move(builder).finish();
  EXPECT_TRUE(graph.has_value()) << graph.error().to_string();
  return std::move(*graph);
}

// Random rows and every threshold with its neighbours, NaN, infinities and zeros of both signs.
Tensor rows_for(const Graph& graph, DType dtype) {
  std::vector<double> marks = {0.0, -0.0, NAN, INFINITY, -INFINITY, 1e39, 1e-310};
  for (const NodeId id : graph.order()) {
    if (graph.node(id).op != "TreeEnsemble") continue;
    auto tables = tree_ensemble_of(graph, graph.node(id));
    EXPECT_TRUE(tables.has_value());
    for (int64_t i = 0; i < tables->node_count(); ++i) {
      const double at = tables->node_threshold.dtype() == DType::kFloat32
                            ? tables->node_threshold.values<float>()[i]
                            : tables->node_threshold.values<double>()[i];
      marks.push_back(at);
      const bool narrow = dtype == DType::kFloat32;
      marks.push_back(narrow ? std::nextafter(static_cast<float>(at), 9.0F)
                             : std::nextafter(at, 9));
      marks.push_back(narrow ? std::nextafter(static_cast<float>(at), -9.0F)
                             : std::nextafter(at, -9));
    }
  }
  std::mt19937_64 random(3);
  constexpr int64_t kRows = 700;
  Tensor rows = *Tensor::allocate(dtype, Shape{kRows, kFeatures});
  for (int64_t i = 0; i < kRows * kFeatures; ++i) {
    const double value = marks[random() % marks.size()];
    if (dtype == DType::kFloat32) {
      rows.mutable_values<float>()[i] = static_cast<float>(value);
    } else {
      rows.mutable_values<double>()[i] = value;
    }
  }
  return rows;
}

bool same_bits(const Tensor& a, const Tensor& b) {
  return a.dtype() == b.dtype() && a.shape() == b.shape() &&
         std::memcmp(a.data(), b.data(), a.byte_count()) == 0;
}

std::string exported(const Graph& graph, Target target = Target::kAuto) {
  auto bytes = export_onnx(graph, builtin_ops(), {.target = target});
  EXPECT_TRUE(bytes.has_value()) << bytes.error().to_string();
  return bytes.has_value() ? *bytes : std::string();
}

// Where the peers' check finds the file, when the test is told to leave it.
void leave_for_peers(const std::string& name, const std::string& bytes, const Tensor& rows,
                     const std::vector<Tensor>& answers, const Graph& graph) {
  const char* folder = std::getenv("TUNDISH_ONNX_OUTPUT");
  if (folder == nullptr) return;
  std::filesystem::create_directories(folder);
  const std::string base = cat(folder, "/", name);
  std::ofstream(base + ".onnx", std::ios::binary) << bytes;
  const auto save = [&](const std::string& array, const Tensor& tensor) {
    auto text = npy_bytes(tensor.view());
    ASSERT_TRUE(text.has_value());
    std::ofstream(cat(base, ".", array, ".npy"), std::ios::binary) << *text;
  };
  save("X", rows);
  for (size_t i = 0; i < answers.size(); ++i) {
    save(graph.value(graph.outputs()[i]).name, answers[i]);
  }
}

std::vector<ForestSpec> specs() {
  const auto f32 = DType::kFloat32;
  const auto f64 = DType::kFloat64;
  return {
      {.name = "float64"},
      {.name = "float32_rows", .x = f32},
      {.name = "float32", .x = f32, .accumulate = f32},
      {.name = "base_first", .base = true},
      {.name = "base_first_float32", .x = f32, .accumulate = f32, .base = true},
      {.name = "base_last", .base = true, .order = BaseOrder::kLast},
      {.name = "three_targets", .targets = 3},
      {.name = "three_targets_base", .targets = 3, .base = true},
      {.name = "vector_leaves", .x = f64, .targets = 2, .vector_leaves = true},
      {.name = "vector_leaves_base", .targets = 2, .vector_leaves = true, .base = true},
      {.name = "average", .aggregate = Aggregate::kAverage},
      {.name = "average_base_last",
       .base = true,
       .order = BaseOrder::kLast,
       .aggregate = Aggregate::kAverage},
      {.name = "smallest", .aggregate = Aggregate::kMin},
      {.name = "largest", .aggregate = Aggregate::kMax},
      {.name = "one_tree", .tree_count = 1},
      {.name = "many_trees", .tree_count = 200},
  };
}

class Exchange : public testing::TestWithParam<ForestSpec> {};

TEST_P(Exchange, reads_back_as_the_same_computation) {
  const Graph graph = forest(GetParam());
  const Tensor rows = rows_for(graph, GetParam().x);
  const std::vector<Tensor> before = answers_of(graph, rows);
  ASSERT_EQ(before.size(), 1u);
  for (const Target target : {Target::kAuto, Target::kPortable, Target::kNative}) {
    const std::string bytes = exported(graph, target);
    auto model = import_bytes(bytes);
    ASSERT_TRUE(model.has_value()) << model.error().to_string();
    const std::vector<Tensor> after = answers_of(model->graph, rows);
    ASSERT_EQ(after.size(), 1u);
    EXPECT_TRUE(same_bits(before[0], after[0]));
    EXPECT_EQ(model->graph.find_metadata("tundish.contract") != nullptr, true);
    // Once more: the graph that was read writes and reads the same.
    auto again = import_bytes(exported(model->graph, target));
    ASSERT_TRUE(again.has_value()) << again.error().to_string();
    EXPECT_TRUE(same_bits(before[0], answers_of(again->graph, rows)[0]));
    const std::string suffix = target == Target::kAuto       ? ""
                               : target == Target::kPortable ? "_portable"
                                                             : "_native";
    leave_for_peers(GetParam().name + suffix, bytes, rows, before, graph);
  }
}

INSTANTIATE_TEST_SUITE_P(Forests, Exchange, testing::ValuesIn(specs()),
                         [](const auto& info) { return info.param.name; });

TEST(Exchange, tables_are_mapped_from_a_native_file) {
  const Graph graph = forest({.name = "mapped", .tree_count = 50});
  const std::string bytes = exported(graph, Target::kNative);
  // A page-aligned copy, as a mapped file is.
  auto owner = std::make_shared<Tensor>(
      *Tensor::allocate(DType::kUint8, Shape{static_cast<int64_t>(bytes.size())}));
  std::memcpy(owner->mutable_data(), bytes.data(), bytes.size());
  const Bytes file(static_cast<const uint8_t*>(owner->data()), bytes.size());
  const ImportSource source{"", owner, file};
  auto importer = find_importer(source);
  ASSERT_TRUE(importer.has_value());
  auto model = (*importer)->import(source, {}, builtin_ops());
  ASSERT_TRUE(model.has_value()) << model.error().to_string();
  const Node& node = model->graph.node(model->graph.order()[0]);
  size_t inside = 0;
  size_t constants = 0;
  for (const ValueId input : node.inputs) {
    const Tensor* constant = model->graph.constant(input);
    if (constant == nullptr) continue;
    ++constants;
    const auto* at = static_cast<const uint8_t*>(constant->data());
    if (at < file.data() || at >= file.data() + file.size()) continue;
    ++inside;
    if (constant->byte_count() >= 64) {
      EXPECT_EQ(reinterpret_cast<uintptr_t>(at) % 64, 0u);
    }
  }
  EXPECT_EQ(inside, constants);
  EXPECT_GE(constants, 7u);
}

// Every byte of a small file of ours, one bit and all bits: refused, each time.
TEST(Exchange, every_damaged_byte_is_refused) {
  for (const Target target : {Target::kAuto, Target::kNative}) {
    const std::string bytes = exported(forest({.name = "small", .tree_count = 2}), target);
    ASSERT_TRUE(import_bytes(bytes).has_value());
    std::mt19937_64 random(5);
    for (size_t at = 0; at < bytes.size(); ++at) {
      for (const int mask : {1 << random() % 8, 0xff}) {
        std::string damaged = bytes;
        damaged[at] = static_cast<char>(damaged[at] ^ mask);
        const auto model = import_bytes(damaged);
        ASSERT_FALSE(model.has_value()) << at << " " << mask;
        EXPECT_EQ(model.error().code(), ErrorCode::kInvalidModel) << at;
      }
    }
    for (const size_t cut : {size_t{1}, size_t{20}, size_t{100}, bytes.size() / 2}) {
      EXPECT_FALSE(import_bytes(bytes.substr(0, bytes.size() - cut)).has_value()) << cut;
    }
    EXPECT_FALSE(import_bytes(bytes + std::string("\x32\x01z", 3)).has_value());
  }
}

// All the small operators, so that peers see them as export writes them.
TEST(Exchange, operators) {
  Builder builder(builtin_ops(), "operators");
  const ValueId x = *builder.input(
      "X", ValueType::tensor(DType::kFloat64, std::vector<Dim>{Dim::symbol("N"), Dim(kFeatures)}));
  const ValueId half = builder.scalar(0.5);
  const int64_t last_axis = 1;
  const ValueId axes = builder.constant(Tensor::of(std::span<const int64_t>(&last_axis, 1)));
  AttributeList to_int64;
  to_int64.set("to", static_cast<int64_t>(DType::kInt64));
  AttributeList along;
  along.set("axis", int64_t{1});
  const ValueId scaled = *builder.op("Div", {*builder.op("Sub", {x, half}), half});
  const ValueId size = *builder.op("Abs", {*builder.op("Neg", {scaled})});
  const ValueId low = *builder.op("LessOrEqual", {size, half});
  const ValueId picked = *builder.op("Where", {low, scaled, half});
  // Not a sum: ONNX Runtime adds the elements of a row in another order.
  const ValueId smallest = *builder.op("ReduceMin", {picked, axes});
  const ValueId largest = *builder.op("ReduceMax", {size, axes});
  const ValueId joined = *builder.op("Concat", {smallest, largest}, along);
  const ValueId label = *builder.op("Cast", {*builder.op("Greater", {smallest, half})}, to_int64);
  ASSERT_TRUE(builder.output(joined, "joined").has_value());
  ASSERT_TRUE(builder.output(*builder.op("Squeeze", {label, axes}), "label").has_value());
  auto graph = std::move(builder).finish();
  ASSERT_TRUE(graph.has_value()) << graph.error().to_string();
  Tensor rows = rows_for(*graph, DType::kFloat64);
  // Finite ones: its extrema skip NaN.
  std::mt19937_64 random(4);
  for (double& value : rows.mutable_values<double>()) {
    value = static_cast<double>(random() % 41) / 16 - 1;
  }
  const std::string bytes = exported(*graph, Target::kPortable);
  const std::vector<Tensor> before = answers_of(*graph, rows);
  auto model = import_bytes(bytes);
  ASSERT_TRUE(model.has_value()) << model.error().to_string();
  const std::vector<Tensor> after = answers_of(model->graph, rows);
  ASSERT_EQ(after.size(), 2u);
  EXPECT_TRUE(same_bits(before[0], after[0]));
  EXPECT_TRUE(same_bits(before[1], after[1]));
  leave_for_peers("operators", bytes, rows, before, *graph);
}

}  // namespace
}  // namespace tundish
