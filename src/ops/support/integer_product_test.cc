#include "ops/support/integer_product.h"

#include "ops/support/testing.h"

namespace tundish::ops {
namespace {
using namespace testing;

TEST(IntegerProduct, subtracts_broadcast_zero_points) {
  const Tensor x = tensor<int8_t>({-128, 127, 0, 5}, {2, 2});
  const Tensor zeros = tensor<int8_t>({127, -1}, {2, 1});
  const Node node;
  const Tensor inputs[] = {x, zeros};
  TestContext context(node, inputs, nullptr, kernels::table_for(kernels::Isa::kGeneric), 1);
  const Parameter rows = load_parameter(context, 1).value();
  const int32_t* got = shifted<int32_t>(context, x.view(), rows).value();
  EXPECT_EQ(std::vector<int32_t>(got, got + 4), (std::vector<int32_t>{-255, 0, 1, 6}));
  const float* same = shifted<float>(context, x.view(), no_zero_point()).value();
  EXPECT_EQ(std::vector<float>(same, same + 4), (std::vector<float>{-128, 127, 0, 5}));
}

TEST(IntegerProduct, rounds_the_exact_product_to_even) {
  const Node node;
  TestContext context(node, {}, nullptr, kernels::table_for(kernels::Isa::kGeneric), 1);
  const int32_t sums[] = {1, 3, 5, -1, 100000, -100000};
  const float half = 0.5F;
  const float one = 1;
  Requantization how{{&half, {}}, {&one, {}}, 1, 10};
  int8_t out[6];
  requantize(context, sums, how, {DType::kInt8, {6}, out});
  EXPECT_EQ(std::vector<int8_t>(out, out + 6), (std::vector<int8_t>{10, 12, 12, 10, 127, -128}));
  const float columns[] = {1, 2, 4};
  how.right = {columns, {3}};
  requantize(context, sums, how, {DType::kUint8, {2, 3}, out});
  EXPECT_EQ(std::vector<uint8_t>(out, out + 6), (std::vector<uint8_t>{10, 13, 20, 10, 255, 0}));
}

}  // namespace
}  // namespace tundish::ops
