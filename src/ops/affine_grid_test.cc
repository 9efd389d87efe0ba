#include "ops/support/testing_images.h"

namespace tundish {
namespace {
using namespace ops::testing;

OpCall grid(Tensor theta, Tensor size, int64_t align_corners = 0) {
  return {"AffineGrid", {std::move(theta), std::move(size)}, {{"align_corners", align_corners}}};
}

TEST(AffineGrid, moves_places) {
  const Tensor plain = tensor<double>({1, 0, 0, 0, 1, 0}, {1, 2, 3});
  const Tensor size = vector<int64_t>({1, 9, 2, 4});
  expect_values<double>(run_op(grid(plain, size)), {1, 2, 4, 2},
                        {-0.75, -0.5, -0.25, -0.5, 0.25, -0.5, 0.75, -0.5, -0.75, 0.5, -0.25, 0.5,
                         0.25, 0.5, 0.75, 0.5});
  const Tensor moved = tensor<float>({1, 10, 100, 2, 20, 200}, {1, 2, 3});
  expect_values<float>(run_op(grid(moved, vector<int64_t>({1, 1, 2, 1}), 1)), {1, 2, 1, 2},
                       {90, 180, 110, 220});
}

TEST(AffineGrid, moves_places_in_space) {
  const Tensor theta = tensor<float>({1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 5}, {1, 3, 4});
  expect_values<float>(run_op(grid(theta, vector<int64_t>({1, 1, 2, 1, 2}), 1)), {1, 2, 1, 2, 3},
                       {-1, 0, 4, 1, 0, 4, -1, 0, 6, 1, 0, 6});
}

TEST(AffineGrid, takes_halves_threads_and_nothing) {
  OpCall call = grid(noise<float>({3, 2, 3}, 1), vector<int64_t>({3, 1, 60, 70}));
  const Tensor one = run_op(call).value();
  call.thread_count = 2;
  EXPECT_TRUE(same_bits(one, run_op(call).value()));
  const Tensor halves = counting<Float16>({1, 2, 3});
  expect_values<Float16>(run_op(grid(halves, vector<int64_t>({1, 1, 1, 1}))), {1, 1, 1, 2},
                         {Float16(2.0F), Float16(5.0F)});
  expect_values<float>(run_op(grid(counting<float>({1, 2, 3}), vector<int64_t>({1, 1, 0, 4}))),
                       {1, 0, 4, 2}, {});
}

TEST(AffineGrid, infers_and_rejects) {
  const Tensor theta = counting<float>({1, 2, 3});
  const Tensor size = vector<int64_t>({1, 1, 4, 5});
  EXPECT_EQ(inferred(grid(theta, size), {dims({symbol("N"), 2, 3})}), "float32[N, 4, 5, 2]");
  EXPECT_EQ(inferred(grid(theta, size), {SymbolicShape(), dims({4})}), "float32[?, ?, ?, 2]");
  EXPECT_EQ(inferred(grid(theta, size), {SymbolicShape(), SymbolicShape()}), "float32[?...]");
  expect_refused(grid(theta, vector<int64_t>({1, 1, 4})), "input 1 has 3 sizes");
  expect_refused(grid(counting<float>({1, 3, 4}), size), "input 0 has shape [1, 3, 4]");
  expect_refused(grid(theta, vector<int64_t>({1, 1, -4, 5})), "size -4 is negative");
  expect_fails_to_run(grid(theta, vector<int64_t>({2, 1, 4, 5})), "states 2 images for 1");
  expect_fails_to_run(grid(theta, vector<int64_t>({1, 1, -4, 5})), "size -4 is negative");
  expect_fails_to_run(grid(theta, vector<int64_t>({1})), "input 1 has 1 sizes");
}

}  // namespace
}  // namespace tundish
