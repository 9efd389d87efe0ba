#include "ops/support/einsum_equation.h"

#include <gtest/gtest.h>

namespace tundish::ops {
namespace {

std::string letters(const IndexList& list) {
  std::string text;
  for (const uint8_t index : list) {
    if (index == kEllipsis) {
      text += "...";
    } else if (index >= kLetterIndices) {
      text += static_cast<char>('0' + index - kLetterIndices);
    } else {
      text += static_cast<char>(index < 26 ? 'A' + index : 'a' + index - 26);
    }
  }
  return text;
}
std::string shown(const Result<EinsumEquation>& equation) {
  if (!equation) return equation.error().to_string();
  std::string text;
  for (const IndexList& term : equation.value().terms) text += letters(term) + ",";
  return text + ">" + letters(equation.value().output);
}
std::string parsed(std::string_view text) { return shown(EinsumEquation::parse(text)); }
std::string expanded(std::string_view text, const std::vector<size_t>& ranks) {
  return shown(EinsumEquation::parse(text).value().expanded(ranks));
}

TEST(EinsumEquation, reads_terms) {
  EXPECT_EQ(parsed("ij,jk->ik"), "ij,jk,>ik");
  EXPECT_EQ(parsed(" i j , ...k -> ... i "), "ij,...k,>...i");
  EXPECT_EQ(parsed(",->"), ",,>");
  EXPECT_EQ(parsed(""), ",>");
}

TEST(EinsumEquation, without_an_output_has_what_occurs_once_in_order) {
  EXPECT_EQ(parsed("kj,ji"), "kj,ji,>ik");
  EXPECT_EQ(parsed("ii"), "ii,>");
  EXPECT_EQ(parsed("aB...,...a"), "aB...,...a,>...B");
  EXPECT_EQ(parsed("bAa"), "bAa,>Aab");
}

TEST(EinsumEquation, numbers_the_axes_of_an_ellipsis_from_the_last) {
  EXPECT_EQ(expanded("a...b,...->...ab", {4, 1}), "a01b,1,>01ab");
  EXPECT_EQ(expanded("...", {0}), ",>");
  EXPECT_EQ(expanded("i...->i", {3}), "i01,>i");
}

TEST(EinsumEquation, refuses_what_is_malformed) {
  for (const char* text : {"i.", "i..", "i.j", "......", "i-", "i->j->k", "i,j-", "é", "i;j"}) {
    EXPECT_NE(parsed(text).find("equation: term"), std::string::npos) << text << parsed(text);
  }
  EXPECT_NE(parsed("i->ii").find("occurs twice"), std::string::npos);
  EXPECT_NE(parsed("i->......").find("equation: term"), std::string::npos);
  EXPECT_NE(parsed("i->j").find("occurs in no operand"), std::string::npos);
}

TEST(EinsumEquation, refuses_ranks_that_do_not_fit) {
  EXPECT_NE(expanded("ij,j", {2}).find("2 operands, got 1"), std::string::npos);
  EXPECT_NE(expanded("ij", {3}).find("rank 3, the equation has 2 axes"), std::string::npos);
  EXPECT_NE(expanded("ij...", {1}).find("has 2 or more axes"), std::string::npos);
  EXPECT_NE(expanded("abcdefg,hijklm", {7, 6}).find("output of 13 axes"), std::string::npos);
}

}  // namespace
}  // namespace tundish::ops
