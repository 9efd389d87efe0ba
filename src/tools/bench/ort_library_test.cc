#include "tools/bench/ort_library.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tools/bench/peer_for_test.h"

namespace tundish {
namespace {

using ::testing::HasSubstr;

constexpr const char* kVariable = "TUNDISH_ORT_LIBRARY";

TEST(OrtLibrary, says_what_would_help_where_there_is_none) {
  const VariableForTest unset(kVariable, nullptr);
  for (const char* python : {"/no/such/python", "it's quoted"}) {
    const auto library = load_ort_library("", python);
    ASSERT_FALSE(library);
    EXPECT_EQ(library.error().code(), ErrorCode::kNotFound);
    const std::string text = library.error().to_string();
    EXPECT_THAT(text, HasSubstr(python));
    EXPECT_THAT(text, HasSubstr("--ort-library"));
    EXPECT_THAT(text, HasSubstr(kVariable));
    EXPECT_THAT(text, HasSubstr("--python"));
  }
}

TEST(OrtLibrary, names_the_file_that_cannot_be_loaded) {
  EXPECT_THAT(refusal_of(load_ort_library("/no/such/libonnxruntime.so", "python3")),
              HasSubstr("/no/such/libonnxruntime.so"));
  const VariableForTest set(kVariable, "/no/such/variable.so");
  EXPECT_THAT(refusal_of(load_ort_library("", "/no/such/python")),
              HasSubstr("/no/such/variable.so"));
}

TEST(OrtLibrary, knows_other_libraries_from_its_own) {
  const auto library = load_ort_library("libm.so.6", "python3");
  ASSERT_FALSE(library);
  EXPECT_THAT(library.error().to_string(), HasSubstr("no ONNX Runtime library"));
}

}  // namespace
}  // namespace tundish
