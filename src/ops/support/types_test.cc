#include "ops/support/types.h"

#include "ops/support/elementwise.h"
#include "ops/support/testing.h"

namespace tundish::ops {
namespace {
using testing::expect_error;

/// Inference over types that are given.
class GivenTypes : public InferContext {
 public:
  explicit GivenTypes(std::vector<ValueType> inputs) : inputs_(std::move(inputs)) {}
  const Node& node() const override { return node_; }
  size_t input_count() const override { return inputs_.size(); }
  const ValueType& input(size_t i) const override {
    static const ValueType kNone;
    return i < inputs_.size() ? inputs_[i] : kNone;
  }
  const Tensor* constant(size_t) const override { return nullptr; }
  void set_output(size_t, ValueType type) override { output = std::move(type); }

  ValueType output;

 private:
  Node node_;
  std::vector<ValueType> inputs_;
};

ValueType of(DType dtype) { return ValueType::tensor(dtype, SymbolicShape()); }

TEST(Types, sets_hold_what_they_list) {
  constexpr DTypeSet kSet{DType::kBool, DType::kInt2};
  EXPECT_TRUE(kSet.contains(DType::kBool));
  EXPECT_TRUE(kSet.contains(DType::kInt2));
  EXPECT_FALSE(kSet.contains(DType::kUndefined));
  EXPECT_FALSE(kSet.contains(DType::kUint8));
  EXPECT_TRUE((kSet | kStrings).contains(DType::kString));
  EXPECT_TRUE((kSet | kStrings).contains(DType::kInt2));
  EXPECT_TRUE(kHeld.contains(DType::kUint16));
  EXPECT_FALSE(kHeld.contains(DType::kFloat16));
  EXPECT_FALSE(SignedNumbers::kSet.contains(DType::kUint8));
}

TEST(Types, dispatch_finds_the_type) {
  size_t bytes = 0;
  const auto measure = [&]<class T>() {
    bytes = sizeof(T);
    return ok();
  };
  EXPECT_TRUE(dispatch(Numbers(), DType::kInt16, measure).has_value());
  EXPECT_EQ(bytes, 2U);
  EXPECT_TRUE(dispatch(Floats(), DType::kFloat64, measure).has_value());
  EXPECT_EQ(bytes, 8U);
  expect_error(dispatch(Floats(), DType::kInt64, measure), ErrorCode::kInternal, "int64");
  const auto fail = []<class T>() -> Status { return InvalidArgument("no"); };
  expect_error(dispatch(Floats(), DType::kFloat32, fail), ErrorCode::kInvalidArgument, "no");
}

TEST(Types, expect_tensor_tells_wrong_from_unsupported) {
  ValueType map = of(DType::kFloat32);
  map.kind = ValueKind::kMap;
  map.key = DType::kInt64;
  const GivenTypes context(
      {of(DType::kFloat32), of(DType::kFloat16), of(DType::kBool), ValueType(), map});
  EXPECT_TRUE(expect_tensor(context, 0, Floats::kSet).has_value());
  expect_error(expect_tensor(context, 1, Floats::kSet), ErrorCode::kUnsupported,
               "input 1: element type float16");
  expect_error(expect_tensor(context, 1, Floats::kSet, {}), ErrorCode::kInvalidModel,
               "input 1: element type float16 is not allowed");
  expect_error(expect_tensor(context, 2, Floats::kSet), ErrorCode::kInvalidModel,
               "input 2: element type bool is not allowed");
  expect_error(expect_tensor(context, 3, Floats::kSet), ErrorCode::kInvalidModel,
               "input 3 is missing");
  expect_error(expect_tensor(context, 4, Floats::kSet), ErrorCode::kInvalidModel,
               "input 4: expected a tensor");
  expect_error(expect_tensor(context, 9, Floats::kSet), ErrorCode::kInvalidModel,
               "input 9 is missing");
}

TEST(Types, expect_same_dtype_names_both) {
  const GivenTypes context({of(DType::kInt64), of(DType::kInt64), of(DType::kInt32)});
  EXPECT_TRUE(expect_same_dtype(context, 0, 1).has_value());
  expect_error(expect_same_dtype(context, 0, 2), ErrorCode::kInvalidModel,
               "inputs 0 and 2 differ in element type: int64 and int32");
}

TEST(Types, infer_same_hands_the_type_on) {
  GivenTypes context({ValueType::tensor(DType::kFloat32, std::vector<Dim>{Dim::symbol("N")})});
  EXPECT_TRUE(infer_unary<Floats>(context).has_value());
  EXPECT_EQ(context.output.to_string(), "float32[N]");
  expect_error(infer_same(context, kBools), ErrorCode::kInvalidModel, "float32");
}

}  // namespace
}  // namespace tundish::ops
