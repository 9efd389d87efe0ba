#include "ir/attribute.h"

#include <gtest/gtest.h>

namespace tundish {
namespace {

TEST(Attribute, list_stays_sorted_and_replaces) {
  AttributeList list;
  list.set("to", int64_t{1});
  list.set("axis", int64_t{-1});
  list.set("to", int64_t{11});
  ASSERT_EQ(list.items().size(), 2u);
  EXPECT_EQ(list.items()[0].first, "axis");
  EXPECT_EQ(*list.get_int("to", 0), 11);
  list.erase("axis");
  list.erase("axis");
  EXPECT_FALSE(list.has("axis"));
  EXPECT_EQ(*list.get_int("axis", 7), 7);
}

TEST(Attribute, kinds_are_named) {
  EXPECT_EQ(attribute_kind_name(Attribute(1.0f)), "float");
  EXPECT_EQ(attribute_kind_name(Attribute(Tensor())), "tensor");
  EXPECT_EQ(attribute_kind_name(Attribute(std::vector<std::string>{})), "strings");
  EXPECT_EQ(attribute_kind_name(Attribute(std::vector<ValueType>{})), "types");
}

TEST(Attribute, wrong_kind_is_an_error_that_names_it) {
  AttributeList list;
  list.set("axis", 1.5f);
  const Result<int64_t> axis = list.get_int("axis", 0);
  ASSERT_FALSE(axis);
  EXPECT_EQ(axis.error().code(), ErrorCode::kInvalidModel);
  EXPECT_EQ(axis.error().to_string(), "attribute \"axis\": expected int, got float");
  EXPECT_EQ(list.require_tensor("value").error().to_string(),
            "attribute \"value\" is missing (tensor)");
}

TEST(Attribute, every_getter_reads_its_kind) {
  AttributeList list;
  list.set("f", 0.5f);
  list.set("fs", std::vector<float>{1, 2});
  list.set("is", std::vector<int64_t>{3});
  list.set("s", std::string("x"));
  list.set("ss", std::vector<std::string>{"a"});
  list.set("t", Tensor::scalar(int64_t{4}));
  EXPECT_EQ(*list.get_float("f", 0), 0.5f);
  EXPECT_EQ(list.get_floats("fs")->size(), 2u);
  EXPECT_EQ((*list.get_ints("is"))[0], 3);
  EXPECT_EQ(*list.get_string("s", ""), "x");
  EXPECT_EQ((*list.get_strings("ss"))[0], "a");
  EXPECT_EQ(list.require_tensor("t")->values<int64_t>()[0], 4);
  EXPECT_FALSE(list.require_int("none"));
}

}  // namespace
}  // namespace tundish
