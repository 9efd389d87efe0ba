// tundish bench through the binary.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "process.h"

namespace tundish {
namespace {

using ::testing::HasSubstr;

TEST(Bench, prints_the_document_that_scripts_read) {
  const Folder folder;
  const Finished bench = tundish({"bench", converted(folder), "--input", example("rows.csv"),
                                  "--batch", "1,full", "--seconds", "0.02", "--json"});
  EXPECT_EQ(bench.status, 0) << bench.err;
  EXPECT_THAT(bench.out, HasSubstr("\"schema\": \"tundish.bench/1\""));
  EXPECT_THAT(bench.out, HasSubstr("\"p99_us\""));
  EXPECT_THAT(bench.out, HasSubstr("\"kernel\""));
  EXPECT_EQ(tundish({"bench", example("model.joblib"), "--batch", "none"}).status, 2);
}

}  // namespace
}  // namespace tundish
