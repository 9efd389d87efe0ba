#include "base/mapped_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

namespace tundish {
namespace {

namespace fs = std::filesystem;

class MappedFileTest : public testing::Test {
 protected:
  MappedFileTest() {
    std::string pattern = testing::TempDir() + "/mapped-XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
  }
  ~MappedFileTest() override { fs::remove_all(folder_); }
  std::string path(const char* name) const { return folder_ / name; }
  size_t file_count() const {
    return static_cast<size_t>(std::distance(fs::directory_iterator(folder_), {}));
  }
  fs::path folder_;
};

TEST_F(MappedFileTest, gives_back_what_was_written) {
  ASSERT_TRUE(write_file(path("a"), "hello").has_value());
  const auto file = MappedFile::open(path("a"));
  ASSERT_TRUE(file.has_value());
  EXPECT_EQ(as_text((*file)->bytes()), "hello");
  EXPECT_EQ((*file)->path(), path("a"));
  EXPECT_EQ(file_count(), 1u);
}

TEST_F(MappedFileTest, an_empty_file_has_no_bytes) {
  ASSERT_TRUE(write_file(path("a"), "").has_value());
  EXPECT_TRUE(MappedFile::open(path("a")).value()->bytes().empty());
}

TEST_F(MappedFileTest, names_what_is_missing_or_no_file) {
  const auto missing = MappedFile::open(path("nothing"));
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().code(), ErrorCode::kNotFound);
  EXPECT_NE(missing.error().message().find("nothing"), std::string::npos);
  EXPECT_EQ(MappedFile::open(folder_).error().code(), ErrorCode::kIo);
}

TEST_F(MappedFileTest, a_pipe_is_refused_without_waiting) {
  ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
  EXPECT_EQ(MappedFile::open(path("pipe")).error().code(), ErrorCode::kIo);
}

TEST_F(MappedFileTest, the_old_file_stays_until_commit) {
  ASSERT_TRUE(write_file(path("a"), "old").has_value());
  {
    auto file = AtomicFile::create(path("a"));
    ASSERT_TRUE(file.has_value());
    ASSERT_TRUE(file->write("new").has_value());
    EXPECT_EQ(as_text(MappedFile::open(path("a")).value()->bytes()), "old");
  }
  EXPECT_EQ(as_text(MappedFile::open(path("a")).value()->bytes()), "old");
  EXPECT_EQ(file_count(), 1u);
}

TEST_F(MappedFileTest, a_header_can_be_filled_in_later) {
  auto file = AtomicFile::create(path("a"));
  ASSERT_TRUE(file.has_value());
  ASSERT_TRUE(file->write("....body").has_value());
  ASSERT_TRUE(file->write_at(0, "head").has_value());
  AtomicFile moved = std::move(*file);
  ASSERT_TRUE(moved.commit().has_value());
  EXPECT_EQ(as_text(MappedFile::open(path("a")).value()->bytes()), "headbody");
}

TEST_F(MappedFileTest, a_failed_rename_leaves_nothing_behind) {
  ASSERT_TRUE(fs::create_directory(folder_ / "target"));
  const Status status = write_file(path("target"), "text");
  ASSERT_FALSE(status.has_value());
  EXPECT_EQ(status.error().code(), ErrorCode::kIo);
  EXPECT_EQ(file_count(), 1u);
}

TEST_F(MappedFileTest, a_missing_folder_is_an_error) {
  EXPECT_EQ(write_file(path("no/such/folder"), "x").error().code(), ErrorCode::kNotFound);
}

TEST_F(MappedFileTest, the_mode_follows_the_umask) {
  const mode_t before = ::umask(027);
  ASSERT_TRUE(write_file(path("a"), "x").has_value());
  ::umask(before);
  struct stat info {};
  ASSERT_EQ(::stat(path("a").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0640u);
}

}  // namespace
}  // namespace tundish
