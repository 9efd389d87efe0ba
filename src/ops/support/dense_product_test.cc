#include "ops/support/dense_product.h"

#include <gtest/gtest.h>

#include <vector>

#include "ops/support/testing.h"

namespace tundish::ops {
namespace {

using testing::graph_of;
using testing::Known;

std::vector<float> numbers(size_t count) {
  std::vector<float> made(count);
  for (size_t i = 0; i < count; ++i) made[i] = static_cast<float>(i * 29 % 31) - 15;
  return made;
}

TEST(DenseProduct, packed_and_stored_weights_give_the_same_bits) {
  const std::vector<float> a = numbers(7 * 40);
  const std::vector<float> b = numbers(40 * 37);
  Node node;
  for (const kernels::Isa isa : {kernels::Isa::kGeneric, kernels::detect_isa()}) {
    const KernelTable& table = kernels::table_for(isa);
    for (const Transposed order : {Transposed::kNo, Transposed::kYes}) {
      const bool is_plain = order == Transposed::kNo;
      const kernels::GemmMatrix matrix = matrix_of(b.data(), is_plain ? 37 : 40, order);
      const auto packed = PackedWeights::make(table, matrix, 40, 37);
      ASSERT_TRUE(packed.has_value());
      EXPECT_EQ(packed.value().inner(), 40);
      EXPECT_EQ(packed.value().columns(), 37);
      std::vector<float> stored_y(7 * 37);
      std::vector<float> packed_y(7 * 37);
      testing::TestContext context(node, {}, nullptr, table, 2);
      kernels::Gemm gemm{.m = 7, .n = 37, .k = 40, .a = matrix_of(a.data(), 40, Transposed::kNo)};
      gemm.b = matrix;
      gemm.c = stored_y.data();
      gemm.c_row_stride = 37;
      run_product(context, gemm);
      gemm.packed = packed.value().data();
      gemm.c = packed_y.data();
      run_product(context, gemm);
      EXPECT_EQ(stored_y, packed_y);
      float sum = 0;
      for (size_t k = 0; k < 40; ++k) sum += a[40 + k] * (is_plain ? b[k * 37 + 5] : b[5 * 40 + k]);
      EXPECT_EQ(stored_y[37 + 5], sum);
    }
  }
}

TEST(DenseProduct, offsets_take_operands_in_any_order) {
  const std::vector<float> a{1, 2, 3, 4};
  const std::vector<float> b{10, 100};
  std::vector<float> c(4);
  const std::vector<float> residual{1, 2, 3, 4};
  Node node;
  testing::TestContext context(node, {}, nullptr, kernels::table_for(kernels::detect_isa()), 2);
  kernels::Gemm gemm{.m = 1, .n = 1, .k = 2, .a = matrix_of(a.data(), 2, Transposed::kNo)};
  gemm.b = matrix_of(b.data(), 1, Transposed::kNo);
  gemm.c = c.data();
  gemm.c_row_stride = 1;
  gemm.epilogue.residual = residual.data();
  const ProductOffsets offsets[] = {{2, 0, 0}, {0, 0, 1}, {1, 0, 3}};
  run_products(context, gemm, offsets);
  EXPECT_EQ(c, (std::vector<float>{431, 212, 0, 324}));
  run_products(context, gemm, {});
}

TEST(DenseProduct, packs_one_matrix_of_floats_only) {
  const auto is_packed = [](const Tensor& b) {
    const Graph graph =
        graph_of({"MatMul", {testing::tensor<float>({1, 2}, {1, 2}), b}}, Known::kConstants)
            .value();
    const Node& node = graph.node(graph.order()[0]);
    const testing::TestPrepareContext context(graph, node,
                                              kernels::table_for(kernels::Isa::kGeneric));
    return pack_constant(context, 1, Transposed::kNo).value().data() != nullptr;
  };
  const Tensor b = testing::tensor<float>({1, 2, 3, 4}, {2, 2});
  EXPECT_TRUE(is_packed(b));
  EXPECT_TRUE(is_packed(b.reshaped({1, 1, 2, 2})));
  EXPECT_FALSE(is_packed(b.reshaped({2, 2, 1})));
  EXPECT_FALSE(is_packed(testing::vector<float>({1, 2})));
  EXPECT_FALSE(is_packed(testing::tensor<float>({}, {2, 0})));
}

}  // namespace
}  // namespace tundish::ops
