#include <atomic>

#include "bodies.h"

namespace tundish::bodies {
namespace {

const ValueType kCount = type_of(DType::kInt64);
const ValueType kFlag = type_of(DType::kBool);
const ValueType kFloats = type_of(DType::kFloat32);

// Carries a sum of what is outside, collects it, and goes on while it is below a bound.
Call sums(Tensor most, Tensor condition, float bound) {
  const GraphPointer turn =
      body({kCount, kFlag, kFloats, kFloats}, [&](Builder& builder, const Ids& in) {
        const ValueId sum = builder.op("Add", {in[2], in[3]}).value();
        const ValueId limit = builder.constant(Tensor::scalar(bound));
        const ValueId goes_on = builder.op("Less", {sum, limit}).value();
        return Ids{goes_on, sum, sum};
      });
  return {
      .op = "Loop",
      .types = {kCount, kFlag, kFloats, kFloats},
      .values = {std::move(most), std::move(condition), Tensor::scalar(0.0F), Tensor::scalar(2.0F)},
      .attributes = {{"body", turn}, {"captures", std::vector<int64_t>{1}}},
      .outputs = 2};
}

TEST(Loop, ends_by_count_or_condition) {
  EXPECT_EQ(run(sums(Tensor::scalar(int64_t{3}), Tensor(), 100)), "[]: 6;[3]: 2 4 6;");
  EXPECT_EQ(run(sums(Tensor::scalar(int64_t{99}), Tensor::scalar(true), 7)), "[]: 8;[4]: 2 4 6 8;");
  EXPECT_EQ(run(sums(Tensor(), Tensor(), 3)), "[]: 4;[2]: 2 4;");
}

TEST(Loop, no_turn_gives_what_came_in_and_nothing_collected) {
  EXPECT_EQ(run(sums(Tensor::scalar(int64_t{0}), Tensor(), 100)), "[]: 0;[0]:;");
  EXPECT_EQ(run(sums(Tensor::scalar(int64_t{5}), Tensor::scalar(false), 100)), "[]: 0;[0]:;");
  EXPECT_EQ(run(sums(Tensor::scalar(int64_t{-5}), Tensor(), 100)), "[]: 0;[0]:;");
}

TEST(Loop, stops_when_asked) {
  std::atomic<bool> cancel = true;
  RunOptions options;
  options.cancel = &cancel;
  EXPECT_NE(run(sums(Tensor(), Tensor(), 1e30F), options).find("asked to stop"), std::string::npos);
  RunOptions late;
  late.deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(20);
  EXPECT_NE(run(sums(Tensor(), Tensor(), 1e30F), late).find("deadline"), std::string::npos);
}

TEST(Loop, the_body_fits_the_node) {
  Call call = sums(Tensor::scalar(int64_t{1}), Tensor(), 1);
  call.outputs = 3;
  EXPECT_NE(run(call).find("the body makes 3 values"), std::string::npos);
  call = sums(list<int64_t>({1, 2}), Tensor(), 1);
  EXPECT_NE(run(call).find("input 0 is not one number"), std::string::npos);
}

}  // namespace
}  // namespace tundish::bodies
