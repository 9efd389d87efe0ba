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

// joblib's wrapper, as its BUILD leaves it; the data follow.
std::string wrapper(const std::string& shape, const std::string& type, std::string_view order = "C",
                    const std::string& alignment = "K\x10",
                    const std::string& subclass = global("numpy", "ndarray")) {
  return build(make("joblib.numpy_pickle", "NumpyArrayWrapper"),
               dict({text("subclass"), subclass, text("shape"), shape, text("order"), text(order),
                     text("dtype"), type, text("allow_mmap"), kTrue,
                     text("numpy_array_alignment_bytes"), alignment}));
}

const std::string kTwo = little(1.5) + little(2.5);

TEST(Joblib, reads_arrays_behind_their_wrapper) {
  for (const std::string& value : {wrapper(tuple({"K\2"}), dtype("f8")) + "\3\xff\xff\xff" + kTwo,
                                   wrapper(tuple({"K\2"}), dtype("f8"), "C", kNone) + kTwo}) {
    const Value array(value);
    EXPECT_THAT(array.view().as_tensor()->values<double>(), ElementsAre(1.5, 2.5));
    EXPECT_TRUE(array.graph.facts().joblib);
  }
  const Value aligned(wrapper(tuple({"K\2"}), dtype("f8")) + "\1\xff" + kTwo);
  EXPECT_EQ(aligned.graph.facts().joblib_alignment, 16u);
  const Value fortran(wrapper(tuple({"K\1", "K\2"}), dtype("f8"), "F", kNone) + kTwo);
  EXPECT_EQ(fortran.view().as_tensor()->shape(), (Shape{1, 2}));
  const Value mapped(wrapper(tuple({"K\2"}), dtype("f8"), "C", kNone, global("numpy", "memmap")) +
                     kTwo);
  EXPECT_EQ(mapped.view().kind(), ObjectKind::kArray);
}

TEST(Joblib, reads_object_arrays_as_nested_pickles) {
  const std::string nested =
      "\x80\x02" + array(tuple({"K\2"}), dtype("O8", "|"), list({text("a"), text("b")})) + ".";
  const Value value(wrapper(tuple({"K\2"}), dtype("O8", "|")) + nested);
  EXPECT_THAT(value.view().as_strings().value(), ElementsAre("a", "b"));
  EXPECT_THAT(verdict(file_with(wrapper(tuple({"K\3"}), dtype("O8", "|")) + nested)),
              HasSubstr("3 elements has 2"));
  EXPECT_THAT(verdict(file_with(wrapper(tuple({"K\3"}), dtype("O8", "|")) + "\x80\x02].")),
              HasSubstr("gives a list"));
  EXPECT_THAT(verdict(file_with(wrapper(tuple({"K\3"}), dtype("O8", "|")) + "\x80\x02" +
                                wrapper(tuple({"K\1"}), dtype("f8")))),
              StartsWith("untrusted"));
  const auto inspected = read(file_with(wrapper(tuple({"K\3"}), dtype("O8", "|")) + "\x80\x02" +
                                        wrapper(tuple({"K\1"}), dtype("f8"))),
                              ReadMode::kInspect);
  EXPECT_FALSE(inspected->facts().complete);
}

TEST(Joblib, refuses_broken_wrappers) {
  const auto says = [](const std::string& value) { return verdict(file_with(value)); };
  const std::string two = tuple({"K\2"});
  EXPECT_THAT(says(wrapper(two, dtype("f8"), "K")), HasSubstr("array order"));
  EXPECT_THAT(says(wrapper(two, "K\1")), HasSubstr("dtype of the array is an int"));
  EXPECT_THAT(says(wrapper("K\2", dtype("f8"))), HasSubstr("shape of an array is an int"));
  EXPECT_THAT(says(wrapper(two, dtype("f8"), "C", integer(0))), HasSubstr("alignment"));
  EXPECT_THAT(says(wrapper(two, dtype("f8"), "C", text("x"))), HasSubstr("alignment"));
  EXPECT_THAT(says(wrapper(two, dtype("f8"), "C", kNone, "K\1")), HasSubstr("is no class"));
  EXPECT_THAT(says(wrapper(two, dtype("f8"), "C", kNone, global("numpy", "sqrt")) + kTwo),
              StartsWith("unsupported"));
  EXPECT_THAT(says(wrapper(two, dtype("f8")) + std::string(1, '\0') + kTwo),
              HasSubstr("padding of 0 bytes"));
  EXPECT_THAT(says(wrapper(two, dtype("f8")) + "\x20" + kTwo), HasSubstr("padding of 32 bytes"));
  EXPECT_THAT(says(wrapper(tuple({integer(1000)}), dtype("f8")) + "\1\xff" + kTwo),
              HasSubstr("needs 8000 bytes"));
  const std::string cut = "\x80\x04" + wrapper(two, dtype("f8"));
  EXPECT_THAT(verdict(cut), HasSubstr("no array data"));
  EXPECT_THAT(verdict(cut + "\x0f\xff"), HasSubstr("no array data"));
  const std::string bare = make("joblib.numpy_pickle", "NumpyArrayWrapper");
  EXPECT_THAT(says(build(bare, "}")), HasSubstr("has no \"subclass\""));
  EXPECT_THAT(says(global("joblib.numpy_pickle", "NumpyArrayWrapper") + ")R"),
              StartsWith("untrusted"));
  EXPECT_THAT(says(make("joblib.numpy_pickle", "NDArrayWrapper")), StartsWith("untrusted"));
  const std::string framed = wrapper(two, dtype("f8"), "C", kNone) + kTwo + "0.";
  EXPECT_THAT(verdict("\x80\x04\x95" + little(uint64_t{framed.size()}) + framed),
              HasSubstr("unfinished frame"));
}

TEST(PickleFile, explains_files_of_other_kinds) {
  EXPECT_THAT(verdict(""), HasSubstr("empty file"));
  EXPECT_THAT(verdict("version https://git-lfs.github.com/spec/v1\n"),
              HasSubstr("Git LFS pointer"));
  EXPECT_THAT(verdict("<!DOCTYPE html>"), HasSubstr("HTML"));
  EXPECT_THAT(verdict("PK\x03\x04zip"), HasSubstr("zip archive"));
  EXPECT_THAT(verdict("\x93NUMPY\1"), HasSubstr("no model inside"));
  EXPECT_THAT(verdict("hello"), HasSubstr("not a pickle or joblib file: it begins with \"hello\""));
  EXPECT_FALSE(sniff_pickle(as_bytes("")));
  EXPECT_FALSE(sniff_pickle(as_bytes("hello")));
  EXPECT_FALSE(sniff_pickle(as_bytes("Id,label\n")));
  EXPECT_TRUE(sniff_pickle(as_bytes("\x80\x04.")));
  EXPECT_TRUE(sniff_pickle(as_bytes("(dp0\n.")));
  EXPECT_TRUE(sniff_pickle(as_bytes("\x78\x9c")));
}

TEST(PickleFile, refuses_files_without_a_model) {
  EXPECT_THAT(
      verdict("\x80\x04" + array(tuple({"K\2", "K\1"}), dtype("u1", "|"), bytes("ab")) + "."),
      HasSubstr("numpy array of shape [2, 1], no model inside"));
  EXPECT_THAT(verdict("\x80\x04K\1."), HasSubstr("the file holds an int, no model inside"));
  EXPECT_THAT(verdict("\x80\x04" + global("numpy", "log") + "."),
              HasSubstr("numpy.log by name only"));
}

TEST(PickleFile, refuses_trailing_bytes) {
  EXPECT_THAT(verdict(file_with(kTrue) + "rest"), StartsWith("invalid_model: 4 bytes follow"));
  EXPECT_THAT(verdict(file_with(kTrue) + file_with(global("os", "system"))),
              StartsWith("untrusted: "));
  EXPECT_FALSE(read(file_with(kTrue) + "rest", ReadMode::kInspect)->facts().complete);
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
  const std::string file = deflated(file_with(array(tuple({"K\2"}), dtype("f8"), bytes(kTwo))));
  auto graph = read(file);
  ASSERT_TRUE(graph);
  EXPECT_EQ(graph->facts().compression, compress::Format::kZlib);
  EXPECT_EQ(graph->facts().stored_bytes, file.size());
  EXPECT_EQ(graph->facts().protocol, 4);
  EXPECT_THAT(root_view(*graph, "m").attr("v")->as_tensor()->values<double>(),
              ElementsAre(1.5, 2.5));
  EXPECT_THAT(verdict(deflated(file)), HasSubstr("compressed twice"));
  EXPECT_THAT(verdict(deflated("")), HasSubstr("empty file"));
}

TEST(PickleFile, lists_each_name_once) {
  std::string names = "(";
  for (int i = 0; i < 5; ++i) names += global("numpy", "log") + global("numpy", "exp");
  const auto graph = read(file_with(names + "t"));
  ASSERT_TRUE(graph);
  ASSERT_EQ(graph->facts().globals.size(), 3u);
  EXPECT_EQ(graph->facts().globals[1].name, "log");
  EXPECT_EQ(graph->facts().globals[2].name, "exp");
}

TEST(PickleFile, keeps_tensors_alive_after_the_graph) {
  Tensor tensor;
  {
    const Value value(wrapper(tuple({"K\2"}), dtype("f8"), "C", kNone) + kTwo);
    tensor = value.view().as_tensor().value();
  }
  EXPECT_THAT(tensor.values<double>(), ElementsAre(1.5, 2.5));
}

}  // namespace
}  // namespace tundish::pickle
