#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;

OpCall join(Tensor a, Tensor b) { return {"StringConcat", {std::move(a), std::move(b)}, {}}; }

TEST(StringConcat, joins_pairs) {
  expect_strings(run_op(join(strings({"abc", "", "的"}), strings({".com", "x", "中"}))),
                 {"abc.com", "x", "的中"});
}

TEST(StringConcat, broadcasts) {
  expect_strings(run_op(join(strings({"cat", "dog"}), strings({"s"}))), {"cats", "dogs"});
  const std::string words[] = {"a", "b"};
  const Tensor column = Tensor::of_strings(words, {2, 1});
  expect_strings(run_op(join(column, strings({"1", "2", "3"}))),
                 {"a1", "a2", "a3", "b1", "b2", "b3"});
  const Tensor scalar = Tensor::of_strings(std::span(words, 1), {});
  EXPECT_EQ(run_op(join(scalar, scalar)).value().shape().rank(), 0U);
  expect_strings(run_op(join(strings({}), strings({"x"}))), {});
  EXPECT_EQ(inferred(join(column, strings({"1"})), {dims({symbol("N"), 1}), dims({3})}),
            "string[N, 3]");
}

TEST(StringConcat, rejects_what_is_no_string) {
  expect_refused(join(strings({"a"}), vector<float>({1})), "float32 is not allowed");
  expect_refused(join(strings({"a", "b"}), strings({"a", "b", "c"})), "broadcast");
  EXPECT_EQ(traits_of("StringConcat"), "pe");
}

}  // namespace
}  // namespace tundish
