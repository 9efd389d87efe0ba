#include "tensor/tensor_type.h"

#include <gtest/gtest.h>

namespace tundish {
namespace {

TEST(Dim, is_a_number_a_symbol_or_unknown) {
  EXPECT_EQ(Dim(3).to_string(), "3");
  EXPECT_EQ(Dim::symbol("N").to_string(), "N");
  EXPECT_EQ(Dim().to_string(), "?");
  EXPECT_TRUE(Dim(0).is_known());
  EXPECT_TRUE(Dim::symbol("N").is_symbol());
  EXPECT_FALSE(Dim().is_symbol());
  EXPECT_FALSE(Dim::symbol("N") == Dim::symbol("M"));
}

TEST(SymbolicShape, shows_itself) {
  EXPECT_EQ(to_string(SymbolicShape()), "[?...]");
  EXPECT_EQ(to_string(SymbolicShape({Dim::symbol("N"), 8, Dim()})), "[N, 8, ?]");
  EXPECT_EQ(to_string(symbolic(Shape{2, 3})), "[2, 3]");
}

TEST(SymbolicShape, is_concrete_when_every_size_is_known) {
  EXPECT_EQ(concrete(symbolic(Shape{2, 3})), (Shape{2, 3}));
  EXPECT_EQ(concrete(SymbolicShape({Dim::symbol("N"), 8})), std::nullopt);
  EXPECT_EQ(concrete(SymbolicShape()), std::nullopt);
  EXPECT_EQ(concrete(SymbolicShape(std::vector<Dim>(Shape::kMaxRank + 1, Dim(1)))), std::nullopt);
}

TEST(ValueType, shows_itself) {
  const ValueType rows = ValueType::tensor(DType::kFloat64, SymbolicShape({Dim::symbol("N"), 8}));
  EXPECT_EQ(rows.to_string(), "float64[N, 8]");
  ValueType sequence{ValueKind::kSequence};
  sequence.element.push_back(rows);
  EXPECT_EQ(sequence.to_string(), "seq(float64[N, 8])");
  ValueType optional{ValueKind::kOptional};
  EXPECT_EQ(optional.to_string(), "optional(?)");
  ValueType map{ValueKind::kMap, DType::kFloat32, SymbolicShape(), DType::kString};
  EXPECT_EQ(map.to_string(), "map(string, float32[?...])");
  ValueType sparse{ValueKind::kSparse, DType::kFloat32, SymbolicShape({Dim(2), Dim(3)})};
  EXPECT_EQ(sparse.to_string(), "sparse(float32[2, 3])");
}

}  // namespace
}  // namespace tundish
