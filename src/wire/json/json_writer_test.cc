#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "wire/json/json_value.h"
#include "wire/json/json_writer.h"

namespace tundish {
namespace {

TEST(JsonWriter, writes_what_reads_back) {
  JsonWriter json;
  json.begin_object().field("schema", 1).field("name", "a\"\n\xc3\xa9");
  json.key("numbers").begin_array();
  for (const double number : {1.0, -0.0, 0.1, 5e-324, 1.7976931348623157e308}) json.value(number);
  json.end_array();
  json.field("yes", true).field("big", UINT64_MAX).key("none").null();
  json.key("texts").values(std::vector<std::string>{"x", "y"});
  json.key("empty").begin_array().end_array().end_object();
  const std::string text = std::move(json).finish();
  auto parsed = JsonValue::parse(text);
  ASSERT_TRUE(parsed.has_value()) << text;
  EXPECT_EQ(*parsed->require_text("name"), "a\"\n\xc3\xa9");
  const auto numbers = parsed->find("numbers")->items();
  EXPECT_EQ(*(*numbers)[0].number(), 1.0);
  EXPECT_TRUE(std::signbit(*(*numbers)[1].number()));
  EXPECT_EQ(*(*numbers)[2].number(), 0.1);
  EXPECT_EQ(*(*numbers)[3].number(), 5e-324);
  EXPECT_EQ(*(*numbers)[4].number(), 1.7976931348623157e308);
  EXPECT_EQ(*parsed->find("big")->unsigned_integer(), UINT64_MAX);
  EXPECT_NE(text.find("\"numbers\":[1.0,-0.0,0.1,"), std::string::npos) << text;
}

TEST(JsonWriter, numbers_that_json_lacks_read_back) {
  JsonWriter json;
  const double infinity = std::numeric_limits<double>::infinity();
  json.begin_array().value(std::nan("")).value(infinity).value(-infinity).value(0.5f).end_array();
  const std::string text = std::move(json).finish();
  EXPECT_EQ(text, R"(["NaN","Infinity","-Infinity",0.5])");
  auto parsed = JsonValue::parse(text);
  const auto items = parsed->items();
  EXPECT_TRUE(std::isnan(*(*items)[0].number()));
  EXPECT_EQ(*(*items)[1].number(), infinity);
  EXPECT_EQ(*(*items)[2].number(), -infinity);
}

TEST(JsonWriter, indents_and_replaces_bad_utf8) {
  JsonWriter json(JsonStyle::kIndented);
  json.begin_object().field("a", std::string_view("\xff")).key("b").begin_array().value(1).value(2);
  json.end_array().key("c").begin_object().end_object().end_object();
  EXPECT_EQ(std::move(json).finish(),
            "{\n  \"a\": \"\xef\xbf\xbd\",\n  \"b\": [\n    1,\n    2\n  ],\n  \"c\": {}\n}\n");
}

}  // namespace
}  // namespace tundish
