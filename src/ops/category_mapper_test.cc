#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

using Attributes = std::vector<std::pair<std::string, Attribute>>;
using Ints = std::vector<int64_t>;
using Strings = std::vector<std::string>;

OpCall map(Tensor x, Attributes more = {}, Ints numbers = {5, 6}) {
  Attributes attributes{{"cats_strings", Strings{"a", "b"}}, {"cats_int64s", std::move(numbers)}};
  attributes.insert(attributes.end(), more.begin(), more.end());
  return {"CategoryMapper", {std::move(x)}, std::move(attributes), std::string(kDomainMl)};
}

// Answers of ONNX Runtime 1.31.1.
TEST(CategoryMapper, maps_both_ways) {
  expect_values<int64_t>(run_op(map(strings({"a", "c"}), {{"default_int64", int64_t{-7}}})), {2},
                         {5, -7});
  expect_strings(run_op(map(vector<int64_t>({5, 9}), {{"default_string", std::string("q")}})),
                 {"a", "q"});
  expect_strings(run_op(map(vector<int64_t>({6, 9}))), {"b", "_Unused"});
  expect_values<int64_t>(run_op(map(strings({"b", "?"}))), {2}, {6, -1});
  expect_strings(run_op(map(vector<int64_t>({5}), {}, {5, 5})), {"b"});
  EXPECT_EQ(inferred(map(strings({"a"})), {dims({symbol("N"), 1})}), "int64[N, 1]");
}

TEST(CategoryMapper, rejects_lists) {
  expect_refused(map(strings({"a"}), {}, {5}), "cats_strings has 2 values, cats_int64s 1");
  expect_refused({"CategoryMapper", {strings({"a"})}, {}, std::string(kDomainMl)}, "at least one");
  expect_refused(map(vector<int32_t>({5})), "int32 is not allowed");
  EXPECT_EQ(traits_of("CategoryMapper", kDomainMl), "pe");
}

}  // namespace
}  // namespace tundish
