#include "runtime/isa.h"

#include <gtest/gtest.h>

namespace tundish {
namespace {

TEST(Isa, selects_by_name) {
  const std::vector<std::string> names = runnable_isas();
  ASSERT_FALSE(names.empty());
  EXPECT_EQ(names.front(), "generic");
  for (const std::string& name : names) {
    EXPECT_EQ(kernels::isa_name(select_kernels(name).value()->isa), name);
  }
  EXPECT_EQ(kernels::isa_name(select_kernels("").value()->isa), names.back());
}

TEST(Isa, refuses_what_there_is_not) {
  for (const char* name : {"sse9", "avx", "generic2"}) {
    const auto none = select_kernels(name);
    ASSERT_FALSE(none.has_value());
    EXPECT_EQ(none.error().code(), ErrorCode::kInvalidArgument);
    EXPECT_NE(none.error().message().find("there are generic"), std::string::npos);
  }
}

}  // namespace
}  // namespace tundish
