#include "kernels/conv.h"

#include <gtest/gtest.h>

#include "kernels/conv_testing.h"

namespace tundish::kernels {
namespace {
using namespace testing;

ConvWorkers workers_of(Isa isa) { return {table_for(isa).gemm, table_for(isa).conv}; }

// All of it, its units in `calls` calls.
std::vector<float> run(const ConvWorkers& workers, const Image& image, const ConvPlan& plan,
                       size_t calls, const GemmEpilogue& more = {}, const float* packed = nullptr) {
  std::vector<float> y;
  ConvTensors tensors = tensors_of(image, y);
  tensors.packed = packed;
  tensors.epilogue.residual = more.residual;
  tensors.epilogue.activation = more.activation;
  tensors.epilogue.low = more.low;
  tensors.epilogue.high = more.high;
  Memory shared(plan.shared_bytes);
  Memory own(plan.unit_bytes);
  begin_conv(plan, shared.get());
  if (!plan.layout.direct) {
    lay_out_channels(workers, plan, image.x.data(), shared.get(), 0, plan.shape.inputs());
  }
  for (size_t i = 0; i < calls; ++i) {
    run_conv(workers, plan, tensors, shared.get(), own.get(), plan.units * i / calls,
             plan.units * (i + 1) / calls);
  }
  return y;
}

void expect_close(const std::vector<float>& y, const std::vector<double>& want, double scale) {
  for (size_t i = 0; i < want.size(); ++i) {
    ASSERT_NEAR(static_cast<double>(y[i]), want[i], 4e-6 * scale) << "element " << i;
  }
}

constexpr Case kCases[] = {
    {1, 3, 64, 23, 31, 7, 7, 2, 1, 3},  {1, 3, 20, 40, 37, 11, 11, 4, 1, 0},
    {2, 6, 26, 9, 11, 5, 5, 1, 1, 2},   {1, 70, 40, 7, 7, 1, 1, 1, 1, 0},
    {1, 33, 17, 14, 14, 1, 1, 2, 1, 0}, {4, 16, 12, 8, 9, 1, 1, 1, 1, 0},
    {1, 8, 8, 12, 12, 3, 3, 1, 1, 1},   {1, 5, 7, 13, 9, 3, 3, 2, 2, 2},
    {1, 5, 7, 17, 19, 3, 2, 3, 2, 1},   {1, 4, 5, 9, 33, 2, 3, 2, 3, 4},
    {7, 7, 7, 15, 15, 3, 3, 1, 1, 1},   {7, 7, 14, 15, 70, 3, 3, 2, 1, 1},
    {5, 5, 5, 9, 65, 5, 5, 1, 2, 4},    {3, 3, 12, 6, 6, 3, 3, 1, 1, 1},
    {1, 200, 9, 6, 5, 3, 3, 1, 1, 1},   {1, 1, 1, 1, 1, 1, 1, 1, 1, 0},
    {1, 2, 3, 1, 50, 1, 4, 1, 1, 1},    {2, 26, 250, 5, 6, 3, 3, 1, 1, 1},
    {1, 260, 100, 4, 5, 3, 3, 1, 1, 1},
};

TEST(ConvKernels, follow_the_definition) {
  for (const Case& c : kCases) {
    SCOPED_TRACE(::testing::Message() << c);
    const Image image(c);
    for (const Isa isa : {Isa::kGeneric, Isa::kAvx2, Isa::kAvx512, Isa::kNeon}) {
      if (!isa_available(isa)) continue;
      SCOPED_TRACE(isa_name(isa));
      const ConvWorkers workers = workers_of(isa);
      ConvPlan one, many;
      ASSERT_TRUE(plan_conv(workers, image.shape, 1, &one));
      ASSERT_TRUE(plan_conv(workers, image.shape, 8, &many));
      const std::vector<float> y = run(workers, image, one, 1);
      std::vector<float> packed(packed_conv_count(workers, one));
      if (!packed.empty()) {
        pack_conv_weights(workers, one, image.weights.data(), packed.data());
        EXPECT_EQ(y, run(workers, image, many, 1, {}, packed.data()));
      }
      const size_t depth = image.weights.size() / image.bias.size();
      expect_close(y, image.want, 1 + 0.01 * static_cast<double>(depth));
      EXPECT_EQ(y, run(workers, image, many, std::min<size_t>(5, many.units)));
    }
  }
}

TEST(ConvKernels, finish_in_the_same_pass) {
  for (const Case& c : {kCases[2], kCases[10]}) {
    SCOPED_TRACE(::testing::Message() << c);
    const Image image(c);
    const ConvWorkers workers = workers_of(detect_isa());
    ConvPlan plan;
    ASSERT_TRUE(plan_conv(workers, image.shape, 1, &plan));
    GemmEpilogue clip;
    clip.activation = Activation::kClip;
    clip.low = -0.5f;
    clip.high = 0.25f;
    std::vector<double> want = image.want;
    for (double& value : want) value = std::clamp(value, -0.5, 0.25);
    expect_close(run(workers, image, plan, 1, clip), want, 2);
    GemmEpilogue relu;
    relu.activation = Activation::kRelu;
    relu.residual = image.residual.data();
    want = image.want;
    for (size_t i = 0; i < want.size(); ++i) {
      want[i] = std::max(0.0, want[i] + static_cast<double>(image.residual[i]));
    }
    expect_close(run(workers, image, plan, 1, relu), want, 2);
  }
}

TEST(ConvKernels, multiply_pixels_of_small_images_by_outputs) {
  constexpr Case kSmall[] = {{1, 70, 100, 7, 7, 1, 1, 1, 1, 0},
                             {1, 150, 65, 7, 7, 3, 3, 1, 1, 1},
                             {2, 30, 200, 9, 12, 3, 3, 2, 1, 1},
                             {1, 3, 64, 2, 2, 1, 1, 1, 1, 0}};
  for (const Case& c : kSmall) {
    SCOPED_TRACE(::testing::Message() << c);
    const Image image(c);
    for (const Isa isa : {Isa::kGeneric, Isa::kAvx2, Isa::kAvx512, Isa::kNeon}) {
      ConvPlan one, many, plain;
      if (!isa_available(isa)) continue;
      const ConvWorkers workers = workers_of(isa);
      if (!plan_pixel_rows(workers, image.shape, 1, &one)) continue;
      SCOPED_TRACE(isa_name(isa));
      ASSERT_TRUE(plan_pixel_rows(workers, image.shape, 4, &many));
      ASSERT_TRUE(plan_conv(workers, image.shape, 1, &plain));
      std::vector<float> packed(packed_conv_count(workers, one) + 16);
      float* aligned = packed.data() + (64 - reinterpret_cast<uintptr_t>(packed.data()) % 64) / 4;
      pack_conv_weights(workers, one, image.weights.data(), aligned);
      GemmEpilogue relu;
      relu.activation = Activation::kRelu;
      relu.residual = image.residual.data();
      const std::vector<float> y = run(workers, image, one, 1, relu, aligned);
      EXPECT_EQ(y, run(workers, image, plain, 1, relu));
      EXPECT_EQ(y, run(workers, image, many, many.units, relu, aligned));
    }
  }
}

TEST(ConvKernels, refuse_padding_that_outgrows_the_image) {
  ConvPlan plan;
  ConvGeometry shape;
  shape.rank = 2;
  shape.axes[0] = {10, 10, 1, 1, 1, 0};
  shape.axes[1] = {10, 1 << 30, 2, 1, 1, 1 << 29};
  EXPECT_FALSE(plan_conv(workers_of(detect_isa()), shape, 1, &plan));
}

TEST(ConvKernels, keep_infinity_and_nan_where_they_are_seen) {
  Image image({1, 2, 3, 5, 40, 1, 3, 1, 1, 1});
  image.x[7] = __builtin_inff();
  image.x[20] = __builtin_nanf("");
  image.compute();
  for (const Isa isa : {Isa::kGeneric, Isa::kAvx2, Isa::kAvx512, Isa::kNeon}) {
    if (!isa_available(isa)) continue;
    ConvPlan plan;
    ASSERT_TRUE(plan_conv(workers_of(isa), image.shape, 1, &plan));
    const std::vector<float> y = run(workers_of(isa), image, plan, 1);
    for (size_t i = 0; i < y.size(); ++i) {
      EXPECT_EQ(__builtin_isfinite(y[i]), __builtin_isfinite(image.want[i])) << i;
    }
  }
}

}  // namespace
}  // namespace tundish::kernels
