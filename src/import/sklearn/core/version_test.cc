#include "import/sklearn/core/version.h"

#include <gtest/gtest.h>

namespace tundish::sklearn {
namespace {

TEST(Version, reads_what_real_files_hold) {
  for (const auto& [text, major, minor] :
       {std::tuple{"0.22.2.post1", 0, 22}, {"1.9.1", 1, 9}, {"1.10.dev0", 1, 10}, {"1.0", 1, 0}}) {
    Result<Version> version = parse_version(text);
    ASSERT_TRUE(version) << text;
    EXPECT_EQ(version->major, major);
    EXPECT_EQ(version->minor, minor);
    EXPECT_EQ(version->text, text);
  }
}

TEST(Version, refuses_what_is_no_version) {
  for (const char* text : {"", "1", "1.", "x.y", "1.x", "-1.2", "1.-2", "99999999999.1", "1.2x"}) {
    EXPECT_FALSE(parse_version(text)) << text;
  }
}

TEST(Version, orders_by_major_then_minor) {
  const Version version{1, 2, "1.2.2"};
  EXPECT_TRUE(version.at_least(1, 2));
  EXPECT_TRUE(version.at_least(0, 24));
  EXPECT_FALSE(version.at_least(1, 3));
  EXPECT_FALSE(version.at_least(2, 0));
}

}  // namespace
}  // namespace tundish::sklearn
