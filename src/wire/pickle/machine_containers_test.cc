#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/pickle/pickle_for_test.h"

namespace tundish::pickle {
namespace {

using namespace for_test;  // NOLINT
using ::testing::HasSubstr;

TEST(PickleContainers, reads_lists_and_tuples) {
  EXPECT_EQ(Value("]").view().size(), 0u);
  EXPECT_EQ(Value(")").view().kind(), ObjectKind::kTuple);
  EXPECT_EQ(Value("]K\1a").view().item(0)->as_int().value(), 1);
  EXPECT_EQ(Value("](K\1K\2e").view().item(1)->as_int().value(), 2);
  EXPECT_EQ(Value("(K\1K\2l").view().kind(), ObjectKind::kList);
  EXPECT_EQ(Value("(K\1K\2t").view().size(), 2u);
  EXPECT_EQ(Value("K\1\x85").view().size(), 1u);
  EXPECT_EQ(Value("K\1K\2\x86").view().size(), 2u);
  EXPECT_EQ(Value("K\1K\2K\3\x87").view().item(2)->as_int().value(), 3);
  // Growth moves the items; the earlier ones stay.
  std::string growing = "]";
  for (int i = 0; i < 100; ++i) growing += integer(i) + "a";
  const Value grown(growing);
  for (size_t i = 0; i < 100; ++i)
    EXPECT_EQ(grown.view().item(i)->as_int().value(), static_cast<int64_t>(i));
}

TEST(PickleContainers, reads_dicts_in_order) {
  const Value value("}" + text("b") + "K\1s(" + text("a") + "K\2" + text("c") + "K\3u");
  EXPECT_EQ(value.view().size(), 3u);
  EXPECT_EQ(value.view().key("a")->as_int().value(), 2);
  const auto entries = value.view().entries().value();
  EXPECT_EQ(value.graph.text(entries[0]), "b");
  EXPECT_EQ(Value("(" + text("x") + "K\7d").view().key("x")->as_int().value(), 7);
  EXPECT_FALSE(value.view().key("nope"));
}

TEST(PickleContainers, reads_sets) {
  EXPECT_EQ(Value("\x8f(K\1K\2\x90").view().kind(), ObjectKind::kSet);
  EXPECT_EQ(Value("\x8f(K\1K\2\x90").view().size(), 2u);
  EXPECT_EQ(Value("(K\1\x91").view().kind(), ObjectKind::kFrozenSet);
}

TEST(PickleContainers, fills_subclasses_of_list_and_dict) {
  const Value list(make("sklearn.compose._column_transformer", "_RemainderColsList") + "(K\1K\2e");
  EXPECT_EQ(list.view().size(), 2u);
  EXPECT_EQ(list.view().item(1)->as_int().value(), 2);
  EXPECT_EQ(list.view().sequence()->size(), 2u);
  const Value bunch(call(global("collections", "OrderedDict"), {}) + "(" + text("k") + "K\5u");
  EXPECT_EQ(bunch.view().size(), 1u);
  EXPECT_EQ(bunch.view().key("k")->as_int().value(), 5);
  EXPECT_EQ(bunch.view().entries()->size(), 2u);
}

TEST(PickleContainers, refuses_what_does_not_fit) {
  const auto says = [](const std::string& opcode) { return verdict(file_with(opcode)); };
  EXPECT_THAT(says(")K\1a"), HasSubstr("APPEND to a tuple"));
  EXPECT_THAT(says("](K\1\x90"), HasSubstr("ADDITEMS to a list"));
  EXPECT_THAT(says("](K\1u"), HasSubstr("odd number"));
  EXPECT_THAT(says("](K\1d"), HasSubstr("odd number"));
  EXPECT_THAT(says("]K\1K\2s"), HasSubstr("keys and values for a list"));
  EXPECT_THAT(verdict("\x80\x04K\1\x86."), HasSubstr("stack underflow"));
  EXPECT_THAT(verdict("\x80\x04(\x85."), HasSubstr("MARK is in the way"));
  for (const char* opcode : {"t", "l", "d", "e", "u", "\x90", "\x91"})
    EXPECT_THAT(verdict(std::string("\x80\x04]") + opcode), HasSubstr("no MARK")) << opcode;
  for (const char* opcode : {"a", "s", "R", "b", "\x81", "\x92", "\x93"})
    EXPECT_THAT(verdict(std::string("\x80\x04") + opcode + "."),
                ::testing::AnyOf(HasSubstr("stack underflow"), HasSubstr("untrusted")))
        << opcode;
}

}  // namespace
}  // namespace tundish::pickle
