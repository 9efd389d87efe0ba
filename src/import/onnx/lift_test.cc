#include "import/onnx/lift.h"

#include <gtest/gtest.h>

#include "import/onnx/test_models.h"
#include "import/onnx/test_ops.h"

namespace tundish {
namespace {

using namespace test_models;

/// A lift of an operator whose inputs are float32[2], on a builder of its own.
struct Fixture {
  Builder builder{lift_ops(), "g"};
  Limits limits;
  Lift lift{.builder = builder, .ops = lift_ops(), .limits = limits};

  Fixture(std::string op, int version, size_t input_count) {
    lift.op = std::move(op);
    lift.version = version;
    lift.name = "n";
    lift.output_names = {"Y"};
    for (size_t i = 0; i < input_count; ++i) {
      lift.inputs.push_back(*builder.input("x" + std::to_string(i), floats({2})));
    }
  }
};

std::string error_of(const Status& status) {
  return status.has_value() ? "" : status.error().to_string();
}

TEST(Lift, counts_of_inputs) {
  Fixture fixture("Clip", 11, 3);
  Lift& lift = fixture.lift;
  EXPECT_EQ(error_of(lift.expect_inputs(1, 3)), "");
  EXPECT_EQ(error_of(lift.expect_inputs(3, 3)), "");
  EXPECT_EQ(error_of(lift.expect_inputs(1, 2)), "expected 1 to 2 inputs, got 3");
  EXPECT_EQ(error_of(lift.expect_inputs(4, 4)), "expected 4 inputs, got 3");
  lift.inputs[1] = kNoValue;
  EXPECT_EQ(error_of(lift.expect_inputs(1, 3)), "");
  EXPECT_EQ(error_of(lift.expect_inputs(2, 3)), "input 1 is left out");
  EXPECT_TRUE(lift.has_input(0));
  EXPECT_FALSE(lift.has_input(1));
  EXPECT_FALSE(lift.has_input(3));
}

TEST(Lift, casts_only_where_types_differ) {
  Fixture fixture("Clip", 11, 1);
  const ValueId x = fixture.lift.inputs[0];
  EXPECT_EQ(*fixture.lift.cast(x, DType::kFloat32), x);
  const ValueId wide = *fixture.lift.cast(x, DType::kFloat64);
  EXPECT_EQ(fixture.builder.type(wide).dtype, DType::kFloat64);
  EXPECT_EQ(fixture.builder.graph().producer(wide)->name, "n_Cast");
}

TEST(Lift, lists_that_must_be_there) {
  Fixture fixture("Slice", 9, 1);
  fixture.lift.attributes.set("starts", Ints{1, 2});
  fixture.lift.attributes.set("ends", 1.0F);
  EXPECT_EQ(*fixture.lift.require_ints("starts"), (Ints{1, 2}));
  EXPECT_EQ(fixture.lift.require_ints("axes").error().to_string(), "attribute \"axes\" is missing");
  EXPECT_FALSE(fixture.lift.require_ints("ends").has_value());
}

TEST(LiftNode, an_operator_in_its_present_form_is_canonical) {
  Fixture fixture("Turn", 20, 1);
  const auto made = lift_node(fixture.lift);
  ASSERT_TRUE(made.has_value()) << made.error().to_string();
  EXPECT_EQ(fixture.builder.graph().producer((*made)[0])->version, kCanonicalOpset);
  EXPECT_EQ(fixture.builder.graph().value((*made)[0]).name, "Y");
}

TEST(LiftNode, an_older_form_keeps_its_version) {
  Fixture fixture("Turn", 19, 1);
  const auto made = lift_node(fixture.lift);
  ASSERT_TRUE(made.has_value()) << made.error().to_string();
  EXPECT_EQ(fixture.builder.graph().producer((*made)[0])->version, 19);
}

TEST(LiftNode, unknown_operators_and_versions) {
  Fixture early("Turn", 8, 1);
  EXPECT_EQ(lift_node(early.lift).error().to_string(), "operator Turn (opset 8) is not supported");
  EXPECT_EQ(lift_node(early.lift).error().code(), ErrorCode::kUnsupported);
  Fixture unknown("Tern", 20, 1);
  EXPECT_EQ(lift_node(unknown.lift).error().to_string(),
            "operator Tern (opset 20) is not supported; near it: Turn");
  Fixture too_early("Where", 8, 3);
  EXPECT_EQ(lift_node(too_early.lift).error().to_string(),
            "operator Where exists from opset 9 on, the file is of opset 8");
  Fixture other_domain("Clip", 1, 1);
  other_domain.lift.domain = "ai.onnx.ml";
  EXPECT_EQ(lift_node(other_domain.lift)
                .error()
                .to_string()
                .find("operator ai.onnx.ml.Clip (opset 1) is not supported"),
            0u);
}

TEST(LiftNode, unknown_attributes) {
  Fixture fixture("Add", 13, 2);
  fixture.lift.attributes.set("alpha", 1.0F);
  EXPECT_EQ(lift_node(fixture.lift).error().to_string(),
            "attribute \"alpha\" does not exist in Add");
}

}  // namespace
}  // namespace tundish
