#include "ops/support/testing_images.h"

namespace tundish {
namespace {
using namespace ops::testing;

OpCall lrn(Tensor x, int64_t size) {
  return {"LRN", {std::move(x)}, {{"size", size}, {"alpha", 2.0F}, {"beta", 1.0F}}};
}

TEST(Lrn, divides_by_squares_of_neighbours) {
  const Tensor x = tensor<double>({1, 2, 3, 4}, {1, 4, 1});
  expect_near<double>(run_op(lrn(x, 1)), {1 / 3.0, 2 / 9.0, 3 / 19.0, 4 / 33.0}, 1e-15);
  expect_near<double>(run_op(lrn(x, 3)),
                      {1 / (1 + 2 / 3.0 * 5), 2 / (1 + 2 / 3.0 * 14), 3 / (1 + 2 / 3.0 * 29),
                       4 / (1 + 2 / 3.0 * 25)},
                      1e-15);
  // Of an even number, one more lies after.
  expect_near<double>(run_op(lrn(x, 2)), {1 / 6.0, 2 / 14.0, 3 / 26.0, 4 / 17.0}, 1e-15);
  expect_near<double>(run_op(lrn(x, INT64_MAX)), {1, 2, 3, 4}, 1e-12);
}

TEST(Lrn, takes_images_halves_and_threads) {
  OpCall call = lrn(noise<float>({2, 3, 30, 30}, 1), 3);
  const Tensor one = run_op(call).value();
  call.thread_count = 2;
  EXPECT_TRUE(same_bits(one, run_op(call).value()));
  expect_values<Float16>(run_op(lrn(counting<Float16>({1, 2}), 1)), {1, 2},
                         {Float16(0.0F), Float16(1.0F / 3.0F)});
  expect_values<float>(run_op(lrn(counting<float>({1, 0, 4}), 1)), {1, 0, 4}, {});
}

TEST(Lrn, infers_and_rejects) {
  EXPECT_EQ(inferred(lrn(counting<float>({1, 1}), 3), {dims({symbol("N"), 3})}), "float32[N, 3]");
  expect_refused(lrn(counting<float>({1, 1}), 0), "attribute \"size\": 0 is less than 1");
  expect_refused({"LRN", {counting<float>({1, 1})}}, "size");
  expect_refused(lrn(counting<float>({1}), 1), "expected at least 2 dimensions, got 1");
  expect_fails_to_run(lrn(counting<float>({1}), 1), "expected at least 2 dimensions, got 1");
}

}  // namespace
}  // namespace tundish
