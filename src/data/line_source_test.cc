#include "data/line_source.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <thread>

#include "data/data_for_test.h"

namespace tundish {
namespace {

std::vector<std::string> all_records(LineSource source) {
  std::vector<std::string> records;
  while (true) {
    Result<std::optional<Record>> record = source.next();
    EXPECT_TRUE(record);
    if (!record || !*record) return records;
    records.emplace_back((*record)->text);
  }
}
std::vector<std::string> of_text(const std::string& text, RecordRule rule) {
  return all_records(LineSource::of_text(text, rule, {}));
}
using Strings = std::vector<std::string>;

TEST(LineSource, splits_lines) {
  EXPECT_EQ(of_text("a\r\n\nb", RecordRule::kLine), (Strings{"a", "", "b"}));
  EXPECT_EQ(of_text("a\n", RecordRule::kLine), (Strings{"a"}));
  EXPECT_EQ(of_text("", RecordRule::kLine), Strings{});
  EXPECT_EQ(of_text("\xEF\xBB\xBF", RecordRule::kLine), Strings{});
  EXPECT_EQ(of_text("\xEF\xBB\xBFx", RecordRule::kLine), (Strings{"x"}));
}

TEST(LineSource, keeps_quoted_line_feeds_together) {
  EXPECT_EQ(of_text("\"a\nb\",c\nd", RecordRule::kComma), (Strings{"\"a\nb\",c", "d"}));
  EXPECT_EQ(of_text("x,\"a\"\"\n\"\ny", RecordRule::kComma), (Strings{"x,\"a\"\"\n\"", "y"}));
  EXPECT_EQ(of_text("5\" x\ny", RecordRule::kComma), (Strings{"5\" x", "y"}));
  EXPECT_EQ(of_text("a\t\"b\nc\"\nd", RecordRule::kTab), (Strings{"a\t\"b\nc\"", "d"}));
  EXPECT_EQ(of_text("a\t\"b\nc\"\nd", RecordRule::kComma), (Strings{"a\t\"b", "c\"", "d"}));
  EXPECT_EQ(of_text("\"open\nend", RecordRule::kComma), (Strings{"\"open\nend"}));
}

TEST(LineSource, reads_files_larger_than_its_buffer) {
  std::string text;
  Strings expected;
  for (int i = 0; i < 60'000; ++i) {
    expected.push_back(i % 7 == 0 ? "\"q\n" + std::to_string(i) + "\"" : std::to_string(i));
    text += expected.back() + "\n";
  }
  expected.push_back(std::string(700'000, 'x'));
  text += expected.back();
  const data_test::TestFile file("lines.csv", text);
  Result<LineSource> source = LineSource::open(file.path(), RecordRule::kComma, {});
  ASSERT_TRUE(source);
  EXPECT_EQ(all_records(std::move(*source)), expected);
}

TEST(LineSource, limits_lines_and_names_missing_files) {
  Limits limits;
  limits.max_line_bytes = 100;
  const data_test::TestFile file("wide.txt", std::string(1'000'000, 'x'));
  Result<LineSource> source = LineSource::open(file.path(), RecordRule::kLine, limits);
  ASSERT_TRUE(source);
  EXPECT_EQ(source->next().error().code(), ErrorCode::kLimit);
  EXPECT_EQ(LineSource::open("/nowhere/x.csv", RecordRule::kLine, {}).error().code(),
            ErrorCode::kNotFound);
  Result<LineSource> folder = LineSource::open("/", RecordRule::kLine, {});
  ASSERT_TRUE(folder);
  EXPECT_EQ(folder->next().error().code(), ErrorCode::kIo);
}

TEST(LineSource, gives_lines_of_a_pipe_as_they_come) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const std::string path = "/dev/fd/" + std::to_string(ends[0]);
  Result<LineSource> source = LineSource::open(path, RecordRule::kLine, {});
  ASSERT_TRUE(source);
  ASSERT_EQ(::write(ends[1], "one\ntw", 6), 6);
  Result<std::optional<Record>> first = source->next();
  ASSERT_TRUE(first);
  EXPECT_EQ((*first)->text, "one");
  ASSERT_EQ(::write(ends[1], "o\n", 2), 2);
  ::close(ends[1]);
  EXPECT_EQ((*source->next())->text, "two");
  EXPECT_FALSE(source->next()->has_value());
  ::close(ends[0]);
}

}  // namespace
}  // namespace tundish
