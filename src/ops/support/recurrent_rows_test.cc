#include "ops/support/recurrent_rows.h"

#include <utility>

#include "ops/support/testing.h"

namespace tundish::ops {
namespace {
using namespace testing;

constexpr int64_t kHidden = 64;

Tensor values(const Shape& shape, size_t step) {
  std::vector<float> made(static_cast<size_t>(shape.element_count()));
  for (size_t i = 0; i < made.size(); ++i) {
    made[i] = static_cast<float>(i * step % 47) / 200 - 0.1F;
  }
  return Tensor::of(std::span<const float>(made), shape);
}

// X of one sequence, `copies` times.
Tensor sequences(int64_t length, int64_t copies, int64_t input) {
  const Tensor one = values({length, 1, input}, 7);
  std::vector<float> made;
  for (int64_t t = 0; t < length; ++t) {
    for (int64_t b = 0; b < copies; ++b) {
      const float* row = static_cast<const float*>(one.data()) + t * input;
      made.insert(made.end(), row, row + input);
    }
  }
  return Tensor::of(std::span<const float>(made), Shape{length, copies, input});
}

// One sequence gives the bits that it has beside another, which goes another way.
void expect_row_of_batch(const std::string& op, int64_t gates, int64_t input, int32_t end,
                         const std::string& direction, int64_t linear) {
  constexpr int64_t kLength = 37;
  const int64_t directions = direction == "bidirectional" ? 2 : 1;
  const auto run = [&](int64_t copies) {
    OpCall call;
    call.op = op;
    call.inputs = {sequences(kLength, copies, input),
                   values({directions, gates * kHidden, input}, 11),
                   values({directions, gates * kHidden, kHidden}, 13),
                   values({directions, 2 * gates * kHidden}, 17),
                   copies == 1 ? vector<int32_t>({end}) : vector<int32_t>({end, end})};
    call.attributes = {{"direction", direction}};
    if (op == "GRU") call.attributes.emplace_back("linear_before_reset", linear);
    call.kernel_tolerance = 1e-5;
    return run_all(call);
  };
  const auto alone = run(1);
  const auto both = run(2);
  ASSERT_TRUE(alone.has_value()) << alone.error().to_string();
  ASSERT_TRUE(both.has_value()) << both.error().to_string();
  const float* one = static_cast<const float*>(alone.value()[0].data());
  const float* two = static_cast<const float*>(both.value()[0].data());
  for (int64_t row = 0; row < kLength * directions; ++row) {
    for (int64_t i = 0; i < kHidden; ++i) {
      ASSERT_EQ(one[row * kHidden + i], two[2 * row * kHidden + i]) << op << " " << row;
    }
  }
}

TEST(RecurrentRows, are_rows_of_a_batch) {
  for (const auto& [op, gates] : {std::pair{"RNN", 1}, {"GRU", 3}, {"LSTM", 4}}) {
    for (const int64_t input : {1, 40, 64, 150}) {
      for (const int32_t end : {37, 21, 3}) {
        expect_row_of_batch(op, gates, input, end, "forward", 0);
      }
    }
    expect_row_of_batch(op, gates, 64, 30, "bidirectional", 1);
  }
}

}  // namespace
}  // namespace tundish::ops
