#include "ops/support/values.h"

#include "ops/support/value_testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

TEST(Values, share_what_their_types_share) {
  const auto common = [](SymbolicShape a, SymbolicShape b) {
    return ops::common_type(ValueType::tensor(DType::kFloat32, std::move(a)),
                            ValueType::tensor(DType::kFloat32, std::move(b)))
        .to_string();
  };
  EXPECT_EQ(common(dims({2, 3}), dims({2, 4})), "float32[2, ?]");
  EXPECT_EQ(common(dims({symbol("N"), 3}), dims({symbol("N"), 3})), "float32[N, 3]");
  EXPECT_EQ(common(dims({symbol("N")}), dims({symbol("M")})), "float32[?]");
  EXPECT_EQ(common(dims({2}), dims({2, 2})), "float32[?...]");
  EXPECT_EQ(common(SymbolicShape(), dims({2})), "float32[?...]");
}

TEST(Values, share_types_of_elements) {
  const ValueType a = sequence_of(ValueType::tensor(DType::kInt64, dims({2})));
  const ValueType b = sequence_of(ValueType::tensor(DType::kInt64, dims({3})));
  EXPECT_EQ(ops::common_type(a, b).to_string(), "seq(int64[?])");
}

TEST(Values, name_the_input_that_is_no_sequence) {
  expect_error(ops::sequence_in(Value(vector<float>({1})), 3), ErrorCode::kInvalidArgument,
               "input 3 is no sequence");
}

}  // namespace
}  // namespace tundish
