#include "wire/joblib/array_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/joblib/pickle_file.h"
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
struct Model {
  explicit Model(const std::string& value) : graph(read_file(file_with(value)).value()) {}
  ObjectView view() const { return root_view(graph, "model").attr("v").value(); }
  ObjectGraph graph;
};

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
    const Model array(value);
    EXPECT_THAT(array.view().as_tensor()->values<double>(), ElementsAre(1.5, 2.5));
    EXPECT_TRUE(array.graph.facts().joblib);
  }
  const Model aligned(wrapper(tuple({"K\2"}), dtype("f8")) + "\1\xff" + kTwo);
  EXPECT_EQ(aligned.graph.facts().joblib_alignment, 16u);
  const Model fortran(wrapper(tuple({"K\1", "K\2"}), dtype("f8"), "F", kNone) + kTwo);
  EXPECT_EQ(fortran.view().as_tensor()->shape(), (Shape{1, 2}));
  const Model mapped(wrapper(tuple({"K\2"}), dtype("f8"), "C", kNone, global("numpy", "memmap")) +
                     kTwo);
  EXPECT_EQ(mapped.view().kind(), ObjectKind::kArray);
}

TEST(Joblib, reads_object_arrays_as_nested_pickles) {
  const std::string nested =
      "\x80\x02" + array(tuple({"K\2"}), dtype("O8", "|"), list({text("a"), text("b")})) + ".";
  const Model value(wrapper(tuple({"K\2"}), dtype("O8", "|")) + nested);
  EXPECT_THAT(value.view().as_strings().value(), ElementsAre("a", "b"));
  EXPECT_THAT(verdict_on(file_with(wrapper(tuple({"K\3"}), dtype("O8", "|")) + nested)),
              HasSubstr("3 elements has 2"));
  EXPECT_THAT(verdict_on(file_with(wrapper(tuple({"K\3"}), dtype("O8", "|")) + "\x80\x02].")),
              HasSubstr("gives a list"));
  EXPECT_THAT(verdict_on(file_with(wrapper(tuple({"K\3"}), dtype("O8", "|")) + "\x80\x02" +
                                   wrapper(tuple({"K\1"}), dtype("f8")))),
              StartsWith("untrusted"));
  const auto inspected = read_file(file_with(wrapper(tuple({"K\3"}), dtype("O8", "|")) +
                                             "\x80\x02" + wrapper(tuple({"K\1"}), dtype("f8"))),
                                   ReadMode::kInspect);
  EXPECT_FALSE(inspected->facts().complete);
}

TEST(Joblib, refuses_broken_wrappers) {
  const auto says = [](const std::string& value) { return verdict_on(file_with(value)); };
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
  EXPECT_THAT(verdict_on(cut), HasSubstr("no array data"));
  EXPECT_THAT(verdict_on(cut + "\x0f\xff"), HasSubstr("no array data"));
  const std::string bare = make("joblib.numpy_pickle", "NumpyArrayWrapper");
  EXPECT_THAT(says(build(bare, "}")), HasSubstr("has no \"subclass\""));
  EXPECT_THAT(says(global("joblib.numpy_pickle", "NumpyArrayWrapper") + ")R"),
              StartsWith("untrusted"));
  EXPECT_THAT(says(make("joblib.numpy_pickle", "NDArrayWrapper")), StartsWith("untrusted"));
  const std::string framed = wrapper(two, dtype("f8"), "C", kNone) + kTwo + "0.";
  EXPECT_THAT(verdict_on("\x80\x04\x95" + little(uint64_t{framed.size()}) + framed),
              HasSubstr("unfinished frame"));
}

TEST(Joblib, keeps_tensors_alive_after_the_graph) {
  Tensor tensor;
  {
    const Model value(wrapper(tuple({"K\2"}), dtype("f8"), "C", kNone) + kTwo);
    tensor = value.view().as_tensor().value();
  }
  EXPECT_THAT(tensor.values<double>(), ElementsAre(1.5, 2.5));
}

}  // namespace
}  // namespace tundish::pickle
