#include "wire/onnx/value_reader.h"

#include <gtest/gtest.h>

#include <string>

namespace tundish {
namespace {

// A field with a length: tag, length, bytes.
std::string field(int number, const std::string& bytes) {
  return std::string{static_cast<char>(number << 3 | 2), static_cast<char>(bytes.size())} + bytes;
}
// TensorProto int64[1]: dims, data_type, int64_data.
std::string tensor(char value) {
  return std::string{8, 1, 16, 7} + field(7, std::string(1, value));
}
std::string elem_type(int kind) { return {16, static_cast<char>(kind)}; }

Result<Value> read(const std::string& text, ValueKind kind, const Limits& limits = {}) {
  return read_onnx_value({reinterpret_cast<const uint8_t*>(text.data()), text.size()}, kind,
                         nullptr, limits);
}
int64_t number(const Value& value) { return value.tensor()->values<int64_t>()[0]; }

TEST(ValueReader, tensors) {
  const auto value = read(tensor(5), ValueKind::kTensor);
  ASSERT_TRUE(value.has_value()) << value.error().to_string();
  EXPECT_EQ(number(*value), 5);
}

TEST(ValueReader, sequences_and_sequences_of_sequences) {
  const std::string pair = field(1, "s") + elem_type(1) + field(3, tensor(1)) + field(3, tensor(2));
  const auto flat = read(pair, ValueKind::kSequence);
  ASSERT_TRUE(flat.has_value()) << flat.error().to_string();
  ASSERT_EQ(flat->sequence()->items.size(), 2u);
  EXPECT_EQ(number(flat->sequence()->items[1]), 2);
  const auto nested = read(elem_type(3) + field(5, pair) + field(5, ""), ValueKind::kSequence);
  ASSERT_TRUE(nested.has_value()) << nested.error().to_string();
  ASSERT_EQ(nested->sequence()->items.size(), 2u);
  EXPECT_EQ(nested->sequence()->items[0].sequence()->items.size(), 2u);
  EXPECT_EQ(nested->sequence()->items[1].sequence()->items.size(), 0u);
}

TEST(ValueReader, optionals) {
  const auto empty = read("", ValueKind::kOptional);
  ASSERT_TRUE(empty.has_value());
  EXPECT_EQ(empty->optional()->item, nullptr);
  const auto full = read(elem_type(1) + field(3, tensor(7)), ValueKind::kOptional);
  ASSERT_TRUE(full.has_value()) << full.error().to_string();
  EXPECT_EQ(number(*full->optional()->item), 7);
  const auto sequence = read(field(5, field(3, tensor(7))), ValueKind::kOptional);
  ASSERT_TRUE(sequence.has_value());
  EXPECT_EQ(sequence->optional()->item->sequence()->items.size(), 1u);
}

TEST(ValueReader, refuses_what_is_not_one) {
  const auto error = [](const std::string& text, ValueKind kind) {
    const auto value = read(text, kind);
    return value ? "" : value.error().to_string();
  };
  EXPECT_NE(error(field(3, "x"), ValueKind::kSequence).find("element 0"), std::string::npos);
  EXPECT_EQ(error(field(3, tensor(1)) + field(3, tensor(1)), ValueKind::kOptional),
            "an optional holds two values");
  EXPECT_EQ(error(field(6, ""), ValueKind::kSequence),
            "element 0: a value in field 6 (a sparse tensor or a map)");
  EXPECT_NE(error("", ValueKind::kMap), "");
  std::string deep;
  for (int i = 0; i < 30; ++i) deep = field(5, deep);
  Limits limits;
  limits.max_protobuf_depth = 20;
  EXPECT_EQ(read(deep, ValueKind::kSequence, limits).error().code(), ErrorCode::kLimit);
}

}  // namespace
}  // namespace tundish
