#include "config/environment.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace tundish {
namespace {

TEST(Environment, reads_values_and_treats_unset_as_empty) {
  ASSERT_EQ(::setenv("TUNDISH_FORCE_ISA", "avx2", 1), 0);
  EXPECT_EQ(forced_isa(), "avx2");
  ASSERT_EQ(::unsetenv("TUNDISH_FORCE_ISA"), 0);
  EXPECT_EQ(forced_isa(), "");
  EXPECT_EQ(environment_value("TUNDISH_SURELY_NOT_SET"), "");
}

}  // namespace
}  // namespace tundish
