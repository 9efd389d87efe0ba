#include "ir/graph.h"

#include <gtest/gtest.h>

namespace tundish {
namespace {

TEST(Graph, metadata_keeps_order_and_replaces) {
  Graph graph;
  graph.set_metadata("b", "1");
  graph.set_metadata("a", "2");
  graph.set_metadata("b", "3");
  ASSERT_EQ(graph.metadata().size(), 2u);
  EXPECT_EQ(graph.metadata()[0].first, "b");
  EXPECT_EQ(*graph.find_metadata("b"), "3");
  EXPECT_EQ(graph.find_metadata("c"), nullptr);
}

TEST(Graph, absent_values_have_no_constant_and_no_producer) {
  const Graph graph;
  EXPECT_EQ(graph.constant(kNoValue), nullptr);
  EXPECT_EQ(graph.producer(kNoValue), nullptr);
  EXPECT_EQ(graph.find_value(""), kNoValue);
  EXPECT_EQ(graph.find_value("x"), kNoValue);
}

TEST(Graph, canonical_versions) {
  EXPECT_EQ(canonical_version(kDomainOnnx), 27);
  EXPECT_EQ(canonical_version(kDomainMl), 5);
  EXPECT_EQ(canonical_version(kDomainTundish), 1);
  EXPECT_EQ(canonical_version("other"), 1);
}

}  // namespace
}  // namespace tundish
