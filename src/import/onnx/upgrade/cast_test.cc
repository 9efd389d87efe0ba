#include <gtest/gtest.h>

#include "import/onnx/test_models.h"
#include "import/onnx/test_ops.h"

namespace tundish {
namespace {

using namespace test_models;

std::string lifted(const OneNode& one) { return text_of(read_one(one, lift_ops())); }

TEST(LiftCast, names_of_types_before_opset_6) {
  const std::pair<const char*, DType> types[] = {
      {"FLOAT", DType::kFloat32},        {"DOUBLE", DType::kFloat64},
      {"FLOAT16", DType::kFloat16},      {"INT8", DType::kInt8},
      {"INT16", DType::kInt16},          {"INT32", DType::kInt32},
      {"INT64", DType::kInt64},          {"UINT8", DType::kUint8},
      {"UINT16", DType::kUint16},        {"UINT32", DType::kUint32},
      {"UINT64", DType::kUint64},        {"BOOL", DType::kBool},
      {"STRING", DType::kString},        {"COMPLEX64", DType::kComplex64},
      {"COMPLEX128", DType::kComplex128}};
  for (const auto& [name, dtype] : types) {
    const Result<Graph> graph =
        read_one({.op = "Cast", .opset = 5, .inputs = {floats({2})}, .attributes = {{"to", name}}},
                 lift_ops());
    ASSERT_TRUE(graph.has_value()) << name << ": " << graph.error().to_string();
    EXPECT_EQ(graph->value(graph->outputs()[0]).type.dtype, dtype) << name;
    EXPECT_EQ(*graph->producer(graph->outputs()[0])->attributes.require_int("to"),
              static_cast<int64_t>(dtype));
  }
}

TEST(LiftCast, numbers_of_types_from_opset_6) {
  for (const int64_t opset : {6, 9, 13, 19, 21, 23, 24, 25, 27}) {
    EXPECT_EQ(lifted({.op = "Cast",
                      .opset = opset,
                      .inputs = {floats({2})},
                      .attributes = {{"to", int64_t{11}}}}),
              "  input %A : float32[2]\n  %Y = Cast(%A) : float64[2] {to = 11}\n  output %Y\n");
  }
}

TEST(LiftCast, refuses_unknown_types) {
  EXPECT_EQ(
      lifted({.op = "Cast", .opset = 1, .inputs = {floats({2})}, .attributes = {{"to", "REAL"}}}),
      "node 0 \"n0\" (Cast): attribute \"to\": unknown type \"REAL\"");
  const std::string text_at_6 =
      lifted({.op = "Cast", .opset = 6, .inputs = {floats({2})}, .attributes = {{"to", "FLOAT"}}});
  EXPECT_NE(text_at_6.find("attribute \"to\""), std::string::npos) << text_at_6;
  const std::string without_to = lifted({.op = "Cast", .opset = 1, .inputs = {floats({2})}});
  EXPECT_NE(without_to.find("node \"n0\" (Cast-27): attribute \"to\""), std::string::npos)
      << without_to;
}

}  // namespace
}  // namespace tundish
