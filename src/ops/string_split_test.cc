#include "ops/support/value_testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

using Attributes = std::vector<std::pair<std::string, Attribute>>;

ValueCall split(Tensor x, Attributes attributes) {
  return {"StringSplit", {std::move(x)}, std::move(attributes), {}, 2};
}
Attributes at(std::string delimiter) { return {{"delimiter", std::move(delimiter)}}; }

TEST(StringSplit, cuts_at_a_delimiter) {
  const ValueCall call = split(strings({"abc.com", "abc.net.x", ""}), at("."));
  expect_strings(run_tensor(call), {"abc", "com", "", "abc", "net", "x", "", "", ""});
  expect_values<int64_t>(run_tensor(call, 1), {3}, {2, 3, 1});
  expect_strings(run_tensor(split(strings({"--a----b"}), at("--"))), {"", "a", "", "b"});
}

TEST(StringSplit, cuts_at_runs_of_white_space) {
  const ValueCall call = split(strings({" hello \t world ", "", "a\u00a0b\u2003\u3000c"}), {});
  expect_strings(run_tensor(call), {"hello", "world", "", "", "", "", "a", "b", "c"});
  expect_values<int64_t>(run_tensor(call, 1), {3}, {2, 0, 3});
  expect_strings(run_tensor(split(strings({"a b"}), at(""))), {"a", "b"});
}

TEST(StringSplit, cuts_at_most_so_often) {
  Attributes once = at("-");
  once.emplace_back("maxsplit", int64_t{1});
  expect_strings(run_tensor(split(strings({"a-b-c", "d"}), once)), {"a", "b-c", "d", ""});
  // As Python: "  a  b c ".split(None, 1) is ["a", "b c"].
  expect_strings(run_tensor(split(strings({"  a  b c "}), {{"maxsplit", int64_t{1}}})),
                 {"a", "b c"});
  expect_strings(run_tensor(split(strings({" a b "}), {{"maxsplit", int64_t{0}}})), {"a b"});
  once[1].second = int64_t{0};
  expect_strings(run_tensor(split(strings({"a-b"}), once)), {"a-b"});
}

TEST(StringSplit, keeps_shapes) {
  const std::string words[] = {"a b", "c"};
  const ValueCall call = split(Tensor::of_strings(words, {2, 1}), {});
  EXPECT_EQ(run_tensor(call).value().shape().to_string(), "[2, 1, 2]");
  EXPECT_EQ(inferred(call), "string[2, 1, ?]");
  EXPECT_EQ(inferred(call, 1), "int64[2, 1]");
  EXPECT_EQ(run_tensor(split(strings({}), {})).value().shape().to_string(), "[0, 0]");
}

TEST(StringSplit, rejects_what_is_no_string) {
  expect_error(graph_of(split(vector<float>({1}), {})), ErrorCode::kInvalidModel,
               "float32 is not allowed");
  expect_error(graph_of(split(strings({"a"}), {{"delimiter", int64_t{1}}})),
               ErrorCode::kInvalidModel, "\"delimiter\"");
  const std::string word[] = {"a b"};
  const Tensor deep = Tensor::of_strings(word, {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1});
  expect_error(graph_of(split(deep, {})), ErrorCode::kLimit, "rank of 13");
}

}  // namespace
}  // namespace tundish
