#include "import/onnx/type_reader.h"

#include <gtest/gtest.h>

#include "import/onnx/test_models.h"

namespace tundish {
namespace {

using namespace test_models;

OnnxType tensor_type(int32_t dtype) {
  OnnxType type;
  type.kind = OnnxTypeKind::kTensor;
  type.elem_type = dtype;
  return type;
}
OnnxType holding(OnnxTypeKind kind, OnnxType element) {
  OnnxType type;
  type.kind = kind;
  type.element = std::make_unique<OnnxType>(std::move(element));
  return type;
}
std::string text(const OnnxType& type) {
  const auto read = value_type_of(type);
  return read.has_value() ? read->to_string() : read.error().to_string();
}

TEST(TypeReader, sizes_symbols_and_neither) {
  OnnxType type = tensor_type(1);
  EXPECT_EQ(text(type), "float32[?...]");
  type.shape.emplace();
  EXPECT_EQ(text(type), "float32[]");
  type.shape->resize(4);
  (*type.shape)[0].param = "N";
  (*type.shape)[1].value = 3;
  (*type.shape)[2].value = -1;
  EXPECT_EQ(text(type), "float32[N, 3, ?, ?]");
}

TEST(TypeReader, every_element_type) {
  for (int32_t number = 1; number <= static_cast<int32_t>(DType::kInt2); ++number) {
    const auto read = value_type_of(tensor_type(number));
    ASSERT_TRUE(read.has_value()) << number;
    EXPECT_EQ(static_cast<int32_t>(read->dtype), number);
  }
}

TEST(TypeReader, sequences_maps_and_optionals) {
  EXPECT_EQ(text(holding(OnnxTypeKind::kSequence, tensor_type(8))), "seq(string[?...])");
  const auto optional = value_type_of(holding(OnnxTypeKind::kOptional, tensor_type(7)));
  ASSERT_TRUE(optional.has_value());
  EXPECT_EQ(optional->kind, ValueKind::kOptional);
  EXPECT_EQ(optional->element[0].dtype, DType::kInt64);
  OnnxType map = holding(OnnxTypeKind::kMap, tensor_type(1));
  map.key_type = 7;
  const auto read = value_type_of(map);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->kind, ValueKind::kMap);
  EXPECT_EQ(read->key, DType::kInt64);
  EXPECT_EQ(read->dtype, DType::kFloat32);
  OnnxType sparse = tensor_type(1);
  sparse.kind = OnnxTypeKind::kSparseTensor;
  EXPECT_EQ(value_type_of(sparse)->kind, ValueKind::kSparse);
}

TEST(TypeReader, refused_types) {
  EXPECT_EQ(text(OnnxType()), "no type is declared");
  for (const int32_t number : {0, -1, static_cast<int32_t>(DType::kInt2) + 1, 1 << 30}) {
    EXPECT_EQ(text(tensor_type(number)),
              "element type " + std::to_string(number) + " does not exist");
  }
  OnnxType deep = tensor_type(1);
  deep.shape.emplace(Shape::kMaxRank + 1);
  EXPECT_EQ(text(deep), "rank 13 is above the limit of 12");
  EXPECT_EQ(value_type_of(deep).error().code(), ErrorCode::kLimit);
  OnnxType empty;
  empty.kind = OnnxTypeKind::kSequence;
  EXPECT_EQ(text(empty), "a type without the type of its elements");
  OnnxType map = holding(OnnxTypeKind::kMap, tensor_type(1));
  map.key_type = 99;
  EXPECT_EQ(text(map), "element type 99 does not exist");
}

std::string error(OnnxAttribute& attribute) {
  const auto read = attribute_of(attribute, nullptr);
  return read.has_value() ? "" : read.error().to_string();
}

TEST(AttributeReader, each_kind) {
  TestModel model;
  const Attribute values[] = {
      1.5F, int64_t{-3}, "text", Floats{1, 2}, Ints{3, 4}, Strings{"a", "b"}, Tensor::scalar(2.0)};
  for (const Attribute& value : values) {
    OnnxAttribute record = model.attribute("a", value);
    const auto read = attribute_of(record, nullptr);
    ASSERT_TRUE(read.has_value()) << read.error().to_string();
    EXPECT_EQ(read->index(), value.index());
  }
  OnnxAttribute types;
  types.type = OnnxAttributeType::kTypeProtos;
  types.types.push_back(tensor_type(1));
  EXPECT_EQ(std::get<std::vector<ValueType>>(*attribute_of(types, nullptr)).size(), 1u);
  types.type = OnnxAttributeType::kTypeProto;
  EXPECT_EQ(std::get<ValueType>(*attribute_of(types, nullptr)).dtype, DType::kFloat32);
}

// IR version 1 wrote no type.
TEST(AttributeReader, a_kind_that_is_not_written_is_what_is_held) {
  TestModel model;
  const Attribute values[] = {1.5F,         int64_t{-3},        "text", Floats{1, 2}, Ints{3, 4},
                              Strings{"a"}, Tensor::scalar(2.0)};
  for (const Attribute& value : values) {
    OnnxAttribute record = model.attribute("a", value);
    record.type = OnnxAttributeType::kUndefined;
    const auto read = attribute_of(record, nullptr);
    ASSERT_TRUE(read.has_value()) << read.error().to_string();
    EXPECT_EQ(read->index(), value.index());
  }
  OnnxAttribute nothing;
  nothing.name = "a";
  EXPECT_EQ(error(nothing), "attribute \"a\": attribute type 0");
}

TEST(AttributeReader, refusals_name_the_attribute) {
  OnnxAttribute record;
  record.name = "body";
  record.type = OnnxAttributeType::kGraph;
  EXPECT_EQ(error(record), "attribute \"body\": subgraphs are not read here");
  record.type = OnnxAttributeType::kSparseTensor;
  EXPECT_EQ(error(record), "attribute \"body\": sparse tensors are not read here");
  record.type = OnnxAttributeType::kTensor;
  EXPECT_EQ(error(record), "attribute \"body\": expected one tensor, got 0");
  record.type = OnnxAttributeType::kTypeProto;
  EXPECT_EQ(error(record), "attribute \"body\": expected one type, got 0");
  record.type = static_cast<OnnxAttributeType>(15);
  EXPECT_EQ(error(record), "attribute \"body\": attribute type 15");
  record.ref_attr_name = "outer";
  EXPECT_EQ(error(record),
            "attribute \"body\": a reference to a function's attribute outside a function");
}

}  // namespace
}  // namespace tundish
