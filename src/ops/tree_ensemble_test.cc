#include "ir/tree_ensemble.h"

#include <cmath>

#include "kernels/forest_testing.h"
#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;
namespace forest = kernels::testing;

template <class T> Tensor of(const std::vector<T>& values) {
  return Tensor::of(std::span<const T>(values));
}

// A random forest as the inputs of the operator.
OpCall call_of(const forest::TestForest& made, const forest::ForestOptions& options, Tensor x) {
  OpCall call{"TreeEnsemble", {}, {}, std::string(kDomainTundish)};
  call.constant_from = 1;
  const bool floats = options.accumulation_type == kernels::Scalar::kFloat32;
  std::vector<uint8_t> modes = made.modes;
  if (options.modes == forest::Modes::kLeq) modes.assign(made.features.size(), 0);
  auto real = [&](const std::vector<double>& values) {
    return floats ? of(std::vector<float>(values.begin(), values.end())) : of(values);
  };
  Tensor weights = real(made.weights64);
  const bool single = options.leaf_form == kernels::LeafForm::kSingle;
  if (!single) {
    weights = weights.reshaped(
        Shape{weights.element_count() / options.target_count, options.target_count});
  }
  call.inputs = {std::move(x),
                 of(made.roots),
                 of(made.features),
                 options.thresholds == forest::Thresholds::kFloat ? of(made.thresholds32)
                                                                  : of(made.thresholds64),
                 of(modes),
                 of(made.true_children),
                 of(made.false_children),
                 weights,
                 single ? of(made.leaf_targets) : Tensor()};
  if (options.base_order != kernels::BaseOrder::kNone) {
    call.inputs.push_back(real(made.base_values));
    call.attributes.emplace_back(
        "base_order",
        std::string(options.base_order == kernels::BaseOrder::kFirst ? "first" : "last"));
  }
  constexpr const char* kAggregates[] = {"SUM", "AVERAGE", "MIN", "MAX"};
  call.attributes.emplace_back("aggregate",
                               std::string(kAggregates[static_cast<int>(options.aggregate)]));
  call.attributes.emplace_back("n_targets", int64_t{options.target_count});
  if (floats) call.attributes.emplace_back("accumulate", std::string("float32"));
  return call;
}

Tensor rows_of(const std::vector<double>& rows, int64_t columns, kernels::Scalar type) {
  const Shape shape{static_cast<int64_t>(rows.size()) / columns, columns};
  if (type == kernels::Scalar::kFloat64) return Tensor::of(std::span<const double>(rows), shape);
  const std::vector<float> narrow(rows.begin(), rows.end());
  return Tensor::of(std::span<const float>(narrow), shape);
}

void compare(const forest::ForestOptions& options) {
  const forest::TestForest made = forest::make_forest(options);
  const int64_t columns = options.feature_count;
  for (const size_t count : {size_t{0}, size_t{1}, size_t{70}}) {
    const std::vector<double> rows =
        forest::edge_rows(made.view, count, columns, forest::Nans::kSome, 3);
    const Tensor x = rows_of(rows, columns, options.input_type);
    std::vector<double> read;  // as the operator sees them
    for (int64_t i = 0; i < x.element_count(); ++i) {
      read.push_back(x.dtype() == DType::kFloat64 ? x.values<double>()[i] : x.values<float>()[i]);
    }
    // run_op compares the plain walk of the operator with the packed kernels.
    const Result<Tensor> got = run_op(call_of(made, options, x));
    ASSERT_TRUE(got.has_value()) << got.error().to_string();
    const std::vector<double> want = forest::plain_walk(made.view, read, columns);
    ASSERT_EQ(want.size(), static_cast<size_t>(got.value().element_count()));
    for (size_t i = 0; i < want.size(); ++i) {
      const double value = got.value().dtype() == DType::kFloat64 ? got.value().values<double>()[i]
                                                                  : got.value().values<float>()[i];
      EXPECT_EQ(value, want[i]) << i;
    }
  }
}

TEST(TreeEnsemble, agrees_with_the_definition) {
  uint32_t seed = 1;
  for (const auto shape : {forest::Shape::kIsolation, forest::Shape::kFull}) {
    for (const auto modes : {forest::Modes::kLeq, forest::Modes::kNanFlags, forest::Modes::kAll}) {
      for (const auto type : {kernels::Scalar::kFloat64, kernels::Scalar::kFloat32}) {
        forest::ForestOptions options{
            .depth = 5, .shape = shape, .modes = modes, .input_type = type};
        options.seed = seed++;
        compare(options);
        options.accumulation_type = options.output_type = options.weight_type =
            kernels::Scalar::kFloat32;
        options.thresholds = forest::Thresholds::kFloat;
        options.target_count = 3;
        compare(options);
      }
    }
  }
}

TEST(TreeEnsemble, aggregates_and_bases) {
  for (const auto aggregate : {kernels::Aggregate::kSum, kernels::Aggregate::kAverage,
                               kernels::Aggregate::kMin, kernels::Aggregate::kMax}) {
    for (const auto order :
         {kernels::BaseOrder::kNone, kernels::BaseOrder::kFirst, kernels::BaseOrder::kLast}) {
      for (const auto form : {kernels::LeafForm::kVector, kernels::LeafForm::kSingle}) {
        compare({.tree_count = 7,
                 .depth = 4,
                 .shape = forest::Shape::kFull,
                 .leaves = forest::Leaves::kManyValues,
                 .target_count = 2,
                 .leaf_form = form,
                 .base_order = order,
                 .aggregate = aggregate});
      }
    }
  }
}

TEST(TreeEnsemble, threads_change_nothing) {
  forest::ForestOptions options{.tree_count = 200, .depth = 8};
  const forest::TestForest made = forest::make_forest(options);
  const std::vector<double> rows = forest::edge_rows(made.view, 5000, 8, forest::Nans::kNone, 5);
  OpCall call = call_of(made, options, rows_of(rows, 8, options.input_type));
  const Tensor one = run_op(call).value();
  call.thread_count = 3;
  EXPECT_TRUE(same_bits(one, run_op(call).value()));
}

TEST(TreeEnsemble, rejects_bad_tables) {
  forest::ForestOptions options{.tree_count = 2, .depth = 3};
  const forest::TestForest made = forest::make_forest(options);
  const Tensor x = tensor<double>({0, 0, 0, 0, 0, 0, 0, 0}, {1, 8});
  OpCall call = call_of(made, options, x);
  call.inputs[0] = vector<double>({1});
  expect_error(run_op(call), ErrorCode::kInvalidModel, "X: expected 2 axes");
  call.inputs[0] = tensor<double>({0}, {1, 1});
  EXPECT_FALSE(run_op(call).has_value());  // too narrow
  call = call_of(made, options, x);
  call.inputs[1] = vector<int32_t>({0, 1'000'000});
  EXPECT_FALSE(run_op(call).has_value());
  call = call_of(made, options, x);
  call.inputs[5] = call.inputs[2];
  EXPECT_FALSE(run_op(call).has_value());  // children are feature numbers: a cycle or worse
  call = call_of(made, options, x);
  call.attributes.emplace_back("aggregate", std::string("MEAN"));
  expect_error(run_op(call), ErrorCode::kInvalidModel, "MEAN");
  call = call_of(made, options, x);
  call.attributes.emplace_back("accumulate", std::string("float32"));
  expect_error(run_op(call), ErrorCode::kInvalidModel, "leaf_weight: expected float32");
}

}  // namespace
}  // namespace tundish
