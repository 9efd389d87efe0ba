#include "import/onnx/body_types.h"

#include <gtest/gtest.h>

namespace tundish {
namespace {

const ValueType kCount = ValueType::tensor(DType::kInt64, std::vector<Dim>{});
const ValueType kFlag = ValueType::tensor(DType::kBool, std::vector<Dim>{});
const ValueType kRows = ValueType::tensor(DType::kFloat32, std::vector<Dim>{4, 2});

std::string text(const Result<std::vector<ValueType>>& types) {
  if (!types) return types.error().to_string();
  std::string all;
  for (const ValueType& type : *types) all += type.to_string() + " ";
  return all;
}

TEST(BodyTypes, loops_hand_over_turn_condition_and_what_they_carry) {
  const ValueType inputs[] = {kCount, kFlag, kRows};
  EXPECT_EQ(text(body_input_types("Loop", 16, inputs, 3)), "int64[?...] bool[?...] float32[?...] ");
  EXPECT_EQ(text(body_input_types("Loop", 16, inputs, 4)),
            "the graph has 4 inputs, the node hands over 3");
  EXPECT_EQ(text(body_input_types("Loop", 16, {}, 2)), "int64[?...] bool[?...] ");
}

TEST(BodyTypes, scans_hand_over_slices) {
  const ValueType inputs[] = {kRows, kRows};
  EXPECT_EQ(text(body_input_types("Scan", 16, inputs, 2)), "float32[?...] float32[?...] ");
  EXPECT_EQ(text(body_input_types("Scan", 8, inputs, 1)), "float32[?...] ");
}

TEST(BodyTypes, maps_hand_over_elements) {
  ValueType sequence;
  sequence.kind = ValueKind::kSequence;
  sequence.element.push_back(kRows);
  const ValueType inputs[] = {sequence, kFlag};
  EXPECT_EQ(text(body_input_types("SequenceMap", 17, inputs, 2)), "float32[?...] bool[?...] ");
}

TEST(BodyTypes, other_operators_declare_theirs) {
  EXPECT_EQ(text(body_input_types("If", 16, {}, 0)), "");
  EXPECT_EQ(own_input_count("Loop"), 2u);
  EXPECT_EQ(own_input_count("If"), 1u);
}

}  // namespace
}  // namespace tundish
