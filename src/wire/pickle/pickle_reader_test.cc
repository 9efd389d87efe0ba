#include "wire/pickle/pickle_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/pickle/pickle_for_test.h"

namespace tundish::pickle {
namespace {

using namespace for_test;  // NOLINT
using ::testing::StartsWith;

TEST(PickleReader, reads_plain_pickles_only_without_arrays) {
  EXPECT_EQ(verdict(file_with(kTrue)), "ok");
  EXPECT_THAT(verdict(file_with(make("joblib.numpy_pickle", "NumpyArrayWrapper"))),
              StartsWith("untrusted"));
}

TEST(PickleReader, reports_damage_as_a_fact_when_inspecting) {
  const std::string file = file_with(text("tail"));
  for (size_t size = 2; size < file.size(); ++size) {
    const auto graph = read(file.substr(0, size), ReadMode::kInspect);
    ASSERT_TRUE(graph);
    EXPECT_FALSE(graph->facts().complete);
    EXPECT_EQ(graph->facts().refusals.size(), 1u);
    EXPECT_THAT(verdict(file.substr(0, size)), StartsWith("invalid_model: truncated"));
  }
}

}  // namespace
}  // namespace tundish::pickle
