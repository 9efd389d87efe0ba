#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

using Attributes = std::vector<std::pair<std::string, Attribute>>;
using Strings = std::vector<std::string>;

OpCall normalize(Tensor x, Attributes attributes) {
  return {"StringNormalizer", {std::move(x)}, std::move(attributes)};
}
Tensor days() { return strings({"monday", "tuesday", "Wednesday"}); }

TEST(StringNormalizer, changes_case) {
  expect_strings(run_op(normalize(days(), {{"case_change_action", std::string("UPPER")}})),
                 {"MONDAY", "TUESDAY", "WEDNESDAY"});
  expect_strings(
      run_op(normalize(strings({"ÀΣ", "ΟΔΟΣ"}), {{"case_change_action", std::string("LOWER")}})),
      {"àς", "οδος"});
  expect_strings(run_op(normalize(days(), {{"locale", std::string("xx_XX")}})),
                 {"monday", "tuesday", "Wednesday"});
}

TEST(StringNormalizer, drops_stop_words) {
  const std::pair<std::string, Attribute> stop{"stopwords", Strings{"Monday", "Wednesday"}};
  expect_strings(run_op(normalize(days(), {stop})), {"tuesday"});
  expect_strings(run_op(normalize(days(), {stop, {"is_case_sensitive", int64_t{1}}})),
                 {"monday", "tuesday"});
  expect_strings(run_op(normalize(days(), {{"stopwords", Strings{"MONDAY", "tuesday"}},
                                           {"case_change_action", std::string("UPPER")},
                                           {"is_case_sensitive", int64_t{1}}})),
                 {"MONDAY", "WEDNESDAY"});
}

TEST(StringNormalizer, answers_an_empty_string_for_nothing) {
  const Attributes all{{"stopwords", Strings{"a", "b"}}};
  expect_strings(run_op(normalize(strings({"a", "B"}), all)), {""});
  const std::string words[] = {"a", "b"};
  const Result<Tensor> none = run_op(normalize(Tensor::of_strings(words, {1, 2}), all));
  EXPECT_EQ(none.value().shape().to_string(), "[1, 1]");
  expect_strings(run_op(normalize(strings({}), {})), {""});
}

TEST(StringNormalizer, infers_shapes) {
  const Attributes some{{"stopwords", Strings{"a"}}};
  EXPECT_EQ(inferred(normalize(days(), {}), {dims({3})}), "string[3]");
  EXPECT_EQ(inferred(normalize(days(), some), {dims({3})}), "string[?]");
  EXPECT_EQ(inferred(normalize(days(), some), {dims({symbol("N"), 3})}), "string[1, ?]");
}

TEST(StringNormalizer, rejects_shapes_and_actions) {
  const std::string words[] = {"a", "b"};
  const OpCall rows = normalize(Tensor::of_strings(words, {2, 1}), {});
  expect_refused(rows, "expected shape [C] or [1, C]");
  expect_fails_to_run(rows, "expected shape [C] or [1, C]");
  expect_refused(normalize(Tensor::of_strings(std::span(words, 1), {}), {}), "expected shape");
  expect_refused(normalize(days(), {{"case_change_action", std::string("lower")}}),
                 "unknown value \"lower\"");
  expect_refused(normalize(vector<float>({1}), {}), "float32 is not allowed");
}

}  // namespace
}  // namespace tundish
