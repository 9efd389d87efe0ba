#include "ops/support/resize_table.h"

#include "ops/support/testing_images.h"

namespace tundish::ops {
namespace {
using namespace testing;

ResizeAxis axis_of(int64_t in, int64_t out) {
  return {in, out, static_cast<double>(out) / static_cast<double>(in), 0, 1, false};
}

TEST(ResizeTable, weights_sum_to_one) {
  Node node;
  for (const ResizeMode mode : {ResizeMode::kLinear, ResizeMode::kCubic}) {
    for (const bool antialias : {false, true}) {
      for (const int64_t out : {1, 3, 7, 20}) {
        ResizeSpec spec;
        spec.mode = mode;
        spec.antialias = antialias;
        TestContext context(node, {}, nullptr, kernels::table_for(kernels::Isa::kGeneric), 1);
        const ResizeTable table = make_resize_table(context, spec, axis_of(7, out)).value();
        for (int64_t i = 0; i < out; ++i) {
          double sum = 0;
          for (int64_t k = 0; k < table.taps; ++k) {
            sum += table.weights[i * table.taps + k];
            EXPECT_GE(table.sources[i * table.taps + k], 0);
            EXPECT_LT(table.sources[i * table.taps + k], 7);
          }
          EXPECT_NEAR(sum, 1, 1e-12);
        }
      }
    }
  }
}

TEST(ResizeTable, nearest_of_tensorflow) {
  ResizeSpec spec;
  spec.coordinates = ResizeCoordinates::kTfHalfPixelForNn;
  spec.nearest = NearestMode::kFloor;
  int64_t sources[2];
  nearest_sources(spec, axis_of(4, 2), sources);
  EXPECT_EQ(sources[0], 1);
  EXPECT_EQ(sources[1], 3);
}

TEST(ResizeTable, stores_numbers) {
  int8_t small = 0;
  for (const auto& [value, want] : {std::pair(2.5, 2), {3.5, 4}, {1e9, 127}, {-1e9, -128}}) {
    store_number(DType::kInt8, value, &small);
    EXPECT_EQ(small, want);
  }
  store_number(DType::kInt8, std::nan(""), &small);
  EXPECT_EQ(small, 0);
  uint64_t big = 0;
  store_number(DType::kUint64, 1e30, &big);
  EXPECT_EQ(big, UINT64_MAX);
  store_number(DType::kUint64, -1, &big);
  EXPECT_EQ(big, 0U);
  bool truth = false;
  store_number(DType::kBool, 0.5, &truth);
  EXPECT_TRUE(truth);
  Float16 half{};
  store_number(DType::kFloat16, 1.5, &half);
  EXPECT_EQ(static_cast<float>(half), 1.5F);
}

TEST(ResizeTable, reads_few_numbers) {
  const Tensor many = counting<float>({25});
  expect_error(read_resize_numbers(many.view(), 2, ErrorCode::kInvalidArgument),
               ErrorCode::kInvalidArgument, "input 2: 25 values, at most 24");
}

}  // namespace
}  // namespace tundish::ops
