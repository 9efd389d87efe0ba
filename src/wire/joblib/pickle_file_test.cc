#include "wire/joblib/pickle_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "wire/pickle/pickle_for_test.h"

namespace tundish::pickle {
namespace {

using namespace for_test;  // NOLINT
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// Through the whole file reader, unlike those of for_test.
Result<ObjectGraph> read_file(const std::string& file, ReadMode mode = ReadMode::kStrict) {
  auto owner = std::make_shared<const std::string>(file);
  return read_pickle_file(owner, as_bytes(*owner), Limits{}, mode);
}
std::string verdict_on(const std::string& file) {
  const auto graph = read_file(file);
  if (graph) return "ok";
  return std::string(error_code_name(graph.error().code())) + ": " + graph.error().to_string();
}

TEST(PickleFile, explains_files_of_other_kinds) {
  EXPECT_THAT(verdict_on(""), HasSubstr("empty file"));
  EXPECT_THAT(verdict_on("version https://git-lfs.github.com/spec/v1\n"),
              HasSubstr("Git LFS pointer"));
  EXPECT_THAT(verdict_on("<!DOCTYPE html>"), HasSubstr("HTML"));
  EXPECT_THAT(verdict_on("PK\x03\x04zip"), HasSubstr("zip archive"));
  EXPECT_THAT(verdict_on("\x93NUMPY\1"), HasSubstr("no model inside"));
  EXPECT_THAT(verdict_on("hello"),
              HasSubstr("not a pickle or joblib file: it begins with \"hello\""));
  EXPECT_FALSE(sniff_pickle(as_bytes("")));
  EXPECT_FALSE(sniff_pickle(as_bytes("hello")));
  EXPECT_FALSE(sniff_pickle(as_bytes("Id,label\n")));
  EXPECT_TRUE(sniff_pickle(as_bytes("\x80\x04.")));
  EXPECT_TRUE(sniff_pickle(as_bytes("(dp0\n.")));
  EXPECT_TRUE(sniff_pickle(as_bytes("\x78\x9c")));
}

TEST(PickleFile, refuses_files_without_a_model) {
  EXPECT_THAT(
      verdict_on("\x80\x04" + array(tuple({"K\2", "K\1"}), dtype("u1", "|"), bytes("ab")) + "."),
      HasSubstr("numpy array of shape [2, 1], no model inside"));
  EXPECT_THAT(verdict_on("\x80\x04K\1."), HasSubstr("the file holds an int, no model inside"));
  EXPECT_THAT(verdict_on("\x80\x04" + global("numpy", "log") + "."),
              HasSubstr("numpy.log by name only"));
}

TEST(PickleFile, refuses_trailing_bytes) {
  EXPECT_THAT(verdict_on(file_with(kTrue) + "rest"), StartsWith("invalid_model: 4 bytes follow"));
  EXPECT_THAT(verdict_on(file_with(kTrue) + file_with(global("os", "system"))),
              StartsWith("untrusted: "));
  EXPECT_FALSE(read_file(file_with(kTrue) + "rest", ReadMode::kInspect)->facts().complete);
}

TEST(PickleFile, reads_one_layer_of_compression) {
  const auto deflated = [](const std::string& text) {
    uLongf size = compressBound(text.size());
    std::string out(size, '\0');
    compress2(reinterpret_cast<Bytef*>(out.data()), &size,
              reinterpret_cast<const Bytef*>(text.data()), text.size(), 6);
    out.resize(size);
    return out;
  };
  const std::string file =
      deflated(file_with(array(tuple({"K\2"}), dtype("f8"), bytes(little(1.5) + little(2.5)))));
  auto graph = read_file(file);
  ASSERT_TRUE(graph);
  EXPECT_EQ(graph->facts().compression, compress::Format::kZlib);
  EXPECT_EQ(graph->facts().stored_bytes, file.size());
  EXPECT_EQ(graph->facts().protocol, 4);
  EXPECT_THAT(root_view(*graph, "m").attr("v")->as_tensor()->values<double>(),
              ElementsAre(1.5, 2.5));
  EXPECT_THAT(verdict_on(deflated(file)), HasSubstr("compressed twice"));
  EXPECT_THAT(verdict_on(deflated("")), HasSubstr("empty file"));
}

TEST(PickleFile, lists_each_name_once) {
  std::string names = "(";
  for (int i = 0; i < 5; ++i) names += global("numpy", "log") + global("numpy", "exp");
  const auto graph = read_file(file_with(names + "t"));
  ASSERT_TRUE(graph);
  ASSERT_EQ(graph->facts().globals.size(), 3u);
  EXPECT_EQ(graph->facts().globals[1].name, "log");
  EXPECT_EQ(graph->facts().globals[2].name, "exp");
}

}  // namespace
}  // namespace tundish::pickle
