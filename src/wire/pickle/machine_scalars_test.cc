#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "wire/pickle/pickle_for_test.h"

namespace tundish::pickle {
namespace {

using namespace for_test;  // NOLINT
using ::testing::HasSubstr;

TEST(PickleScalars, reads_integers_of_every_form) {
  const auto value = [](const std::string& opcode) {
    return Value(opcode).view().as_int().value();
  };
  EXPECT_EQ(value("J\xff\xff\xff\xff"), -1);
  EXPECT_EQ(value("K\xff"), 255);
  EXPECT_EQ(value(std::string("M\x00\xff", 3)), 0xff00);
  EXPECT_EQ(value("I-42\n"), -42);
  EXPECT_EQ(value("L123456789012L\n"), 123456789012);
  EXPECT_EQ(value("L7\n"), 7);
  EXPECT_EQ(value(std::string("\x8a\x00", 2)), 0);
  EXPECT_EQ(value("\x8a\x01\xff"), -1);
  EXPECT_EQ(value(std::string("\x8a\x02\xff\x00", 4)), 255);
  EXPECT_EQ(value("\x8a\x08" + little(std::numeric_limits<int64_t>::min())),
            std::numeric_limits<int64_t>::min());
  EXPECT_EQ(value("\x8b" + little(2) + std::string("\x00\x80", 2)), -32768);
}

TEST(PickleScalars, keeps_large_integers_as_text_or_bytes) {
  const Value text("L123456789012345678901234567890L\n");
  EXPECT_EQ(text.view().kind(), ObjectKind::kBigInt);
  EXPECT_EQ(text.graph.big_integer(text.view().id()), "123456789012345678901234567890");
  const Value positive("\x8a\x09" + little(uint64_t{0xffffffffffffffff}) + std::string(1, '\0'));
  EXPECT_EQ(positive.graph.big_integer(positive.view().id()), "0xffffffffffffffff");
  const Value negative("\x8a\x09" + std::string(8, '\0') + "\xff");
  EXPECT_EQ(negative.graph.big_integer(negative.view().id()), "-0x10000000000000000");
  EXPECT_EQ(negative.graph.big_integer(negative.graph.root()), "");
  EXPECT_FALSE(negative.view().as_int());
}

TEST(PickleScalars, reads_floats_and_booleans) {
  EXPECT_EQ(Value("F0.1\n").view().as_double().value(), 0.1);
  EXPECT_EQ(Value("F-inf\n").view().as_double().value(), -std::numeric_limits<double>::infinity());
  EXPECT_TRUE(std::isnan(Value("Fnan\n").view().as_double().value()));
  EXPECT_EQ(Value(std::string("G\x3f\xf8\0\0\0\0\0\0", 9)).view().as_double().value(), 1.5);
  EXPECT_TRUE(Value("I01\n").view().as_bool().value());
  EXPECT_FALSE(Value("I00\n").view().as_bool().value());
  EXPECT_TRUE(Value(kTrue).view().as_bool().value());
  EXPECT_TRUE(Value(kNone).view().is_none());
}

TEST(PickleScalars, reads_texts_of_every_form) {
  const auto value = [](const std::string& opcode) {
    return std::string(Value(opcode).view().as_string().value());
  };
  EXPECT_EQ(value("\x8c\x03"
                  "abc"),
            "abc");
  EXPECT_EQ(value("X" + little(3) + "\xe2\x82\xac"), "\xe2\x82\xac");
  EXPECT_EQ(value("\x8d" + little(uint64_t{2}) + "ab"), "ab");
  EXPECT_EQ(value("Vabc\n"), "abc");
  EXPECT_EQ(value("Vd\xfc\\u20ac\\U0001f600\\\\u\n"), "d\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80\\\\u");
  EXPECT_EQ(value("S'it'\n"), "it");
  EXPECT_EQ(value("S\"a\\n\\x41\\101\\q\\'\"\n"), "a\nAA\\q'");
  EXPECT_EQ(value("T" + little(2) + "ab"), "ab");
  EXPECT_EQ(value("U\x02"
                  "ab"),
            "ab");
}

TEST(PickleScalars, reads_bytes_of_every_form) {
  const auto value = [](const std::string& opcode) {
    return std::string(Value(opcode).view().as_bytes().value());
  };
  EXPECT_EQ(value("C\x02\xff\xfe"), "\xff\xfe");
  EXPECT_EQ(value("B" + little(1) + "\xff"), "\xff");
  EXPECT_EQ(value("\x8e" + little(uint64_t{1}) + "x"), "x");
  EXPECT_EQ(value("\x96" + little(uint64_t{1}) + "y"), "y");
  EXPECT_EQ(value("U\x01\xff"), "\xff");
  EXPECT_EQ(value("T" + little(1) + "\xff"), "\xff");
  EXPECT_EQ(value("S'\\xff'\n"), "\xff");
}

TEST(PickleScalars, keeps_lone_surrogates_apart) {
  const Value value(text("a\xed\xa0\x80z"));
  EXPECT_TRUE(value.view().object().flag);
  EXPECT_EQ(value.view().as_string().error().code(), ErrorCode::kUnsupported);
  EXPECT_EQ(value.graph.text(value.view().id()), "a\xed\xa0\x80z");
}

TEST(PickleScalars, refuses_malformed_values) {
  const auto says = [](const std::string& opcode) { return verdict(file_with(opcode)); };
  EXPECT_THAT(says("I12x\n"), HasSubstr("integer \"12x\" is not a number"));
  EXPECT_THAT(says("L" + std::string(401, '1') + "\n"), HasSubstr("401 digits"));
  EXPECT_THAT(says("F1.5x\n"), HasSubstr("is not a number"));
  EXPECT_THAT(says("S'open\n"), HasSubstr("not in quotes"));
  EXPECT_THAT(says("S'\\xg'\n"), HasSubstr("broken escape"));
  EXPECT_THAT(says("S'\\xgg'\n"), HasSubstr("broken escape"));
  EXPECT_THAT(says("V\\u12\n"), HasSubstr("broken \\u escape"));
  EXPECT_THAT(says("V\\U00110000\n"), HasSubstr("broken \\u escape"));
  EXPECT_THAT(says("T" + little(-1)), HasSubstr("negative length"));
  EXPECT_THAT(says("\x8b" + little(-1)), HasSubstr("negative length"));
  EXPECT_THAT(says("\x8b" + little(300) + std::string(300, 'x')),
              HasSubstr("integer of 300 bytes"));
  EXPECT_THAT(says("\x8c\x02\xff\xff"), HasSubstr("not valid UTF-8"));
  EXPECT_THAT(says("\x8c\x04\xff\xed\xa0\x80"), HasSubstr("not valid UTF-8"));
  EXPECT_THAT(says("\x8c\x03\xed\xa0\x41"), HasSubstr("not valid UTF-8"));
}

TEST(PickleScalars, reports_every_short_read) {
  for (const char* opcode :
       {"J",    "K", "M",  "G", "\x8a", "\x8b", "\x8c", "X",    "\x8d", "C",        "B",    "\x8e",
        "\x96", "T", "U",  "h", "j",    "q",    "r",    "\x80", "\x95", "\x8a\x09", "\x82", "\x83",
        "\x84", "I", "S'", "g", "p",    "P",    "i",    "c",    "V",    "F"}) {
    EXPECT_THAT(verdict(std::string("\x80\x04)") + opcode), HasSubstr("truncated")) << opcode;
  }
}

}  // namespace
}  // namespace tundish::pickle
