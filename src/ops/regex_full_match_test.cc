#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

OpCall match(Tensor x, std::string pattern) {
  return {"RegexFullMatch", {std::move(x)}, {{"pattern", std::move(pattern)}}};
}

TEST(RegexFullMatch, answers_per_element) {
  expect_values<bool>(run_op(match(strings({"account@gmail.com", "account@hotmail.com", "no"}),
                                   R"((\W|^)[\w.\-]{0,25}@(yahoo|gmail)\.com(\W|$))")),
                      {3}, {true, false, false});
  const std::string words[] = {"a", "b"};
  expect_values<bool>(run_op(match(Tensor::of_strings(words, {2, 1}), "a")), {2, 1}, {true, false});
  expect_values<bool>(run_op(match(strings({}), "a")), {0}, {});
  EXPECT_EQ(inferred(match(strings({"a"}), "a"), {dims({symbol("N")})}), "bool[N]");
}

TEST(RegexFullMatch, rejects_patterns) {
  expect_refused(match(strings({"a"}), "(?=a)"), "no RE2 syntax");
  expect_refused({"RegexFullMatch", {strings({"a"})}, {}}, "\"pattern\" is missing");
  expect_refused(match(vector<float>({1}), "a"), "float32 is not allowed");
  expect_error(run_op(match(strings({std::string(40, 'a') + "c"}), "(a|a)*[bd]")),
               ErrorCode::kLimit, "element 0");
}

}  // namespace
}  // namespace tundish
