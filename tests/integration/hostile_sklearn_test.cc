// Hostile pickles and joblib files through the importer: a clean error in bounded time. Exit
// statuses and words are compared by tests/hostile.
#include <gtest/gtest.h>

#include <chrono>

#include "golden_case.h"
#include "ops/index.h"

namespace tundish {
namespace {

Status import_file(const std::filesystem::path& path) {
  TRY_ASSIGN(const ImportSource source, open_source(path));
  TRY_ASSIGN(const Importer* importer, find_importer(source));
  ImportOptions options;
  options.limits.max_memory_bytes = uint64_t{256} << 20;
  TRY(importer->import(source, options, builtin_ops()));
  return ok();
}

TEST(HostileSklearn, no_file_becomes_a_model) {
  const auto folder = std::filesystem::path(TUNDISH_SOURCE_DIR) / "tests" / "golden" / "hostile";
  size_t count = 0;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    const std::string suffix = entry.path().extension().string();
    if (suffix != ".pkl" && suffix != ".joblib") continue;
    SCOPED_TRACE(entry.path().filename().string());
    const auto start = std::chrono::steady_clock::now();
    const Status result = import_file(entry.path());
    const auto spent = std::chrono::steady_clock::now() - start;
    ++count;
    // The sanitizers and a busy machine get their share beside the 2 s that the product has.
    EXPECT_LT(spent, std::chrono::seconds(10));
    ASSERT_FALSE(result);
    EXPECT_NE(result.error().code(), ErrorCode::kInternal) << result.error().to_string();
    EXPECT_EQ(result.error().to_string().find('\n'), std::string::npos);
  }
  EXPECT_GT(count, 100u);
}

// Trees with a fault in one node, in files of otherwise good models: damage, not lack of support.
TEST(HostileSklearn, damaged_trees_are_invalid_models) {
  const auto folder = std::filesystem::path(TUNDISH_SOURCE_DIR) / "tests" / "golden" / "hostile";
  for (const char* name :
       {"tree_cycle_to_root", "tree_self_loop", "tree_child_out_of_range", "tree_child_negative",
        "tree_child_int64_min", "tree_one_child", "tree_shared_child", "tree_feature_out_of_range",
        "tree_feature_negative", "tree_threshold_nan", "tree_value_nan"}) {
    const auto path = folder / cat(name, ".joblib");
    if (!std::filesystem::exists(path)) continue;
    const Status result = import_file(path);
    ASSERT_FALSE(result) << name;
    EXPECT_EQ(result.error().code(), ErrorCode::kInvalidModel) << result.error().to_string();
  }
}

}  // namespace
}  // namespace tundish
