#include "base/json_writer.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

namespace tundish {
namespace {

using Json = nlohmann::ordered_json;

template <class T> std::string written(const T& value) {
  JsonWriter json;
  json.value(value);
  return std::move(json).finish();
}

// The bytes that another writer gives.
std::string wanted(std::string_view text) {
  return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

TEST(JsonWriter, writes_what_reads_back) {
  JsonWriter json;
  json.begin_object().field("schema", 1).field("name", "a\"\n\xc3\xa9");
  json.key("numbers").begin_array();
  for (const double number : {1.0, -0.0, 0.1, 5e-324, 1.7976931348623157e308}) json.value(number);
  json.end_array();
  json.field("yes", true).field("big", UINT64_MAX).field("small", INT64_MIN).key("none").null();
  json.field("texts", std::vector<std::string>{"x", "y"});
  json.key("empty").begin_array().end_array().end_object();
  const std::string text = std::move(json).finish();
  const Json parsed = Json::parse(text);
  EXPECT_EQ(parsed["name"], "a\"\n\xc3\xa9");
  EXPECT_EQ(parsed["numbers"][0], 1.0);
  EXPECT_TRUE(std::signbit(parsed["numbers"][1].get<double>()));
  EXPECT_EQ(parsed["numbers"][3], 5e-324);
  EXPECT_EQ(parsed["numbers"][4], 1.7976931348623157e308);
  EXPECT_EQ(parsed["big"], UINT64_MAX);
  EXPECT_EQ(parsed["small"], INT64_MIN);
  EXPECT_EQ(parsed.dump(), text);
}

TEST(JsonWriter, numbers_that_json_lacks_are_null) {
  JsonWriter json;
  const double infinity = std::numeric_limits<double>::infinity();
  json.begin_array().value(std::nan("")).value(infinity).value(-infinity).value(0.5f).end_array();
  EXPECT_EQ(std::move(json).finish(), "[null,null,null,0.5]");
}

TEST(JsonWriter, numbers_have_an_exponent_where_they_are_long) {
  const std::pair<double, const char*> cases[] = {{0.0, "0.0"},
                                                  {-0.0, "-0.0"},
                                                  {100'000, "100000.0"},
                                                  {-12.5, "-12.5"},
                                                  {1e-4, "0.0001"},
                                                  {0.00099, "0.00099"},
                                                  {0.000099, "9.9e-05"},
                                                  {999'999'999'999'999, "999999999999999.0"},
                                                  {99'999'999'999'999.98, "99999999999999.98"},
                                                  {1e15, "1e+15"},
                                                  {1234567890123456, "1.234567890123456e+15"},
                                                  {1e100, "1e+100"},
                                                  {-2.5e-300, "-2.5e-300"}};
  for (const auto& [number, text] : cases) {
    EXPECT_EQ(written(number), text);
    EXPECT_EQ(written(number), Json(number).dump());
  }
}

TEST(JsonWriter, numbers_read_back_to_the_same_bits) {
  uint64_t state = 1;
  for (int i = 0; i < 2000; ++i) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    const double number = std::bit_cast<double>(state);
    if (!std::isfinite(number)) continue;
    const std::string text = written(number);
    EXPECT_EQ(std::bit_cast<uint64_t>(Json::parse(text).get<double>()), state) << text;
    EXPECT_LE(text.size(), Json(number).dump().size());
  }
}

TEST(JsonWriter, escapes_every_character_below_a_space) {
  std::string text;
  for (int code = 0; code < 0x100; ++code) text += static_cast<char>(code < 0x80 ? code : 0x7f);
  EXPECT_EQ(written(text), wanted(text));
  EXPECT_EQ(written(std::string_view("\b\f\n\r\t\"\\/\x01\x1f\x7f")),
            "\"\\b\\f\\n\\r\\t\\\"\\\\/\\u0001\\u001f\x7f\"");
}

TEST(JsonWriter, replaces_what_is_not_utf8_piece_by_piece) {
  // All pairs of bytes, alone and before a third that may or may not go on.
  for (int first = 0; first < 0x100; ++first) {
    for (int second = 0; second < 0x100; ++second) {
      std::string text = {static_cast<char>(first), static_cast<char>(second)};
      ASSERT_EQ(written(text), wanted(text)) << first << " " << second;
    }
  }
  const char kBytes[] = {'a',    '"',    '\x7f', '\x80', '\x8f', '\x90', '\x9f',
                         '\xa0', '\xbf', '\xc0', '\xc2', '\xdf', '\xe0', '\xe1',
                         '\xed', '\xef', '\xf0', '\xf1', '\xf4', '\xf5', '\xff'};
  std::string text(5, 0);
  uint64_t state = 1;
  for (int i = 0; i < 20'000; ++i) {
    for (char& byte : text) {
      state = state * 6364136223846793005ULL + 1442695040888963407ULL;
      byte = kBytes[(state >> 33) % sizeof kBytes];
    }
    ASSERT_EQ(written(text), wanted(text)) << i;
  }
}

TEST(JsonWriter, indents_as_asked) {
  JsonWriter json(JsonStyle::kIndented);
  json.begin_object().field("a", std::string_view("\xff")).key("b").begin_array().value(1).value(2);
  json.end_array().key("c").begin_object().end_object().end_object();
  const std::string text = std::move(json).finish();
  EXPECT_EQ(text,
            "{\n  \"a\": \"\xef\xbf\xbd\",\n  \"b\": [\n    1,\n    2\n  ],\n  \"c\": {}\n}\n");
  EXPECT_EQ(text, Json::parse(text).dump(2) + "\n");
}

}  // namespace
}  // namespace tundish
