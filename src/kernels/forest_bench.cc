// Time of forest kernels: trees like those of scikit-learn's IsolationForest (256 rows, depth 8),
// by instruction set and batch size. Items are rows, so the inverse of items_per_second is time a
// row. Run with --benchmark_enable_random_interleaving=true --benchmark_repetitions=9.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "kernels/forest.h"
#include "kernels/forest_testing.h"

namespace tundish::kernels {
namespace {

using testing::ForestOptions;
using testing::TestForest;
using testing::Thresholds;

struct Model {
  const char* name;
  int trees, features, depth;
  Thresholds thresholds;
  Scalar input;
};
constexpr Model kModels[] = {
    {"200x8", 200, 8, 8, Thresholds::kCastFolded, Scalar::kFloat64},
    {"300x25", 300, 25, 8, Thresholds::kCastFolded, Scalar::kFloat64},
    {"100x8", 100, 8, 8, Thresholds::kCastFolded, Scalar::kFloat64},
    {"200x8_float32", 200, 8, 8, Thresholds::kCastFolded, Scalar::kFloat32},
    {"200x8_double_thresholds", 200, 8, 8, Thresholds::kDouble, Scalar::kFloat64},
    {"200x8_depth11", 200, 8, 11, Thresholds::kCastFolded, Scalar::kFloat64},
};

const TestForest& forest_of(const Model& model) {
  static std::vector<std::pair<const Model*, TestForest>> made;
  for (auto& [key, forest] : made) {
    if (key == &model) return forest;
  }
  ForestOptions options;
  options.tree_count = model.trees;
  options.feature_count = model.features;
  options.depth = model.depth;
  options.thresholds = model.thresholds;
  options.input_type = model.input;
  made.reserve(std::size(kModels));
  made.emplace_back(&model, testing::make_forest(options));
  return made.back().second;
}

void run_model(benchmark::State& state, const Model& model, Isa isa) {
  const TestForest& forest = forest_of(model);
  const PackedForest packed = pack(forest.view, isa);
  const size_t rows = static_cast<size_t>(state.range(0));
  const size_t stride = forest.view.feature_count;
  std::mt19937 random(7);
  std::normal_distribution<double> normal(0, 1);
  std::vector<double> x(rows * stride);
  for (double& value : x) value = normal(random);
  const std::vector<float> narrow(x.begin(), x.end());
  std::vector<double> out(rows);
  std::vector<unsigned char> scratch(scratch_bytes(packed, rows));
  const void* data =
      model.input == Scalar::kFloat64 ? static_cast<const void*>(x.data()) : narrow.data();
  state.SetLabel(kernel_name(packed, rows));
  for (auto _ : state) {
    run(packed, data, rows, stride, out.data(), scratch.data());
    benchmark::DoNotOptimize(out.data());
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(rows));
  state.counters["ns_per_row"] =
      benchmark::Counter(static_cast<double>(state.iterations()) * static_cast<double>(rows) * 1e-9,
                         benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

void register_all() {
  for (const Model& model : kModels) {
    for (Isa isa : {Isa::kGeneric, Isa::kAvx2, Isa::kAvx512, Isa::kAvx512Vbmi, Isa::kNeon}) {
      if (!isa_available(isa)) continue;
      const std::string name = std::string("forest/") + model.name + "/" + isa_name(isa);
      benchmark::RegisterBenchmark(
          name.c_str(), [&model, isa](benchmark::State& state) { run_model(state, model, isa); })
          ->Arg(1)
          ->Arg(4)
          ->Arg(16)
          ->Arg(100)
          ->Arg(1000)
          ->Arg(10000);
    }
  }
}

}  // namespace
}  // namespace tundish::kernels

int main(int argc, char** argv) {
  tundish::kernels::register_all();
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
