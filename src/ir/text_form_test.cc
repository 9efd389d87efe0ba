#include "ir/text_form.h"

#include <gtest/gtest.h>

#include <limits>

#include "ir/builder.h"
#include "ir/test_ops.h"

namespace tundish {
namespace {

using test_ops::float64_type;

std::string again(const std::string& text) {
  const Result<Graph> graph = parse_text(text, test_ops::table());
  return graph ? to_text(*graph) : graph.error().to_string();
}

TEST(TextForm, round_trip_of_a_small_graph) {
  const std::string text =
      "graph \"iforest\" {\n"
      "  meta \"tundish.source\" = \"{\\\"a\\\": 1}\"\n"
      "  input %X : float64[N, 2]\n"
      "  const %mean : float64[2] = [0.5, 1]\n"
      "  const %one : float32[] = [1]\n"
      "  %z = Sub(%X, %mean) : float64[N, 2] name \"scale\" from \"pipeline.steps[0]\"\n"
      "  %a : float64[N, 2], %b : float64[N, 2] = Split-13(%z) {axis = 1}\n"
      "  %\"odd name\" = Sum3(%a, _, %b) : float64[N, 2]\n"
      "  output %\"odd name\"\n"
      "  output %z\n"
      "}\n";
  std::string with_reader = text;
  // Constants that nobody reads are dropped, so the scalar goes.
  const std::string unread = "  const %one : float32[] = [1]\n";
  with_reader.erase(with_reader.find(unread), unread.size());
  EXPECT_EQ(again(text), with_reader);
}

TEST(TextForm, types_may_be_left_out) {
  const std::string text =
      "graph \"g\" { input %X : float64[N, ?]; %y = Abs(%X)  # comment\n output %y }";
  EXPECT_EQ(again(text),
            "graph \"g\" {\n  input %X : float64[N, ?]\n  %y = Abs(%X) : float64[N, ?]\n"
            "  output %y\n}\n");
}

TEST(TextForm, round_trip_of_every_attribute_kind) {
  Builder builder(test_ops::table(), "g");
  const ValueId x = *builder.input("X", float64_type({Dim::symbol("batch size")}));
  AttributeList list;
  list.set("f", 3.0f);
  list.set("fi", std::numeric_limits<float>::infinity());
  list.set("f_small", std::numeric_limits<float>::denorm_min());
  list.set("i", int64_t{-5});
  list.set("s", std::string("tab\tquote\"\xc3\xa9\xff"));
  list.set("t", Tensor::of(std::span<const float>({0.1f, -0.0f})));
  list.set("fs", std::vector<float>{1, 2.5});
  list.set("fs0", std::vector<float>{});
  list.set("is", std::vector<int64_t>{1, INT64_MIN});
  list.set("is0", std::vector<int64_t>{});
  list.set("ss", std::vector<std::string>{"a", "b,c"});
  list.set("ss0", std::vector<std::string>{});
  list.set("ts", std::vector<Tensor>{Tensor::scalar(int8_t{-3}), Tensor::scalar(uint8_t{200})});
  ValueType sequence{.kind = ValueKind::kSequence};
  sequence.element.push_back(ValueType::tensor(DType::kString, {}));
  ValueType map = ValueType::tensor(DType::kFloat32, std::vector<Dim>{});
  map.kind = ValueKind::kMap;
  map.key = DType::kInt64;
  list.set("ty", sequence);
  list.set("tys", std::vector<ValueType>{map, float64_type({3})});
  Builder inner(test_ops::table(), "body");
  const ValueId i = *inner.input("i", float64_type({}));
  ASSERT_TRUE(inner.output(*inner.op("Abs", {i}), "o"));
  const auto body = std::make_shared<const Graph>(std::move(inner).finish().value());
  list.set("g", GraphPointer(body));
  list.set("gs", std::vector<GraphPointer>{body, body});
  list.set("odd name", int64_t{1});
  ASSERT_TRUE(builder.output(*builder.op("Abs", {x}, list), "y"));
  const std::string text = to_text(std::move(builder).finish().value());
  EXPECT_EQ(again(text), text);
  EXPECT_NE(text.find("f = 3.0, f_small = 1e-45, fi = inf"), std::string::npos) << text;
  EXPECT_NE(text.find("s = \"tab\\x09quote\\\"\\u00e9\\xff\""), std::string::npos) << text;
  EXPECT_NE(text.find("tys = types [map(int64, float32[]), float64[3]]"), std::string::npos);
}

TEST(TextForm, round_trip_of_every_element_type) {
  for (int code = 1; code <= static_cast<int>(DType::kInt2); ++code) {
    const auto dtype = static_cast<DType>(code);
    Builder builder(test_ops::table(), "g");
    Tensor tensor = Tensor::allocate(dtype, Shape{2, 2}).value();
    if (dtype != DType::kString) {
      auto* bytes = static_cast<uint8_t*>(tensor.mutable_data());
      for (size_t i = 0; i < tensor.byte_count(); ++i) {
        bytes[i] = dtype == DType::kBool ? i % 2 : static_cast<uint8_t>(i + 1);
      }
    }
    const ValueId c = builder.constant(std::move(tensor), "c");
    ASSERT_TRUE(builder.output(*builder.op("Abs", {c}), "y"));
    const std::string text =
        to_text(std::move(builder).finish().value(), {.max_constant_elements = 100});
    const Result<Graph> back = parse_text(text, test_ops::table());
    ASSERT_TRUE(back) << back.error().to_string() << text;
    EXPECT_EQ(to_text(*back, {.max_constant_elements = 100}), text);
  }
}

TEST(TextForm, special_numbers) {
  const std::string text =
      "graph \"g\" {\n"
      "  const %c : float64[5] = [nan, inf, -inf, -0, 5e-324]\n"
      "  %y = Abs(%c) : float64[5]\n"
      "  output %y\n"
      "}\n";
  EXPECT_EQ(again(text), text);
}

TEST(TextForm, long_constants_are_cut) {
  Builder builder(test_ops::table(), "g");
  const ValueId c = builder.constant(Tensor::allocate(DType::kFloat64, Shape{20}).value(), "c");
  ASSERT_TRUE(builder.output(*builder.op("Abs", {c}), "y"));
  const std::string text =
      to_text(std::move(builder).finish().value(), {.max_constant_elements = 2});
  EXPECT_NE(text.find("= [0, 0, ...]"), std::string::npos);
  EXPECT_NE(again(text).find("the constant was cut"), std::string::npos);
}

TEST(TextForm, names_can_be_hidden) {
  const Graph graph =
      parse_text(
          "graph \"g\" { input %X : float32[1] %y = Abs(%X) name \"n\" from \"s\" output %y }",
          test_ops::table())
          .value();
  EXPECT_EQ(
      to_text(graph, {.node_names = NodeNames::kHide}),
      "graph \"g\" {\n  input %X : float32[1]\n  %y = Abs(%X) : float32[1]\n  output %y\n}\n");
}

TEST(TextForm, dot_shows_nodes_and_types) {
  const Graph graph = parse_text(
                          "graph \"g\" { input %X : float32[N] const %c : float32[1] = [1] "
                          "%y = Add(%X, %c) output %y }",
                          test_ops::table())
                          .value();
  EXPECT_EQ(to_dot(graph),
            "digraph \"g\" {\n  node [shape=box];\n"
            "  in0 [shape=ellipse, label=\"X\"];\n"
            "  n0 [label=\"Add\"];\n"
            "  in0 -> n0 [label=\"float32[N]\"];\n"
            "  out2 [shape=ellipse, label=\"y\"];\n"
            "  n0 -> out2 [label=\"float32[N]\"];\n"
            "}\n");
}

}  // namespace
}  // namespace tundish
