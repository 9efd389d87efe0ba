#include "ops/support/golden_testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

using Attributes = std::vector<std::pair<std::string, Attribute>>;

OpCall rotary(std::vector<Tensor> inputs, Attributes attributes = {}) {
  return {"RotaryEmbedding", std::move(inputs), std::move(attributes)};
}

// A quarter turn and none: (a, b) becomes (-b, a).
const Tensor kCosine = tensor<float>({0, 1}, {1, 1, 2});
const Tensor kSine = tensor<float>({1, 0}, {1, 1, 2});
const Tensor kX = tensor<float>({1, 2, 3, 4}, {1, 1, 1, 4});

TEST(RotaryEmbedding, turns_halves_or_neighbours) {
  expect_values<float>(run_op(rotary({kX, kCosine, kSine})), {1, 1, 1, 4}, {-3, 2, 1, 4});
  expect_values<float>(run_op(rotary({kX, kCosine, kSine}, {{"interleaved", int64_t{1}}})),
                       {1, 1, 1, 4}, {-2, 1, 3, 4});
  const Tensor one = tensor<float>({0}, {1, 1, 1});
  const Tensor quarter = tensor<float>({1}, {1, 1, 1});
  expect_values<float>(run_op(rotary({kX, one, quarter}, {{"rotary_embedding_dim", int64_t{2}}})),
                       {1, 1, 1, 4}, {-2, 1, 3, 4});
}

TEST(RotaryEmbedding, positions_choose_rows) {
  const Tensor cosine = tensor<float>({1, 0}, {2, 1});
  const Tensor sine = tensor<float>({0, 1}, {2, 1});
  const Tensor x = tensor<float>({1, 2, 3, 4, 5, 6, 7, 8}, {1, 2, 2, 2});
  const Tensor ids = tensor<int64_t>({1, 0}, {1, 2});
  expect_values<float>(run_op(rotary({x, cosine, sine, ids})), {1, 2, 2, 2},
                       {-2, 1, 3, 4, -6, 5, 7, 8});
  expect_values<float>(
      run_op(rotary({x.reshaped({1, 2, 4}), cosine, sine, ids}, {{"num_heads", int64_t{2}}})),
      {1, 2, 4}, {-2, 1, -4, 3, 5, 6, 7, 8});
}

TEST(RotaryEmbedding, halves_and_nothing) {
  const auto half = [](std::initializer_list<float> values, const Shape& shape) {
    return halves<Float16>(values, shape);
  };
  expect_close(
      run_op(rotary({half({1, 2}, {1, 1, 1, 2}), half({0}, {1, 1, 1}), half({1}, {1, 1, 1})})),
      {1, 1, 1, 2}, {-2, 1});
  const Tensor none = tensor<float>({}, {1, 0, 1});
  expect_values<float>(run_op(rotary({tensor<float>({}, {1, 1, 0, 2}), none, none})), {1, 1, 0, 2},
                       {});
}

TEST(RotaryEmbedding, refusals) {
  expect_refused(rotary({kX.reshaped({4}), kCosine, kSine}), "X has 1 axes");
  expect_fails_to_run(rotary({kX.reshaped({4}), kCosine, kSine}), "does not divide");
  expect_refused(rotary({kX.reshaped({1, 1, 4}), kCosine, kSine}), "needs num_heads");
  expect_refused(rotary({kX, kCosine.reshaped({1, 2}), kSine}), "without position_ids");
  expect_refused(rotary({kX, kCosine, kSine}, {{"rotary_embedding_dim", int64_t{-2}}}),
                 "rotary_embedding_dim -2");
  expect_fails_to_run(rotary({kX, kCosine, kSine}, {{"rotary_embedding_dim", int64_t{3}}}),
                      "rotation of 3 of 4");
  expect_fails_to_run(rotary({kX, kCosine, kSine}, {{"rotary_embedding_dim", int64_t{2}}}),
                      "for 1 angles");
  const Tensor table = tensor<float>({1, 1}, {1, 2});
  expect_fails_to_run(rotary({kX, table, table, tensor<int64_t>({1}, {1, 1})}),
                      "position_ids holds 1, the caches have 1 rows");
  expect_refused(rotary({vector<double>({1}), kCosine, kSine}), "float64 is not allowed");
}

TEST(MicrosoftRotaryEmbedding, agrees_with_onnx_runtime) { expect_golden_cases("RotaryEmbedding"); }

TEST(MicrosoftRotaryEmbedding, refuses) {
  const Tensor x = tensor<float>({1, 2}, {1, 1, 2});
  const Tensor angles = tensor<float>({1}, {1, 1});
  OpCall call{"RotaryEmbedding", {x, vector<int64_t>({1}), angles, angles}, {}, "com.microsoft"};
  expect_fails_to_run(call, "position_ids holds 1");
  call.attributes = {{"scale", 2.0F}};
  expect_refused(call, "a scale", ErrorCode::kUnsupported);
  call.attributes = {{"is_packed_batching", int64_t{1}}};
  expect_refused(call, "is_packed_batching", ErrorCode::kUnsupported);
  call.attributes = {{"rotary_embedding_dim", int64_t{2}}};
  expect_refused(call, "num_heads");
}

}  // namespace
}  // namespace tundish
