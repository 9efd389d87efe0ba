#include "wire/pickle/arena.h"

#include <gtest/gtest.h>

namespace tundish::pickle {
namespace {

TEST(Arena, hands_out_aligned_places_that_stay) {
  Arena arena(1 << 20);
  auto* first = arena.make(uint64_t{7});
  for (int i = 0; i < 10000; ++i) arena.allocate<char>(3);
  auto* large = arena.allocate<uint32_t>(100000);  // a block of its own
  large[99999] = 1;
  EXPECT_EQ(*first, 7u);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(first) % 16, 0u);
  EXPECT_EQ(arena.copy("text"), "text");
}

TEST(Arena, counts_against_its_limit) {
  Arena arena(1000);
  EXPECT_TRUE(arena.check(1000));
  EXPECT_FALSE(arena.check(1001));
  arena.charge(600);
  arena.allocate<char>(100);
  EXPECT_GE(arena.used_bytes(), 700u);
  EXPECT_EQ(arena.check(400).error().code(), ErrorCode::kLimit);
  arena.charge(10000);  // beyond it nothing more is granted, and nothing wraps
  EXPECT_FALSE(arena.check(1));
}

}  // namespace
}  // namespace tundish::pickle
