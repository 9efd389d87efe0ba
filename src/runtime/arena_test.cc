#include "runtime/arena.h"

#include <gtest/gtest.h>

#include <random>

namespace tundish {
namespace {

TEST(Arena, grows_and_says_so) {
  Arena arena;
  ASSERT_TRUE(arena.reserve(100).has_value());
  const uint64_t epoch = arena.epoch();
  EXPECT_EQ(reinterpret_cast<uintptr_t>(arena.data()) % kBufferAlignment, 0u);
  ASSERT_TRUE(arena.reserve(50).has_value());
  EXPECT_EQ(arena.epoch(), epoch);
  ASSERT_TRUE(arena.reserve(100'000).has_value());
  EXPECT_NE(arena.epoch(), epoch);
  EXPECT_GE(arena.size(), 100'000u);
}

TEST(PlaceFinder, reuses_joined_pieces) {
  PlaceFinder places;
  const size_t a = places.take(64);
  const size_t b = places.take(100);
  const size_t c = places.take(64);
  EXPECT_EQ(places.total_bytes(), 256u);
  places.give_back(a, 64);
  places.give_back(b, 100);
  EXPECT_EQ(places.take(192), a);
  places.give_back(c, 64);
  EXPECT_EQ(places.take(128), c);  // the end moves only by what is missing
  EXPECT_EQ(places.total_bytes(), 320u);
}

TEST(Layout, living_buffers_never_overlap) {
  std::mt19937 random(5);
  for (int round = 0; round < 100; ++round) {
    std::vector<Lifetime> buffers;
    for (int step = 0; step < 40; ++step) {
      buffers.push_back({step, step + static_cast<int>(random() % 6), random() % 500});
    }
    const Layout layout = lay_out(buffers);
    size_t sum = 0;
    for (size_t i = 0; i < buffers.size(); ++i) {
      EXPECT_EQ(layout.offsets[i] % kBufferAlignment, 0u);
      EXPECT_LE(layout.offsets[i] + buffers[i].bytes, layout.total_bytes);
      sum += PlaceFinder::rounded(buffers[i].bytes);
      for (size_t k = 0; k < i; ++k) {
        if (buffers[k].last_step < buffers[i].first_step) continue;
        const bool apart = layout.offsets[k] + buffers[k].bytes <= layout.offsets[i] ||
                           layout.offsets[i] + buffers[i].bytes <= layout.offsets[k];
        EXPECT_TRUE(apart || buffers[i].bytes == 0 || buffers[k].bytes == 0);
      }
    }
    EXPECT_LT(layout.total_bytes, sum / 2);
  }
}

}  // namespace
}  // namespace tundish
