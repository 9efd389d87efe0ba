#include "passes/support/reshape_target.h"

#include <gtest/gtest.h>

namespace tundish {
namespace {

using Dims = std::vector<Dim>;
using Numbers = std::vector<int64_t>;

TEST(ReshapeTarget, copies_symbols_in_their_place) {
  const Dim n = Dim::symbol("N");
  const Dim s = Dim::symbol("S");
  EXPECT_EQ(reshape_target(Dims{n, s, 24}, Dims{n, s, 4, 6}), (Numbers{0, 0, 4, 6}));
  EXPECT_EQ(reshape_target(Dims{n, 24}, Dims{4, n, 6}), (Numbers{4, -1, 6}));
  EXPECT_EQ(reshape_target({}, Dims{n, 6}), (Numbers{-1, 6}));
}

TEST(ReshapeTarget, refuses_what_zeros_would_make_ambiguous) {
  const Dim n = Dim::symbol("N");
  const Dim s = Dim::symbol("S");
  EXPECT_EQ(reshape_target(Dims{n, s}, Dims{s, n}), std::nullopt);     // two to be found
  EXPECT_EQ(reshape_target(Dims{n, s}, Dims{n, 2, s}), std::nullopt);  // one beside a copied one
  EXPECT_EQ(reshape_target(Dims{n, 0}, Dims{0, n}), std::nullopt);
  EXPECT_EQ(reshape_target(Dims{Dim()}, Dims{Dim()}), (Numbers{-1}));
}

}  // namespace
}  // namespace tundish
