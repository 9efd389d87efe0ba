#include "ops/support/masked_attention.h"

#include "ops/support/testing.h"

namespace tundish::ops {
namespace {

TEST(MaskedAttention, rows_of_heads) {
  float data[24];
  const HeadRows<float> packed = packed_rows(data, 2, 2, 3);
  EXPECT_EQ(packed.at(1, 1, 1), data + 12 + 3 + 6);
  const HeadRows<float> split = split_rows(data, 2, 2, 3);
  EXPECT_EQ(split.at(1, 1, 1), data + 12 + 6 + 3);
}

TEST(MaskedAttention, past_comes_first) {
  AttentionSizes sizes;
  sizes.batch = 1;
  sizes.heads = 2;
  sizes.past = 1;
  sizes.keys = 1;
  const float past[] = {1, 2};
  const float fresh[] = {3, 4};
  float joined[4];
  const auto rows = join_past(sizes, 1, past, packed_rows(fresh, 1, 2, 1), joined);
  EXPECT_EQ(std::vector<float>(joined, joined + 4), (std::vector<float>{1, 3, 2, 4}));
  EXPECT_EQ(*rows.at(0, 1, 1), 4);
}

}  // namespace
}  // namespace tundish::ops
