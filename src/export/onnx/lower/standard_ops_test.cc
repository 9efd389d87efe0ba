#include "export/onnx/lower/standard_ops.h"

#include <gtest/gtest.h>

#include <array>

#include "ir/builder.h"
#include "ir/op_def.h"

namespace tundish {
namespace {

Status infer_first(InferContext& context) {
  context.set_output(0, context.input(0));
  return ok();
}

/// Operators under the names that are asked for; nothing of them but their type matters here.
const OpTable& ops() {
  static constexpr std::array kRows = {
      OpDef{.name = "Abs", .inputs = {1, 1}, .infer = infer_first},
      OpDef{.name = "Add", .inputs = {1, 2}, .infer = infer_first},
      OpDef{.name = "And", .inputs = {1, 2}, .infer = infer_first},
      OpDef{.name = "Cast", .inputs = {1, 1}, .infer = infer_first},
      OpDef{.name = "Equal", .inputs = {1, 2}, .infer = infer_first},
      OpDef{.name = "Invented", .inputs = {1, 1}, .infer = infer_first},
      OpDef{.name = "ReduceMax", .inputs = {1, 2}, .infer = infer_first},
      OpDef{.name = "ReduceMean", .inputs = {1, 2}, .infer = infer_first},
      OpDef{.name = "ReduceSum", .inputs = {1, 2}, .infer = infer_first},
      OpDef{.name = "Shape", .inputs = {1, 1}, .infer = infer_first},
      OpDef{.name = "Where", .inputs = {1, 3}, .infer = infer_first},
      OpDef{.name = "Invented", .domain = kDomainMl, .inputs = {1, 1}, .infer = infer_first},
      OpDef{.name = "LabelEncoder", .domain = kDomainMl, .inputs = {1, 1}, .infer = infer_first},
      OpDef{.name = "Scaler", .domain = kDomainMl, .inputs = {1, 1}, .infer = infer_first},
      OpDef{
          .name = "TreeEnsemble", .domain = kDomainTundish, .inputs = {1, 1}, .infer = infer_first},
  };
  static const std::array<std::span<const OpDef>, 1> kGroups = {std::span<const OpDef>(kRows)};
  static const ListedOps kOps(kGroups);
  return kOps;
}

struct Wanted {
  std::string op;
  DType dtype = DType::kFloat32;
  std::string attribute;
  std::string domain;
  int version = 0;
};

/// "18", or the error.
std::string lowest(const Wanted& wanted) {
  Builder builder(ops(), "g");
  const ValueId x =
      *builder.input("X", ValueType::tensor(wanted.dtype, std::vector<Dim>{Dim::symbol("N")}));
  NodeSpec spec{.op = wanted.op,
                .domain = wanted.domain,
                .inputs = {x},
                .name = "node",
                .version = wanted.version};
  if (!wanted.attribute.empty()) spec.attributes.set(wanted.attribute, int64_t{1});
  auto outputs = builder.add(std::move(spec));
  if (!outputs.has_value()) return outputs.error().to_string();
  const auto opset = lowest_opset(builder.graph(), *builder.graph().producer((*outputs)[0]));
  return opset.has_value() ? std::to_string(*opset) : opset.error().to_string();
}

// From ONNX's change log of operators.
TEST(LowestOpset, is_where_the_present_form_came) {
  EXPECT_EQ(lowest({"Abs"}), "13");
  EXPECT_EQ(lowest({"Add"}), "14");
  EXPECT_EQ(lowest({"And"}), "7");
  EXPECT_EQ(lowest({"ReduceSum"}), "13");
  EXPECT_EQ(lowest({"ReduceMean"}), "18");
  EXPECT_EQ(lowest({"Where"}), "16");
  EXPECT_EQ(lowest({"Scaler", DType::kFloat32, "", "ai.onnx.ml"}), "1");
  EXPECT_EQ(lowest({"LabelEncoder", DType::kString, "", "ai.onnx.ml"}), "4");
  EXPECT_EQ(lowest({"TreeEnsemble", DType::kFloat32, "", "tundish"}), "1");
}

TEST(LowestOpset, attributes_that_came_later_raise_it) {
  EXPECT_EQ(lowest({"Cast", DType::kFloat32, "to"}), "13");
  EXPECT_EQ(lowest({"Cast", DType::kFloat32, "saturate"}), "19");
  EXPECT_EQ(lowest({"Cast", DType::kFloat32, "round_mode"}), "24");
}

TEST(LowestOpset, element_types_that_came_later_raise_it) {
  EXPECT_EQ(lowest({"Cast", DType::kFloat8E4M3FN}), "19");
  EXPECT_EQ(lowest({"Cast", DType::kFloat8E5M2FNUZ}), "19");
  EXPECT_EQ(lowest({"Cast", DType::kUint4}), "21");
  EXPECT_EQ(lowest({"Cast", DType::kFloat4E2M1}), "23");
  EXPECT_EQ(lowest({"Cast", DType::kFloat8E8M0}), "24");
  EXPECT_EQ(lowest({"Cast", DType::kInt2}), "25");
  EXPECT_EQ(lowest({"Equal", DType::kString}), "19");
  EXPECT_EQ(lowest({"Equal", DType::kInt64}), "13");
  EXPECT_EQ(lowest({"ReduceMax", DType::kBool}), "20");
  EXPECT_EQ(lowest({"ReduceMax", DType::kFloat64}), "18");
}

TEST(LowestOpset, refusals_name_node_operator_and_version) {
  EXPECT_EQ(lowest({"Invented"}),
            "node \"node\" (Invented-27): no older form of this operator is known");
  EXPECT_EQ(lowest({"Invented", DType::kFloat32, "", "ai.onnx.ml"}),
            "node \"node\" (ai.onnx.ml.Invented-5): no older form of this operator is known");
  EXPECT_EQ(lowest({"Abs", DType::kFloat32, "", "", 12}),
            "node \"node\" (Abs-12): version 12 of the operator cannot be written beside opset 27");
}

}  // namespace
}  // namespace tundish
