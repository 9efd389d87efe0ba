#include <cmath>

#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

TEST(Identity, keeps_every_bit) {
  const Tensor x = tensor<double>({-0.0, std::nan("7"), INFINITY, 1}, {2, 2});
  EXPECT_TRUE(same_bits(run_op({"Identity", {x}}).value(), x));
  for (const Tensor& other : {Tensor::scalar(int8_t{-3}), vector<bool>({true, false}),
                              tensor<float>({}, {0, 3}), strings({"a", ""})}) {
    EXPECT_TRUE(same_bits(run_op({"Identity", {other}}).value(), other));
  }
}

TEST(Identity, keeps_types_that_nothing_else_computes_with) {
  for (const DType dtype : {DType::kFloat16, DType::kComplex128, DType::kInt4, DType::kUint2}) {
    Tensor x = Tensor::allocate(dtype, Shape{5}).value();
    std::memset(x.mutable_data(), 0x5b, x.byte_count());
    EXPECT_TRUE(same_bits(run_op({"Identity", {x}}).value(), x)) << dtype_name(dtype);
  }
}

TEST(Identity, keeps_the_type) {
  const OpCall call{"Identity", {vector<double>({1})}};
  EXPECT_EQ(inferred(call, {dims({symbol("N"), 2})}), "float64[N, 2]");
  EXPECT_EQ(inferred(call, {SymbolicShape()}), "float64[?...]");
  Builder builder(builtin_ops(), "one");
  ValueType sequence;
  sequence.kind = ValueKind::kSequence;
  sequence.element = {ValueType::tensor(DType::kInt64, SymbolicShape())};
  const ValueId x = builder.input("x", sequence).value();
  const std::vector<ValueId> y = builder.add({.op = "Identity", .inputs = {x}}).value();
  EXPECT_EQ(builder.graph().value(y[0]).type, sequence);
}

TEST(Identity, rejects_a_missing_input) {
  expect_refused({"Identity", {Tensor()}}, "expected 1 inputs, got 0");
  expect_refused({"Identity", {}}, "expected 1 inputs, got 0");
}

TEST(Identity, rises) {
  EXPECT_EQ(traits_of("Identity"), "peinm");
  EXPECT_EQ(direction({"Identity", {vector<double>({1})}}, 0), Monotone::kIncreasing);
}

}  // namespace
}  // namespace tundish
