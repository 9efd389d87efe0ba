// The cases of the unit tests without a test framework: for processors whose programs run here
// only in an emulator. Exit status 1 where an answer differs.
#include <cstdio>

#include "kernels/forest_cases.h"

namespace {

using namespace tundish::kernels;

size_t failures_of(const char* name, const std::vector<testing::ForestOptions>& cases) {
  size_t failures = 0;
  for (const testing::ForestOptions& options : cases) {
    const testing::TestForest forest = testing::make_forest(options);
    for (const auto& found : testing::differences(forest, testing::Sizes::kFew, options.seed)) {
      std::printf("%s: seed %u, %s, %zu rows: %zu answers differ\n", name, options.seed,
                  isa_name(found.isa), found.row_count, found.answers);
      ++failures;
    }
  }
  std::printf("%s: %zu cases, %zu failures\n", name, cases.size(), failures);
  return failures;
}

}  // namespace

int main() {
  testing::ForestOptions options;
  options.tree_count = 50;
  const testing::TestForest forest = testing::make_forest(options);
  std::printf("best: %s, kernel: %s\n", isa_name(detect_isa()),
              kernel_name(pack(forest.view, detect_isa()), 1000));
  size_t failures = 0;
  failures += failures_of("shapes", testing::shape_cases());
  failures += failures_of("thresholds", testing::threshold_cases());
  failures += failures_of("leaves", testing::leaf_cases());
  failures += failures_of("classes", testing::class_cases());
  failures += failures_of("aggregates", testing::aggregate_cases());
  failures += failures_of("empty", testing::empty_cases());
  return failures == 0 ? 0 : 1;
}
