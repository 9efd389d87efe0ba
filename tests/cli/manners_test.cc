// Help, unknown words, exit statuses, streams: what holds for every command.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "process.h"

namespace tundish {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

TEST(Manners, every_command_shows_help_with_examples) {
  for (const std::string& name : commands()) {
    const Finished help = tundish({name, "-h"});
    EXPECT_EQ(help.status, 0) << name;
    EXPECT_THAT(help.out, HasSubstr("usage: tundish " + name));
    EXPECT_THAT(help.out, HasSubstr("examples:"));
    EXPECT_THAT(help.err, IsEmpty());
  }
}

TEST(Manners, version_names_the_instruction_sets) {
  const Finished version = tundish({"--version"});
  EXPECT_EQ(version.status, 0);
  EXPECT_THAT(version.out, HasSubstr("tundish 0.1.0"));
  EXPECT_THAT(version.out, HasSubstr("generic"));
}

TEST(Manners, unknown_words_get_the_nearest_known_one) {
  const Finished command = tundish({"convrt"});
  EXPECT_EQ(command.status, 2);
  EXPECT_THAT(command.err, HasSubstr("did you mean convert?"));
  const Finished option = tundish({"run", "x.onnx", "--metod", "all"});
  EXPECT_EQ(option.status, 2);
  EXPECT_THAT(option.err, HasSubstr("did you mean --method?"));
  EXPECT_EQ(tundish({}).status, 2);
  EXPECT_EQ(tundish({"convert"}).status, 2);
  EXPECT_EQ(tundish({"run", example("model.joblib"), "--on-error", "maybe"}).status, 2);
}

TEST(Manners, a_missing_file_is_exit_7_and_names_it) {
  for (const char* command : {"convert", "inspect", "run", "check", "bench"}) {
    std::vector<std::string> words = {command, "/nowhere/model.joblib"};
    if (words[0] == "check") words.insert(words.end(), {"--against", "/nowhere/model.joblib"});
    const Finished missing = tundish(words);
    EXPECT_EQ(missing.status, 7) << command << missing.err;
    EXPECT_THAT(missing.err, HasSubstr("/nowhere/model.joblib"));
    EXPECT_THAT(missing.out, IsEmpty());
  }
}

TEST(Manners, a_closed_pipe_or_full_disk_is_an_error) {
  const std::string run =
      "$TUNDISH run " + example("model.joblib") + " --input " + example("rows.csv");
  EXPECT_EQ(shell(run + " >/dev/full").status, 7);
  EXPECT_EQ(shell(run + " --output /dev/full").status, 7);
  const Finished closed = shell("(" + run + "; echo $? >&2) | head -c 1 >/dev/null");
  EXPECT_THAT(closed.err, Not(HasSubstr("terminate")));
  EXPECT_EQ(shell("$TUNDISH --help >/dev/full").status, 7);
}

TEST(Manners, a_time_limit_ends_the_call_with_exit_8) {
  const Finished late = shell("$TUNDISH bench " + example("model.joblib") +
                              " --batch 1 --seconds 20 --time-limit 0.3");
  EXPECT_EQ(late.status, 8) << late.err;
  EXPECT_THAT(late.err, HasSubstr("--time-limit"));
}

}  // namespace
}  // namespace tundish
