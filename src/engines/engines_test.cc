#include <gtest/gtest.h>

#include "engines/engine.h"
#include "ir/builder.h"
#include "ir/exec_context.h"

namespace tundish {
namespace {

Status infer_same(InferContext& context) {
  context.set_output(0, context.input(0));
  return ok();
}
Status run_half(ExecContext& context) {
  const TensorView& x = context.input(0);
  TRY_ASSIGN(const MutableTensorView y, context.output(0, x.dtype, x.shape));
  for (size_t i = 0; i < y.values<double>().size(); ++i) {
    y.values<double>()[i] = x.values<double>()[i] / 2;
  }
  return ok();
}
constexpr OpDef kFakes[] = {
    {.name = "Half", .inputs = {1, 1}, .infer = infer_same, .run = run_half}};

const OpTable& fakes() {
  static const std::span<const OpDef> kGroups[] = {kFakes};
  static const ListedOps kTable(kGroups);
  return kTable;
}

std::shared_ptr<const Graph> half() {
  Builder b(fakes(), "half");
  const ValueId x =
      b.input("x", ValueType::tensor(DType::kFloat64, std::vector<Dim>{Dim::symbol("N")})).value();
  EXPECT_TRUE(b.output(b.op("Half", {x}).value(), "y").has_value());
  Result<Graph> graph = std::move(b).finish();
  EXPECT_TRUE(graph.has_value()) << graph.error().to_string();
  return std::make_shared<Graph>(std::move(graph).value());
}

TEST(Engines, are_found_by_name) {
  EXPECT_EQ(engine_names(), (std::vector<std::string>{"native", "ort", "reference"}));
  for (const char* name : {"native", "reference"}) {
    const auto session = create_engine_session(name, half(), fakes());
    ASSERT_TRUE(session.has_value()) << session.error().to_string();
    EXPECT_EQ(session.value()->engine(), name);
    EXPECT_FALSE(session.value()->isa().empty());
    EXPECT_GE(session.value()->thread_count(), 1);
  }
  const auto unknown = create_engine_session("fast", half(), fakes());
  ASSERT_FALSE(unknown.has_value());
  EXPECT_EQ(unknown.error().code(), ErrorCode::kInvalidArgument);
  EXPECT_EQ(unknown.error().message(),
            "engine \"fast\" is unknown; there are native, ort, reference");
}

TEST(Engines, answer_in_three_ways) {
  const double x[] = {2, 4, 7};
  const TensorView in[] = {{DType::kFloat64, Shape{3}, x}};
  for (const char* name : {"native", "reference"}) {
    const auto session = create_engine_session(name, half(), fakes()).value();
    EXPECT_EQ(session->run(in, {}).value()[0].values<double>()[2], 3.5);
    double y[3] = {};
    const MutableTensorView out[] = {{DType::kFloat64, Shape{3}, y}};
    ASSERT_TRUE(session->run_into(in, out, {}).has_value());
    EXPECT_EQ(y[1], 2);
    const std::vector<Value> values = {Tensor::of(std::span<const double>(x))};
    EXPECT_EQ(session->run_values(values, {}).value()[0].tensor()->values<double>()[0], 1);
    const MutableTensorView wrong[] = {{DType::kFloat32, Shape{3}, y}};
    const Status refused = session->run_into(in, wrong, {});
    ASSERT_FALSE(refused.has_value());
    EXPECT_NE(refused.error().to_string().find("output \"y\""), std::string::npos);
  }
}

TEST(Engines, reference_is_generic) {
  EXPECT_TRUE(create_engine_session("reference", half(), fakes(), {1, "generic"}).has_value());
  const auto wide = create_engine_session("reference", half(), fakes(), {1, "avx2"});
  ASSERT_FALSE(wide.has_value());
  EXPECT_EQ(wide.error().code(), ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace tundish
