// The cases that every forest kernel is tested with, and their run on each instruction set. Used by
// the unit tests and by the stand-alone check of other processors.
#pragma once

#include <string>
#include <vector>

#include "kernels/forest_testing.h"

namespace tundish::kernels::testing {

// ---- Running a packed forest
// ----------------------------------------------------------------------

// Runs rows [begin, begin + count) at an address off by `misalign` bytes; the answer as doubles.
inline std::vector<double> run_packed(const PackedForest& packed, const ForestView& view,
                                      const std::vector<double>& rows, size_t stride, size_t begin,
                                      size_t count, size_t misalign) {
  const size_t in_size = view.input_type == Scalar::kFloat64 ? 8 : 4;
  const size_t out_size = view.output_type == Scalar::kFloat64 ? 8 : 4;
  std::vector<unsigned char> x(count * stride * in_size + misalign);
  std::vector<unsigned char> y(count * view.target_count * out_size + misalign);
  std::vector<unsigned char> scratch(scratch_bytes(packed, count) + misalign);
  for (size_t k = 0; k < count * stride; ++k) {
    const double wide = rows[begin * stride + k];
    const float narrow = static_cast<float>(wide);
    if (in_size == 8) std::memcpy(x.data() + misalign + k * 8, &wide, 8);
    if (in_size == 4) std::memcpy(x.data() + misalign + k * 4, &narrow, 4);
  }
  run(packed, x.data() + misalign, count, stride, y.data() + misalign, scratch.data() + misalign);
  std::vector<double> out(count * view.target_count);
  for (size_t k = 0; k < out.size(); ++k) {
    float narrow = 0;
    if (out_size == 8) std::memcpy(&out[k], y.data() + misalign + k * 8, 8);
    if (out_size == 4) std::memcpy(&narrow, y.data() + misalign + k * 4, 4), out[k] = narrow;
  }
  return out;
}

// Number of answers whose bits differ.
inline size_t different_bits(const double* a, const double* b, size_t count) {
  size_t different = 0;
  for (size_t k = 0; k < count; ++k) {
    if (std::isnan(a[k]) && std::isnan(b[k])) continue;  // sums of infinities: sign of NaN is free
    different += std::bit_cast<uint64_t>(a[k]) != std::bit_cast<uint64_t>(b[k]);
  }
  return different;
}

struct Difference {
  Isa isa;
  size_t row_count;
  size_t answers;  // that differ
};

enum class Sizes { kAll, kFew };

// Batch sizes 0..129, some hundreds, more than one chunk; or a few of them.
inline std::vector<size_t> batch_sizes(Sizes sizes, uint32_t seed) {
  if (sizes == Sizes::kFew) return {0, 1, 2, 15, 17, 33, 65, 130};
  std::vector<size_t> list = {31, 32, 33, 63, 64, 65, 127, 128, 129, 200, 1000, 1100};
  for (size_t n = 0; n <= 126; n += n < 20 ? 1 : 3 + seed % 7) list.push_back(n);
  return list;
}

// Compares every available instruction set with the plain walk, with and without NaN in the rows,
// at odd addresses and row strides. Empty: all answers agree in every bit.
inline std::vector<Difference> differences(const TestForest& forest, Sizes sizes, uint32_t seed) {
  const ForestView& view = forest.view;
  if (check(view).kind != ForestFault::Kind::kNone) return {{Isa::kGeneric, 0, 0}};
  const size_t stride = view.feature_count + seed % 3;
  const size_t total = sizes == Sizes::kAll ? 1100 : 200;
  std::vector<Difference> found;
  for (Nans nans : {Nans::kNone, Nans::kSome}) {
    const std::vector<double> rows = edge_rows(view, total, stride, nans, seed);
    const std::vector<double> expected = plain_walk(view, rows, stride);
    for (size_t i = 0; i < kIsaCount; ++i) {
      const Isa isa = static_cast<Isa>(i);
      if (!isa_available(isa)) continue;
      const PackedForest packed = pack(view, isa);
      for (size_t n : batch_sizes(sizes, seed)) {
        const size_t begin = (n * 37 + seed) % (total - n + 1);
        const std::vector<double> got =
            run_packed(packed, view, rows, stride, begin, n, (n * 5 + seed) % 64);
        const size_t answers =
            different_bits(got.data(), expected.data() + begin * view.target_count, got.size());
        if (answers != 0) found.push_back({isa, n, answers});
      }
    }
  }
  return found;
}

// ---- Cases ------------------------------------------------------------------------------------

// Both input types and a seed of its own for each case.
inline std::vector<ForestOptions> for_both_inputs(std::vector<ForestOptions> cases) {
  std::vector<ForestOptions> both;
  uint32_t seed = 1;
  for (ForestOptions& options : cases) {
    for (Scalar input : {Scalar::kFloat64, Scalar::kFloat32}) {
      options.input_type = input;
      options.seed = seed++;
      both.push_back(options);
    }
  }
  return both;
}

inline std::vector<ForestOptions> shape_cases() {
  struct Case {
    Shape shape;
    int trees, features, depth;
  };
  const Case list[] = {
      {Shape::kFull, 3, 4, 0},         {Shape::kFull, 5, 4, 1},
      {Shape::kFull, 5, 4, 2},         {Shape::kFull, 40, 10, 3},
      {Shape::kFull, 30, 3, 4},        {Shape::kFull, 30, 12, 5},
      {Shape::kFull, 20, 29, 6},       {Shape::kFull, 20, 7, 7},
      {Shape::kFull, 10, 33, 7},       {Shape::kFull, 12, 8, 8},
      {Shape::kFull, 6, 29, 8},        {Shape::kFull, 30, 50, 8},
      {Shape::kFull, 4, 29, 10},       {Shape::kChain, 20, 8, 8},
      {Shape::kChain, 5, 3, 40},       {Shape::kBushy, 30, 12, 60},
      {Shape::kBushy, 20, 20, 400},    {Shape::kIsolation, 60, 1, 8},
      {Shape::kFull, 3, 1, 8},         {Shape::kIsolation, 100, 8, 8},
      {Shape::kIsolation, 60, 9, 8},   {Shape::kIsolation, 60, 25, 8},
      {Shape::kIsolation, 20, 25, 11}, {Shape::kIsolation, 40, 64, 8},
      {Shape::kIsolation, 70, 100, 8}, {Shape::kIsolation, 12, 300, 8},
      {Shape::kFull, 200, 300, 8},     {Shape::kIsolation, 15, 8, 16},
  };
  std::vector<ForestOptions> cases;
  for (const Case& c : list) {
    ForestOptions options;
    options.shape = c.shape;
    options.tree_count = c.trees;
    options.feature_count = c.features;
    options.depth = c.depth;
    cases.push_back(options);
  }
  return for_both_inputs(cases);
}

inline std::vector<ForestOptions> threshold_cases() {
  std::vector<ForestOptions> cases;
  for (Thresholds thresholds : {Thresholds::kDouble, Thresholds::kCastFolded, Thresholds::kFloat,
                                Thresholds::kFewIntegers, Thresholds::kClose}) {
    for (Modes modes : {Modes::kLeq, Modes::kNanFlags, Modes::kOrdered, Modes::kAll}) {
      for (int features : {6, 21}) {
        ForestOptions options;
        options.tree_count = 24;
        options.feature_count = features;
        options.thresholds = thresholds;
        options.modes = modes;
        cases.push_back(options);
      }
    }
  }
  return for_both_inputs(cases);
}

inline std::vector<ForestOptions> leaf_cases() {
  std::vector<ForestOptions> cases;
  int depth = 4;
  for (Leaves leaves : {Leaves::kFewValues, Leaves::kManyValues}) {
    for (Scalar sum : {Scalar::kFloat64, Scalar::kFloat32}) {
      for (BaseOrder order : {BaseOrder::kNone, BaseOrder::kFirst, BaseOrder::kLast}) {
        for (int targets : {1, 2, 5}) {
          for (LeafForm form : {LeafForm::kVector, LeafForm::kSingle}) {
            ForestOptions options;
            options.tree_count = 21;
            options.leaves = leaves;
            options.weight_type = sum;
            options.accumulation_type = sum;
            options.output_type = depth == 7 ? Scalar::kFloat32 : sum;
            options.base_order = order;
            options.target_count = targets;
            options.leaf_form = form;
            options.depth = depth = depth % 8 + 1;
            cases.push_back(options);
          }
        }
      }
    }
  }
  return for_both_inputs(cases);
}

// Trees that each have one target, as boosted trees of several classes.
inline std::vector<ForestOptions> class_cases() {
  std::vector<ForestOptions> cases;
  for (int classes : {2, 3}) {
    for (int depth : {3, 6, 8}) {
      for (Scalar sum : {Scalar::kFloat64, Scalar::kFloat32}) {
        ForestOptions options;
        options.tree_count = 31;
        options.shape = depth == 8 ? Shape::kIsolation : Shape::kFull;
        options.depth = depth;
        options.target_count = classes;
        options.leaf_form = LeafForm::kSingle;
        options.leaf_targets = LeafTargets::kOneATree;
        options.accumulation_type = sum;
        cases.push_back(options);
      }
    }
  }
  return for_both_inputs(cases);
}

inline std::vector<ForestOptions> aggregate_cases() {
  std::vector<ForestOptions> cases;
  for (Aggregate aggregate : {Aggregate::kAverage, Aggregate::kMin, Aggregate::kMax}) {
    for (LeafForm form : {LeafForm::kVector, LeafForm::kSingle}) {
      ForestOptions options;
      options.aggregate = aggregate;
      options.base_order = BaseOrder::kFirst;
      options.target_count = 3;
      options.leaf_form = form;
      options.leaves = Leaves::kManyValues;
      cases.push_back(options);
    }
  }
  return for_both_inputs(cases);
}

inline std::vector<ForestOptions> empty_cases() {
  std::vector<ForestOptions> cases(2);
  cases[0].tree_count = 0;
  cases[0].base_order = BaseOrder::kFirst;
  cases[1].tree_count = 70;
  cases[1].depth = 0;
  return for_both_inputs(cases);
}

}  // namespace tundish::kernels::testing
