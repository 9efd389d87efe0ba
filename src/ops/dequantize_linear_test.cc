#include <cmath>

#include "ops/support/narrow_float.h"
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
OpCall dequantize(std::vector<Tensor> inputs,
                  std::vector<std::pair<std::string, Attribute>> attributes = {}) {
  return {"DequantizeLinear", std::move(inputs), std::move(attributes)};
}
const Tensor& two() {
  static const Tensor kTwo = Tensor::scalar(2.0F);
  return kTwo;
}

TEST(DequantizeLinear, of_integers) {
  const Tensor x = vector<uint8_t>({0, 3, 128, 255});
  expect_values<float>(run_op(dequantize({x, two(), Tensor::scalar(uint8_t{128})})), {4},
                       {-256, -250, 0, 254});
  expect_values<float>(run_op(dequantize({x, two()})), {4}, {0, 6, 256, 510});
  expect_values<float>(
      run_op(dequantize({vector<int16_t>({-32768}), two(), Tensor::scalar(int16_t{32767})})), {1},
      {-131070});
  expect_values<float>(run_op(dequantize({vector<int32_t>({-7, 1 << 30}), two()})), {2},
                       {-14, 2147483648.0F});
  expect_values<float>(run_op(dequantize({bytes_of(DType::kInt4, {3}, {0x87, 0x0f}), two(),
                                          bytes_of(DType::kInt4, {}, {0x01})})),
                       {3}, {12, -18, -4});
  expect_values<float>(run_op(dequantize({bytes_of(DType::kUint2, {4}, {0xe4}), two()})), {4},
                       {0, 2, 4, 6});
}

TEST(DequantizeLinear, of_every_narrow_float) {
  for (const DType dtype :
       {DType::kFloat8E4M3FN, DType::kFloat8E4M3FNUZ, DType::kFloat8E5M2, DType::kFloat8E5M2FNUZ}) {
    Tensor x = Tensor::allocate(dtype, Shape{256}).value();
    for (int i = 0; i < 256; ++i) {
      static_cast<uint8_t*>(x.mutable_data())[i] = static_cast<uint8_t>(i);
    }
    const Tensor y = run_op(dequantize({x, two()})).value();
    for (size_t i = 0; i < 256; ++i) {
      const float want = ops::narrow_float_values(dtype)[i] * 2;
      EXPECT_TRUE(y.values<float>()[i] == want || std::isnan(want));
    }
  }
  expect_values<float>(run_op(dequantize({bytes_of(DType::kFloat4E2M1, {3}, {0xf1, 0x02}), two()})),
                       {3}, {1, -12, 2});
}

TEST(DequantizeLinear, along_an_axis_and_in_blocks) {
  const Tensor x = tensor<int8_t>({8, 8, 8, 8, 8, 8}, {2, 3});
  expect_values<float>(run_op(dequantize({x, vector<float>({1, 2, 4}), vector<int8_t>({1, 2, 3})})),
                       {2, 3}, {7, 12, 20, 7, 12, 20});
  expect_values<float>(run_op(dequantize({x, vector<float>({1, 2})}, {{"axis", int64_t{0}}})),
                       {2, 3}, {8, 8, 8, 16, 16, 16});
  OpCall call = dequantize({x, tensor<float>({1, 2, 4, 8}, {2, 2})}, {{"block_size", int64_t{2}}});
  expect_values<float>(run_op(call), {2, 3}, {8, 8, 16, 32, 32, 64});
  call.domain = kDomainMicrosoft;
  expect_values<float>(run_op(call), {2, 3}, {8, 8, 16, 32, 32, 64});
}

TEST(DequantizeLinear, gives_the_type_of_the_scale_or_the_one_asked_for) {
  const Tensor x = vector<int8_t>({3});
  const Bfloat16 tenth(0.1F);
  const Tensor scale = Tensor::of(std::span<const Bfloat16>(&tenth, 1), Shape{});
  const Tensor y = run_op(dequantize({x, scale})).value();
  EXPECT_EQ(y.dtype(), DType::kBfloat16);
  EXPECT_EQ(y.values<Bfloat16>()[0].bits, Bfloat16(3 * static_cast<float>(tenth)).bits);
  expect_values<float>(run_op(dequantize({x, scale}, {{"output_dtype", int64_t{1}}})), {1},
                       {3 * static_cast<float>(tenth)});
  const Tensor half =
      run_op(dequantize({x, two()}, {{"output_dtype", int64_t(DType::kFloat16)}})).value();
  EXPECT_EQ(half.values<Float16>()[0].bits, Float16(6.0F).bits);
  const Tensor power = bytes_of(DType::kFloat8E8M0, {}, {129});  // 4
  expect_values<float>(run_op(dequantize({x, power}, {{"output_dtype", int64_t{1}}})), {1}, {12});
}

TEST(DequantizeLinear, threads_change_nothing) {
  Tensor x = Tensor::allocate(DType::kInt4, Shape{300'001}).value();
  for (size_t i = 0; i < x.byte_count(); ++i) {
    static_cast<uint8_t*>(x.mutable_data())[i] = static_cast<uint8_t>(i * 37);
  }
  OpCall call = dequantize({x, Tensor::scalar(0.3F)});
  const Tensor one = run_op(call).value();
  call.thread_count = 3;
  EXPECT_TRUE(same_bits(one, run_op(call).value()));
}

TEST(DequantizeLinear, infers_and_rejects) {
  const Tensor x = tensor<int8_t>({1, 2}, {1, 2});
  EXPECT_EQ(inferred(dequantize({x, two()}), {dims({symbol("N"), 2})}), "float32[N, 2]");
  expect_refused(dequantize({vector<float>({1}), two()}), "float32 is not allowed");
  expect_refused(dequantize({x, vector<double>({1})}), "float64 is not allowed");
  expect_refused(dequantize({x, two(), Tensor::scalar(uint8_t{0})}), "differ in element type");
  expect_refused(dequantize({x, bytes_of(DType::kFloat8E8M0, {}, {127})}), "\"output_dtype\"");
  expect_refused(dequantize({x, two()}, {{"output_dtype", int64_t{6}}}), "\"output_dtype\"");
  const OpCall wide = dequantize({x, vector<float>({1, 2, 3})});
  expect_refused(wide, "does not fit axis 1");
  expect_fails_to_run(wide, "does not fit axis 1");
  EXPECT_EQ(traits_of("DequantizeLinear"), "p");
}

}  // namespace
}  // namespace tundish
