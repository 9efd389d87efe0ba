#include "ops/support/pool_rows.h"

#include <cmath>
#include <limits>

#include "ops/support/testing_images.h"

namespace tundish {
namespace {
using namespace ops::testing;

struct PoolCase {
  Shape x;
  std::vector<int64_t> kernel, strides, dilations, pads;
};

const PoolCase kCases[] = {
    {{2, 3, 9, 40}, {3, 3}, {1, 1}, {1, 1}, {1, 1, 1, 1}},
    {{1, 2, 9, 41}, {3, 3}, {2, 2}, {1, 1}, {0, 0, 0, 0}},
    {{1, 2, 12, 70}, {2, 2}, {2, 2}, {1, 1}, {0, 1, 0, 1}},
    {{1, 2, 12, 70}, {3, 5}, {3, 4}, {1, 2}, {1, 2, 1, 2}},
    {{1, 1, 12, 33}, {2, 2}, {1, 3}, {2, 3}, {1, 1, 0, 0}},
    {{1, 2, 50}, {4}, {2}, {3}, {3, 2}},
    {{1, 2, 3, 4, 5}, {2, 2, 2}, {1, 2, 1}, {1, 1, 1}, {0, 1, 1, 0, 1, 1}},
    {{1, 1, 7, 7}, {7, 7}, {1, 1}, {1, 1}, {0, 0, 0, 0}},
};

// float32 goes by rows, float64 one by one.
template <class T> Tensor run(const char* op, const PoolCase& c, const Tensor& x, int threads) {
  OpCall call{op,
              {x},
              {{"kernel_shape", ints(c.kernel)},
               {"strides", ints(c.strides)},
               {"dilations", ints(c.dilations)},
               {"pads", ints(c.pads)}}};
  call.thread_count = threads;
  return must(run_op(call));
}

TEST(PoolRows, agree_with_the_plain_loops) {
  for (const PoolCase& c : kCases) {
    const Tensor narrow = noise<float>(c.x, 3);
    const Tensor wide = noise<double>(c.x, 3);
    for (const char* op : {"MaxPool", "AveragePool"}) {
      const Tensor got = run<float>(op, c, narrow, 1);
      const Tensor want = run<double>(op, c, wide, 1);
      ASSERT_EQ(got.shape(), want.shape());
      for (size_t i = 0; i < got.values<float>().size(); ++i) {
        ASSERT_NEAR(static_cast<double>(got.values<float>()[i]), want.values<double>()[i], 1e-6)
            << op << " of " << c.x.to_string() << ", element " << i;
      }
      EXPECT_TRUE(same_bits(got, run<float>(op, c, narrow, 2)));
    }
  }
}

TEST(PoolRows, a_nan_is_the_largest) {
  PoolCase c = kCases[1];
  Tensor x = noise<float>(c.x, 3);
  x.mutable_values<float>()[2 * 41 + 2] = std::numeric_limits<float>::quiet_NaN();
  const Tensor y = run<float>("MaxPool", c, x, 1);
  const std::span<const float> values = y.values<float>();
  for (size_t i = 0; i < values.size(); ++i) {
    const bool seen = i == 0 || i == 1 || i == 20 || i == 21;
    EXPECT_EQ(std::isnan(values[i]), seen) << i;
  }
}

}  // namespace
}  // namespace tundish
