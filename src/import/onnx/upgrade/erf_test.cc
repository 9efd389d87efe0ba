#include <gtest/gtest.h>

#include "import/onnx/test_models.h"
#include "import/onnx/test_ops.h"

namespace tundish {
namespace {

using namespace test_models;

constexpr OpDef kRows[] = {
    {.name = "Cast", .since = 6, .inputs = {1, 1}, .infer = infer_cast},
    {.name = "Erf", .since = 9, .inputs = {1, 1}, .infer = infer_first},
};

std::string lifted(const OneNode& one) {
  const std::span<const OpDef> group(kRows);
  const ListedOps ops(std::span(&group, 1));
  return text_of(read_one(one, ops));
}

TEST(LiftErf, integers_go_by_way_of_float64) {
  EXPECT_EQ(lifted({.op = "Erf", .opset = 9, .inputs = {type_of(DType::kInt32, {3})}}),
            "  input %A : int32[3]\n  %n0_Cast = Cast(%A) : float64[3] {to = 11}\n"
            "  %n0_Erf = Erf(%n0_Cast) : float64[3]\n"
            "  %Y = Cast(%n0_Erf) : int32[3] {to = 6}\n  output %Y\n");
}

TEST(LiftErf, numbers_stay) {
  EXPECT_EQ(lifted({.op = "Erf", .opset = 9, .inputs = {floats({3})}}),
            "  input %A : float32[3]\n  %Y = Erf(%A) : float32[3]\n  output %Y\n");
}

}  // namespace
}  // namespace tundish
