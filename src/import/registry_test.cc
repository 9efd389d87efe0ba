#include <gtest/gtest.h>

#include "base/strings.h"
#include "import/importer.h"

namespace tundish {
namespace {

Result<const Importer*> find(std::string_view text) {
  return find_importer({"file", nullptr, as_bytes(text)});
}
std::string refusal(std::string_view text) {
  const Result<const Importer*> found = find(text);
  return found ? "accepted" : found.error().to_string();
}

TEST(Registry, importers_have_names_and_functions) {
  ASSERT_FALSE(all_importers().empty());
  for (const Importer* importer : all_importers()) {
    EXPECT_FALSE(importer->name.empty());
    EXPECT_NE(importer->sniff, nullptr);
    EXPECT_NE(importer->import, nullptr);
    EXPECT_FALSE(importer->formats().empty());
  }
}

TEST(Registry, finds_the_importer_of_a_pickle) {
  const Result<const Importer*> found = find("\x80\x04K\x01.");
  ASSERT_TRUE(found);
  EXPECT_EQ((*found)->name, "sklearn");
}

TEST(Registry, says_what_a_file_is_that_nobody_reads) {
  EXPECT_NE(refusal("").find("empty"), std::string::npos);
  EXPECT_NE(refusal("version https://git-lfs.github.com/spec/v1\noid").find("git lfs pull"),
            std::string::npos);
  EXPECT_NE(refusal("<!DOCTYPE html><p>").find("HTML"), std::string::npos);
}

}  // namespace
}  // namespace tundish
