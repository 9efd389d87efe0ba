#include "ort/library.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

namespace tundish {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

TEST(OrtLibrary, names_the_file_that_cannot_be_loaded) {
  const auto library = ort::Library::load("/no/such/libonnxruntime.so");
  EXPECT_EQ(library.error().code(), ErrorCode::kIo);
  EXPECT_THAT(library.error().to_string(), HasSubstr("/no/such/libonnxruntime.so"));
}

TEST(OrtLibrary, knows_other_libraries_from_its_own) {
  const auto library = ort::Library::load("libm.so.6");
  EXPECT_EQ(library.error().code(), ErrorCode::kUnsupported);
  EXPECT_THAT(library.error().to_string(), HasSubstr("no ONNX Runtime library"));
}

TEST(OrtLibrary, lists_providers_by_short_names) {
  const char* path = std::getenv("TUNDISH_ORT_LIBRARY");
  if (path == nullptr || *path == 0) GTEST_SKIP() << "TUNDISH_ORT_LIBRARY names no library";
  const auto library = ort::Library::load(path).value();
  EXPECT_EQ(library->path(), path);
  EXPECT_THAT(library->providers().value(), Contains("CPU"));
}

}  // namespace
}  // namespace tundish
