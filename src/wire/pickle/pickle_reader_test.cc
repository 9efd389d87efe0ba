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

// A small file that makes the machine copy or check one large part again and again.
TEST(PickleReader, ends_on_amplification) {
  const std::string first = "h" + std::string(1, '\0');
  std::string states = "](}(";
  for (int i = 0; i < 20000; ++i) states += text("k" + std::to_string(i)) + "N";
  states += "u\x94";
  const std::string bunch = global("sklearn.utils", "Bunch");
  for (int i = 0; i < 20000; ++i) states += bunch + ")\x81" + first + "b";
  const auto by_state = read("\x80\x04" + states + "e.", ReadMode::kInspect);
  ASSERT_TRUE(by_state);
  EXPECT_EQ(by_state->facts().refusals.back().code, ErrorCode::kLimit);

  std::string sets = "](](" + std::string(50000, 'N') + "e\x85\x94";
  for (int i = 0; i < 20000; ++i) sets += global("builtins", "set") + first + "R";
  const auto by_set = read("\x80\x04" + sets + "e.", ReadMode::kInspect);
  ASSERT_TRUE(by_set);
  EXPECT_EQ(by_set->facts().refusals.back().code, ErrorCode::kLimit);

  Limits limits;
  limits.max_object_bytes_per_byte = 0;
  std::string arrays = "](" + tuple({bytes("x"), dtype("u1", "|"), tuple({"K\1"}), text("C")}) +
                       "\x94" + global("numpy.core.numeric", "_frombuffer") + "\x94";
  for (int i = 0; i < 600000; ++i) arrays += "h\1" + first + "R";
  const auto by_arrays = read("\x80\x04" + arrays + "e.", ReadMode::kInspect, limits);
  ASSERT_TRUE(by_arrays);
  EXPECT_EQ(by_arrays->facts().refusals.back().code, ErrorCode::kLimit);
}

}  // namespace
}  // namespace tundish::pickle
