// The main job through the binary: convert, inspect, run, check, bench on the example.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>

#include "data/array_file.h"
#include "process.h"

namespace tundish {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

namespace fs = std::filesystem;

std::string converted(const Folder& folder) {
  const std::string out = folder / "model.onnx";
  const Finished done = tundish({"convert", example("model.joblib"), "-o", out, "-q"});
  EXPECT_EQ(done.status, 0) << done.err;
  return out;
}

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
  if (::geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
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

TEST(Run, writes_verdict_and_score_as_csv) {
  const Folder folder;
  const Finished done = tundish({"run", converted(folder), "--input", example("rows.csv")});
  EXPECT_EQ(done.status, 0) << done.err;
  EXPECT_THAT(done.out, StartsWith("row,predict,decision_function\n0,"));
}

TEST(Run, gives_every_method_as_the_original_stores_it) {
  const Folder folder;
  const Finished done = tundish({"run", converted(folder), "--input", example("rows.csv"),
                                 "--method", "all", "--output", folder / "answers/"});
  EXPECT_EQ(done.status, 0) << done.err;
  for (const char* method : {"predict", "decision_function", "score_samples"}) {
    const auto ours = read_array_file(folder / ("answers/" + std::string(method) + ".npy"));
    const auto theirs = read_array_file(example("expected/" + std::string(method) + ".npy"));
    ASSERT_TRUE(ours) << ours.error().to_string();
    ASSERT_TRUE(theirs) << theirs.error().to_string();
    EXPECT_EQ(ours->dtype(), theirs->dtype()) << method;
    EXPECT_EQ(ours->shape(), theirs->shape()) << method;
  }
  EXPECT_EQ(read_text(folder / "answers/predict.npy"), read_text(example("expected/predict.npy")));
}

TEST(Run, source_models_and_engines_give_the_same_text) {
  const Folder folder;
  const std::string model = converted(folder);
  const std::string native = tundish({"run", model, "--input", example("rows.csv")}).out;
  EXPECT_EQ(tundish({"run", example("model.joblib"), "--input", example("rows.csv")}).out, native);
  EXPECT_EQ(tundish({"run", model, "--input", example("rows.csv"), "--engine", "reference"}).out,
            native);
  EXPECT_EQ(
      shell("TUNDISH_FORCE_ISA=generic $TUNDISH run " + model + " --input " + example("rows.csv"))
          .out,
      native);
  EXPECT_EQ(
      tundish({"run", model, "--input", "-", "--format", "csv"}, read_text(example("rows.csv")))
          .out,
      native);
  EXPECT_EQ(shell("TUNDISH_FORCE_ISA=mmx $TUNDISH run " + model + " --input " + example("rows.csv"))
                .status,
            5);
}

TEST(Run, bad_rows_name_row_and_column) {
  const Folder folder;
  const std::string model = converted(folder);
  write_text(folder / "text.csv", "a\n");
  const std::string rows = read_text(example("rows.csv"));
  const std::string header = rows.substr(0, rows.find('\n') + 1);
  write_text(folder / "header.csv", header);
  EXPECT_EQ(tundish({"run", model, "--input", folder / "header.csv"}).status, 5);
  write_text(folder / "empty.csv", "");
  EXPECT_EQ(tundish({"run", model, "--input", folder / "empty.csv"}).status, 5);
  std::string cells =
      rows.substr(header.size(), rows.find('\n', header.size()) - header.size() + 1);
  write_text(folder / "word.csv", header + cells + "word" + cells.substr(cells.find(',')));
  const Finished word = tundish({"run", model, "--input", folder / "word.csv"});
  EXPECT_EQ(word.status, 5);
  EXPECT_THAT(word.err, HasSubstr("row 2"));
  const Finished skipped =
      tundish({"run", model, "--input", folder / "word.csv", "--on-error", "skip"});
  EXPECT_EQ(skipped.status, 0) << skipped.err;
  write_text(folder / "narrow.csv", "1,2\n3,4\n");
  const Finished narrow = tundish({"run", model, "--input", folder / "narrow.csv"});
  EXPECT_EQ(narrow.status, 5);
  EXPECT_EQ(tundish({"run", model, "--input", folder / "absent.csv"}).status, 7);
  EXPECT_EQ(tundish({"run", model}).status, 2);
  EXPECT_EQ(tundish({"run", model, "--input", example("rows.csv"), "--method", "transform"}).status,
            7);
}

TEST(Run, replays_golden_rows_and_writes_a_profile) {
  const Folder folder;
  const std::string model = converted(folder);
  const Finished test = tundish({"run", model, "--self-test"});
  EXPECT_EQ(test.status, 0) << test.err;
  EXPECT_THAT(test.out, HasSubstr("golden rows: equal"));
  const Finished profile =
      tundish({"run", model, "--input", example("rows.csv"), "--output", folder / "out.csv",
               "--profile", folder / "trace.json", "--json"});
  EXPECT_EQ(profile.status, 0) << profile.err;
  EXPECT_THAT(read_text(folder / "trace.json"), HasSubstr("traceEvents"));
  EXPECT_THAT(profile.out, HasSubstr("\"rows\""));
}

TEST(Check, is_equal_to_its_source_and_says_what_is_proven) {
  const Folder folder;
  const Finished done = tundish({"check", converted(folder), "--against", example("model.joblib")});
  EXPECT_EQ(done.status, 0) << done.err;
  EXPECT_THAT(done.out, StartsWith("equal: 0 labels differ"));
  EXPECT_THAT(done.out, HasSubstr("proven: "));
  EXPECT_THAT(done.out, HasSubstr("--expected"));
  const Finished json =
      tundish({"check", converted(folder), "--against", example("model.joblib"), "--json"});
  EXPECT_THAT(json.out, HasSubstr("\"bit_identical\": true"));
  EXPECT_THAT(json.out, HasSubstr("\"routing\": true"));
}

TEST(Inspect, shows_the_source_and_the_artefact) {
  const Folder folder;
  const Finished source = tundish({"inspect", example("model.joblib")});
  EXPECT_EQ(source.status, 0) << source.err;
  EXPECT_THAT(source.out, HasSubstr("sklearn.pipeline.Pipeline"));
  EXPECT_THAT(source.out, HasSubstr("estimators_"));
  const std::string model = converted(folder);
  const Finished artefact = tundish({"inspect", model});
  EXPECT_THAT(artefact.out, HasSubstr("tundish.certificate"));
  EXPECT_THAT(artefact.out, HasSubstr("method: decision_function"));
  EXPECT_THAT(tundish({"inspect", model, "--graph"}).out, StartsWith("graph "));
  EXPECT_THAT(tundish({"inspect", model, "--dot"}).out, HasSubstr("digraph"));
  EXPECT_THAT(tundish({"inspect", "--globals", example("model.joblib")}).out,
              HasSubstr("sklearn.ensemble._iforest.IsolationForest"));
  EXPECT_THAT(tundish({"inspect", "--engines"}).out, HasSubstr("native reference"));
}

TEST(Inspect, shows_what_convert_refuses) {
  const Folder folder;
  write_text(folder / "evil.pkl", "cposix\nsystem\n(S'true'\ntR.");
  const Finished shown = tundish({"inspect", folder / "evil.pkl"});
  EXPECT_EQ(shown.status, 0) << shown.err;
  EXPECT_THAT(shown.out, HasSubstr("refused: untrusted"));
  EXPECT_THAT(tundish({"inspect", folder / "evil.pkl", "--globals"}).out,
              HasSubstr("posix.system"));
  EXPECT_EQ(tundish({"inspect", folder / "evil.pkl", "--strict"}).status, 6);
  EXPECT_EQ(tundish({"convert", folder / "evil.pkl"}).status, 6);
}

TEST(Bench, prints_the_document_that_scripts_read) {
  const Folder folder;
  const Finished bench = tundish({"bench", converted(folder), "--input", example("rows.csv"),
                                  "--batch", "1,full", "--seconds", "0.02", "--json"});
  EXPECT_EQ(bench.status, 0) << bench.err;
  EXPECT_THAT(bench.out, HasSubstr("\"schema\": \"tundish.bench/1\""));
  EXPECT_THAT(bench.out, HasSubstr("\"p99_us\""));
  EXPECT_THAT(bench.out, HasSubstr("\"kernel\""));
  EXPECT_EQ(tundish({"bench", example("model.joblib"), "--batch", "none"}).status, 2);
}

TEST(Artefact, every_flipped_byte_is_refused) {
  const Folder folder;
  const std::string model = converted(folder);
  std::string bytes = read_text(model);
  ASSERT_GT(bytes.size(), 1000u);
  // a few hundred places of the file; the unit tests of the digest flip every byte of a small one
  for (size_t at = 0; at < bytes.size(); at += bytes.size() / 150 + 1) {
    bytes[at] = static_cast<char>(bytes[at] ^ 0x10);
    write_text(folder / "damaged.onnx", bytes);
    const Finished run = tundish({"run", folder / "damaged.onnx", "--self-test"});
    EXPECT_TRUE(run.status == 3 || run.status == 4)
        << "byte " << at << ": " << run.status << run.err;
    bytes[at] = static_cast<char>(bytes[at] ^ 0x10);
  }
}

}  // namespace
}  // namespace tundish
