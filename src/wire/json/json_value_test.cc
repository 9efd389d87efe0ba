#include <gtest/gtest.h>

#include "wire/json/json_value.h"

namespace tundish {
namespace {

std::string error_of(std::string_view text, const Limits& limits = {}) {
  const Result<JsonValue> parsed = JsonValue::parse(text, limits);
  return parsed.has_value() ? "" : parsed.error().to_string();
}

TEST(JsonValue, reads_every_kind) {
  auto parsed = JsonValue::parse(
      R"({"a": [1, -2, 18446744073709551615, 0.5, "x\n", true, null], "b": {"c": false}})");
  ASSERT_TRUE(parsed.has_value());
  const JsonValue& root = *parsed;
  const auto items = root.find("a")->items();
  ASSERT_EQ(items->size(), 7u);
  EXPECT_EQ(*(*items)[0].integer(), 1);
  EXPECT_EQ(*(*items)[0].unsigned_integer(), 1u);
  EXPECT_EQ(*(*items)[1].integer(), -2);
  EXPECT_FALSE((*items)[1].unsigned_integer().has_value());
  EXPECT_EQ(*(*items)[2].unsigned_integer(), UINT64_MAX);
  EXPECT_FALSE((*items)[2].integer().has_value());
  EXPECT_EQ(*(*items)[2].number(), 18446744073709551616.0);
  EXPECT_EQ(*(*items)[3].number(), 0.5);
  EXPECT_EQ(*(*items)[0].number(), 1.0);
  EXPECT_EQ(*(*items)[4].text(), "x\n");
  EXPECT_TRUE((*items)[4].is_string());
  EXPECT_TRUE(*(*items)[5].boolean());
  EXPECT_TRUE((*items)[6].is_null());
  EXPECT_FALSE(*root.find("b")->get_boolean("c", true));
  EXPECT_TRUE(*root.find("b")->get_boolean("d", true));
  EXPECT_EQ(root.find("z"), nullptr);
  EXPECT_EQ((*items)[0].find("z"), nullptr);
  EXPECT_EQ((*root.members())[1].key, "b");
  EXPECT_TRUE(root.find("a")->is_array());
}

TEST(JsonValue, typed_members_name_their_key) {
  auto parsed = JsonValue::parse(R"({"n": 3, "s": "t", "l": ["p", "q"], "m": [1]})");
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(*parsed->require_integer("n"), 3);
  EXPECT_EQ(*parsed->require_text("s"), "t");
  EXPECT_EQ(*parsed->get_text("absent", "f"), "f");
  EXPECT_EQ(*parsed->get_text("s", "f"), "t");
  EXPECT_EQ(*parsed->get_integer("absent", 9), 9);
  EXPECT_EQ(*parsed->get_integer("n", 9), 3);
  EXPECT_EQ(parsed->get_texts("l")->size(), 2u);
  EXPECT_TRUE(parsed->get_texts("absent")->empty());
  EXPECT_FALSE(parsed->get_texts("m").has_value());
  EXPECT_EQ(parsed->require_text("n").error().to_string(), "\"n\": expected a string, got integer");
  EXPECT_EQ(parsed->require("gone").error().to_string(), "key \"gone\" is missing");
  EXPECT_FALSE(parsed->find("n")->require("x").has_value());
  EXPECT_FALSE(parsed->find("n")->members().has_value());
  EXPECT_FALSE(parsed->find("n")->items().has_value());
  EXPECT_FALSE(parsed->find("n")->boolean().has_value());
  EXPECT_FALSE(parsed->find("l")->number().has_value());
}

TEST(JsonValue, refuses_what_is_not_json) {
  EXPECT_NE(error_of(""), "");
  EXPECT_NE(error_of("{"), "");
  EXPECT_NE(error_of("[1,]"), "");
  EXPECT_NE(error_of("NaN"), "");
  EXPECT_NE(error_of("\"\xff\""), "");
  EXPECT_NE(error_of("1 2"), "");
  EXPECT_EQ(error_of(R"({"a": 1, "b": 2, "a": 3})"), "key \"a\" occurs twice in one object");
}

TEST(JsonValue, keeps_to_its_limits) {
  Limits limits;
  limits.max_json_depth = 5;
  EXPECT_EQ(error_of("[[[[[1]]]]]", limits), "");
  EXPECT_EQ(error_of("[[[[[[1]]]]]]", limits), "JSON nested deeper than 5 levels");
  limits.max_memory_bytes = 100;
  EXPECT_NE(error_of("[1, 2, 3]", limits).find("the limit is 100 bytes"), std::string::npos);
}

}  // namespace
}  // namespace tundish
