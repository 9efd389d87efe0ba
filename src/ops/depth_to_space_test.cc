#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

OpCall blocks(std::string op, Tensor x, int64_t size) {
  return {std::move(op), {std::move(x)}, {{"blocksize", size}}};
}
Tensor counting(const Shape& shape) {
  Tensor x = Tensor::allocate(DType::kInt32, shape).value();
  int32_t next = 0;
  for (int32_t& value : x.mutable_values<int32_t>()) value = next++;
  return x;
}

TEST(DepthToSpace, lays_channels_out_in_blocks) {
  const Tensor x = counting({1, 8, 1, 2});
  expect_values<int32_t>(run_op(blocks("DepthToSpace", x, 2)), {1, 2, 2, 4},
                         {0, 4, 1, 5, 8, 12, 9, 13, 2, 6, 3, 7, 10, 14, 11, 15});
  OpCall crd = blocks("DepthToSpace", x, 2);
  crd.attributes.emplace_back("mode", std::string("CRD"));
  expect_values<int32_t>(run_op(crd), {1, 2, 2, 4},
                         {0, 2, 1, 3, 4, 6, 5, 7, 8, 10, 9, 11, 12, 14, 13, 15});
}

TEST(DepthToSpace, comes_back) {
  const Tensor x = counting({2, 2, 4, 6});
  const Tensor deep = run_op(blocks("SpaceToDepth", x, 2)).value();
  EXPECT_EQ(deep.shape().to_string(), "[2, 8, 2, 3]");
  EXPECT_TRUE(same_bits(run_op(blocks("DepthToSpace", deep, 2)).value(), x));
  EXPECT_TRUE(same_bits(run_op(blocks("SpaceToDepth", x, 1)).value(), x));
}

TEST(SpaceToDepth, takes_blocks_apart) {
  expect_values<int32_t>(run_op(blocks("SpaceToDepth", counting({1, 1, 2, 4}), 2)), {1, 4, 1, 2},
                         {0, 2, 1, 3, 4, 6, 5, 7});
  expect_values<float>(run_op(blocks("SpaceToDepth", tensor<float>({}, {0, 1, 2, 2}), 2)),
                       {0, 4, 1, 1}, {});
}

TEST(DepthToSpace, infers_shapes) {
  const OpCall deep = blocks("DepthToSpace", counting({1, 4, 1, 1}), 2);
  EXPECT_EQ(inferred(deep, {dims({symbol("N"), 8, 3, symbol("W")})}), "int32[N, 2, 6, ?]");
  EXPECT_EQ(inferred(deep, {SymbolicShape()}), "int32[?, ?, ?, ?]");
  const OpCall wide = blocks("SpaceToDepth", counting({1, 1, 2, 2}), 2);
  EXPECT_EQ(inferred(wide, {dims({1, 3, 4, 6})}), "int32[1, 12, 2, 3]");
}

TEST(DepthToSpace, refusals) {
  const Tensor x = counting({1, 3, 3, 4});
  expect_refused(blocks("DepthToSpace", x, 2), "3 channels are not a multiple of 2 x 2");
  expect_fails_to_run(blocks("DepthToSpace", x, 2), "3 channels are not a multiple of 2 x 2");
  expect_refused(blocks("SpaceToDepth", x, 2), "height 3 or width 4 is not a multiple of 2");
  expect_fails_to_run(blocks("SpaceToDepth", x, 2), "is not a multiple of 2");
  expect_refused(blocks("SpaceToDepth", x, 0), "\"blocksize\" is 0");
  expect_refused(blocks("SpaceToDepth", x, int64_t{1} << 40), "\"blocksize\" is 1099511627776");
  expect_refused({"DepthToSpace", {x}}, "blocksize");
  expect_refused(blocks("DepthToSpace", counting({4}), 2), "expected 4 axes, got 1");
  expect_fails_to_run(blocks("DepthToSpace", counting({4}), 2), "expected 4 axes, got 1");
  OpCall mode = blocks("DepthToSpace", counting({1, 4, 1, 1}), 2);
  mode.attributes.emplace_back("mode", std::string("RCD"));
  expect_refused(mode, "\"RCD\" is not known");
}

}  // namespace
}  // namespace tundish
