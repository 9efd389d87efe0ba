#include "wire/pickle/object_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "wire/pickle/pickle_for_test.h"

namespace tundish::pickle {
namespace {

using namespace for_test;  // NOLINT
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(ObjectView, carries_the_path_into_errors) {
  const Value value(list({make("sklearn.dummy", "DummyClassifier"), "K\1"}));
  const auto missing = value.view().item(0)->attr("classes_");
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error().to_string(),
              HasSubstr("model.v[0]: sklearn.dummy.DummyClassifier has no attribute \"classes_\""));
  EXPECT_THAT(missing.error().to_string(), HasSubstr("(offset "));
  EXPECT_THAT(value.view().item(2).error().to_string(), HasSubstr("no item 2 of 2"));
  EXPECT_THAT(value.view().item(1)->as_string().error().to_string(),
              HasSubstr("model.v[1]: expected text, found int"));
  EXPECT_EQ(value.view().named("step").item(1)->path(), "step[1]");
  EXPECT_EQ(value.view().item(1)->named("n").error(ErrorCode::kLimit, "too many").code(),
            ErrorCode::kLimit);
}

TEST(ObjectView, refuses_the_wrong_kind) {
  const Value value(list({"K\1", text("a"), dict({}), kNone}));
  const ObjectView number = *value.view().item(0);
  EXPECT_FALSE(number.item(0));
  EXPECT_FALSE(number.sequence());
  EXPECT_FALSE(number.entries());
  EXPECT_FALSE(number.argument(0));
  EXPECT_FALSE(number.as_bytes());
  EXPECT_FALSE(number.as_bool());
  EXPECT_FALSE(number.as_tensor());
  EXPECT_FALSE(number.as_array_f64());
  EXPECT_FALSE(number.as_array_i64());
  EXPECT_FALSE(number.as_structured());
  EXPECT_FALSE(number.as_strings());
  EXPECT_FALSE(number.find("x"));
  EXPECT_FALSE(number.has("x"));
  EXPECT_EQ(number.size(), 0u);
  EXPECT_EQ(number.module(), "");
  EXPECT_EQ(number.name(), "");
  EXPECT_FALSE(value.view().item(1)->as_int());
  EXPECT_FALSE(value.view().item(1)->as_double());
  EXPECT_FALSE(value.view().item(2)->item(0));
  EXPECT_TRUE(value.view().item(3)->is_none());
  EXPECT_FALSE(value.view().as_strings());
}

TEST(ObjectView, converts_numbers_only_exactly) {
  EXPECT_EQ(Value("K\5").view().as_double().value(), 5.0);
  EXPECT_EQ(Value("\x8a\x08" + little(int64_t{1} << 60)).view().as_double().value(), 0x1p60);
  EXPECT_EQ(Value("\x8a\x08" + little((int64_t{1} << 53) + 1)).view().as_double().error().code(),
            ErrorCode::kUnsupported);
  EXPECT_FALSE(Value("\x8a\x08" + little(std::numeric_limits<int64_t>::max())).view().as_double());
  // An array of rank 0 counts as its value.
  EXPECT_EQ(Value(array(")", dtype("i4"), bytes(little(int32_t{-3})))).view().as_int().value(), -3);
  EXPECT_EQ(Value(array(")", dtype("i4"), bytes(little(int32_t{-3})))).view().as_double().value(),
            -3);
  EXPECT_EQ(Value(array(")", dtype("f4"), bytes(little(0.5f)))).view().as_double().value(), 0.5);
  EXPECT_TRUE(Value(array(")", dtype("b1", "|"), bytes("\1"))).view().as_bool().value());
}

TEST(ObjectView, reads_lists_of_numbers_as_arrays) {
  const Value nested(
      list({tuple({"K\1", "K\2"}), list({"G" + std::string("\x40\x08\0\0\0\0\0\0", 8), "K\4"})}));
  const auto tensor = nested.view().as_array_f64();
  ASSERT_TRUE(tensor);
  EXPECT_EQ(tensor->shape(), (Shape{2, 2}));
  EXPECT_THAT(tensor->values<double>(), ElementsAre(1, 2, 3, 4));
  EXPECT_FALSE(nested.view().as_array_i64());
  EXPECT_THAT(Value(list({"K\1", "K\2"})).view().as_array_i64()->values<int64_t>(),
              ElementsAre(1, 2));
  EXPECT_EQ(Value("]").view().as_array_f64()->element_count(), 0);
  EXPECT_FALSE(Value(list({list({"K\1"}), "K\2"})).view().as_array_f64());
  EXPECT_FALSE(Value(list({list({"K\1"}), list({"K\1", "K\2"})})).view().as_array_i64());
  const Value objects(array(tuple({"K\2"}), dtype("O8", "|"), list({"K\1", "K\2"})));
  EXPECT_THAT(objects.view().as_array_f64()->values<double>(), ElementsAre(1, 2));
  EXPECT_THAT(objects.view().as_array_i64()->values<int64_t>(), ElementsAre(1, 2));
}

TEST(ObjectView, does_not_multiply_shared_lists) {
  std::string laughs = "](K\1K\1K\1K\1e\x94";
  for (int i = 0; i < 11; ++i)
    laughs += "](" + std::string("h") + static_cast<char>(i) + "h" + static_cast<char>(i) + "h" +
              static_cast<char>(i) + "h" + static_cast<char>(i) + "e\x94";
  const auto graph = read(file_with("(" + laughs + "t"));
  ASSERT_TRUE(graph);
  const ObjectView last = *root_view(*graph, "m").attr("v")->item(11);
  EXPECT_FALSE(last.as_array_f64());
}

TEST(ObjectView, widens_arrays) {
  EXPECT_THAT(Value(array(tuple({"K\2"}), dtype("f4"), bytes(little(0.5f) + little(-1.5f))))
                  .view()
                  .as_array_f64()
                  ->values<double>(),
              ElementsAre(0.5, -1.5));
  EXPECT_THAT(Value(array(tuple({"K\3"}), dtype("f2"), bytes(std::string("\0\x3c\1\0\0\xfc", 6))))
                  .view()
                  .as_array_f64()
                  ->values<double>(),
              ElementsAre(1.0, 0x1p-24, -INFINITY));
  EXPECT_TRUE(std::isnan(Value(array(tuple({"K\1"}), dtype("f2"), bytes("\1\x7c")))
                             .view()
                             .as_array_f64()
                             ->values<double>()[0]));
  EXPECT_FALSE(Value(array(tuple({"K\1"}), dtype("i8"), bytes(little((int64_t{1} << 53) + 1))))
                   .view()
                   .as_array_f64());
  EXPECT_FALSE(
      Value(array(tuple({"K\1"}), dtype("u8"), bytes(little(~uint64_t{0})))).view().as_array_f64());
  EXPECT_EQ(Value(array(tuple({"K\1"}), dtype("u8"), bytes(little(uint64_t{1} << 63))))
                .view()
                .as_array_f64()
                ->values<double>()[0],
            0x1p63);
  EXPECT_FALSE(
      Value(array(tuple({"K\1"}), dtype("u8"), bytes(little(~uint64_t{0})))).view().as_array_i64());
  EXPECT_FALSE(Value(array(tuple({"K\1"}), dtype("f8"), bytes(little(1.0)))).view().as_array_i64());
  EXPECT_FALSE(Value(array(tuple({"K\1"}), dtype("U1"), bytes(std::string("a\0\0\0", 4))))
                   .view()
                   .as_array_f64());
  const Value small(array(tuple({"K\2"}), dtype("i2", ">"), bytes(std::string("\1\0\xff\xff", 4))));
  EXPECT_THAT(small.view().as_array_i64()->values<int64_t>(), ElementsAre(256, -1));
  EXPECT_THAT(Value(array(tuple({"K\2"}), dtype("b1", "|"), bytes(std::string("\1\0", 2))))
                  .view()
                  .as_array_i64()
                  ->values<int64_t>(),
              ElementsAre(1, 0));
  EXPECT_THAT(Value(array(tuple({"K\1"}), dtype("u4"), bytes("\xff\xff\xff\xff")))
                  .view()
                  .as_array_i64()
                  ->values<int64_t>(),
              ElementsAre(0xffffffff));
  EXPECT_THAT(Value(array(tuple({"K\1"}), dtype("u2"), bytes("\xff\xff")))
                  .view()
                  .as_array_i64()
                  ->values<int64_t>(),
              ElementsAre(0xffff));
  EXPECT_THAT(Value(array(tuple({"K\1"}), dtype("i1", "|"), bytes("\xff")))
                  .view()
                  .as_array_f64()
                  ->values<double>(),
              ElementsAre(-1));
}

TEST(ObjectView, turns_column_major_and_big_endian_round) {
  std::string data;
  for (const double v : {1.0, 4.0, 2.0, 5.0, 3.0, 6.0}) data += little(v);
  const Value value(array(tuple({"K\2", "K\3"}), dtype("f8"), bytes(data), kTrue));
  const auto tensor = value.view().as_tensor();
  EXPECT_EQ(tensor->shape(), (Shape{2, 3}));
  EXPECT_THAT(tensor->values<double>(), ElementsAre(1, 2, 3, 4, 5, 6));
  const Value swapped(
      array(tuple({"K\1"}), dtype("f8", ">"), bytes(std::string("\x3f\xf8\0\0\0\0\0\0", 8))));
  EXPECT_THAT(swapped.view().as_tensor()->values<double>(), ElementsAre(1.5));
}

TEST(ObjectView, takes_aligned_arrays_in_place) {
  // Padded until the data are aligned, whatever the allocator does.
  bool shared = false;
  for (int pad = 0; pad < 8; ++pad) {
    const Value value(tuple(
        {text(std::string(pad, 'p')), array(tuple({"K\1"}), dtype("f8"), bytes(little(1.5)))}));
    const ObjectView view = *value.view().item(1);
    const auto tensor = view.as_tensor();
    EXPECT_EQ(tensor->values<double>()[0], 1.5);
    shared = shared || tensor->data() == view.array()->data.data();
  }
  EXPECT_TRUE(shared);
}

TEST(ObjectView, reads_texts) {
  const std::string ucs4("a\0\0\0\0\0\0\0\xac\x20\0\0b\0\0\0", 16);
  EXPECT_THAT(
      Value(array(tuple({"K\2"}), dtype("U2", "<", 8), bytes(ucs4))).view().as_strings().value(),
      ElementsAre("a",
                  "\xe2\x82\xac"
                  "b"));
  EXPECT_THAT(Value(array(tuple({"K\2"}), dtype("S2", "|"),
                          bytes(std::string("ab"
                                            "c\0",
                                            4))))
                  .view()
                  .as_strings()
                  .value(),
              ElementsAre("ab", "c"));
  EXPECT_THAT(Value(array(tuple({"K\2"}), dtype("O8", "|"), list({text("x"), text("y")})))
                  .view()
                  .as_strings()
                  .value(),
              ElementsAre("x", "y"));
  EXPECT_THAT(Value(list({text("x")})).view().as_strings().value(), ElementsAre("x"));
  EXPECT_FALSE(Value(array(tuple({"K\1"}), dtype("O8", "|"), list({"K\1"}))).view().as_strings());
  EXPECT_FALSE(Value(array(tuple({"K\1"}), dtype("S1", "|"), bytes("\xff"))).view().as_strings());
  EXPECT_FALSE(Value(array(tuple({"K\1"}), dtype("U1"), bytes(std::string("\0\xd8\0\0", 4))))
                   .view()
                   .as_strings());
  EXPECT_FALSE(Value(array(tuple({"K\1"}), dtype("f8"), bytes(little(1.0)))).view().as_strings());
}

TEST(ObjectView, refuses_arrays_that_are_no_tensor) {
  EXPECT_EQ(Value(array(tuple({"K\1"}), dtype("M8"), bytes("12345678")))
                .view()
                .as_tensor()
                .error()
                .code(),
            ErrorCode::kUnsupported);
  EXPECT_EQ(
      Value(array(tuple({"K\1"}), dtype("b1", "|"), bytes("\2"))).view().as_tensor().error().code(),
      ErrorCode::kInvalidModel);
  std::string dims = "(";
  for (int i = 0; i < 13; ++i) dims += "K\1";
  EXPECT_EQ(
      Value(array(dims + "t", dtype("f8"), bytes("12345678"))).view().as_tensor().error().code(),
      ErrorCode::kLimit);
  EXPECT_EQ(
      Value(array(tuple({"K\1"}), dtype("c8"), bytes("12345678"))).view().as_tensor()->dtype(),
      DType::kComplex64);
  const Value structured_array(
      array(tuple({"K\1"}),
            structured(4, tuple({text("t")}),
                       dict({text("t"), tuple({dtype("S4", "|"), std::string("K\0", 2)})})),
            bytes("abcd")));
  EXPECT_THAT(structured_array.view().as_structured()->field("t").error().to_string(),
              HasSubstr("has dtype |S4"));
}

}  // namespace
}  // namespace tundish::pickle
