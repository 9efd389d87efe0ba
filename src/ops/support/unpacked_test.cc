#include "ops/support/unpacked.h"

#include "ops/support/testing.h"

namespace tundish::ops {
namespace {

TEST(Unpacked, packed_elements_become_bytes_and_back) {
  const Node node;
  testing::TestContext context(node, {}, nullptr, kernels::table_for(kernels::Isa::kGeneric), 1);
  const uint8_t packed[] = {0x21, 0x03};
  const TensorView view{DType::kInt4, Shape{3}, packed};
  const Result<TensorView> bytes = whole_bytes(context, view);
  ASSERT_TRUE(bytes.has_value());
  EXPECT_EQ(bytes.value().dtype, DType::kUint8);
  const auto codes = bytes.value().values<uint8_t>();
  EXPECT_EQ(std::vector<uint8_t>(codes.begin(), codes.end()), (std::vector<uint8_t>{1, 2, 3}));

  const Result<WholeByteOutput> out = WholeByteOutput::make(context, 0, DType::kInt4, Shape{3});
  ASSERT_TRUE(out.has_value());
  const auto written = out.value().view().values<uint8_t>();
  for (size_t i = 0; i < 3; ++i) written[i] = codes[2 - i];
  out.value().finish();
  const auto* result = static_cast<const uint8_t*>(context.results[0].data());
  EXPECT_EQ(context.results[0].dtype(), DType::kInt4);
  EXPECT_EQ(result[0], 0x23);
  EXPECT_EQ(result[1], 0x01);
}

TEST(Unpacked, other_types_stay_where_they_are) {
  const Node node;
  testing::TestContext context(node, {}, nullptr, kernels::table_for(kernels::Isa::kGeneric), 1);
  const float values[] = {1, 2};
  EXPECT_EQ(whole_bytes(context, {DType::kFloat32, Shape{2}, values}).value().data, values);
  const auto out = WholeByteOutput::make(context, 0, DType::kFloat32, Shape{2});
  out.value().finish();
  EXPECT_EQ(out.value().view().data, context.results[0].data());
}

}  // namespace
}  // namespace tundish::ops
