#include "data/byte_sink.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>

#include "data/data_for_test.h"
#include "data/row_writer.h"

namespace tundish {
namespace {

using data_test::contains;
using data_test::TestFile;

TEST(ByteSink, tells_a_full_disk) {
  Result<std::unique_ptr<ByteSink>> sink = ByteSink::create("/dev/full");
  ASSERT_TRUE(sink);
  Status status = (*sink)->write("text");
  if (status) status = (*sink)->finish();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code(), ErrorCode::kIo);
  contains(status.error().to_string(), "No space left");
  EXPECT_EQ(::access("/dev/full", F_OK), 0);
}

TEST(ByteSink, tells_a_closed_pipe) {
  std::signal(SIGPIPE, SIG_IGN);
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  Result<std::unique_ptr<ByteSink>> sink = ByteSink::create("/dev/fd/" + std::to_string(ends[1]));
  ASSERT_TRUE(sink);
  ::close(ends[0]);
  ASSERT_TRUE((*sink)->write("text"));
  const Status status = (*sink)->finish();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code(), ErrorCode::kIo);
  ::close(ends[1]);
}

TEST(ByteSink, refuses_folders_and_missing_places) {
  EXPECT_EQ(ByteSink::create("/").error().code(), ErrorCode::kIo);
  EXPECT_FALSE(ByteSink::create("/nowhere/at/all.csv"));
  EXPECT_EQ(make_folder("/nowhere/at/all").error().code(), ErrorCode::kIo);
  EXPECT_TRUE(is_folder("/"));
  EXPECT_TRUE(is_stream("/dev/null"));
  EXPECT_FALSE(is_occupied("/dev/null"));
}

TEST(ByteSink, writes_an_npy_into_a_pipe) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  WriteOptions options;
  options.format = OutputFormat::kNpy;
  auto writer =
      RowWriter::open("/dev/fd/" + std::to_string(ends[1]), {{"a", DType::kInt64, {}}}, options);
  ASSERT_TRUE(writer) << writer.error().to_string();
  const int64_t rows[] = {0, 1};
  const std::vector<Value> values = {Value(Tensor::of(std::span<const int64_t>(rows)))};
  ASSERT_TRUE((*writer)->write({rows, values, {}, {}}));
  ASSERT_TRUE((*writer)->finish());
  ::close(ends[1]);
  std::string text(1000, '\0');
  const ssize_t count = ::read(ends[0], text.data(), text.size());
  EXPECT_EQ(count, 128 + 16);
  contains(text, "'shape': (2,)");
  ::close(ends[0]);
}

TEST(SpillFile, reads_back_what_was_written) {
  const TestFile file("beside");
  Result<SpillFile> spill = SpillFile::create(file.path());
  ASSERT_TRUE(spill);
  const std::string text(300'000, 'x');
  ASSERT_TRUE(spill->write(text));
  ASSERT_TRUE(spill->write("end"));
  EXPECT_EQ(spill->byte_count(), 300'003U);
  char tail[8];
  Result<size_t> count = spill->read_at(300'000, tail, sizeof tail);
  ASSERT_TRUE(count);
  EXPECT_EQ(std::string(tail, *count), "end");
  EXPECT_FALSE(file.exists());
}

}  // namespace
}  // namespace tundish
