#include "ops/support/random_state.h"

#include "ops/support/testing.h"

namespace tundish {
namespace {
using namespace ops::testing;
using ops::RandomState;

// Values of numpy 2.4: RandomState(42).rand(3), RandomState(42).randn(5).
TEST(RandomState, gives_the_numbers_of_numpy) {
  RandomState uniform(42);
  EXPECT_EQ(uniform.uniform(), 0.3745401188473625);
  EXPECT_EQ(uniform.uniform(), 0.9507143064099162);
  EXPECT_EQ(uniform.uniform(), 0.7319939418114051);
  RandomState normal(42);
  for (const double want : {0.4967141530112327, -0.13826430117118466, 0.6476885381006925,
                            1.5230298564080254, -0.23415337472333597}) {
    EXPECT_DOUBLE_EQ(normal.normal(), want);
  }
}

// RandomState(seed).binomial(1, [.1, .3, .5, .6, .7, .9, 0, 1, .5, .5]).
TEST(RandomState, tosses_the_coins_of_numpy) {
  const double chances[] = {.1, .3, .5, .6, .7, .9, 0, 1, .5, .5};
  const std::pair<uint32_t, std::vector<int>> want[] = {
      {0, {0, 1, 1, 1, 1, 1, 0, 1, 1, 0}},
      {42, {0, 1, 1, 1, 1, 1, 0, 1, 1, 1}},
      {7, {0, 1, 0, 0, 0, 1, 0, 1, 0, 0}},
  };
  for (const auto& [seed, tosses] : want) {
    RandomState state(seed);
    std::vector<int> got;
    for (const double chance : chances) got.push_back(state.bernoulli(chance) ? 1 : 0);
    EXPECT_EQ(got, tosses) << seed;
  }
}

TEST(RandomState, is_seeded_by_the_attribute) {
  Node node;
  node.name = "a";
  const double drawn = ops::random_state(node).value().uniform();
  EXPECT_EQ(ops::random_state(node).value().uniform(), drawn);
  node.name = "b";
  EXPECT_NE(ops::random_state(node).value().uniform(), drawn);
  node.attributes.set("seed", 42.9F);
  EXPECT_EQ(ops::random_state(node).value().uniform(), 0.3745401188473625);
  for (const float seed : {-1.0F, NAN, INFINITY, 4294967296.0F}) {
    node.attributes.set("seed", seed);
    expect_error(ops::random_state(node), ErrorCode::kInvalidModel, "\"seed\" is");
  }
}

}  // namespace
}  // namespace tundish
