#include "ops/support/testing_images.h"

namespace tundish {
namespace {
using namespace ops::testing;

using Attributes = std::vector<std::pair<std::string, Attribute>>;

OpCall pool(const char* op, Tensor x, std::vector<int64_t> kernel, Attributes more = {}) {
  more.emplace_back("kernel_shape", ints(std::move(kernel)));
  return {op, {std::move(x)}, std::move(more)};
}

TEST(AveragePool, takes_means_of_what_lies_inside) {
  const Tensor x = tensor<float>({1, 3, 5, 7}, {1, 1, 2, 2});
  expect_values<float>(run_op(pool("AveragePool", x, {2, 2})), {1, 1, 1, 1}, {4});
  const Attributes pads{{"pads", ints({1, 0, 0, 1})}};
  expect_values<float>(run_op(pool("AveragePool", x, {2, 2}, pads)), {1, 1, 2, 2}, {2, 3, 4, 5});
  Attributes all = pads;
  all.emplace_back("count_include_pad", int64_t{1});
  expect_values<float>(run_op(pool("AveragePool", x, {2, 2}, all)), {1, 1, 2, 2},
                       {1, 0.75, 4, 2.5});
}

TEST(AveragePool, does_not_count_what_ceil_mode_adds) {
  const Tensor x = counting<float>({1, 1, 6});
  Attributes up{{"strides", ints({2})},
                {"ceil_mode", int64_t{1}},
                {"count_include_pad", int64_t{1}},
                {"pads", ints({1, 0})}};
  expect_values<float>(run_op(pool("AveragePool", x, {4}, up)), {1, 1, 3}, {0.75, 2.5, 4});
  up.emplace_back("dilations", ints({2}));
  expect_values<float>(run_op(pool("AveragePool", x, {3}, up)), {1, 1, 2}, {4.0F / 3, 3});
}

TEST(AveragePool, takes_halves_threads_and_empty_windows) {
  const Tensor half = counting<Float16>({1, 1, 3});
  expect_values<Float16>(run_op(pool("AveragePool", half, {2})), {1, 1, 2},
                         {Float16(0.5F), Float16(1.5F)});
  OpCall call = pool("AveragePool", noise<float>({2, 3, 40, 40}, 1), {3, 3});
  const Tensor one = run_op(call).value();
  call.thread_count = 2;
  EXPECT_TRUE(same_bits(one, run_op(call).value()));
  const Attributes far{{"pads", ints({2, 0})}};
  expect_values<float>(run_op(pool("AveragePool", counting<float>({1, 1, 2}), {2}, far)), {1, 1, 3},
                       {0, 0, 0.5});
}

TEST(LpPool, takes_norms) {
  const Tensor x = tensor<double>({3, -4, 12}, {1, 1, 3});
  expect_values<double>(run_op(pool("LpPool", x, {2})), {1, 1, 2}, {5, std::sqrt(160.0)});
  expect_values<double>(run_op(pool("LpPool", x, {3}, {{"p", int64_t{1}}})), {1, 1, 1}, {19});
  expect_near<double>(run_op(pool("LpPool", x, {2}, {{"p", int64_t{3}}})),
                      {std::cbrt(91.0), std::cbrt(1792.0)}, 1e-12);
  OpCall old = pool("LpPool", x, {2}, {{"p", 1.0F}});
  old.version = 1;
  expect_values<double>(run_op(old), {1, 1, 2}, {7, 16});
}

TEST(LpPool, rejects_exponents) {
  const Tensor x = counting<float>({1, 1, 3});
  expect_refused(pool("LpPool", x, {2}, {{"p", int64_t{0}}}), "attribute \"p\": 0 is not above 0");
  expect_refused({"LpPool", {x}}, "attribute \"kernel_shape\" is missing");
}

TEST(AveragePool, infers_shapes) {
  const OpCall call = pool("AveragePool", counting<float>({1, 1, 4, 4}), {3, 3},
                           {{"auto_pad", std::string("SAME_UPPER")}});
  EXPECT_EQ(inferred(call, {dims({symbol("N"), symbol("C"), symbol("H"), 7})}),
            "float32[N, C, H, 7]");
  EXPECT_EQ(inferred(call, {SymbolicShape()}), "float32[?...]");
  expect_refused(pool("AveragePool", counting<int8_t>({1, 1, 4, 4}), {3, 3}), "element type int8");
}

TEST(AveragePool, claims_to_be_pure) {
  EXPECT_EQ(traits_of("AveragePool"), "p");
  EXPECT_EQ(traits_of("LpPool"), "p");
}

}  // namespace
}  // namespace tundish
