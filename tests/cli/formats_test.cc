// tundish formats through the binary.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "process.h"

namespace tundish {
namespace {

using ::testing::HasSubstr;

TEST(Formats, formats_list_the_estimators) {
  const Finished formats = tundish({"formats"});
  EXPECT_EQ(formats.status, 0);
  EXPECT_THAT(formats.out, HasSubstr("IsolationForest"));
  EXPECT_THAT(tundish({"formats", "--json"}).out, HasSubstr("\"formats\""));
}

}  // namespace
}  // namespace tundish
