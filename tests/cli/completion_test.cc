// tundish completion through the binary.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "process.h"

namespace tundish {
namespace {

using ::testing::HasSubstr;

TEST(Completion, completion_scripts_know_commands_and_options) {
  for (const char* name : {"bash", "zsh", "fish"}) {
    const Finished script = tundish({"completion", name});
    EXPECT_EQ(script.status, 0);
    for (const std::string& command : commands()) EXPECT_THAT(script.out, HasSubstr(command));
    EXPECT_THAT(script.out, HasSubstr("expected"));
  }
  EXPECT_EQ(tundish({"completion", "tcsh"}).status, 2);
  const Finished syntax = shell("$TUNDISH completion bash | bash -n");
  EXPECT_EQ(syntax.status, 0) << syntax.err;
}

}  // namespace
}  // namespace tundish
