#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

// A batch of two caches of three rows of two.
OpCall scatter(Tensor update, std::initializer_list<int64_t> places, std::string mode) {
  return {"TensorScatter",
          {tensor<float>({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, {2, 3, 2}), std::move(update),
           vector<int64_t>(places)},
          {{"mode", std::move(mode)}}};
}
Tensor two_rows() { return tensor<float>({-1, -2, -3, -4, -5, -6, -7, -8}, {2, 2, 2}); }

TEST(TensorScatter, writes_rows) {
  expect_values<float>(run_op(scatter(two_rows(), {1, 0}, "linear")), {2, 3, 2},
                       {1, 2, -1, -2, -3, -4, -5, -6, -7, -8, 11, 12});
  OpCall call = scatter(two_rows(), {}, "linear");
  call.inputs.resize(2);
  expect_values<float>(run_op(call), {2, 3, 2}, {-1, -2, -3, -4, 5, 6, -5, -6, -7, -8, 11, 12});
  expect_values<float>(run_op(scatter(tensor<float>({}, {2, 0, 2}), {3, 3}, "linear")), {2, 3, 2},
                       {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
}

TEST(TensorScatter, goes_round) {
  expect_values<float>(run_op(scatter(two_rows(), {2, -2}, "circular")), {2, 3, 2},
                       {-3, -4, 3, 4, -1, -2, 7, 8, -5, -6, -7, -8});
  expect_values<float>(run_op(scatter(two_rows(), {5, 4}, "circular")), {2, 3, 2},
                       {-3, -4, 3, 4, -1, -2, 7, 8, -5, -6, -7, -8});
}

TEST(TensorScatter, moves_types_under_one_byte) {
  const auto packed = [](std::initializer_list<uint8_t> bytes, const Shape& shape) {
    Tensor out = Tensor::allocate(DType::kInt4, shape).value();
    std::copy(bytes.begin(), bytes.end(), static_cast<uint8_t*>(out.mutable_data()));
    return out;
  };
  const OpCall call{
      "TensorScatter",
      {packed({0x21, 0x03}, {1, 3, 1}), packed({0x0f}, {1, 1, 1}), vector<int64_t>({1})}};
  const Result<Tensor> got = run_op(call);
  ASSERT_TRUE(got.has_value()) << got.error().to_string();
  EXPECT_EQ(static_cast<const uint8_t*>(got.value().data())[0], 0xf1);
  EXPECT_EQ(static_cast<const uint8_t*>(got.value().data())[1], 0x03);
}

TEST(TensorScatter, refusals) {
  const std::string fault = "2 rows at 2 of batch entry 0 leave a cache of 3";
  expect_fails_to_run(scatter(two_rows(), {2, 0}, "linear"), fault);
  expect_fails_to_run(scatter(two_rows(), {-1, 0}, "linear"), "2 rows at -1");
  expect_fails_to_run(scatter(two_rows(), {0}, "linear"), "for a batch of 2");
  expect_refused(scatter(two_rows(), {0, 0}, "ring"), "\"ring\" is not known");
  const OpCall wide = scatter(tensor<float>({1, 2, 3, 4}, {2, 1, 2}), {0, 0}, "linear");
  OpCall batch = wide;
  batch.inputs[1] = tensor<float>({1, 2}, {1, 1, 2});
  expect_refused(batch, "does not fit a cache");
  expect_fails_to_run(batch, "does not fit a cache");
  OpCall axis = wide;
  axis.attributes = {{"axis", int64_t{0}}};
  expect_refused(axis, "cannot be 0, the batch");
}

}  // namespace
}  // namespace tundish
