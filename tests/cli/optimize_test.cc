// tundish optimize through the binary.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "process.h"

namespace tundish {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string block() {
  return std::string(TUNDISH_SOURCE_DIR) + "/examples/encoder_block/model.onnx";
}

TEST(Optimize, writes_a_smaller_model_and_verifies_it) {
  const Folder folder;
  const std::string output = folder / "smaller.onnx";
  const Finished done = tundish({"optimize", block(), "-o", output, "--verify"});
  EXPECT_EQ(done.status, 0) << done.err;
  EXPECT_THAT(done.out, HasSubstr("verified on made-up data"));
  EXPECT_TRUE(std::filesystem::exists(output));
  const Finished shown = tundish({"inspect", output, "--graph"});
  EXPECT_THAT(shown.out, HasSubstr("LayerNormalization"));
  EXPECT_THAT(shown.out, HasSubstr("Gelu"));
  EXPECT_THAT(shown.out, Not(HasSubstr("Shape(")));
  // What tundish wrote may be written again; another's file may not.
  EXPECT_EQ(tundish({"optimize", block(), "-o", output}).status, 0);
  write_text(folder / "mine.onnx", "not yours");
  EXPECT_EQ(tundish({"optimize", block(), "-o", folder / "mine.onnx"}).status, 7);
  EXPECT_EQ(tundish({"optimize", block(), "-o", folder / "mine.onnx", "--force"}).status, 0);
}

TEST(Optimize, explains_and_counts) {
  const Finished all = tundish({"optimize", block(), "-v"});
  EXPECT_THAT(all.err, HasSubstr("recognize_gelu"));
  const Finished none = tundish({"optimize", block(), "--stop-after", "0", "--json"});
  EXPECT_THAT(none.out, HasSubstr("\"rewrites\": []"));
  const Finished exact = tundish({"optimize", block(), "--exact", "--verify", "--json"});
  EXPECT_THAT(exact.out, HasSubstr("\"different\": 0"));
  EXPECT_THAT(exact.out, HasSubstr("\"exact\": true"));
  EXPECT_THAT(tundish({"optimize", "--passes"}).out, HasSubstr("fold_constants (portable, exact)"));
}

TEST(Optimize, wrong_words_and_wrong_files) {
  const Folder folder;
  EXPECT_EQ(tundish({"optimize"}).status, 2);
  EXPECT_EQ(tundish({"optimize", block(), "--target", "other"}).status, 2);
  EXPECT_EQ(tundish({"optimize", folder / "none.onnx"}).status, 7);
  write_text(folder / "bad.onnx", "x");
  EXPECT_EQ(tundish({"optimize", folder / "bad.onnx"}).status, 3);
}

}  // namespace
}  // namespace tundish
