#include "cli/app/terminal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tundish {
namespace {

TEST(Terminal, results_go_to_stdout_and_words_to_stderr) {
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  Terminal terminal;
  terminal.out("result\n");
  terminal.say("a word");
  terminal.explain("a reason");
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "result\n");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "a word\n");
  EXPECT_TRUE(terminal.finish());
}

TEST(Terminal, quiet_keeps_errors_and_verbose_adds_reasons) {
  testing::internal::CaptureStderr();
  Terminal terminal;
  terminal.quiet = true;
  terminal.say("a word");
  terminal.error(InvalidModel("first\nsecond").in("model \"m\""));
  terminal.quiet = false;
  terminal.verbose = true;
  terminal.explain("a reason");
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "tundish: error: model \"m\": first second\na reason\n");
}

TEST(Terminal, no_progress_where_stderr_is_no_terminal) {
  testing::internal::CaptureStderr();
  Terminal terminal;
  const Progress progress = terminal.progress("rows");
  EXPECT_TRUE(progress(1, 10));
  EXPECT_TRUE(progress(10, 10));
  terminal.end_progress();
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(Terminal, memory_limit_becomes_the_limit_of_reading) {
  Terminal terminal;
  const Limits usual;
  EXPECT_EQ(terminal.limits().max_memory_bytes, usual.max_memory_bytes);
  terminal.memory_limit_bytes = 1 << 20;
  EXPECT_EQ(terminal.limits().max_memory_bytes, 1u << 20);
  EXPECT_EQ(terminal.run_options().cancel, terminal.cancel_flag());
}

}  // namespace
}  // namespace tundish
