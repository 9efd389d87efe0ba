#include "ops/support/recurrent_activation.h"

#include <gtest/gtest.h>

#include <cmath>

namespace tundish::ops {
namespace {

double activated(Activation kind, double x, float alpha = 0, float beta = 0) {
  activate(kernels::table_for(kernels::Isa::kGeneric), {kind, alpha, beta}, &x, 1);
  return x;
}

TEST(RecurrentActivation, functions) {
  EXPECT_EQ(activated(Activation::kRelu, -2), 0);
  EXPECT_EQ(activated(Activation::kRelu, 2), 2);
  EXPECT_TRUE(std::isnan(activated(Activation::kRelu, std::nan(""))));
  EXPECT_DOUBLE_EQ(activated(Activation::kTanh, 0.5), std::tanh(0.5));
  EXPECT_DOUBLE_EQ(activated(Activation::kSigmoid, 1), 1 / (1 + std::exp(-1.0)));
  EXPECT_DOUBLE_EQ(activated(Activation::kAffine, 3, 2, 0.5F), 6.5);
  EXPECT_DOUBLE_EQ(activated(Activation::kLeakyRelu, -2, 0.5F), -1);
  EXPECT_EQ(activated(Activation::kThresholdedRelu, 0.9, 1), 0);
  EXPECT_EQ(activated(Activation::kThresholdedRelu, 1, 1), 1);
  EXPECT_DOUBLE_EQ(activated(Activation::kScaledTanh, 1, 2, 0.5F), 2 * std::tanh(0.5));
  EXPECT_EQ(activated(Activation::kHardSigmoid, 10, 0.25F, 0.5F), 1);
  EXPECT_EQ(activated(Activation::kHardSigmoid, 1, 0.25F, 0.5F), 0.75);
  EXPECT_DOUBLE_EQ(activated(Activation::kElu, -1, 2), 2 * std::expm1(-1.0));
  EXPECT_DOUBLE_EQ(activated(Activation::kSoftsign, -3), -0.75);
  EXPECT_DOUBLE_EQ(activated(Activation::kSoftplus, 0), std::log(2.0));
  EXPECT_EQ(activated(Activation::kSoftplus, 1000), 1000);
}

TEST(RecurrentActivation, floats_use_vector_kernels) {
  for (const kernels::Isa isa : {kernels::Isa::kGeneric, kernels::detect_isa()}) {
    float values[] = {0.5F, 1};
    activate(kernels::table_for(isa), {Activation::kTanh, 0, 0}, values, 1);
    activate(kernels::table_for(isa), {Activation::kSigmoid, 0, 0}, values + 1, 1);
    EXPECT_FLOAT_EQ(values[0], std::tanh(0.5F));
    EXPECT_FLOAT_EQ(values[1], 1 / (1 + std::exp(-1.0F)));
  }
}

}  // namespace
}  // namespace tundish::ops
