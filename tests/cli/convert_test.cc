// tundish convert through the binary.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>

#include "process.h"

namespace tundish {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

namespace fs = std::filesystem;

TEST(Convert, writes_beside_the_source_and_reports) {
  const Folder folder;
  fs::copy(example("model.joblib"), folder / "m.joblib");
  const Finished done = tundish({"convert", folder / "m.joblib"});
  EXPECT_EQ(done.status, 0) << done.err;
  EXPECT_TRUE(fs::exists(folder / "m.onnx"));
  EXPECT_THAT(done.out, HasSubstr("0 labels differ"));
  EXPECT_THAT(done.out, HasSubstr("proven"));
  const std::string first = read_text(folder / "m.onnx");
  EXPECT_EQ(tundish({"convert", folder / "m.joblib"}).status, 0);  // ours: replaced without --force
  EXPECT_EQ(read_text(folder / "m.onnx"), first);
}

TEST(Convert, leaves_foreign_files_alone) {
  const Folder folder;
  write_text(folder / "out.onnx", "somebody else's");
  const std::vector<std::string> words = {"convert", example("model.joblib"), "-o",
                                          folder / "out.onnx"};
  const Finished refused = tundish(words);
  EXPECT_EQ(refused.status, 7);
  EXPECT_THAT(refused.err, HasSubstr("--force"));
  EXPECT_EQ(read_text(folder / "out.onnx"), "somebody else's");
}

TEST(Convert, a_folder_is_mirrored_and_counted) {
  const Folder folder;
  fs::create_directories(folder / "models/deep");
  fs::copy(example("model.joblib"), folder / "models/deep/a.joblib");
  fs::copy(example("model.joblib"), folder / "models/deep/a.pkl");
  write_text(folder / "models/broken.joblib", "<html>not a model</html>");
  const Finished done = tundish({"convert", folder / "models", "-o", folder / "onnx"});
  EXPECT_EQ(done.status, 1);
  EXPECT_THAT(done.out, HasSubstr("converted 2/3"));
  EXPECT_THAT(done.err, HasSubstr("broken.joblib"));
  EXPECT_TRUE(fs::exists(folder / "onnx/deep/a.joblib.onnx"));
  EXPECT_TRUE(fs::exists(folder / "onnx/deep/a.pkl.onnx"));
}

TEST(Convert, checks_the_original_answers_and_refuses_wrong_ones) {
  const Folder folder;
  const std::vector<std::string> words = {
      "convert", example("model.joblib"), "-o",         folder / "m.onnx",
      "--data",  example("rows.csv"),     "--expected", example("expected")};
  const Finished done = tundish(words);
  EXPECT_EQ(done.status, 0) << done.err;
  EXPECT_THAT(done.out, HasSubstr("original's answers: 0 labels differ"));
  fs::create_directories(folder / "wrong");
  std::string labels = read_text(example("expected/predict.npy"));
  labels[labels.size() - 8] ^= 2;
  write_text(folder / "wrong/predict.npy", labels);
  std::vector<std::string> wrong = words;
  wrong[3] = folder / "w.onnx";
  wrong[7] = folder / "wrong";
  const Finished refused = tundish(wrong);
  EXPECT_EQ(refused.status, 1);
  EXPECT_FALSE(fs::exists(folder / "w.onnx"));
}

TEST(Convert, dry_run_writes_nothing_and_json_is_one_document) {
  const Folder folder;
  const Finished dry =
      tundish({"convert", example("model.joblib"), "-o", folder / "m.onnx", "--dry-run"});
  EXPECT_EQ(dry.status, 0);
  EXPECT_FALSE(fs::exists(folder / "m.onnx"));
  EXPECT_THAT(dry.out, HasSubstr("Pipeline"));
  const Finished json =
      tundish({"convert", example("model.joblib"), "-o", folder / "m.onnx", "--json"});
  EXPECT_THAT(json.out, StartsWith("{"));
  EXPECT_THAT(json.out, HasSubstr("\"ok\": true"));
  EXPECT_THAT(json.out, HasSubstr("\"different\": 0"));
}

TEST(Convert, a_read_only_folder_is_an_error_without_a_trace) {
  // root may write in every folder but those of the kernel
  EXPECT_EQ(tundish({"convert", example("model.joblib"), "-o", "/proc/m.onnx"}).status, 7);
  if (::geteuid() == 0) return;
  const Folder folder;
  fs::permissions(folder.path(), fs::perms::owner_read | fs::perms::owner_exec);
  EXPECT_EQ(tundish({"convert", example("model.joblib"), "-o", folder / "m.onnx"}).status, 7);
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST(Convert, metadata_of_the_user_is_kept_and_ours_protected) {
  const Folder folder;
  const std::string out = folder / "m.onnx";
  EXPECT_EQ(tundish({"convert", example("model.joblib"), "-o", out, "--meta", "team=edge"}).status,
            0);
  EXPECT_THAT(tundish({"inspect", out}).out, HasSubstr("team: edge"));
  EXPECT_EQ(
      tundish({"convert", example("model.joblib"), "-o", out, "--meta", "tundish.x=1"}).status, 5);
}

}  // namespace
}  // namespace tundish
