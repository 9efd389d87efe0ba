#include <cmath>

#include "ops/support/packed.h"
#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

Tensor bytes_of(DType dtype, const Shape& shape, std::initializer_list<uint8_t> bytes) {
  Tensor made = Tensor::allocate(dtype, shape).value();
  EXPECT_EQ(made.byte_count(), bytes.size());
  std::copy(bytes.begin(), bytes.end(), static_cast<uint8_t*>(made.mutable_data()));
  return made;
}
void expect_bytes(const Result<Tensor>& got, DType dtype, std::initializer_list<uint8_t> bytes) {
  ASSERT_TRUE(got.has_value()) << got.error().to_string();
  EXPECT_EQ(got.value().dtype(), dtype);
  const auto* data = static_cast<const uint8_t*>(got.value().data());
  EXPECT_EQ(std::vector<uint8_t>(data, data + got.value().byte_count()),
            std::vector<uint8_t>(bytes));
}
OpCall quantize(std::vector<Tensor> inputs,
                std::vector<std::pair<std::string, Attribute>> attributes = {}) {
  return {"QuantizeLinear", std::move(inputs), std::move(attributes)};
}
const Tensor& two() {
  static const Tensor kTwo = Tensor::scalar(2.0F);
  return kTwo;
}

TEST(QuantizeLinear, rounds_ties_to_even_and_saturates) {
  const Tensor x = vector<float>({0, 1, 2, 3, 5, 1000, -254, -1000, NAN, INFINITY});
  expect_values<uint8_t>(run_op(quantize({x, two(), Tensor::scalar(uint8_t{128})})), {10},
                         {128, 128, 129, 130, 130, 255, 1, 0, 0, 255});
  expect_values<uint8_t>(run_op(quantize({x, two()})), {10}, {0, 0, 1, 2, 2, 255, 0, 0, 0, 255});
  expect_values<int8_t>(run_op(quantize({x, two(), Tensor::scalar(int8_t{-3})})), {10},
                        {-3, -3, -2, -1, -1, 127, -128, -128, -128, 127});
}

TEST(QuantizeLinear, to_every_integer_type) {
  const Tensor x = vector<float>({-100000, -2, 2, 100000});
  const auto to = [&](DType dtype) {
    return run_op(quantize({x, Tensor::scalar(1.0F)}, {{"output_dtype", int64_t(dtype)}}));
  };
  expect_values<uint16_t>(to(DType::kUint16), {4}, {0, 0, 2, 65535});
  expect_values<int16_t>(to(DType::kInt16), {4}, {-32768, -2, 2, 32767});
  expect_bytes(to(DType::kInt4), DType::kInt4, {0xe8, 0x72});
  expect_bytes(to(DType::kUint4), DType::kUint4, {0x00, 0xf2});
  expect_bytes(to(DType::kInt2), DType::kInt2, {0x5a});
  expect_bytes(to(DType::kUint2), DType::kUint2, {0xe0});
  const Tensor odd = vector<float>({1, 2, 3});
  expect_bytes(run_op(quantize({odd, two(), bytes_of(DType::kInt4, {}, {0x01})})), DType::kInt4,
               {0x21, 0x03});
}

TEST(QuantizeLinear, to_narrow_floats) {
  const Tensor x = vector<float>({0, 1, 2, 100000, 200, -0.0F});
  const auto zero = [](DType dtype) { return Tensor::allocate(dtype, Shape{1}).value(); };
  expect_bytes(run_op(quantize({x, two(), zero(DType::kFloat8E4M3FN)})), DType::kFloat8E4M3FN,
               {0x00, 0x30, 0x38, 0x7e, 0x6c, 0x80});
  expect_bytes(run_op(quantize({x, two(), zero(DType::kFloat8E4M3FN)}, {{"saturate", int64_t{0}}})),
               DType::kFloat8E4M3FN, {0x00, 0x30, 0x38, 0x7f, 0x6c, 0x80});
  expect_bytes(run_op(quantize({x, two(), zero(DType::kFloat8E5M2)})), DType::kFloat8E5M2,
               {0x00, 0x38, 0x3c, 0x7a, 0x56, 0x80});
  expect_bytes(run_op(quantize({x, two(), zero(DType::kFloat4E2M1)})), DType::kFloat4E2M1,
               {0x10, 0x72, 0x07});
  // A zero point that is none: 2 in float8e4m3fn.
  expect_bytes(
      run_op(quantize({vector<float>({2}), two(), bytes_of(DType::kFloat8E4M3FN, {1}, {0x40})})),
      DType::kFloat8E4M3FN, {0x44});
}

TEST(QuantizeLinear, along_an_axis_and_in_blocks) {
  const Tensor x = tensor<float>({8, 8, 8, 8, 8, 8}, {2, 3});
  const Tensor zero = vector<int8_t>({1, 2, 3});
  expect_values<int8_t>(run_op(quantize({x, vector<float>({1, 2, 4}), zero})), {2, 3},
                        {9, 6, 5, 9, 6, 5});
  expect_values<uint8_t>(run_op(quantize({x, vector<float>({1, 2})}, {{"axis", int64_t{-2}}})),
                         {2, 3}, {8, 8, 8, 4, 4, 4});
  expect_values<uint8_t>(
      run_op(quantize({x, tensor<float>({1, 2, 4, 8}, {2, 2})}, {{"block_size", int64_t{2}}})),
      {2, 3}, {8, 8, 4, 2, 2, 1});
  OpCall contrib = quantize({x, tensor<float>({1, 2, 4, 8}, {2, 2})}, {{"block_size", int64_t{2}}});
  contrib.domain = kDomainMicrosoft;
  expect_values<uint8_t>(run_op(contrib), {2, 3}, {8, 8, 4, 2, 2, 1});
}

TEST(QuantizeLinear, divides_in_the_precision_asked_for) {
  const Tensor x = vector<float>({1.0009766F * 3});  // 3 * (1 + 2^-10)
  const Tensor scale = Tensor::scalar(3.0F / 1024);
  expect_values<uint16_t>(run_op(quantize({x, scale, Tensor::scalar(uint16_t{0})})), {1}, {1025});
  // In bfloat16 x rounds to 3.
  expect_values<uint16_t>(run_op(quantize({x, scale, Tensor::scalar(uint16_t{0})},
                                          {{"precision", int64_t(DType::kBfloat16)}})),
                          {1}, {1024});
  // The type of the scale is the default: 1000 / 0.30005 is 3332.8, and float16 has steps of 2
  // there.
  const Float16 third(0.3F);
  const Tensor half_scale = Tensor::of(std::span<const Float16>(&third, 1), Shape{});
  expect_values<uint16_t>(
      run_op(quantize({vector<float>({1000}), half_scale, Tensor::scalar(uint16_t{0})})), {1},
      {3332});
  OpCall contrib = quantize({vector<float>({1000}), half_scale, Tensor::scalar(uint16_t{0})});
  contrib.domain = kDomainMicrosoft;
  expect_values<uint16_t>(run_op(contrib), {1}, {3333});
  expect_values<int16_t>(
      run_op(quantize({vector<int32_t>({7, -7, 2147483647}), Tensor::scalar(int32_t{2})},
                      {{"output_dtype", int64_t(DType::kInt16)}})),
      {3}, {4, -4, 32767});
}

TEST(QuantizeLinear, takes_scales_that_are_powers_of_two) {
  const Tensor scale = bytes_of(DType::kFloat8E8M0, {1}, {129});  // 4
  expect_values<uint8_t>(run_op(quantize({vector<float>({8, 10, 14}), scale})), {3}, {2, 2, 4});
}

TEST(QuantizeLinear, threads_change_nothing) {
  Tensor x = Tensor::allocate(DType::kFloat32, Shape{100'001}).value();
  for (size_t i = 0; i < 100'001; ++i) x.mutable_values<float>()[i] = std::sin(float(i)) * 9;
  OpCall call = quantize({x, Tensor::scalar(0.9F), bytes_of(DType::kInt4, {}, {0x0f})});
  const Tensor one = run_op(call).value();
  call.thread_count = 3;
  EXPECT_TRUE(same_bits(one, run_op(call).value()));
}

TEST(QuantizeLinear, infers_and_rejects) {
  const Tensor x = tensor<float>({1, 2}, {1, 2});
  EXPECT_EQ(inferred(quantize({x, two()}), {dims({symbol("N"), 2})}), "uint8[N, 2]");
  EXPECT_EQ(inferred(quantize({x, two(), Tensor::scalar(int8_t{0})}), {SymbolicShape()}),
            "int8[?...]");
  expect_refused(quantize({vector<double>({1}), two()}), "float64 is not allowed");
  expect_refused(quantize({x, two(), Tensor::scalar(0.0F)}), "float32 is not allowed");
  expect_refused(quantize({x, two()}, {{"output_dtype", int64_t{1}}}), "\"output_dtype\"");
  expect_refused(quantize({x, two()}, {{"output_dtype", int64_t{-3}}}), "\"output_dtype\"");
  expect_refused(quantize({x, two(), Tensor::scalar(int8_t{0})}, {{"output_dtype", int64_t{2}}}),
                 "the zero point has type int8");
  expect_refused(quantize({x, two()}, {{"precision", int64_t{6}}}), "\"precision\"");
  const OpCall wide = quantize({x, vector<float>({1, 2, 3})});
  expect_refused(wide, "does not fit axis 1");
  expect_fails_to_run(wide, "does not fit axis 1");
  const OpCall uneven = quantize({x, vector<float>({1, 2}), vector<int8_t>({1})});
  expect_refused(uneven, "the zero point has shape [1], the scale [2]");
  expect_fails_to_run(uneven, "the zero point has shape [1], the scale [2]");
  EXPECT_EQ(traits_of("QuantizeLinear"), "p");
}

}  // namespace
}  // namespace tundish
