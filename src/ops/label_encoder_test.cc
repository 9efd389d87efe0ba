#include <cmath>
#include <limits>

#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

using Floats = std::vector<float>;
using Ints = std::vector<int64_t>;
using Strings = std::vector<std::string>;

OpCall encode(Tensor x, std::vector<std::pair<std::string, Attribute>> attributes) {
  return {"LabelEncoder", {std::move(x)}, std::move(attributes), std::string(kDomainMl)};
}

TEST(LabelEncoder, looks_keys_up) {
  expect_strings(
      run_op(encode(vector<int64_t>({3, 1, 2}),
                    {{"keys_int64s", Ints{1, 2, 3}}, {"values_strings", Strings{"a", "b", "c"}}})),
      {"c", "a", "b"});
  expect_values<int64_t>(run_op(encode(strings({"b", "a"}), {{"keys_strings", Strings{"a", "b"}},
                                                             {"values_int64s", Ints{10, 20}}})),
                         {2}, {20, 10});
  expect_values<float>(
      run_op(encode(tensor<int64_t>({-5, 7}, {2, 1}),
                    {{"keys_int64s", Ints{7, -5}}, {"values_floats", Floats{.5F, 1}}})),
      {2, 1}, {1, .5F});
  expect_values<int64_t>(run_op(encode(tensor<float>({}, {0, 2}),
                                       {{"keys_floats", Floats{1}}, {"values_int64s", Ints{1}}})),
                         {0, 2}, {});
}

TEST(LabelEncoder, answers_unknown_keys_with_the_default) {
  const Tensor x = vector<int64_t>({1, 9});
  const std::pair<std::string, Attribute> keys{"keys_int64s", Ints{1}};
  expect_strings(run_op(encode(x, {keys, {"values_strings", Strings{"a"}}})), {"a", "_Unused"});
  expect_values<int64_t>(run_op(encode(x, {keys, {"values_int64s", Ints{5}}})), {2}, {5, -1});
  expect_values<float>(run_op(encode(x, {keys, {"values_floats", Floats{5}}})), {2}, {5, -0.0F});
  expect_strings(
      run_op(encode(
          x, {keys, {"values_strings", Strings{"a"}}, {"default_string", std::string("?")}})),
      {"a", "?"});
  expect_values<int64_t>(
      run_op(encode(x, {keys, {"values_int64s", Ints{5}}, {"default_int64", int64_t{77}}})), {2},
      {5, 77});
  expect_values<float>(
      run_op(encode(x, {keys, {"values_floats", Floats{5}}, {"default_float", 2.5F}})), {2},
      {5, 2.5F});
  expect_values<int64_t>(run_op(encode(x, {{"keys_int64s", Ints{}}, {"values_int64s", Ints{}}})),
                         {2}, {-1, -1});
}

TEST(LabelEncoder, takes_tables_as_tensors) {
  const Tensor doubles = vector<double>({0.5, 2});
  const Tensor shorts = vector<int16_t>({-4, 4});
  const Tensor words = vector<int32_t>({1, 2});
  expect_values<int16_t>(run_op(encode(vector<double>({2, 0.5, 3}),
                                       {{"keys_tensor", doubles}, {"values_tensor", shorts}})),
                         {3}, {4, -4, -1});
  expect_values<double>(run_op(encode(vector<int16_t>({4, 5}),
                                      {{"keys_tensor", shorts}, {"values_tensor", doubles}})),
                        {2}, {2, -0.0});
  expect_values<int32_t>(
      run_op(encode(vector<int32_t>({2, 3}), {{"keys_tensor", words}, {"values_tensor", words}})),
      {2}, {2, -1});
  expect_values<double>(
      run_op(encode(vector<int32_t>({3}), {{"keys_tensor", words},
                                           {"values_tensor", doubles},
                                           {"default_tensor", vector<double>({9})}})),
      {1}, {9});
}

TEST(LabelEncoder, matches_nan_and_zeros) {
  const std::vector<std::pair<std::string, Attribute>> attributes{
      {"keys_floats", Floats{1, NAN, 0.0F}}, {"values_int64s", Ints{10, 20, 30}}};
  expect_values<int64_t>(run_op(encode(vector<float>({NAN, 1, -0.0F, INFINITY}), attributes)), {4},
                         {20, 10, 30, -1});
}

TEST(LabelEncoder, lets_the_last_of_equal_keys_count) {
  expect_strings(
      run_op(encode(vector<int64_t>({1, 2}),
                    {{"keys_int64s", Ints{1, 2, 1}}, {"values_strings", Strings{"a", "b", "c"}}})),
      {"c", "b"});
}

TEST(LabelEncoder, infers_the_type_of_the_values) {
  const OpCall call =
      encode(vector<int64_t>({1}), {{"keys_int64s", Ints{1}}, {"values_strings", Strings{"a"}}});
  EXPECT_EQ(inferred(call, {dims({symbol("N"), 1})}), "string[N, 1]");
  EXPECT_EQ(inferred(call, {SymbolicShape()}), "string[?...]");
}

TEST(LabelEncoder, rejects_tables) {
  const Tensor x = vector<int64_t>({1});
  const std::pair<std::string, Attribute> keys{"keys_int64s", Ints{1}};
  const std::pair<std::string, Attribute> values{"values_int64s", Ints{1}};
  expect_refused(encode(x, {keys}), "keys or values are missing");
  expect_refused(encode(x, {values}), "keys or values are missing");
  expect_refused(encode(x, {keys, {"values_int64s", Ints{1, 2}}}), "1 keys, but 2 values");
  expect_refused(encode(strings({"a"}), {keys, values}), "keys are int64, the input is string");
  expect_refused(encode(vector<bool>({true}), {keys, values}), "bool is not allowed");
  expect_refused(encode(x, {{"keys_tensor", vector<uint8_t>({1})}, values}), "keys of uint8");
  expect_refused(encode(x, {keys, values, {"default_tensor", vector<float>({1})}}),
                 "expected one int64");
  expect_refused(encode(x, {keys, values, {"default_tensor", vector<int64_t>({1, 2})}}),
                 "expected one int64");
  expect_refused(encode(x, {{"keys_int64s", Floats{1}}, values}), "\"keys_int64s\"");
}

TEST(LabelEncoder, is_elementwise) { EXPECT_EQ(traits_of("LabelEncoder", kDomainMl), "pe"); }

}  // namespace
}  // namespace tundish
