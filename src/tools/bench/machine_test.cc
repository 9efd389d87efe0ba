#include "tools/bench/machine.h"

#include <gtest/gtest.h>

#include <vector>

#include "tools/bench/number_of.h"

namespace tundish {
namespace {

TEST(Machine, is_described) {
  const Machine machine = this_machine();
  EXPECT_FALSE(machine.cpu.empty());
  EXPECT_GE(machine.cores, 1);
  EXPECT_GT(machine.quota, 0);
  EXPECT_GE(machine.load1, 0);
}

TEST(Machine, memory_in_use_is_seen) {
  constexpr size_t kBytes = size_t{64} << 20;
  const uint64_t before = resident_bytes();
  EXPECT_GT(before, 0u);
  const std::vector<char> block(kBytes, 'x');
  EXPECT_GE(resident_bytes(), before + kBytes / 2) << block[kBytes / 2];
  EXPECT_GE(peak_resident_bytes(), kBytes);
}

TEST(NumberOf, reads_the_number_at_the_start) {
  EXPECT_EQ(number_of("0.25"), 0.25);
  EXPECT_EQ(number_of("100000"), 100000);
  EXPECT_EQ(number_of("1e-3 s"), 1e-3);
  EXPECT_EQ(number_of("max"), 0);
  EXPECT_EQ(number_of(""), 0);
}

}  // namespace
}  // namespace tundish
