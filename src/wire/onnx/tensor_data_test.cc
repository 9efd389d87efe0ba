#include "wire/onnx/tensor_data.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>

#include "wire/protobuf/proto_writer.h"

namespace tundish {
namespace {

OnnxTensor record(DType dtype, std::vector<int64_t> dims) {
  OnnxTensor made;
  made.name = "w";
  made.dims = std::move(dims);
  made.data_type = static_cast<int32_t>(dtype);
  return made;
}

std::string varints(const std::vector<int64_t>& numbers) {
  ProtoWriter writer;
  writer.packed_int64s(1, numbers);
  std::string bytes;
  writer.append_to(bytes);
  return bytes.substr(1 + varint_size(writer.size() - 2));
}

std::string error_of(const OnnxTensor& made) {
  const auto tensor = tensor_from_record(made, nullptr);
  return tensor.has_value() ? "" : tensor.error().to_string();
}

TEST(TensorData, borrows_aligned_raw_data) {
  auto owner = std::make_shared<std::vector<double>>(std::vector<double>{1, 2, 3});
  const Bytes bytes(reinterpret_cast<const uint8_t*>(owner->data()), 24);
  OnnxTensor made = record(DType::kFloat64, {3});
  made.raw_data = bytes;
  auto tensor = tensor_from_record(made, owner);
  ASSERT_TRUE(tensor.has_value());
  EXPECT_EQ(tensor->data(), owner->data());
  made = record(DType::kFloat32, {2});
  made.raw_data = bytes.subspan(1, 8);
  tensor = tensor_from_record(made, owner);
  ASSERT_TRUE(tensor.has_value());
  EXPECT_NE(tensor->data(), bytes.data() + 1);
  EXPECT_EQ(std::memcmp(tensor->data(), bytes.data() + 1, 8), 0);
}

TEST(TensorData, raw_bools_become_0_and_1) {
  const std::string raw = std::string("\x00\x05\x01", 3);
  OnnxTensor made = record(DType::kBool, {3});
  made.raw_data = as_bytes(raw);
  auto tensor = tensor_from_record(made, std::make_shared<int>(0));
  ASSERT_TRUE(tensor.has_value());
  const auto* bytes = static_cast<const uint8_t*>(tensor->data());
  EXPECT_EQ(bytes[0], 0);
  EXPECT_EQ(bytes[1], 1);
  EXPECT_EQ(bytes[2], 1);
}

TEST(TensorData, reads_typed_data) {
  const float floats[] = {1.5F, -2.0F};
  const Bytes float_bytes(reinterpret_cast<const uint8_t*>(floats), 8);
  OnnxTensor made = record(DType::kFloat32, {2});
  made.float_data = {float_bytes.first(4), float_bytes.last(4)};
  auto tensor = tensor_from_record(made, nullptr);
  ASSERT_TRUE(tensor.has_value());
  EXPECT_EQ(tensor->values<float>()[1], -2.0F);
  made = record(DType::kComplex64, {1});
  made.float_data = {float_bytes};
  EXPECT_EQ(error_of(made), "");
  const double doubles[] = {0.1};
  made = record(DType::kFloat64, {});
  made.double_data = {Bytes(reinterpret_cast<const uint8_t*>(doubles), 8)};
  tensor = tensor_from_record(made, nullptr);
  ASSERT_TRUE(tensor.has_value());
  EXPECT_EQ(tensor->values<double>()[0], 0.1);
}

TEST(TensorData, reads_numbers_of_every_width) {
  struct Case {
    DType dtype;
    std::vector<int64_t> good;
    int64_t bad;
  };
  const std::vector<Case> cases = {
      {DType::kInt8, {-128, 127}, 128},
      {DType::kUint8, {0, 255}, 256},
      {DType::kInt16, {-32768, 5}, 32768},
      {DType::kUint16, {65535, 0}, -1},
      {DType::kFloat16, {0x3c00, 0}, 65536},
      {DType::kBfloat16, {1, 2}, -5},
      {DType::kInt32, {INT32_MIN, 1}, int64_t{1} << 31},
  };
  for (const Case& one : cases) {
    OnnxTensor made = record(one.dtype, {2});
    std::string bytes = varints(one.good);
    made.int32_data = {as_bytes(bytes)};
    EXPECT_EQ(error_of(made), "") << dtype_name(one.dtype);
    bytes = varints({one.good[0], one.bad});
    made.int32_data = {as_bytes(bytes)};
    EXPECT_NE(error_of(made), "") << dtype_name(one.dtype);
  }
  const std::string mixed = varints({0, 7});
  OnnxTensor flags = record(DType::kBool, {2});
  flags.int32_data = {as_bytes(mixed)};
  auto tensor = tensor_from_record(flags, nullptr);
  ASSERT_TRUE(tensor.has_value());
  EXPECT_EQ(static_cast<const uint8_t*>(tensor->data())[1], 1);
  for (const DType dtype : {DType::kUint32, DType::kUint64}) {
    OnnxTensor made = record(dtype, {2});
    made.uint64_data = {as_bytes(mixed)};
    EXPECT_EQ(error_of(made), "");
  }
  OnnxTensor made = record(DType::kInt64, {2});
  made.int64_data = {as_bytes(mixed)};
  EXPECT_EQ(error_of(made), "");
  made = record(DType::kInt4, {3});
  made.int32_data = {as_bytes(mixed)};
  EXPECT_EQ(error_of(made), "");
}

TEST(TensorData, reads_strings) {
  OnnxTensor made = record(DType::kString, {2});
  made.string_data = {"a", "bc"};
  auto tensor = tensor_from_record(made, nullptr);
  ASSERT_TRUE(tensor.has_value());
  EXPECT_EQ(tensor->values<std::string>()[1], "bc");
  made.string_data.pop_back();
  EXPECT_EQ(error_of(made), "tensor \"w\": dims ask for 2 elements, string_data holds 1");
  made.raw_data = Bytes();
  EXPECT_EQ(error_of(made), "tensor \"w\": strings in raw_data");
}

TEST(TensorData, refuses_contradictions_before_allocating) {
  const std::string four = "abcd";
  OnnxTensor made = record(DType::kFloat32, {int64_t{1} << 40});
  made.raw_data = as_bytes(four);
  EXPECT_NE(error_of(made).find("raw_data holds 4"), std::string::npos) << error_of(made);
  made.raw_data.reset();
  made.float_data = {as_bytes(four)};
  EXPECT_NE(error_of(made).find("float_data holds 1"), std::string::npos) << error_of(made);
  made = record(DType::kInt64, {int64_t{1} << 40});
  made.int64_data = {as_bytes(four)};
  EXPECT_NE(error_of(made), "");
  made = record(DType::kInt64, {2});
  made.int64_data = {as_bytes(four)};
  EXPECT_NE(error_of(made).find("int64_data holds 4"), std::string::npos) << error_of(made);
  EXPECT_NE(error_of(record(DType::kFloat32, {-1, 4})), "");
  EXPECT_NE(error_of(record(DType::kFloat32, {int64_t{1} << 32, int64_t{1} << 32, 0})), "");
  EXPECT_NE(error_of(record(DType::kFloat32, std::vector<int64_t>(20, 1))), "");
  EXPECT_NE(error_of(record(static_cast<DType>(99), {1})), "");
  EXPECT_NE(error_of(record(DType::kUndefined, {1})), "");
  made = record(DType::kFloat32, {0});
  made.has_segment = true;
  EXPECT_NE(error_of(made), "");
  made.has_segment = false;
  made.is_external = true;
  EXPECT_NE(error_of(made), "");
}

}  // namespace
}  // namespace tundish
