// Faults in texts; what can be read is in text_form_test.cc.
#include <gtest/gtest.h>

#include "ir/test_ops.h"
#include "ir/text_form.h"

namespace tundish {
namespace {

std::string again(const std::string& text) {
  const Result<Graph> graph = parse_text(text, test_ops::table());
  return graph ? to_text(*graph) : graph.error().to_string();
}

std::string fault(const std::string& body) { return again("graph \"g\" {\n" + body + "\n}"); }

TEST(TextParser, errors_have_line_and_column) {
  EXPECT_EQ(fault("  input %X float64[2]"),
            "line 2, column 12: expected \":\", got \"float64[2]\\n}\"");
  EXPECT_NE(fault("%y = Abs(%X)").find("%X is not defined"), std::string::npos);
  EXPECT_NE(fault("input %X : float65[1]").find("unknown type \"float65\""), std::string::npos);
  EXPECT_NE(fault("input %X : float64[1] input %X : float64[1]").find("defined twice"),
            std::string::npos);
  EXPECT_NE(fault("const %c : float64[2] = [1]").find("expected 2 elements, got 1"),
            std::string::npos);
  EXPECT_NE(fault("const %c : float64[N] = [1]").find("needs a known shape"), std::string::npos);
  EXPECT_NE(fault("const %c : int8[1] = [300]").find("no such number"), std::string::npos);
  EXPECT_NE(fault("const %c : int4[99999999] = bytes \"00\"").find("more elements"),
            std::string::npos);
  EXPECT_NE(fault("const %c : int64[4294967296, 4294967296] = [1]").find("line 2"),
            std::string::npos);
  EXPECT_NE(fault("const %c : string[1] = [\"a]").find("no end"), std::string::npos);
  EXPECT_NE(fault("const %c : string[1] = [\"\\q\"]").find("unknown escape"), std::string::npos);
  EXPECT_NE(fault("frobnicate").find("expected input, const"), std::string::npos);
  EXPECT_NE(fault("const %c : float64[1] = [1] %y = Abs(%c) {a = []}").find("needs its kind"),
            std::string::npos);
  EXPECT_NE(fault("const %c : float64[1] = [1] %y = Abs(%c) : float32[1]").find("is declared"),
            std::string::npos);
  EXPECT_NE(fault("").find("the graph has no output"), std::string::npos);
  EXPECT_NE(again("graph").find("expected a string"), std::string::npos);
}

TEST(TextParser, nesting_is_bounded) {
  std::string deep;
  for (int i = 0; i < 1000; ++i) deep += "seq(";
  EXPECT_NE(fault("input %X : " + deep).find("nested too deep"), std::string::npos);
  std::string graphs = "const %c : float64[1] = [1] ";
  std::string text;
  for (int i = 0; i < 1000; ++i)
    text += "graph \"g\" { const %c : float64[1] = [1] %y = Abs(%c) {b = ";
  EXPECT_NE(again(text).find("nested too deep"), std::string::npos);
}

}  // namespace
}  // namespace tundish
