#include "bodies.h"

namespace tundish::bodies {
namespace {

const ValueType kFloats = type_of(DType::kFloat32);
using Ints = std::vector<int64_t>;

// State: the sum so far; collected: the same.
GraphPointer sum_body() {
  return body({kFloats, kFloats}, [](Builder& builder, const Ids& in) {
    const ValueId sum = builder.op("Add", {in[0], in[1]}).value();
    return Ids{sum, sum};
  });
}
Call sums() {
  return {.op = "Scan",
          .types = {kFloats, kFloats},
          .values = {list<float>({0, 0}), matrix<float>({1, 2, 3, 4, 5, 6}, 3)},
          .attributes = {{"body", sum_body()}, {"num_scan_inputs", int64_t{1}}},
          .outputs = 2};
}

TEST(Scan, carries_states_over_slices) {
  EXPECT_EQ(run(sums()), "[2]: 9 12;[3, 2]: 1 2 4 6 9 12;");
}

TEST(Scan, directions_and_axes) {
  Call call = sums();
  call.attributes.emplace_back("scan_input_directions", Ints{1});
  EXPECT_EQ(run(call), "[2]: 9 12;[3, 2]: 5 6 8 10 9 12;");
  call.attributes.emplace_back("scan_output_directions", Ints{1});
  EXPECT_EQ(run(call), "[2]: 9 12;[3, 2]: 9 12 8 10 5 6;");
  call = sums();
  call.attributes.emplace_back("scan_output_axes", Ints{-1});
  EXPECT_EQ(run(call), "[2]: 9 12;[2, 3]: 1 4 9 2 6 12;");
  call = sums();
  call.values[0] = list<float>({0, 0, 0});
  call.attributes.emplace_back("scan_input_axes", Ints{1});
  EXPECT_EQ(run(call), "[3]: 3 7 11;[2, 3]: 1 3 5 3 7 11;");
}

TEST(Scan, version_8_has_a_batch_and_lengths) {
  Call call{
      .op = "Scan",
      .types = {type_of(DType::kInt64), kFloats, kFloats},
      .values = {list<int64_t>({1, 2}), matrix<float>({0, 0}, 2), matrix<float>({1, 2, 3, 4}, 2)},
      .attributes = {{"body", sum_body()}, {"num_scan_inputs", int64_t{1}}},
      .outputs = 2,
      .version = 8};
  // States [batch, 1], slices [batch, 2] of one number each.
  call.values[2] =
      Tensor::of(std::span<const float>(std::vector<float>{1, 2, 3, 4}), Shape{2, 2, 1});
  EXPECT_EQ(run(call), "[2, 1]: 1 7;[2, 2, 1]: 1 0 3 7;");
  call.values[0] = list<int64_t>({1, 3});
  EXPECT_NE(run(call).find("length 3 of sample 1"), std::string::npos);
}

TEST(Scan, what_does_not_fit_is_refused) {
  Call call = sums();
  call.attributes[1].second = int64_t{3};
  EXPECT_NE(run(call).find("\"num_scan_inputs\": 3 of 2 inputs"), std::string::npos);
  call = sums();
  call.attributes.emplace_back("scan_input_directions", Ints{2});
  EXPECT_NE(run(call).find("2 is neither 0 nor 1"), std::string::npos);
  call = sums();
  call.attributes.emplace_back("scan_input_axes", Ints{5});
  EXPECT_NE(run(call).find("axis 5"), std::string::npos);
  call = sums();
  call.attributes.emplace_back("scan_output_axes", Ints{0, 0});
  EXPECT_NE(run(call).find("has 2 entries, expected 1"), std::string::npos);
}

}  // namespace
}  // namespace tundish::bodies
