#include "ops/support/value_testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

using Ints = std::vector<int64_t>;
using Strings = std::vector<std::string>;

ValueCall vectorize(Tensor keys, Tensor values, std::string name, Attribute vocabulary) {
  const TypedValue map{Value(Map{keys, values}), map_of(keys.dtype(), values.dtype())};
  return {
      "DictVectorizer", {map}, {{std::move(name), std::move(vocabulary)}}, std::string(kDomainMl)};
}

// Answers of ONNX Runtime 1.31.1.
TEST(DictVectorizer, puts_values_at_their_keys) {
  const Strings letters = {"a", "c", "b", "z"};
  const ValueCall call =
      vectorize(strings({"a", "c"}), vector<float>({4, 8}), "string_vocabulary", letters);
  expect_values<float>(run_tensor(call), {1, 4}, {4, 8, 0, 0});
  EXPECT_EQ(inferred(call), "float32[1, 4]");
  expect_values<float>(run_tensor(vectorize(strings({"a", "q"}), vector<float>({4, 8}),
                                            "string_vocabulary", letters)),
                       {1, 4}, {4, 0, 0, 0});
}

TEST(DictVectorizer, takes_every_kind_of_map) {
  const Ints numbers = {1, 2, 3};
  expect_strings(run_tensor(vectorize(vector<int64_t>({1, 3}), strings({"x", "y"}),
                                      "int64_vocabulary", numbers)),
                 {"x", "", "y"});
  expect_values<double>(run_tensor(vectorize(vector<int64_t>({2}), vector<double>({1.5}),
                                             "int64_vocabulary", numbers)),
                        {1, 3}, {0, 1.5, 0});
  expect_values<int64_t>(run_tensor(vectorize(strings({"b"}), vector<int64_t>({7}),
                                              "string_vocabulary", Strings{"a", "b"})),
                         {1, 2}, {0, 7});
}

TEST(DictVectorizer, rejects_vocabularies_and_maps) {
  const auto code = ErrorCode::kInvalidModel;
  const Tensor key = vector<int64_t>({1});
  const Tensor value = vector<float>({1});
  expect_error(graph_of(vectorize(key, value, "string_vocabulary", Strings{"a"})), code,
               "the vocabulary is of strings");
  expect_error(graph_of(vectorize(key, value, "int64_vocabulary", Ints{})), code,
               "expected a vocabulary");
  expect_error(graph_of(vectorize(key, vector<int16_t>({1}), "int64_vocabulary", Ints{1})), code,
               "is not allowed");
  expect_error(run_values(vectorize(key, vector<float>({1, 2}), "int64_vocabulary", Ints{1})),
               ErrorCode::kInvalidArgument, "a value for each key");
  const ValueCall tensor{
      "DictVectorizer", {value}, {{"int64_vocabulary", Ints{1}}}, std::string(kDomainMl)};
  expect_error(graph_of(tensor), code, "expected a map");
}

}  // namespace
}  // namespace tundish
