#include "api/custom_ops.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tundish/session.h"
#include "wire/onnx/model_writer.h"

namespace tundish {
namespace {

using ::testing::HasSubstr;

OnnxValueInfo floats(std::string_view name) {
  OnnxValueInfo info;
  info.name = name;
  info.type.kind = OnnxTypeKind::kTensor;
  info.type.elem_type = 1;
  info.type.shape = std::vector<OnnxDim>(2);
  (*info.type.shape)[0].param = "N";
  (*info.type.shape)[1].value = 2;
  return info;
}

/// X -> com.example.Scale(factor) -> Abs -> Y.
std::shared_ptr<const std::vector<uint8_t>> model_bytes() {
  OnnxModel model;
  model.ir_version = 8;
  model.opset_import = {{"", 17}, {"com.example", 1}};
  OnnxGraph& graph = model.graph.emplace();
  graph.name = "g";
  graph.input.push_back(floats("X"));
  graph.output.push_back(floats("Y"));
  OnnxNode& scale = graph.node.emplace_back();
  scale.op_type = "Scale";
  scale.domain = "com.example";
  scale.name = "scale";
  scale.input = {"X"};
  scale.output = {"S"};
  OnnxAttribute& factor = scale.attribute.emplace_back();
  factor.name = "factor";
  factor.type = OnnxAttributeType::kFloat;
  factor.f = -3;
  OnnxNode& abs = graph.node.emplace_back();
  abs.op_type = "Abs";
  abs.input = {"S"};
  abs.output = {"Y"};
  const std::string bytes = write_onnx_model(model);
  return std::make_shared<const std::vector<uint8_t>>(bytes.begin(), bytes.end());
}

Result<std::vector<ValueDescription>> same_type(const CustomNode&,
                                                std::span<const ValueDescription> inputs) {
  return std::vector<ValueDescription>{inputs[0]};
}

Result<std::vector<Value>> scaled(const CustomNode& node, std::span<const Value> inputs) {
  TRY_ASSIGN(const float factor, node.get_float("factor", 1));
  TRY_ASSIGN(Tensor y, Tensor::copy_of(inputs[0].tensor()->view()));
  for (float& value : y.mutable_values<float>()) value *= factor;
  return std::vector<Value>{Value(std::move(y))};
}

CustomOp scale() {
  CustomOp op;
  op.domain = "com.example";
  op.name = "Scale";
  op.least_inputs = op.most_inputs = 1;
  op.infer = same_type;
  op.run = scaled;
  return op;
}

Result<std::shared_ptr<const Model>> open_with(const std::vector<CustomOp>& ops) {
  const auto bytes = model_bytes();
  OpenOptions options;
  options.custom_ops = ops;
  return Model::from_bytes(*bytes, bytes, options);
}

Result<std::vector<Value>> answer(const CustomOp& op, const char* engine) {
  TRY_ASSIGN(const auto model, open_with({op}));
  SessionOptions options;
  options.engine = engine;
  options.thread_count = 1;
  TRY_ASSIGN(Session session, Session::create(model, options));
  const float x[] = {1, -2, 3, 4};
  const Value input(Tensor::of(std::span<const float>(x), Shape{2, 2}));
  TRY(session.run_values({&input, 1}));
  return session.run_values({&input, 1});
}

TEST(CustomOps, run_in_every_engine) {
  for (const char* engine : {"native", "reference"}) {
    const auto made = answer(scale(), engine);
    ASSERT_TRUE(made.has_value()) << made.error().to_string();
    const auto values = (*made)[0].tensor()->values<float>();
    EXPECT_THAT(std::vector<float>(values.begin(), values.end()),
                ::testing::ElementsAre(3, 6, 9, 12));
  }
}

TEST(CustomOps, are_unknown_unless_they_are_given) {
  EXPECT_THAT(open_with({}).error().to_string(), HasSubstr("unknown domain \"com.example\""));
  CustomOp other = scale();
  other.name = "Shift";
  EXPECT_THAT(open_with({other}).error().to_string(), HasSubstr("com.example.Scale (opset 1)"));
}

TEST(CustomOps, that_cannot_be_are_refused) {
  CustomOp op = scale();
  op.domain = "ai.onnx.ml";
  EXPECT_THAT(open_with({op}).error().to_string(), HasSubstr("not for operators of your own"));
  op = scale();
  op.run = nullptr;
  EXPECT_THAT(open_with({op}).error().to_string(), HasSubstr("infer or run is missing"));
  EXPECT_THAT(open_with({scale(), scale()}).error().to_string(), HasSubstr("given twice"));
}

TEST(CustomOps, fail_with_their_own_words_at_the_node) {
  CustomOp op = scale();
  op.run = [](const CustomNode&, std::span<const Value>) -> Result<std::vector<Value>> {
    return InvalidArgument("too hot");
  };
  EXPECT_THAT(answer(op, "native").error().to_string(),
              ::testing::AllOf(HasSubstr("node \"scale\""), HasSubstr("too hot")));
  op.run = [](const CustomNode&, std::span<const Value>) -> Result<std::vector<Value>> {
    return std::vector<Value>{std::vector<Value>().at(7)};  // the library throws
  };
  EXPECT_THAT(answer(op, "native").error().to_string(), HasSubstr("threw: "));
  op.run = [](const CustomNode&, std::span<const Value>) -> Result<std::vector<Value>> {
    return std::vector<Value>();
  };
  EXPECT_THAT(answer(op, "reference").error().to_string(), HasSubstr("gives 0 outputs of 1"));
}

}  // namespace
}  // namespace tundish
