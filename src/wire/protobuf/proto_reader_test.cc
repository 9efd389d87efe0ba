#include "wire/protobuf/proto_reader.h"

#include <gtest/gtest.h>

#include <string>

#include "wire/protobuf/proto_writer.h"

namespace tundish {
namespace {

using std::string_literals::operator""s;

// Reads all fields of a message; the error's text, or "".
std::string read_all(const std::string& message, const Limits& limits = {}) {
  ProtoBudget budget(limits);
  ProtoReader reader(as_bytes(message), budget);
  while (true) {
    const Result<bool> more = reader.next();
    if (!more.has_value()) return more.error().to_string();
    if (!*more) return "";
  }
}

TEST(ProtoReader, reads_every_wire_type) {
  ProtoWriter writer;
  writer.int64(1, -5);
  writer.float32(2, 0.5F);
  writer.text(3, "abc");
  std::string bytes;
  writer.append_to(bytes);
  bytes += "\x21\x01\x02\x03\x04\x05\x06\x07\x08"s;  // field 4, eight bytes
  ProtoBudget budget{Limits()};
  ProtoReader reader(as_bytes(bytes), budget);
  ASSERT_TRUE(*reader.next());
  EXPECT_EQ(*reader.int64(), -5);
  EXPECT_EQ(*reader.varint(), static_cast<uint64_t>(-5));
  EXPECT_EQ(*reader.int32(), -5);
  EXPECT_FALSE(reader.text().has_value());
  ASSERT_TRUE(*reader.next());
  EXPECT_EQ(*reader.float32(), 0.5F);
  EXPECT_FALSE(reader.int64().has_value());
  ASSERT_TRUE(*reader.next());
  EXPECT_EQ(*reader.text(), "abc");
  EXPECT_EQ(reader.field(), 3u);
  EXPECT_FALSE(reader.float32().has_value());
  EXPECT_EQ(reader.varint().error().to_string(),
            "offset 16: field 3 is a length and bytes, expected a varint");
  ASSERT_TRUE(*reader.next());
  EXPECT_EQ(reader.wire_type(), WireType::kFixed64);
  EXPECT_EQ(reader.packed_chunk(WireType::kFixed64)->size(), 8u);
  EXPECT_FALSE(*reader.next());
}

TEST(ProtoReader, refuses_damage_with_its_offset) {
  EXPECT_EQ(read_all("\x08"s), "offset 1: a varint is cut off or longer than ten bytes");
  EXPECT_NE(read_all("\x08\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01"s), "");
  EXPECT_EQ(read_all("\x00\x01"s), "offset 0: field number 0 is not allowed");
  EXPECT_EQ(read_all("\x0f\x01"s), "offset 0: wire type 7 does not exist");
  EXPECT_EQ(read_all("\x0a\xff\xff\xff\xff\x07z"s),
            "offset 0: field 1 needs 2147483647 bytes, the message around it has 1 left");
  EXPECT_NE(read_all("\x0d\x01\x02"s), "");
  EXPECT_NE(read_all("\x09\x01\x02"s), "");
  EXPECT_EQ(read_all("\x0c"s), "offset 0: end of a group that was not begun");
  EXPECT_EQ(read_all("\x0b\x10\x01"s), "offset 0: a group is begun and never ended");
  EXPECT_EQ(read_all("\x0b\x14"s), "offset 1: end of group 2, expected 1");
  EXPECT_NE(read_all("\xf8\xff\xff\xff\xff\xff\x01\x01"s), "");
}

TEST(ProtoReader, skips_groups_within_a_depth) {
  EXPECT_EQ(read_all("\x0b\x13\x20\x01\x14\x0c\x08\x01"s), "");
  Limits limits;
  limits.max_protobuf_depth = 3;
  EXPECT_EQ(read_all("\x0b\x13\x1b\x1c\x14\x0c"s, limits),
            "offset 2: groups nested deeper than 3 levels");
}

TEST(ProtoReader, messages_nest_within_a_depth) {
  Limits limits;
  limits.max_protobuf_depth = 2;
  ProtoBudget budget(limits);
  const std::string bytes = "\x0a\x02\x0a\x00"s;
  ProtoReader outer(as_bytes(bytes), budget);
  ASSERT_TRUE(*outer.next());
  auto inner = outer.message();
  ASSERT_TRUE(inner.has_value());
  ASSERT_TRUE(*inner->next());
  EXPECT_EQ(inner->offset(), 2u);
  EXPECT_EQ(inner->message().error().to_string(), "offset 2: messages nested deeper than 2 levels");
}

TEST(ProtoReader, repeated_numbers_packed_and_single) {
  ProtoWriter writer;
  const std::vector<int64_t> many = {1, -1, 300};
  writer.packed_int64s(1, many);
  writer.int64(1, 7);
  const std::vector<float> floats = {1.5F, -2.0F};
  writer.packed_float32s(2, floats);
  writer.float32(2, 3.0F);
  std::string bytes;
  writer.append_to(bytes);
  EXPECT_EQ(bytes.size(), writer.size());
  ProtoBudget budget{Limits()};
  ProtoReader reader(as_bytes(bytes), budget);
  std::vector<int64_t> ints;
  std::vector<float> numbers;
  while (*reader.next()) {
    const bool read = reader.field() == 1 ? reader.append_int64s(ints).has_value()
                                          : reader.append_float32s(numbers).has_value();
    ASSERT_TRUE(read);
  }
  EXPECT_EQ(ints, (std::vector<int64_t>{1, -1, 300, 7}));
  EXPECT_EQ(numbers, (std::vector<float>{1.5F, -2.0F, 3.0F}));
}

TEST(ProtoReader, refuses_bad_lists) {
  ProtoBudget budget{Limits()};
  const std::string cut = "\x0a\x02\x01\x80"s;
  ProtoReader reader(as_bytes(cut), budget);
  ASSERT_TRUE(*reader.next());
  std::vector<int64_t> ints;
  EXPECT_FALSE(reader.append_int64s(ints).has_value());
  std::vector<float> floats;
  EXPECT_FALSE(reader.append_float32s(floats).has_value());
  std::vector<uint64_t> numbers;
  EXPECT_FALSE(decode_varints(*reader.bytes(), numbers).has_value());
  const std::string fixed = "\x0d\x01\x02\x03\x04"s;
  ProtoReader other(as_bytes(fixed), budget);
  ASSERT_TRUE(*other.next());
  EXPECT_FALSE(other.append_int64s(ints).has_value());
  EXPECT_FALSE(other.int32().has_value());
  const std::string wide = "\x08\xff\xff\xff\xff\xff\x01"s;
  ProtoReader large(as_bytes(wide), budget);
  ASSERT_TRUE(*large.next());
  EXPECT_FALSE(large.int32().has_value());
}

TEST(ProtoBudget, ends) {
  Limits limits;
  limits.max_memory_bytes = 20;
  ProtoBudget budget(limits);
  EXPECT_TRUE(budget.charge(16).has_value());
  EXPECT_EQ(budget.charge(5).error().code(), ErrorCode::kLimit);
  ProtoReader reader(as_bytes("\x08\x01"), budget);
  ASSERT_TRUE(*reader.next());
  std::vector<int64_t> ints;
  EXPECT_FALSE(reader.append_int64s(ints).has_value());
}

}  // namespace
}  // namespace tundish
