#include <gtest/gtest.h>

#include "import/onnx/test_models.h"
#include "import/onnx/test_ops.h"

namespace tundish {
namespace {

using namespace test_models;

const OpTable& gemm_ops() {
  static constexpr OpDef kRows[] = {
      {.name = "Gemm", .since = 7, .inputs = {2, 3}, .infer = infer_first}};
  static const std::span<const OpDef> kGroups[] = {kRows};
  static const ListedOps kOps(kGroups);
  return kOps;
}

std::string lifted(const OneNode& one) { return text_of(read_one(one, gemm_ops())); }

TEST(LiftGemm, broadcasting_needs_no_flag_any_more) {
  const std::string expected =
      "  input %A : float32[2, 3]\n  input %B : float32[3, 2]\n  input %C : float32[2]\n"
      "  %Y = Gemm(%A, %B, %C) : float32[?...] {alpha = 0.5}\n  output %Y\n";
  for (const int64_t opset : {1, 6}) {
    EXPECT_EQ(lifted({.op = "Gemm",
                      .opset = opset,
                      .inputs = {floats({2, 3}), floats({3, 2}), floats({2})},
                      .attributes = {{"broadcast", int64_t{1}}, {"alpha", 0.5F}}}),
              expected);
  }
  EXPECT_EQ(lifted({.op = "Gemm",
                    .opset = 9,
                    .inputs = {floats({2, 3}), floats({3, 2}), floats({2})},
                    .attributes = {{"alpha", 0.5F}}}),
            expected);
}

TEST(LiftGemm, refusals) {
  EXPECT_EQ(
      lifted({.op = "Gemm", .opset = 6, .inputs = {floats({2, 3}), floats({3, 2}), floats({2})}}),
      "node 0 \"n0\" (Gemm): an addend of float32[2] without broadcast");
  EXPECT_EQ(lifted({.op = "Gemm", .opset = 6, .inputs = {floats({2, 3}), floats({3, 2})}}),
            "node 0 \"n0\" (Gemm): expected 3 inputs, got 2");
}

}  // namespace
}  // namespace tundish
