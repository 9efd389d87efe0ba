#include "wire/pickle/graph_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/pickle/pickle_for_test.h"

namespace tundish::pickle {
namespace {

using namespace for_test;  // NOLINT
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string nested(int depth) { return std::string(depth, ']') + std::string(depth - 1, 'a'); }

TEST(GraphCheck, refuses_objects_that_contain_themselves) {
  EXPECT_THAT(verdict(file_with("]\x94h" + std::string(1, '\0') + "a")),
              HasSubstr("the list at offset"));
  EXPECT_EQ(verdict(file_with("]\x94h" + std::string(1, '\0') + "\x86")), "ok");
}

TEST(GraphCheck, limits_nesting) {
  EXPECT_EQ(verdict(file_with(nested(150))), "ok");
  EXPECT_THAT(verdict(file_with(nested(250))), StartsWith("limit: objects nest deeper than 200"));
  EXPECT_THAT(verdict(file_with(nested(100000))),
              StartsWith("limit: objects nest deeper than 200"));
}

TEST(GraphCheck, counts_the_depth_of_what_it_has_walked_before) {
  // A list of depth 150 walked first, then reached again from 100 lists further down.
  std::string value = "(" + nested(150) + "\x94" + std::string(100, ']') + "h" +
                      std::string(1, '\0') + std::string(100, 'a') + "t";
  EXPECT_THAT(verdict(file_with(value)), StartsWith("limit: objects nest"));
}

TEST(GraphCheck, walks_shared_objects_once) {
  std::string laughs = "(K\1K\1t\x94";
  for (int i = 0; i < 60; ++i) {
    laughs += "(h";
    laughs += static_cast<char>(i);
    laughs += "h";
    laughs += static_cast<char>(i);
    laughs += "t\x94";
  }
  EXPECT_EQ(verdict(file_with("(" + laughs + "t")), "ok");
}

}  // namespace
}  // namespace tundish::pickle
