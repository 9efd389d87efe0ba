#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

OpCall reshape(Tensor x, std::initializer_list<int64_t> shape, int64_t allow_zero = 0) {
  return {"Reshape", {std::move(x), vector<int64_t>(shape)}, {{"allowzero", allow_zero}}};
}
OpCall on_axes(const char* op, Tensor x, std::initializer_list<int64_t> axes) {
  return {op, {std::move(x), vector<int64_t>(axes)}};
}
const Tensor& six() {
  static const Tensor kSix = tensor<double>({1, 2, 3, 4, 5, 6}, {2, 3});
  return kSix;
}

TEST(Reshape, keeps_the_order) {
  expect_values<double>(run_op(reshape(six(), {3, 2})), {3, 2}, {1, 2, 3, 4, 5, 6});
  expect_values<double>(run_op(reshape(six(), {6})), {6}, {1, 2, 3, 4, 5, 6});
  expect_values<double>(run_op(reshape(vector<double>({7}), {})), {}, {7});
  expect_strings(run_op(reshape(strings({"a", "b"}), {2, 1})), {"a", "b"});
}

TEST(Reshape, copies_zeros_and_fills_minus_one) {
  expect_values<double>(run_op(reshape(six(), {-1})), {6}, {1, 2, 3, 4, 5, 6});
  expect_values<double>(run_op(reshape(six(), {0, -1})), {2, 3}, {1, 2, 3, 4, 5, 6});
  expect_values<double>(run_op(reshape(six(), {3, -1, 1})), {3, 2, 1}, {1, 2, 3, 4, 5, 6});
  expect_values<double>(run_op(reshape(six(), {1, 0, 2})), {1, 3, 2}, {1, 2, 3, 4, 5, 6});
  expect_values<double>(run_op(reshape(Tensor::scalar(1.0), {-1})), {1}, {1});
}

TEST(Reshape, keeps_elements_of_every_type) {
  for (int number = 1; number <= static_cast<int>(DType::kInt2); ++number) {
    const auto dtype = static_cast<DType>(number);
    if (dtype == DType::kString) continue;
    Tensor x = Tensor::allocate(dtype, Shape{3, 1, 3}).value();
    std::memset(x.mutable_data(), 0x5b, x.byte_count());
    const Tensor axis = vector<int64_t>({1});
    EXPECT_TRUE(same_bits(run_op(reshape(x, {9, 1})).value(), x.reshaped({9, 1})));
    EXPECT_TRUE(same_bits(run_op({"Squeeze", {x, axis}}).value(), x.reshaped({3, 3})));
    EXPECT_TRUE(same_bits(run_op({"Unsqueeze", {x, axis}}).value(), x.reshaped({3, 1, 1, 3})));
    expect_values<int64_t>(run_op({"Shape", {x}}), {3}, {3, 1, 3});
  }
}

TEST(Reshape, of_nothing) {
  const Tensor x = tensor<double>({}, {0, 3});
  expect_values<double>(run_op(reshape(x, {0, 1, 3})), {0, 1, 3}, {});
  expect_values<double>(run_op(reshape(x, {-1, 3})), {0, 3}, {});
  expect_values<double>(run_op(reshape(x, {3, 0}, 1)), {3, 0}, {});
  expect_refused(reshape(x, {3, 0}), "[0, 3] does not fit shape [3, 3]");
  expect_refused(reshape(x, {0, -1}), "whose other sizes make 0");
  expect_refused(reshape(x, {0, -1}, 1), "whose other sizes make 0");
}

TEST(Reshape, infers_shapes) {
  const auto of = [](std::initializer_list<int64_t> shape, const SymbolicShape& from) {
    return inferred(reshape(six(), shape), {from});
  };
  EXPECT_EQ(of({-1, 3}, dims({symbol("N"), 3})), "float64[N, 3]");
  EXPECT_EQ(of({-1}, dims({symbol("N"), 1})), "float64[N]");
  EXPECT_EQ(of({0, -1, 1}, dims({symbol("N"), 3})), "float64[N, 3, 1]");
  EXPECT_EQ(of({0, -1}, dims({symbol("N"), 1})), "float64[N, 1]");
  EXPECT_EQ(of({-1}, dims({symbol("N"), 3})), "float64[?]");
  EXPECT_EQ(of({-1, 2}, dims({symbol("N"), 3})), "float64[?, 2]");
  EXPECT_EQ(of({3, -1}, dims({2, 6})), "float64[3, 4]");
  EXPECT_EQ(of({0, 5}, SymbolicShape()), "float64[?, 5]");
  const OpCall call = reshape(six(), {6});
  EXPECT_EQ(inferred(call, {dims({2, 3}), dims({4})}), "float64[?, ?, ?, ?]");
  EXPECT_EQ(inferred(call, {dims({2, 3}), dims({symbol("K")})}), "float64[?...]");
}

TEST(Reshape, rejects_shapes_that_do_not_fit) {
  expect_refused(reshape(six(), {4}), "shape [2, 3] does not fit shape [4]");
  expect_fails_to_run(reshape(six(), {4}), "shape [2, 3] does not fit shape [4]");
  expect_refused(reshape(six(), {4, -1}), "6 elements do not fill");
  expect_fails_to_run(reshape(six(), {4, -1}), "6 elements do not fill");
  expect_refused(reshape(six(), {-1, -1}), "two sizes of -1");
  expect_fails_to_run(reshape(six(), {-1, -1}), "two sizes of -1");
  expect_refused(reshape(six(), {-2}), "the shape has size -2");
  expect_fails_to_run(reshape(six(), {-2}), "the shape has size -2");
  expect_refused(reshape(six(), {2, 3, 0}), "size 0 copies axis 2");
  expect_fails_to_run(reshape(six(), {2, 3, 0}), "size 0 copies axis 2");
  expect_fails_to_run(reshape(six(), {INT64_MAX, INT64_MAX}), "overflow");
}

TEST(Reshape, rejects_what_is_no_shape) {
  const auto of = [](std::initializer_list<int64_t> shape, const SymbolicShape& from) {
    return inferred(reshape(six(), shape), {from});
  };
  EXPECT_NE(of({-2}, SymbolicShape()).find("size -2"), std::string::npos);
  EXPECT_NE(of({-1, -1}, SymbolicShape()).find("two sizes"), std::string::npos);
  EXPECT_NE(of({1, 0}, dims({symbol("N")})).find("copies axis 1"), std::string::npos);
  const OpCall deep = reshape(Tensor::scalar(1.0), {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1});
  expect_refused(deep, "a shape of 13 axes, at most 12");
  expect_fails_to_run(deep, "13 entries, at most 12");
  const std::string endless =
      inferred(reshape(six(), {6}), {SymbolicShape(), dims({int64_t{1} << 40})});
  EXPECT_NE(endless.find("a shape of 1099511627776 axes"), std::string::npos) << endless;
  expect_refused({"Reshape", {six(), vector<int32_t>({6})}}, "input 1: element type int32");
  expect_refused({"Reshape", {six()}}, "expected 2 inputs, got 1");
}

TEST(Squeeze, removes_axes_of_size_1) {
  const Tensor x = tensor<double>({1, 2, 3}, {1, 3, 1});
  expect_values<double>(run_op(on_axes("Squeeze", x, {0})), {3, 1}, {1, 2, 3});
  expect_values<double>(run_op(on_axes("Squeeze", x, {-1, 0})), {3}, {1, 2, 3});
  expect_values<double>(run_op({"Squeeze", {x}}), {3}, {1, 2, 3});
  expect_values<double>(run_op(on_axes("Squeeze", x, {})), {1, 3, 1}, {1, 2, 3});
  expect_values<double>(run_op({"Squeeze", {tensor<double>({}, {0, 1})}}), {0}, {});
  const OpCall call = on_axes("Squeeze", x, {1});
  EXPECT_EQ(inferred(call, {dims({symbol("N"), 1})}), "float64[N]");
  EXPECT_EQ(inferred(call, {dims({symbol("N"), symbol("F")})}), "float64[N]");
  EXPECT_EQ(inferred({"Squeeze", {x}}, {dims({symbol("N"), 1})}), "float64[?...]");
  EXPECT_EQ(inferred(call, {dims({symbol("N"), 1}), dims({1})}), "float64[?...]");
}

TEST(Squeeze, rejects_axes) {
  const Tensor x = tensor<double>({1, 2, 3}, {1, 3});
  expect_refused(on_axes("Squeeze", x, {1}), "axis 1 to be removed has size 3");
  expect_fails_to_run(on_axes("Squeeze", x, {-1}), "axis 1 to be removed has size 3");
  expect_refused(on_axes("Squeeze", x, {2}), "axis 2 outside [-2, 2)");
  expect_fails_to_run(on_axes("Squeeze", x, {-3}), "axis -3 outside [-2, 2)");
  expect_refused(on_axes("Squeeze", x, {0, -2}), "axis -2 is named twice");
  expect_refused({"Squeeze", {x, vector<double>({0})}}, "input 1: element type float64");
}

TEST(Unsqueeze, adds_axes_counted_in_the_result) {
  const Tensor x = vector<double>({1, 2});
  expect_values<double>(run_op(on_axes("Unsqueeze", x, {0})), {1, 2}, {1, 2});
  expect_values<double>(run_op(on_axes("Unsqueeze", x, {-1})), {2, 1}, {1, 2});
  expect_values<double>(run_op(on_axes("Unsqueeze", x, {2, 0})), {1, 2, 1}, {1, 2});
  expect_values<double>(run_op(on_axes("Unsqueeze", x, {-1, 0})), {1, 2, 1}, {1, 2});
  expect_values<double>(run_op(on_axes("Unsqueeze", Tensor::scalar(1.0), {0, 1})), {1, 1}, {1});
  const OpCall call = on_axes("Unsqueeze", x, {1});
  EXPECT_EQ(inferred(call, {dims({symbol("N")})}), "float64[N, 1]");
  EXPECT_EQ(inferred(call, {dims({symbol("N")}), dims({1})}), "float64[?...]");
}

TEST(Unsqueeze, rejects_axes) {
  const Tensor x = vector<double>({1, 2});
  expect_refused(on_axes("Unsqueeze", x, {2}), "axis 2 outside [-2, 2)");
  expect_fails_to_run(on_axes("Unsqueeze", x, {-3}), "axis -3 outside [-2, 2)");
  expect_refused(on_axes("Unsqueeze", x, {0, -3}), "axis -3 is named twice");
  expect_refused(on_axes("Unsqueeze", x, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}),
                 "the result has 13 axes, at most 12");
  expect_fails_to_run(on_axes("Unsqueeze", x, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}),
                      "the result has 13 axes, at most 12");
  expect_refused({"Unsqueeze", {x, vector<int32_t>({0})}}, "input 1: element type int32");
}

TEST(Shape, gives_sizes) {
  const Tensor x = tensor<double>({}, {2, 0, 3});
  const auto of = [&](int64_t start, int64_t end) {
    return run_op({"Shape", {x}, {{"start", start}, {"end", end}}});
  };
  expect_values<int64_t>(run_op({"Shape", {x}}), {3}, {2, 0, 3});
  expect_values<int64_t>(run_op({"Shape", {Tensor::scalar(1.0)}}), {0}, {});
  expect_values<int64_t>(of(1, 3), {2}, {0, 3});
  expect_values<int64_t>(of(-1, 99), {1}, {3});
  expect_values<int64_t>(of(-99, -1), {2}, {2, 0});
  expect_values<int64_t>(of(2, 1), {0}, {});
  expect_values<int64_t>(of(INT64_MIN, INT64_MIN), {0}, {});
  expect_values<int64_t>(run_op({"Shape", {strings({"a"})}}), {1}, {1});
  EXPECT_EQ(inferred({"Shape", {x}}, {dims({symbol("N"), 3})}), "int64[2]");
  EXPECT_EQ(inferred({"Shape", {x}}, {SymbolicShape()}), "int64[?]");
}

TEST(Reshape, may_work_in_place) {
  EXPECT_EQ(traits_of("Reshape"), "pi");
  EXPECT_EQ(traits_of("Squeeze"), "pi");
  EXPECT_EQ(traits_of("Unsqueeze"), "pi");
  EXPECT_EQ(traits_of("Shape"), "p");
}

}  // namespace
}  // namespace tundish
