#include "wire/pickle/object_graph.h"

#include <gtest/gtest.h>

#include "wire/pickle/pickle_for_test.h"

namespace tundish::pickle {
namespace {

using namespace for_test;  // NOLINT

TEST(ObjectGraph, names_every_kind) {
  const Value value(tuple(
      {"I01\n", "F1\n", bytes("b"), "\x8f", "(\x91", dtype("f8"), global("numpy", "log"), kNone}));
  const auto items = value.graph.items(value.view().id());
  const char* names[] = {"bool",      "float",       "bytes",     "set",
                         "frozenset", "numpy dtype", "numpy.log", "None"};
  for (size_t i = 0; i < items.size(); ++i) EXPECT_EQ(value.graph.type_name(items[i]), names[i]);
  EXPECT_EQ(value.graph.described(items[7]), "None");
  EXPECT_EQ(value.graph.described(items[0]), "a bool");
  EXPECT_EQ(value.graph.dtype(items[5])->to_string(), "<f8");
  EXPECT_EQ(value.graph.dtype(items[0]), nullptr);
  EXPECT_EQ(value.graph.find_attribute(items[0], "x"), kNoObject);
  EXPECT_EQ(value.graph.text(items[0]), "");
  EXPECT_EQ(object_kind_name(ObjectKind::kRecord), "instance");
  EXPECT_EQ(object_kind_name(ObjectKind::kArray), "numpy array");
  EXPECT_EQ(object_kind_name(ObjectKind::kList), "list");
  EXPECT_EQ(object_kind_name(ObjectKind::kGlobal), "global");
}

}  // namespace
}  // namespace tundish::pickle
