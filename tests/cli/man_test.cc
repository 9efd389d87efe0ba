// tundish man through the binary.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "process.h"

namespace tundish {
namespace {

using ::testing::HasSubstr;

TEST(Man, the_manual_page_has_every_command_and_exit_status) {
  const Finished page = tundish({"man"});
  EXPECT_EQ(page.status, 0);
  EXPECT_THAT(page.out, HasSubstr(".TH TUNDISH 1"));
  for (const std::string& command : commands())
    EXPECT_THAT(page.out, HasSubstr("tundish " + command));
  EXPECT_THAT(page.out, HasSubstr("EXIT STATUS"));
}

}  // namespace
}  // namespace tundish
