#include "ops/support/block_program.h"

#include <gtest/gtest.h>

#include <cmath>

#include "ops/support/testing.h"

namespace tundish::ops {
namespace {

using testing::expect_error;
using testing::tensor;

Result<std::vector<float>> compute(std::string_view text, std::span<const Tensor> inputs,
                                   const Shape& out, int threads = 1) {
  TRY_ASSIGN(const BlockProgram program, BlockProgram::parse(text, inputs.size()));
  std::vector<TensorView> views;
  for (const Tensor& input : inputs) views.push_back(input.view());
  std::vector<const TensorView*> pointers;
  for (const TensorView& view : views) pointers.push_back(&view);
  std::vector<float> y(static_cast<size_t>(out.element_count()) + 1, 77);
  Node node;
  testing::TestContext context(node, {}, nullptr, kernels::table_for(kernels::detect_isa()),
                               threads);
  TRY(program.run(context, pointers, out, y.data()));
  EXPECT_EQ(y.back(), 77);
  y.pop_back();
  return y;
}

TEST(BlockProgram, computes_instruction_by_instruction) {
  const Tensor x[] = {tensor<float>({1, 2, 3}, {3}), tensor<float>({10}, {1})};
  EXPECT_EQ(compute("Add x0 x1", x, {3}).value(), (std::vector<float>{11, 12, 13}));
  EXPECT_EQ(compute("Mul x0 x0;Sub t0 x1; Neg t1 ;Max t2 t0", x, {3}).value(),
            (std::vector<float>{9, 6, 9}));
  EXPECT_EQ(
      compute("Sqrt x1; Mul t0 t0; Add x0 x0; Add t2 t2; Sub t3 t2; Div t4 x0", x, {3}).value(),
      (std::vector<float>{2, 2, 2}));
}

TEST(BlockProgram, buffers_are_used_again) {
  EXPECT_EQ(
      BlockProgram::parse("Add x0 x0; Add t0 t0; Add t1 t1; Neg t2", 1).value().buffer_count(), 1U);
  EXPECT_EQ(BlockProgram::parse("Neg x0; Abs x0; Add t0 t1; Mul t2 t0", 1).value().buffer_count(),
            2U);
}

// Shapes whose runs are longer and shorter than a block.
TEST(BlockProgram, broadcasts_every_way) {
  for (const int64_t columns : {3, 129, 1500}) {
    const int64_t rows = 3000 / columns + 2;
    const auto made = [](const Shape& shape, int step) {
      std::vector<float> values(static_cast<size_t>(shape.element_count()));
      for (size_t i = 0; i < values.size(); ++i)
        values[i] = static_cast<float>(static_cast<int>(i) * step % 101);
      return Tensor::of(std::span<const float>(values), shape);
    };
    const Tensor x[] = {made({2, rows, columns}, 1), made({columns}, 3), made({rows, 1}, 7),
                        made({2, 1, columns}, 5), made({1}, 1)};
    for (const int threads : {1, 3}) {
      const auto y =
          compute("Add x0 x1; Add x2 t0; Add t1 x3; Sub t2 x4", x, {2, rows, columns}, threads);
      ASSERT_TRUE(y.has_value());
      for (int64_t i = 0; i < 2 * rows * columns; ++i) {
        const int64_t column = i % columns;
        const auto at = [&](size_t k, int64_t j) {
          return x[k].values<float>()[static_cast<size_t>(j)];
        };
        ASSERT_EQ(y.value()[static_cast<size_t>(i)],
                  at(0, i) + at(1, column) + at(2, i / columns % rows) +
                      at(3, i / columns / rows * columns + column) - at(4, 0))
            << columns << " " << i;
      }
    }
  }
}

TEST(BlockProgram, refuses_what_is_no_program) {
  const auto refused = [](std::string_view text, size_t inputs, ErrorCode code,
                          std::string_view part) {
    expect_error(BlockProgram::parse(text, inputs), code, part);
  };
  refused("", 1, ErrorCode::kInvalidModel, "instruction 0");
  refused("Add x0 x1;", 2, ErrorCode::kInvalidModel, "instruction 1");
  refused("Sine x0", 1, ErrorCode::kInvalidModel, "\"Sine\"");
  refused("Add x0", 1, ErrorCode::kInvalidModel, "operand \"\"");
  refused("Neg x0 x0", 1, ErrorCode::kInvalidModel, "an operand too many");
  refused("Add x0 x1", 1, ErrorCode::kInvalidModel, "\"x1\"");
  refused("Add x0 t0", 1, ErrorCode::kInvalidModel, "\"t0\"");
  refused("Add x0 x-1", 1, ErrorCode::kInvalidModel, "\"x-1\"");
  refused("Add x0 x99999999999", 1, ErrorCode::kInvalidModel, "x99999999999");
  refused("Add x0 x", 1, ErrorCode::kInvalidModel, "\"x\"");
  refused("Neg x0", 2, ErrorCode::kInvalidModel, "no operation reads input 1");
  refused("Neg x0", 33, ErrorCode::kLimit, "33 inputs");
  std::string longest = "Neg x0";
  for (int i = 0; i < 256; ++i) longest += ";Neg x0";
  refused(longest, 1, ErrorCode::kLimit, "256");
  std::string wide = "Neg x0";
  for (int i = 0; i < 70; ++i) wide += ";Neg x0";
  for (int i = 0; i < 71; ++i) wide += ";Add t" + std::to_string(i) + " x0";
  refused(wide, 1, ErrorCode::kLimit, "wait for a reader");
}

}  // namespace
}  // namespace tundish::ops
