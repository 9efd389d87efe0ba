#include "wire/pickle/allow_list.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace tundish::pickle {
namespace {

TEST(AllowList, finds_exact_pairs_only) {
  ASSERT_NE(find_allowed("sklearn.pipeline", "Pipeline"), nullptr);
  EXPECT_EQ(find_allowed("sklearn.pipeline", "Pipeline")->action, Action::kClass);
  EXPECT_EQ(find_allowed("sklearn.pipeline", "pipeline"), nullptr);
  EXPECT_EQ(find_allowed("sklearn", "Pipeline"), nullptr);
  EXPECT_EQ(find_allowed("sklearn.pipeline.Pipeline", ""), nullptr);
  EXPECT_EQ(find_allowed("zzz", "zzz"), nullptr);
  EXPECT_EQ(find_allowed("builtins", "getattr"), nullptr);
  EXPECT_EQ(find_allowed("joblib.numpy_pickle", "NDArrayWrapper"), nullptr);
}

TEST(AllowList, knows_the_modules_of_old_versions) {
  EXPECT_NE(find_allowed("sklearn.ensemble.iforest", "IsolationForest"), nullptr);
  EXPECT_NE(find_allowed("sklearn.tree.tree", "ExtraTreeRegressor"), nullptr);
  EXPECT_NE(find_allowed("sklearn.preprocessing.data", "StandardScaler"), nullptr);
  EXPECT_NE(find_allowed("sklearn.externals.joblib.numpy_pickle", "NumpyArrayWrapper"), nullptr);
  EXPECT_EQ(find_allowed_elsewhere("IsolationForest")->name, "IsolationForest");
  EXPECT_EQ(find_allowed_elsewhere("Nothing"), nullptr);
}

TEST(AllowList, has_each_pair_once) {
  const auto table = allow_list();
  EXPECT_GT(table.size(), 300u);
  EXPECT_EQ(std::adjacent_find(table.begin(), table.end(),
                               [](const AllowEntry& a, const AllowEntry& b) {
                                 return a.module == b.module && a.name == b.name;
                               }),
            table.end());
}

}  // namespace
}  // namespace tundish::pickle
