#include "import/onnx/schema.h"

#include <gtest/gtest.h>

#include "ir/graph.h"

namespace tundish {
namespace {

std::string check(std::string_view domain, std::string_view op, int version,
                  std::initializer_list<const char*> names) {
  AttributeList attributes;
  for (const char* name : names) attributes.set(name, int64_t{1});
  const Status status = check_schema(domain, op, version, attributes);
  return status.has_value() ? "" : status.error().to_string();
}

TEST(Schema, attributes_come_and_go) {
  EXPECT_EQ(check("", "Add", 1, {"axis", "broadcast", "consumed_inputs"}), "");
  EXPECT_EQ(check("", "Add", 6, {"axis", "broadcast"}), "");
  EXPECT_EQ(
      check("", "Add", 6, {"consumed_inputs"}),
      "attribute \"consumed_inputs\" exists in Add from opset 1 to 5, the file is of opset 6");
  EXPECT_EQ(check("", "Add", 7, {"broadcast"}),
            "attribute \"broadcast\" exists in Add from opset 1 to 6, the file is of opset 7");
  EXPECT_EQ(check("", "ArgMax", 11, {"axis", "select_last_index"}),
            "attribute \"select_last_index\" exists in ArgMax from opset 12 on, the file is of "
            "opset 11");
  EXPECT_EQ(check("", "ArgMax", 12, {"axis", "keepdims", "select_last_index"}), "");
  EXPECT_EQ(check("", "Cast", 23, {"round_mode", "to"}),
            "attribute \"round_mode\" exists in Cast from opset 24 on, the file is of opset 23");
  EXPECT_EQ(check("", "Shape", 15, {"start", "end"}), "");
  EXPECT_NE(check("", "Shape", 14, {"start"}), "");
}

TEST(Schema, unknown_attributes) {
  EXPECT_EQ(check("", "Where", 16, {"axis"}), "attribute \"axis\" does not exist in Where");
  EXPECT_EQ(check(kDomainMl, "Scaler", 1, {"scale", "scales"}),
            "attribute \"scales\" does not exist in Scaler");
  EXPECT_EQ(check(kDomainMicrosoft, "FusedMatMul", 1, {"alpha", "transBatchA"}), "");
  EXPECT_EQ(check(kDomainMicrosoft, "FusedMatMul", 1, {"beta"}),
            "attribute \"beta\" does not exist in FusedMatMul");
  EXPECT_EQ(check(kDomainTundish, "TreeEnsemble", 1, {"base"}),
            "attribute \"base\" does not exist in TreeEnsemble");
}

TEST(Schema, operators_have_a_first_opset) {
  EXPECT_EQ(check("", "Where", 8, {}),
            "operator Where exists from opset 9 on, the file is of opset 8");
  EXPECT_EQ(check("", "GreaterOrEqual", 12, {}), "");
  EXPECT_NE(check(kDomainMl, "TreeEnsemble", 4, {}), "");
}

// Both tree operators of versions 1 and 3 share the lists of nodes, neither has the other's leaves.
TEST(Schema, tree_operators) {
  for (const char* op : {"TreeEnsembleClassifier", "TreeEnsembleRegressor"}) {
    EXPECT_EQ(check(kDomainMl, op, 1, {"nodes_modes", "nodes_hitrates", "base_values"}), "");
    EXPECT_EQ(check(kDomainMl, op, 3, {"nodes_values_as_tensor"}), "");
    EXPECT_NE(check(kDomainMl, op, 2, {"nodes_values_as_tensor"}), "");
    EXPECT_NE(check(kDomainMl, op, 3, {"nodes_splits"}), "");
  }
  EXPECT_NE(check(kDomainMl, "TreeEnsembleClassifier", 3, {"target_ids"}), "");
  EXPECT_NE(check(kDomainMl, "TreeEnsembleRegressor", 3, {"class_ids"}), "");
}

TEST(Schema, operators_that_are_not_listed_pass) {
  EXPECT_EQ(check("", "NoSuchOperator", 1, {"anything"}), "");
  EXPECT_EQ(check(kDomainMl, "Where", 1, {"axis"}), "");  // of another domain
}

}  // namespace
}  // namespace tundish
