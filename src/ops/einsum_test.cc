#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

OpCall einsum(std::string equation, std::vector<Tensor> operands) {
  return {"Einsum", std::move(operands), {{"equation", std::move(equation)}}};
}

const Tensor kMatrix = tensor<double>({1, 2, 3, 4, 5, 6}, {2, 3});
const Tensor kSquare = tensor<double>({1, 2, 3, 4}, {2, 2});
const Tensor kRow = vector<double>({1, 10, 100});

TEST(Einsum, of_one_operand) {
  expect_values<double>(run_op(einsum("ij->ji", {kMatrix})), {3, 2}, {1, 4, 2, 5, 3, 6});
  expect_values<double>(run_op(einsum("ij->i", {kMatrix})), {2}, {6, 15});
  expect_values<double>(run_op(einsum("ij->", {kMatrix})), {}, {21});
  expect_values<double>(run_op(einsum("ii->i", {kSquare})), {2}, {1, 4});
  expect_values<double>(run_op(einsum("ii", {kSquare})), {}, {5});
  expect_values<double>(run_op(einsum("ba", {kMatrix})), {3, 2}, {1, 4, 2, 5, 3, 6});
  expect_values<double>(run_op(einsum(" i j -> j ", {kMatrix})), {3}, {5, 7, 9});
  expect_values<double>(run_op(einsum("", {Tensor::scalar(4.0)})), {}, {4});
}

TEST(Einsum, of_two_operands) {
  expect_values<double>(run_op(einsum("ij,jk", {kSquare, kMatrix})), {2, 3},
                        {9, 12, 15, 19, 26, 33});
  expect_values<double>(run_op(einsum("ij,j->i", {kMatrix, kRow})), {2}, {321, 654});
  expect_values<double>(run_op(einsum("i,i", {kRow, kRow})), {}, {10101});
  expect_values<double>(run_op(einsum("i,j->ji", {vector<double>({1, 2}), kRow})), {3, 2},
                        {1, 2, 10, 20, 100, 200});
  expect_values<double>(run_op(einsum("ij,ij->ij", {kSquare, kSquare})), {2, 2}, {1, 4, 9, 16});
  expect_values<double>(run_op(einsum("ik,jk->ij", {kMatrix, kMatrix})), {2, 2}, {14, 32, 32, 77});
  expect_values<double>(run_op(einsum("ij,kl->", {kSquare, kMatrix})), {}, {210});
  expect_values<double>(
      run_op(einsum("bij,bjk->bik", {kMatrix.reshaped({2, 1, 3}), kMatrix.reshaped({2, 3, 1})})),
      {2, 1, 1}, {14, 77});
}

TEST(Einsum, of_many_operands) {
  expect_values<double>(run_op(einsum("ij,jk,k->i", {kSquare, kMatrix, kRow})), {2}, {1629, 3579});
  expect_values<double>(run_op(einsum("i,i,i,i->i", {kRow, kRow, kRow, kRow})), {3}, {1, 1e4, 1e8});
  expect_values<double>(run_op(einsum("a,b,c->cab", {vector<double>({1, 2}), vector<double>({3}),
                                                     vector<double>({5, 7})})),
                        {2, 2, 1}, {15, 30, 21, 42});
}

TEST(Einsum, an_ellipsis_stands_for_any_axes) {
  const Tensor cube = kMatrix.reshaped({2, 3, 1});
  expect_values<double>(run_op(einsum("...j->...", {kMatrix})), {2}, {6, 15});
  expect_values<double>(run_op(einsum("i...->...", {kMatrix})), {3}, {5, 7, 9});
  expect_values<double>(run_op(einsum("...ij->...ji", {cube})), {2, 1, 3}, {1, 2, 3, 4, 5, 6});
  expect_values<double>(run_op(einsum("...ii", {kSquare})), {}, {5});
  expect_values<double>(run_op(einsum("b...,...", {kSquare, vector<double>({1, 2})})), {2, 2},
                        {1, 3, 4, 8});
  expect_values<double>(run_op(einsum("...->", {kMatrix})), {}, {21});
  expect_values<double>(run_op(einsum("...,...", {kMatrix, tensor<double>({2, 3}, {2, 1})})),
                        {2, 3}, {2, 4, 6, 12, 15, 18});
}

TEST(Einsum, axes_of_size_one_fit_any) {
  expect_values<double>(run_op(einsum("ij,ij->ij", {kMatrix, tensor<double>({2}, {1, 1})})), {2, 3},
                        {2, 4, 6, 8, 10, 12});
  expect_values<double>(run_op(einsum("ij,j->ij", {tensor<double>({5}, {1, 1}), kRow})), {1, 3},
                        {5, 50, 500});
}

TEST(Einsum, of_nothing_is_zero) {
  expect_values<double>(
      run_op(einsum("ij,jk", {tensor<double>({}, {2, 0}), tensor<double>({}, {0, 3})})), {2, 3},
      {0, 0, 0, 0, 0, 0});
  expect_values<double>(run_op(einsum("ij->j", {tensor<double>({}, {0, 2})})), {2}, {0, 0});
  expect_values<double>(run_op(einsum("ij->i", {tensor<double>({}, {0, 2})})), {0}, {});
}

TEST(Einsum, wraps_integers_and_takes_halves) {
  expect_values<int8_t>(run_op(einsum("i,i", {vector<int8_t>({100, -3}), vector<int8_t>({2, 5})})),
                        {}, {-71});
  expect_values<uint16_t>(run_op(einsum("i->", {vector<uint16_t>({65535, 2})})), {}, {1});
  expect_values<int64_t>(run_op(einsum("i,i->i", {vector<int64_t>({-3}), vector<int64_t>({7})})),
                         {1}, {-21});
  expect_values<int32_t>(run_op(einsum("i->", {vector<int32_t>({-3, 1})})), {}, {-2});
  expect_halves<Float16>(run_op(einsum("i->", {halves<Float16>({2048, 1, 1, 1})})), {2051});
  expect_values<float>(run_op(einsum("i,i", {vector<float>({1, 2}), vector<float>({3, 4})})), {},
                       {11});
}

// Sizes beyond those of the small loops, against the matrix product's definition.
TEST(Einsum, large_products_are_those_of_matrices) {
  Tensor a = Tensor::allocate(DType::kFloat32, Shape{3, 20, 30}).value();
  Tensor b = Tensor::allocate(DType::kFloat32, Shape{40, 3, 30}).value();
  for (int i = 0; i < 1800; ++i) a.mutable_values<float>()[i] = static_cast<float>(i % 7);
  for (int i = 0; i < 3600; ++i) b.mutable_values<float>()[i] = static_cast<float>(i % 5);
  const Result<Tensor> c = run_op(einsum("bik,jbk->ijb", {a, b}));
  ASSERT_TRUE(c.has_value()) << c.error().to_string();
  ASSERT_EQ(c.value().shape().to_string(), "[20, 40, 3]");
  for (int i = 0; i < 20; ++i) {
    for (int j = 0; j < 40; ++j) {
      for (int n = 0; n < 3; ++n) {
        float sum = 0;
        for (int k = 0; k < 30; ++k) {
          sum += a.values<float>()[(n * 20 + i) * 30 + k] * b.values<float>()[(j * 3 + n) * 30 + k];
        }
        ASSERT_EQ(c.value().values<float>()[(i * 40 + j) * 3 + n], sum);
      }
    }
  }
}

TEST(Einsum, infers_shapes) {
  EXPECT_EQ(inferred(einsum("ij,jk", {kSquare, kMatrix}),
                     {dims({symbol("N"), symbol("K")}), dims({symbol("K"), 3})}),
            "float64[N, 3]");
  EXPECT_EQ(inferred(einsum("...i->...", {kMatrix}), {dims({symbol("A"), symbol("B")})}),
            "float64[A]");
  EXPECT_EQ(inferred(einsum("ij->j", {kMatrix}), {SymbolicShape()}), "float64[?...]");
}

TEST(Einsum, rejects_what_does_not_fit) {
  expect_refused(einsum("ij,jk", {kMatrix, kMatrix}), "sizes 3 and 2");
  expect_fails_to_run(einsum("ij,jk", {kMatrix, kMatrix}), "input 1: axis 0 of shape [2, 3]");
  expect_refused(einsum("ij", {kRow}), "input 0: rank 1, the equation has 2 axes");
  expect_fails_to_run(einsum("ij", {kRow}), "input 0: rank 1");
  expect_refused(einsum("i,i", {kRow}), "equation of 2 operands, got 1");
  expect_refused(einsum("i->k", {kRow}), "an index of the output occurs in no operand");
  expect_refused(einsum("i1", {kRow}), "term \"i1\" at 1");
  expect_refused(einsum("i,i", {kRow, vector<float>({1})}), "float64 and float32");
  expect_refused(einsum("i", {strings({"a"})}), "string is not allowed");
  expect_refused({"Einsum", {kRow}, {{"equation", int64_t{1}}}}, "\"equation\"");
  EXPECT_EQ(traits_of("Einsum"), "p");
}

}  // namespace
}  // namespace tundish
