#include "wire/onnx/model_reader.h"

#include <gtest/gtest.h>

#include <string>

#include "wire/onnx/model_writer.h"
#include "wire/protobuf/proto_writer.h"

namespace tundish {
namespace {

using std::string_literals::operator""s;

std::string error_of(const std::string& bytes, const Limits& limits = {}) {
  const auto model = read_onnx_model(as_bytes(bytes), limits);
  return model.has_value() ? "" : model.error().to_string();
}

TEST(ModelReader, names_the_message_and_offset_of_damage) {
  // Model { graph { node { input: cut off } } }
  EXPECT_EQ(error_of("\x3a\x04\x0a\x02\x0a\x05"s),
            "graph: node 0: offset 4: field 1 needs 5 bytes, the message around it has 0 left");
  EXPECT_EQ(error_of("\x3a\x00\x3a\x00"s), "offset 2: a second graph");
  EXPECT_NE(error_of("\x0a\x00"s), "");                              // ir_version as bytes
  EXPECT_NE(error_of("\x72\x02\x08\x01"s), "");                      // metadata key as a number
  EXPECT_NE(error_of("\x3a\x04\x2a\x02\x48\x01"s), "");              // raw_data as a number
  EXPECT_NE(error_of("\x3a\x05\x2a\x03\x22\x01z"s), "");             // float_data of one byte
  EXPECT_EQ(error_of("\xa2\x01\x00\xd2\x01\x00\x80\x7d\x01"s), "");  // training info, unknown
}

TEST(ModelReader, skips_what_it_does_not_know_in_every_message) {
  // An unknown field 900 in tensor, sparse tensor, type, dimension, attribute, node, function.
  const std::string unknown = "\xa0\x38\x01"s;
  const auto wrap = [](uint32_t field, const std::string& inner) {
    ProtoWriter writer;
    writer.text(field, inner);
    std::string bytes;
    writer.append_to(bytes);
    return bytes;
  };
  const std::string dimension = wrap(1, unknown);
  const std::string tensor_type = wrap(1, unknown + wrap(2, unknown + dimension));
  const std::string kinds = wrap(4, unknown) + wrap(5, unknown) + wrap(9, unknown) +
                            wrap(8, unknown) + wrap(6, "denotation") + unknown + tensor_type;
  const std::string graph = wrap(1, unknown + wrap(5, unknown)) + wrap(5, unknown) +
                            wrap(15, unknown) + wrap(11, unknown + wrap(2, kinds)) + unknown;
  const std::string function = wrap(25, unknown);
  EXPECT_EQ(error_of(wrap(7, graph) + function + wrap(8, unknown) + wrap(14, unknown) + unknown),
            "");
}

TEST(ModelReader, nesting_has_a_limit) {
  // graph { node { attribute { g: graph { ... } } } }, built from the inside out.
  std::string bytes;
  for (int i = 0; i < 60; ++i) {
    for (const uint32_t field : {6U, 5U, 1U}) {
      ProtoWriter writer;
      writer.text(field, bytes);
      bytes.clear();
      writer.append_to(bytes);
    }
  }
  ProtoWriter writer;
  writer.text(7, bytes);
  bytes.clear();
  writer.append_to(bytes);
  EXPECT_NE(error_of(bytes).find("messages nested deeper than 100 levels"), std::string::npos)
      << error_of(bytes);
}

TEST(ModelReader, memory_has_a_limit) {
  ProtoWriter graph;
  for (int i = 0; i < 1000; ++i) graph.message(1, ProtoWriter());
  ProtoWriter model;
  model.message(7, std::move(graph));
  std::string bytes;
  model.append_to(bytes);
  EXPECT_EQ(error_of(bytes), "");
  Limits limits;
  limits.max_memory_bytes = 100'000;
  EXPECT_NE(error_of(bytes, limits).find("more than 100000 bytes"), std::string::npos);
}

TEST(ModelReader, reads_a_lone_tensor) {
  const auto tensor =
      read_onnx_tensor(as_bytes("\x08\x02\x10\x01\x4a\x08\x01\x02\x03\x04\x05\x06\x07\x08"s));
  ASSERT_TRUE(tensor.has_value());
  EXPECT_EQ(tensor->dims[0], 2);
  EXPECT_EQ(tensor->raw_data->size(), 8u);
  EXPECT_FALSE(read_onnx_tensor(as_bytes("\x08"s)).has_value());
}

TEST(ModelReader, sniffs) {
  EXPECT_TRUE(looks_like_onnx(as_bytes("\x08\x08\x12\x03"s)));
  EXPECT_TRUE(looks_like_onnx(as_bytes("\x08\x08\x3a\x03"s)));
  EXPECT_FALSE(looks_like_onnx(as_bytes("\x80\x04\x95"s)));
  EXPECT_FALSE(looks_like_onnx(as_bytes("\x08"s)));
  EXPECT_FALSE(looks_like_onnx(as_bytes("\x08\x08\x00\x03"s)));
  EXPECT_FALSE(looks_like_onnx(as_bytes("\x08\x88\x88\x12"s)));
}

}  // namespace
}  // namespace tundish
