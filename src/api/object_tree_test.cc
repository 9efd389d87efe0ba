#include "api/object_tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "api/model_for_test.h"
#include "wire/joblib/pickle_file.h"

namespace tundish {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

using std::string_literals::operator""s;

// The lines of a pickle written by hand (protocol 2 and its opcodes).
std::vector<std::string> tree_of(const std::string& opcodes,
                                 const ObjectTreeOptions& options = {}) {
  const auto file = std::make_shared<const std::string>("\x80\x02"s + opcodes + ".");
  const auto graph =
      must(pickle::read_pickle_file(file, as_bytes(*file), Limits{}, pickle::ReadMode::kInspect));
  return object_tree(graph, options);
}

TEST(ObjectTree, shows_values_and_labels) {
  // {"a": 1, "b": [None, True]}
  EXPECT_THAT(
      tree_of("}(X\x01\0\0\0aK\x01X\x01\0\0\0b](N\x88"s + "eu"),
      ElementsAre("dict of 2", "  a: 1", "  b: list of 2", "    [0]: None", "    [1]: True"));
}

TEST(ObjectTree, shows_the_head_of_a_long_list) {
  EXPECT_THAT(
      tree_of("](" + std::string(20, 'N') + "e"),
      ElementsAre("list of 20", "  [0]: None", "  [1]: None", "  [2]: None", "  [3..19]: ..."));
}

TEST(ObjectTree, ends_on_a_cycle) {
  // a list that holds itself: EMPTY_LIST, BINPUT 0, BINGET 0, APPEND
  EXPECT_THAT(tree_of("]q\0h\0a"s), ElementsAre("list of 1", "  [0]: list of 1 (shown above)"));
}

TEST(ObjectTree, ends_at_its_depth) {
  const std::string deep = std::string(5000, ']') + std::string(4999, 'a');
  ObjectTreeOptions options;
  options.max_depth = 4;
  const auto lines = tree_of(deep, options);
  ASSERT_EQ(lines.size(), 5u);
  EXPECT_EQ(lines.back(), "        [0]: list of 1");
}

TEST(ObjectTree, ends_at_its_lines_and_says_so) {
  std::string wide = "}(";
  for (int i = 0; i < 200; ++i) wide += "K"s + static_cast<char>(i) + "N";
  ObjectTreeOptions options;
  options.max_lines = 10;
  const auto lines = tree_of(wide + "u", options);
  ASSERT_EQ(lines.size(), 11u);
  EXPECT_THAT(lines.back(), HasSubstr("objects in all"));
}

TEST(ObjectTree, escapes_what_a_terminal_would_obey) {
  // {"\x1b[2J": "\r\n"}, and a class of a name with a control character
  const auto lines = tree_of("}X\x04\0\0\0\x1b[2JX\x02\0\0\0\r\ns"s);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[1].find('\x1b'), std::string::npos);
  EXPECT_EQ(lines[1].find('\r'), std::string::npos);
  EXPECT_THAT(lines[1], HasSubstr("\\x1b"));
}

TEST(ObjectTree, escapes_beyond_the_cut_too) {
  // 60 letters and three bytes more: as long as the cut form with its dots
  const auto lines = tree_of("}X\x3f\0\0\0"s + std::string(60, 'k') + "\x1b[2Ns");
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[1].find('\x1b'), std::string::npos);
}

// One text of a megabyte as the key of each of 50,000 entries: 50 GB if each were copied.
TEST(ObjectTree, does_not_copy_long_keys) {
  const std::string size("\0\0\x10\0"s);
  std::string opcodes = "}(X" + size + std::string(1 << 20, 'k') + "q\x01N"s;
  for (int i = 0; i < 50'000; ++i) opcodes += "h\x01N";
  const auto begin = std::chrono::steady_clock::now();
  const auto lines = tree_of(opcodes + "u");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
  ASSERT_GE(lines.size(), 2u);
  EXPECT_LT(lines[1].size(), 100u);
}

TEST(ObjectTree, shows_classes_and_arrays_of_a_model) {
  const auto file = must(MappedFile::open(golden_path("scikit-learn-1.9.1/standard/model.joblib")));
  const auto graph =
      must(pickle::read_pickle_file(file, file->bytes(), Limits{}, pickle::ReadMode::kStrict));
  const auto lines = object_tree(graph);
  ASSERT_FALSE(lines.empty());
  EXPECT_EQ(lines[0], "sklearn.preprocessing._data.StandardScaler");
  EXPECT_THAT(lines, ::testing::Contains("  mean_: array <f8[6]"));
}

}  // namespace
}  // namespace tundish
