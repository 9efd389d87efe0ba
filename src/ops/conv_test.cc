#include <cmath>

#include "ops/support/testing_images.h"

namespace tundish {
namespace {
using namespace ops::testing;

OpCall conv(const ConvCase& c, Tensor x, Tensor w) {
  return {"Conv",
          {std::move(x), std::move(w)},
          {{"group", c.group},
           {"strides", ints(c.strides)},
           {"dilations", ints(c.dilations)},
           {"pads", ints(c.pads)}}};
}

// Against the definition, with a bias, for one and two threads.
template <class T> void check(const ConvCase& c, double tolerance) {
  const Tensor x = noise<T>(c.x, 1);
  const Tensor w = noise<T>(c.w, 2);
  const Tensor bias = noise<T>({c.w[0]}, 3);
  std::vector<int64_t> sizes;
  for (size_t i = 0; i < c.strides.size(); ++i) {
    const int64_t extent = (c.w[i + 2] - 1) * c.dilations[i] + 1;
    const int64_t padded = c.x[i + 2] + c.pads[i] + c.pads[c.strides.size() + i];
    sizes.push_back((padded - extent) / c.strides[i] + 1);
  }
  std::vector<double> want;
  for (int64_t n = 0; n < c.x[0]; ++n) {
    for (int64_t m = 0; m < c.w[0]; ++m) {
      std::vector<int64_t> out(sizes.size(), 0);
      do {
        want.push_back(conv_at<T>(c, x, w, n, m, out) +
                       static_cast<double>(bias.values<T>()[static_cast<size_t>(m)]));
      } while (advance(out, sizes));
    }
  }
  OpCall call = conv(c, x, w);
  call.inputs.push_back(bias);
  // Kernels of float32 sum in chains of fused multiply-adds or by Winograd tiles, the generic one
  // rounds each product; float64 has one order of sums everywhere.
  call.kernel_tolerance = std::is_same_v<T, float> ? tolerance : 0;
  const Result<Tensor> one = run_op(call);
  expect_near<T>(one, want, tolerance);
  call.thread_count = 2;
  const Result<Tensor> two = run_op(call);
  ASSERT_TRUE(two.has_value());
  EXPECT_TRUE(same_bits(one.value(), two.value()));
}

TEST(Conv, follows_its_definition_in_one_dimension) {
  check<float>({{2, 3, 20}, {4, 3, 3}, 1, {1}, {1}, {1, 1}}, 1e-5);
  check<float>({{1, 3, 7}, {5, 3, 2}, 1, {1}, {1}, {0, 0}}, 1e-5);
  check<float>({{1, 2, 30}, {9, 2, 5}, 1, {3}, {2}, {4, 0}}, 1e-5);
  check<float>({{1, 2, 30}, {4, 1, 4}, 2, {4}, {6}, {0, 7}}, 1e-5);
  check<float>({{1, 1, 50}, {1, 1, 3}, 1, {1}, {24}, {3, 3}}, 1e-5);
  check<float>({{1, 1, 50}, {1, 1, 3}, 1, {7}, {30}, {40, 40}}, 1e-5);
  check<double>({{1, 3, 11}, {6, 3, 3}, 1, {2}, {1}, {1, 0}}, 1e-13);
}

TEST(Conv, follows_its_definition_in_two_dimensions) {
  check<float>({{1, 8, 9, 9}, {8, 8, 3, 3}, 1, {1, 1}, {1, 1}, {1, 1, 1, 1}}, 1e-5);
  check<float>({{2, 4, 7, 21}, {6, 2, 3, 3}, 2, {2, 2}, {1, 1}, {0, 1, 2, 0}}, 1e-5);
  check<float>({{1, 6, 8, 10}, {6, 1, 3, 3}, 6, {1, 2}, {2, 1}, {2, 1, 2, 1}}, 1e-5);
  check<float>({{1, 5, 12, 12}, {11, 5, 1, 1}, 1, {1, 1}, {1, 1}, {0, 0, 0, 0}}, 1e-5);
  check<float>({{1, 5, 12, 12}, {3, 5, 1, 1}, 1, {2, 2}, {1, 1}, {0, 0, 0, 0}}, 1e-5);
  check<float>({{1, 70, 3, 3}, {4, 70, 3, 3}, 1, {1, 1}, {1, 1}, {1, 1, 1, 1}}, 1e-4);
  check<double>({{1, 2, 6, 6}, {5, 2, 3, 2}, 1, {1, 1}, {1, 2}, {1, 0, 0, 1}}, 1e-13);
}

TEST(Conv, follows_its_definition_for_large_kernels_and_rows) {
  check<float>({{1, 1, 14, 15}, {5, 1, 12, 13}, 1, {1, 1}, {1, 1}, {2, 2, 2, 2}}, 1e-4);
  check<float>({{1, 2, 2, 300}, {70, 2, 2, 3}, 1, {1, 1}, {1, 1}, {0, 1, 0, 1}}, 1e-5);
}

TEST(Conv, follows_its_definition_in_more_dimensions) {
  check<float>({{1, 2, 4, 5, 6}, {4, 2, 2, 3, 2}, 1, {1, 2, 1}, {1, 1, 2}, {1, 0, 1, 0, 1, 1}},
               1e-5);
  check<float>({{1, 1, 3, 3, 3, 4},
                {2, 1, 2, 2, 2, 2},
                1,
                {1, 1, 1, 1},
                {1, 1, 1, 1},
                {0, 1, 0, 1, 0, 0, 1, 1}},
               1e-5);
}

TEST(Conv, computes_halves_in_float) {
  const Tensor x = counting<Float16>({1, 1, 3, 3});
  const Tensor w = counting<Float16>({1, 1, 2, 2});
  expect_values<Float16>(run_op({"Conv", {x, w}}), {1, 1, 2, 2},
                         {Float16(19.0F), Float16(25.0F), Float16(37.0F), Float16(43.0F)});
  const Tensor bx = counting<Bfloat16>({1, 1, 2});
  const Tensor bw = counting<Bfloat16>({1, 1, 2});
  expect_values<Bfloat16>(run_op({"Conv", {bx, bw}}), {1, 1, 1}, {Bfloat16(1.0F)});
}

TEST(Conv, pads_by_itself) {
  const Tensor x = counting<float>({1, 1, 4});
  const Tensor w = tensor<float>({1, 1}, {1, 1, 2});
  const auto padded = [&](const char* how, int64_t stride) {
    return run_op({"Conv", {x, w}, {{"auto_pad", std::string(how)}, {"strides", ints({stride})}}});
  };
  expect_values<float>(padded("SAME_UPPER", 1), {1, 1, 4}, {1, 3, 5, 3});
  expect_values<float>(padded("SAME_LOWER", 1), {1, 1, 4}, {0, 1, 3, 5});
  expect_values<float>(padded("VALID", 1), {1, 1, 3}, {1, 3, 5});
  expect_values<float>(padded("SAME_UPPER", 3), {1, 1, 2}, {1, 3});
  expect_values<float>(padded("NOTSET", 2), {1, 1, 2}, {1, 5});
}

TEST(Conv, takes_nothing) {
  const Tensor none = Tensor::allocate(DType::kFloat32, {0, 1, 4}).value();
  const Tensor w = tensor<float>({1, 1}, {1, 1, 2});
  expect_values<float>(run_op({"Conv", {none, w}}), {0, 1, 3}, {});
  const Tensor empty_row = Tensor::allocate(DType::kFloat32, {1, 1, 0}).value();
  expect_values<float>(run_op({"Conv", {empty_row, w}, {{"pads", ints({1, 1})}}}), {1, 1, 1}, {0});
  const Tensor no_channels = Tensor::allocate(DType::kFloat32, {1, 0, 3}).value();
  const Tensor no_weights = Tensor::allocate(DType::kFloat32, {2, 0, 2}).value();
  expect_values<float>(run_op({"Conv", {no_channels, no_weights, vector<float>({1, 2})}}),
                       {1, 2, 2}, {1, 1, 2, 2});
}

TEST(Conv, infers_shapes) {
  const OpCall call{"Conv",
                    {counting<float>({1, 2, 5, 5}), counting<float>({3, 2, 3, 3})},
                    {{"pads", ints({1, 1, 1, 0})}}};
  const Dim n = symbol("N");
  EXPECT_EQ(inferred(call, {dims({n, 2, symbol("H"), 8})}), "float32[N, 3, H, 7]");
  EXPECT_EQ(inferred(call, {dims({n, 2, 9, symbol("W")})}), "float32[N, 3, 9, ?]");
  EXPECT_EQ(inferred(call, {SymbolicShape()}), "float32[?, 3, ?, ?]");
  EXPECT_EQ(inferred(call, {dims({n, 2, 9, 9}), SymbolicShape()}), "float32[N, ?, ?, ?]");
  OpCall sized = call;
  sized.attributes.emplace_back("kernel_shape", ints({3, 3}));
  EXPECT_EQ(inferred(sized, {dims({n, 2, 9, 9}), SymbolicShape()}), "float32[N, ?, 9, 8]");
}

TEST(Conv, rejects_shapes) {
  const Tensor x = counting<float>({1, 4, 5});
  const Tensor w = counting<float>({2, 4, 2});
  const auto with = [&](const char* name, Attribute value) {
    return OpCall{"Conv", {x, w}, {{name, std::move(value)}}};
  };
  expect_refused(with("group", int64_t{0}), "attribute \"group\": 0 is less than 1");
  expect_refused(with("group", int64_t{2}), "input 0 has 4 channels, the weights take 4 in each");
  expect_refused(with("group", int64_t{3}), "2 output channels do not divide into 3 groups");
  expect_refused(with("group", INT64_MAX), "do not divide");
  expect_refused(with("strides", ints({0})), "attribute \"strides\": 0 outside [1, 2^31)");
  expect_refused(with("dilations", ints({1, 1})), "expected 1 values, got 2");
  expect_refused(with("pads", ints({-1, 0})), "attribute \"pads\": -1 outside [0, 2^31)");
  expect_refused(with("pads", ints({int64_t{1} << 40, 0})), "outside [0, 2^31)");
  expect_refused(with("auto_pad", std::string("SAME")), "\"SAME\" is none of");
  expect_refused(with("kernel_shape", ints({3})), "\"kernel_shape\" has 3 on axis 0");
  expect_refused(with("dilations", ints({5})), "a window of 6 elements does not fit");
  expect_refused({"Conv", {x, counting<float>({2, 4, 2, 1})}}, "the weights have 4");
  expect_refused({"Conv", {counting<float>({1, 4}), counting<float>({2, 4})}}, "got 2");
  expect_refused({"Conv", {x, w, counting<float>({3})}}, "the bias has shape [3], expected [2]");
  expect_refused({"Conv", {x, counting<double>({2, 4, 2})}}, "differ in element type");
  expect_fails_to_run({"Conv", {x, counting<float>({2, 3, 2})}}, "the weights take 3");
  expect_fails_to_run({"Conv", {x, counting<float>({2, 4, 9})}}, "does not fit");
  expect_fails_to_run({"Conv", {x, w, counting<float>({3})}}, "the bias has 3 values for 2");
}

// ---- FusedConv

OpCall fused(std::vector<Tensor> inputs, const char* activation, std::vector<float> parameters) {
  return {.op = "FusedConv",
          .inputs = std::move(inputs),
          .attributes = {{"activation", std::string(activation)},
                         {"activation_params", std::move(parameters)}},
          .domain = "com.microsoft",
          .kernel_tolerance = 3e-4};
}

TEST(FusedConv, adds_and_applies_a_function) {
  const Tensor x = tensor<float>({1, -2, 3}, {1, 1, 3});
  const Tensor w = tensor<float>({2}, {1, 1, 1});
  const Tensor b = vector<float>({1});
  const Tensor z = tensor<float>({-4, 1, 0}, {1, 1, 3});
  const Shape out{1, 1, 3};
  expect_values<float>(run_op(fused({x, w, b, z}, "Relu", {})), out, {0, 0, 7});
  expect_values<float>(run_op(fused({x, w, b}, "Relu", {})), out, {3, 0, 7});
  expect_values<float>(run_op(fused({x, w, b, z}, "", {})), out, {-1, -2, 7});
  expect_values<float>(run_op(fused({x, w, Tensor(), z}, "", {})), out, {-2, -3, 6});
  expect_values<float>(run_op(fused({x, w, b, z}, "LeakyRelu", {0.5F})), out, {-0.5F, -1, 7});
  expect_values<float>(run_op(fused({x, w, b, z}, "Clip", {-1.5F, 2})), out, {-1, -1.5F, 2});
  expect_values<float>(run_op(fused({x, w, b, z}, "HardSigmoid", {0.25F, 0.5F})), out,
                       {0.25F, 0, 1});
  const std::vector<double> tanh{std::tanh(-1.0), std::tanh(-2.0), std::tanh(7.0)};
  expect_near<float>(run_op(fused({x, w, b, z}, "Tanh", {})), tanh, 1e-6);
}

TEST(FusedConv, takes_float64_and_halves) {
  const Tensor x = tensor<double>({1, -2, 3}, {1, 1, 3});
  const Tensor w = tensor<double>({2}, {1, 1, 1});
  const Tensor z = tensor<double>({-4, 1, 0}, {1, 1, 3});
  const Tensor b = vector<double>({1});
  expect_values<double>(run_op(fused({x, w, b, z}, "Relu", {})), {1, 1, 3}, {0, 0, 7});
  expect_near<double>(run_op(fused({x, w, b}, "Sigmoid", {})),
                      {1 / (1 + std::exp(-3.0)), 1 / (1 + std::exp(3.0)), 1 / (1 + std::exp(-7.0))},
                      1e-15);
  const Tensor hx = counting<Float16>({1, 1, 2});
  expect_values<Float16>(run_op(fused({hx, hx}, "Relu", {})), {1, 1, 1}, {Float16(1.0F)});
}

TEST(FusedConv, transformed_weights_finish_alike) {
  const Tensor x = noise<float>({1, 24, 18, 20}, 1);
  const Tensor w = noise<float>({20, 24, 3, 3}, 2);
  const Tensor b = noise<float>({20}, 3);
  const Tensor z = noise<float>({1, 20, 18, 20}, 4);
  for (const char* activation : {"Relu", "Sigmoid", ""}) {
    OpCall call = fused({x, w, b, z}, activation, {});
    call.attributes.emplace_back("pads", ints({1, 1, 1, 1}));
    const Tensor products = must(run_op(call));
    call.answers = AnswersOf::kPreparedRun;
    const Tensor tiles = must(run_op(call));
    EXPECT_FALSE(same_bits(products, tiles));
    call.thread_count = 2;
    EXPECT_TRUE(same_bits(tiles, must(run_op(call))));
  }
}

TEST(FusedConv, rejects_functions_and_addends) {
  const Tensor x = counting<float>({1, 1, 3});
  const Tensor w = counting<float>({1, 1, 1});
  expect_refused(fused({x, w}, "Softplus", {}), "\"Softplus\" is not supported");
  expect_refused(fused({x, w}, "Clip", {1}), "Clip takes 2 values, got 1");
  expect_refused(fused({x, w, Tensor(), counting<float>({1, 1, 2})}, "", {}),
                 "the addend has shape [1, 1, 2], expected [1, 1, 3]");
  expect_fails_to_run(fused({x, w, Tensor(), counting<float>({1, 1, 2})}, "", {}),
                      "the addend has shape");
  EXPECT_EQ(traits_of("FusedConv", "com.microsoft"), "p");
}

TEST(Conv, claims_to_be_pure) { EXPECT_EQ(traits_of("Conv"), "p"); }

}  // namespace
}  // namespace tundish
