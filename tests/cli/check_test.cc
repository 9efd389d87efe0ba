// tundish check through the binary.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "process.h"

namespace tundish {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(Check, is_equal_to_its_source_and_says_what_is_proven) {
  const Folder folder;
  const Finished done = tundish({"check", converted(folder), "--against", example("model.joblib")});
  EXPECT_EQ(done.status, 0) << done.err;
  EXPECT_THAT(done.out, StartsWith("equal: 0 labels differ"));
  EXPECT_THAT(done.out, HasSubstr("proven: "));
  EXPECT_THAT(done.out, HasSubstr("--expected"));
  const Finished json =
      tundish({"check", converted(folder), "--against", example("model.joblib"), "--json"});
  EXPECT_THAT(json.out, HasSubstr("\"bit_identical\": true"));
  EXPECT_THAT(json.out, HasSubstr("\"routing\": true"));
}

}  // namespace
}  // namespace tundish
