#include "wire/protobuf/proto_writer.h"

#include <gtest/gtest.h>

#include <string>

namespace tundish {
namespace {

using std::string_literals::operator""s;

TEST(ProtoWriter, joins_pieces_in_order) {
  const std::string large(300, 'x');
  ProtoWriter inner;
  inner.int64(1, 3);
  inner.blob(9, as_bytes(large));
  inner.text(2, "z");
  ProtoWriter outer;
  outer.text(1, "a");
  outer.message(7, std::move(inner));
  outer.blob(3, {});
  std::string bytes;
  outer.append_to(bytes);
  EXPECT_EQ(bytes.size(), outer.size());
  EXPECT_EQ(bytes, "\x0a\x01"s + "a" + "\x3a\xb4\x02" + "\x08\x03" + "\x4a\xac\x02" + large +
                       "\x12\x01z" + "\x1a\x00"s);
}

TEST(ProtoWriter, pads_a_length) {
  ProtoWriter inner;
  inner.int64(1, 1);
  ProtoWriter outer;
  outer.message(7, std::move(inner), 3);
  std::string bytes;
  outer.append_to(bytes);
  EXPECT_EQ(bytes, "\x3a\x82\x80\x00\x08\x01"s);
  EXPECT_EQ(outer.size(), 6u);
}

TEST(ProtoWriter, sizes_of_varints) {
  EXPECT_EQ(varint_size(0), 1u);
  EXPECT_EQ(varint_size(127), 1u);
  EXPECT_EQ(varint_size(128), 2u);
  EXPECT_EQ(varint_size(UINT64_MAX), 10u);
}

}  // namespace
}  // namespace tundish
