#include "cli/app/command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace tundish {
namespace {

TEST(Command, exit_statuses_are_those_of_the_reference) {
  EXPECT_EQ(exit_status(ErrorCode::kInvalidModel), 3);
  EXPECT_EQ(exit_status(ErrorCode::kUnsupported), 4);
  EXPECT_EQ(exit_status(ErrorCode::kInvalidArgument), 5);
  EXPECT_EQ(exit_status(ErrorCode::kUntrusted), 6);
  EXPECT_EQ(exit_status(ErrorCode::kIo), 7);
  EXPECT_EQ(exit_status(ErrorCode::kNotFound), 7);
  EXPECT_EQ(exit_status(ErrorCode::kLimit), 8);
  EXPECT_EQ(exit_status(ErrorCode::kInternal), 70);
  EXPECT_EQ(exit_status(ErrorCode::kCancelled), 130);
}

TEST(Command, usage_errors_are_told_from_bad_data) {
  EXPECT_TRUE(is_usage_error(usage_error("two options exclude each other")));
  EXPECT_TRUE(is_usage_error(usage_error("x").in("model \"m\"")));
  EXPECT_FALSE(is_usage_error(InvalidArgument("row 3")));
  EXPECT_FALSE(is_usage_error(InvalidArgument("row 3").in("data")));
}

TEST(Command, every_command_is_found_and_described) {
  std::vector<std::string> names;
  for (const auto& command : all_commands()) {
    names.emplace_back(command->name());
    EXPECT_FALSE(command->summary().empty()) << command->name();
    EXPECT_GE(command->examples().size(), 2u) << command->name();
    Options options;
    command->declare(options);
    declare_common_options(options);
    std::set<std::string> words;
    for (const OptionSpec& spec : options.all()) {
      EXPECT_FALSE(spec.help.empty()) << command->name() << " " << spec.names;
      EXPECT_TRUE(words.insert(spec.names).second) << command->name() << " " << spec.names;
    }
  }
  EXPECT_TRUE(std::ranges::is_sorted(names));
  EXPECT_THAT(names, ::testing::IsSupersetOf({"convert", "inspect", "run", "check", "bench",
                                              "formats", "completion", "man"}));
}

}  // namespace
}  // namespace tundish
