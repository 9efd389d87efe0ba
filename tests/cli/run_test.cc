// tundish run through the binary.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/array_file.h"
#include "process.h"

namespace tundish {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

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
  EXPECT_THAT(word.err, HasSubstr("row 1 (line 3)"));
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

// The first row of the example with one cell replaced, without a header.
std::string row_with(const std::string& cell) {
  const std::string rows = read_text(example("rows.csv"));
  const size_t begin = rows.find('\n') + 1;
  const std::string row = rows.substr(begin, rows.find('\n', begin) - begin);
  return cell + row.substr(row.find(',')) + "\n";
}

TEST(Run, values_that_the_original_refuses_are_refused_with_their_place) {
  const Folder folder;
  const std::string model = converted(folder);
  for (const char* cell : {"inf", "-inf"}) {
    write_text(folder / "rows.csv", row_with("1") + row_with(cell));
    const Finished done = tundish({"run", model, "--input", folder / "rows.csv"});
    EXPECT_EQ(done.status, 5) << cell << done.err;
    EXPECT_THAT(done.err, HasSubstr("row 1"));
    EXPECT_THAT(done.err, HasSubstr("column"));
  }
}

TEST(Run, a_million_columns_are_an_error_in_one_line) {
  const Folder folder;
  std::string row = "0";
  for (int i = 1; i < 1'000'000; ++i) row += ",0";
  write_text(folder / "wide.csv", row + "\n" + row + "\n");
  const Finished done =
      tundish({"run", converted(folder), "--input", folder / "wide.csv", "--header", "no"});
  EXPECT_EQ(done.status, 5) << done.err.substr(0, 300);
  EXPECT_LT(done.err.size(), 2000u);
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

}  // namespace
}  // namespace tundish
