#include "runtime/memory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ir/builder.h"
#include "ir/test_ops.h"

namespace tundish {
namespace {

using testing::HasSubstr;

TEST(Memory, bytes_of_a_value) {
  EXPECT_EQ(value_bytes(DType::kFloat32, Shape{3, 5}).value(), 60u);
  EXPECT_EQ(value_bytes(DType::kInt4, Shape{3}).value(), 2u);
  EXPECT_EQ(value_bytes(DType::kFloat64, Shape{int64_t{1} << 58}).error().code(),
            ErrorCode::kLimit);
}

TEST(Memory, meter_counts_and_refuses_with_the_figures) {
  MemoryMeter meter;
  meter.set_limit(100);
  EXPECT_TRUE(meter.take(60));
  const Status over = meter.take(50);
  EXPECT_EQ(over.error().code(), ErrorCode::kLimit);
  EXPECT_THAT(over.error().to_string(), HasSubstr("needs 50 bytes more than the 60 held"));
  EXPECT_EQ(meter.held(), 60u);
  meter.give_back(20);
  EXPECT_TRUE(meter.take(50));
  meter.set_limit(0);
  EXPECT_TRUE(meter.take(uint64_t{1} << 60));
}

TEST(Memory, known_sizes_are_refused_before_anything_runs) {
  Builder builder(test_ops::table(), "g");
  const ValueId x =
      builder.input("X", ValueType::tensor(DType::kFloat32, std::vector<Dim>{1000, 1000})).value();
  const ValueId y = builder.op("Abs", {x}).value();
  ASSERT_TRUE(builder.output(y, "Y"));
  const Graph graph = std::move(builder).finish().value();
  EXPECT_TRUE(check_known_sizes(graph, 4'000'000));
  EXPECT_TRUE(check_known_sizes(graph, 0));
  const Status refused = check_known_sizes(graph, 3'999'999);
  EXPECT_EQ(refused.error().code(), ErrorCode::kLimit);
  EXPECT_THAT(refused.error().to_string(), HasSubstr("Abs"));
  EXPECT_THAT(refused.error().to_string(), HasSubstr("needs 4000000 bytes"));
}

}  // namespace
}  // namespace tundish
