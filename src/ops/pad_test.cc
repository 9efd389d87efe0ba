#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

OpCall pad(std::string mode, Tensor x, std::initializer_list<int64_t> pads) {
  return {"Pad", {std::move(x), vector<int64_t>(pads)}, {{"mode", std::move(mode)}}};
}
// One axis of 1, 2, 3.
Result<Tensor> three(std::string mode, int64_t before, int64_t after) {
  return run_op(pad(std::move(mode), vector<int32_t>({1, 2, 3}), {before, after}));
}

TEST(Pad, puts_a_constant_around) {
  const Tensor x = tensor<float>({1, 2, 3, 4}, {2, 2});
  OpCall call{"Pad", {x, vector<int64_t>({1, 0, 0, 1}), Tensor::scalar(9.0F)}};
  expect_values<float>(run_op(call), {3, 3}, {9, 9, 9, 1, 2, 9, 3, 4, 9});
  call.inputs.resize(2);
  expect_values<float>(run_op(call), {3, 3}, {0, 0, 0, 1, 2, 0, 3, 4, 0});
  call.inputs = {x, vector<int64_t>({1, 1}), vector<float>({7}), vector<int32_t>({-2})};
  expect_values<float>(run_op(call), {4, 2}, {7, 7, 1, 2, 3, 4, 7, 7});
  expect_strings(run_op(pad("constant", strings({"a"}), {1, 1})), {"", "a", ""});
  expect_values<float>(run_op(pad("constant", tensor<float>({}, {0, 2}), {1, 0, 0, 0})), {1, 2},
                       {0, 0});
  expect_values<float>(run_op(pad("constant", Tensor::scalar(3.0F), {})), {}, {3});
  expect_values<float>(run_op(pad("constant", x, {0, 0, 0, 0})), {2, 2}, {1, 2, 3, 4});
}

TEST(Pad, repeats_what_is_there_as_numpy_does) {
  expect_values<int32_t>(three("edge", 2, 1), {6}, {1, 1, 1, 2, 3, 3});
  expect_values<int32_t>(three("reflect", 2, 1), {6}, {3, 2, 1, 2, 3, 2});
  expect_values<int32_t>(three("reflect", 5, 3), {11}, {2, 1, 2, 3, 2, 1, 2, 3, 2, 1, 2});
  expect_values<int32_t>(three("wrap", 2, 1), {6}, {2, 3, 1, 2, 3, 1});
  expect_values<int32_t>(three("wrap", 4, 0), {7}, {3, 1, 2, 3, 1, 2, 3});
  const Tensor one = vector<int32_t>({5});
  for (const char* mode : {"edge", "reflect", "wrap"}) {
    expect_values<int32_t>(run_op(pad(mode, one, {2, 1})), {4}, {5, 5, 5, 5});
  }
  const Tensor x = tensor<int32_t>({1, 2, 3, 4, 5, 6}, {2, 3});
  expect_values<int32_t>(run_op(pad("reflect", x, {1, 1, 0, 0})), {3, 4},
                         {5, 4, 5, 6, 2, 1, 2, 3, 5, 4, 5, 6});
  expect_values<int32_t>(run_op(pad("edge", x, {0, 0, 1, 0})), {3, 3}, {1, 2, 3, 4, 5, 6, 4, 5, 6});
}

TEST(Pad, takes_away_where_pads_are_negative) {
  expect_values<int32_t>(three("constant", -1, 0), {2}, {2, 3});
  expect_values<int32_t>(three("constant", -1, -2), {0}, {});
  expect_values<int32_t>(three("constant", -1, 1), {3}, {2, 3, 0});
  expect_values<int32_t>(three("reflect", -1, 2), {4}, {2, 3, 2, 3});
  expect_values<int32_t>(three("edge", 2, -2), {3}, {1, 1, 1});
  expect_values<int32_t>(three("constant", -5, 4), {2}, {0, 0});
  expect_values<int32_t>(three("constant", 4, -5), {2}, {0, 0});
}

TEST(Pad, moves_types_under_one_byte) {
  Tensor x = Tensor::allocate(DType::kInt4, Shape{3}).value();
  auto* bytes = static_cast<uint8_t*>(x.mutable_data());
  bytes[0] = 0x21;
  bytes[1] = 0x03;
  Tensor value = Tensor::allocate(DType::kInt4, Shape{}).value();
  *static_cast<uint8_t*>(value.mutable_data()) = 0x0f;
  const Result<Tensor> got = run_op({"Pad", {x, vector<int64_t>({1, 1}), value}});
  ASSERT_TRUE(got.has_value()) << got.error().to_string();
  const auto* out = static_cast<const uint8_t*>(got.value().data());
  EXPECT_EQ(out[0], 0x1f);
  EXPECT_EQ(out[1], 0x32);
  EXPECT_EQ(out[2], 0x0f);
}

TEST(Pad, threads_change_nothing) {
  Tensor x = Tensor::allocate(DType::kInt32, Shape{40, 50, 60}).value();
  int32_t next = 0;
  for (int32_t& value : x.mutable_values<int32_t>()) value = next++;
  OpCall call = pad("reflect", x, {1, 2, 3, 3, 2, 1});
  const Tensor want = run_op(call).value();
  call.thread_count = 3;
  EXPECT_TRUE(same_bits(run_op(call).value(), want));
}

TEST(Pad, infers_shapes) {
  const OpCall call = pad("edge", tensor<float>({1}, {1, 1}), {0, 1, 0, 2});
  EXPECT_EQ(inferred(call, {dims({symbol("N"), 4})}), "float32[N, 7]");
  EXPECT_EQ(inferred(call, {dims({symbol("N"), symbol("K")})}), "float32[N, ?]");
  EXPECT_EQ(inferred(call, {dims({symbol("N"), 4}), dims({4})}), "float32[?, ?]");
}

TEST(Pad, refusals) {
  const Tensor x = vector<float>({1, 2, 3});
  expect_refused(pad("mirror", x, {0, 0}), "\"mirror\" is not known");
  expect_refused(pad("edge", x, {0}), "1 pads for 1 axes, expected 2");
  expect_refused(pad("edge", x, {-2, -2}), "with pads -2 and -2 would have size -1");
  expect_fails_to_run(pad("edge", x, {-2, -2}), "would have size -1");
  expect_refused(pad("edge", x, {INT64_MAX, INT64_MAX}), "the size of axis 0 overflows");
  expect_error(run_op(pad("edge", x, {int64_t{1} << 40, 0})), ErrorCode::kLimit,
               "does not fit into memory");
  expect_fails_to_run(pad("wrap", tensor<float>({}, {0}), {1, 0}), "no element to pad with");
  const Tensor one_pair = vector<int64_t>({1, 1});
  const Tensor pads = vector<int64_t>({1, 1, 1, 1});
  expect_refused({"Pad", {x, pads, Tensor(), vector<int64_t>({0, -1})}}, "axis 0 comes twice");
  expect_refused({"Pad", {x, one_pair, Tensor(), vector<int64_t>({1})}}, "axis 1 outside [-1, 1)");
  expect_refused({"Pad", {x, one_pair, Tensor::scalar(1.0)}}, "differ in element type");
  expect_fails_to_run({"Pad", {x, one_pair, vector<float>({1, 2})}}, "expected one element");
}

}  // namespace
}  // namespace tundish
