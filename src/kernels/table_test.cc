#include "kernels/table.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <string_view>

namespace tundish::kernels {
namespace {

constexpr Isa kEvery[] = {Isa::kGeneric, Isa::kAvx2, Isa::kAvx512, Isa::kAvx512Vbmi, Isa::kNeon};
static_assert(std::size(kEvery) == kIsaCount);

bool parse(std::string_view name, Isa* isa) { return isa_from_name(name.data(), name.size(), isa); }

TEST(Table, names_are_read_back) {
  for (const Isa isa : kEvery) {
    Isa found = isa == Isa::kGeneric ? Isa::kNeon : Isa::kGeneric;
    ASSERT_TRUE(parse(isa_name(isa), &found)) << isa_name(isa);
    EXPECT_EQ(found, isa);
  }
  EXPECT_STREQ(isa_name(Isa::kAvx512Vbmi), "avx512vbmi");
}

TEST(Table, unknown_names_change_nothing) {
  for (const std::string_view name : {"", "avx", "avx51", "avx5122", "AVX2", " avx2", "sse2"}) {
    Isa found = Isa::kAvx2;
    EXPECT_FALSE(parse(name, &found)) << name;
    EXPECT_EQ(found, Isa::kAvx2);
  }
  // The length counts, not a zero byte.
  Isa found = Isa::kGeneric;
  EXPECT_TRUE(parse(std::string_view("avx512vbmi").substr(0, 6), &found));
  EXPECT_EQ(found, Isa::kAvx512);
  EXPECT_FALSE(parse(std::string_view("avx2\0", 5), &found));
}

TEST(Table, the_best_available_set_is_chosen) {
  EXPECT_TRUE(isa_available(Isa::kGeneric));
  const Isa best = detect_isa();
  EXPECT_TRUE(isa_available(best));
  for (const Isa isa : kEvery) {
    if (isa_available(isa)) {
      EXPECT_LE(static_cast<int>(isa), static_cast<int>(best)) << isa_name(isa);
    }
  }
}

TEST(Table, wider_sets_imply_narrower_ones) {
  EXPECT_LE(isa_available(Isa::kAvx512Vbmi), isa_available(Isa::kAvx512));
  EXPECT_LE(isa_available(Isa::kAvx512), isa_available(Isa::kAvx2));
  EXPECT_FALSE(isa_available(Isa::kAvx2) && isa_available(Isa::kNeon));
}

TEST(Table, follows_the_features_of_the_processor) {
#if defined(__x86_64__)
  EXPECT_FALSE(isa_available(Isa::kNeon));
  __builtin_cpu_init();
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("bmi2")) {
    EXPECT_FALSE(isa_available(Isa::kAvx2));
  }
  if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512bw")) {
    EXPECT_FALSE(isa_available(Isa::kAvx512));
  }
  EXPECT_EQ(isa_available(Isa::kAvx512Vbmi), isa_available(Isa::kAvx512) &&
                                                 __builtin_cpu_supports("avx512vbmi") &&
                                                 __builtin_cpu_supports("avx512vnni"));
#else
  EXPECT_EQ(detect_isa(), Isa::kNeon);
  EXPECT_FALSE(isa_available(Isa::kAvx2));
#endif
}

TEST(Table, generic_leaves_everything_to_the_portable_walk) {
  const KernelTable& table = table_for(Isa::kGeneric);
  EXPECT_EQ(table.isa, Isa::kGeneric);
  EXPECT_EQ(table.forest_rows, nullptr);
  EXPECT_EQ(table.forest_row, nullptr);
  EXPECT_EQ(table.forest_leaf_layout, LeafLayout::kBySlot);
}

TEST(Table, entries_belong_to_their_set) {
  for (const Isa isa : kEvery) {
    if (!isa_available(isa) || isa == Isa::kGeneric) continue;
    const KernelTable& table = table_for(isa);
    EXPECT_EQ(table.isa, isa);
    EXPECT_EQ(&table, &table_for(isa));  // one table for the whole process
    EXPECT_NE(table.forest_rows, nullptr);
    EXPECT_NE(table.forest_row, nullptr);
    EXPECT_GT(table.forest_row_block, table.forest_few_rows);
    EXPECT_EQ(std::string(table.forest_rows_name),
              std::string(isa_name(isa)) + "/rank-bytes/" + std::to_string(table.forest_row_block));
    if (table.forest_row_name != nullptr) {
      EXPECT_EQ(std::strncmp(table.forest_row_name, isa_name(isa), std::strlen(isa_name(isa))), 0);
    }
  }
}

TEST(Table, sets_of_other_processors_have_the_generic_table) {
#if defined(__x86_64__)
  EXPECT_EQ(table_for(Isa::kNeon).isa, Isa::kGeneric);
#else
  EXPECT_EQ(table_for(Isa::kAvx2).isa, Isa::kGeneric);
  EXPECT_EQ(table_for(Isa::kAvx512Vbmi).isa, Isa::kGeneric);
#endif
}

}  // namespace
}  // namespace tundish::kernels
