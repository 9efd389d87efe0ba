#include "data/byte_sink.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/mapped_file.h"
#include "base/strings.h"

namespace tundish {

namespace {

/// Bytes wait until a write is worth a system call.
constexpr size_t kPendingBytes = size_t{1} << 17;

Error io_error(std::string_view what, const std::string& path) {
  const int code = errno;
  return Io(cat("cannot ", what, " ", quoted(path, 400), ": ", std::strerror(code)));
}

Status write_all(int descriptor, std::string_view text, const std::string& path) {
  while (!text.empty()) {
    const ssize_t count = ::write(descriptor, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return io_error("write", path);
    text.remove_prefix(static_cast<size_t>(count));
  }
  return ok();
}

class FileSink : public ByteSink {
 public:
  explicit FileSink(AtomicFile file) : file_(std::move(file)) {}
  Status write(std::string_view text) override {
    pending_ += text;
    return pending_.size() < kPendingBytes ? ok() : flush();
  }
  Status finish() override {
    TRY(flush());
    return file_.commit();
  }

 private:
  Status flush() {
    TRY(file_.write(pending_));
    pending_.clear();
    return ok();
  }
  AtomicFile file_;
  std::string pending_;
};

class StreamSink : public ByteSink {
 public:
  StreamSink(std::string path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}
  ~StreamSink() override {
    if (descriptor_ > STDERR_FILENO) ::close(descriptor_);
  }
  Status write(std::string_view text) override {
    pending_ += text;
    return pending_.size() < kPendingBytes ? ok() : flush();
  }
  Status finish() override {
    TRY(flush());
    const int descriptor = std::exchange(descriptor_, -1);
    if (descriptor > STDERR_FILENO && ::close(descriptor) != 0) return io_error("write", path_);
    return ok();
  }

 private:
  Status flush() {
    TRY(write_all(descriptor_, pending_, path_));
    pending_.clear();
    return ok();
  }
  std::string path_;
  int descriptor_;
  std::string pending_;
};

}  // namespace

Result<std::unique_ptr<ByteSink>> ByteSink::create(const std::string& path) {
  using Made = std::unique_ptr<ByteSink>;
  if (path == "-") return Made(std::make_unique<StreamSink>("standard output", STDOUT_FILENO));
  struct stat info {};
  if (::stat(path.c_str(), &info) == 0) {
    if (S_ISDIR(info.st_mode)) return Io(cat("cannot write ", quoted(path, 400), ": a folder"));
    if (!S_ISREG(info.st_mode)) {
      const int descriptor = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
      if (descriptor < 0) return io_error("write", path);
      return Made(std::make_unique<StreamSink>(path, descriptor));
    }
  }
  TRY_ASSIGN(AtomicFile file, AtomicFile::create(path));
  return Made(std::make_unique<FileSink>(std::move(file)));
}

bool is_occupied(const std::string& path) {
  struct stat info {};
  return path != "-" && ::stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) &&
         info.st_size > 0;
}

bool is_stream(const std::string& path) {
  struct stat info {};
  return path == "-" || (::stat(path.c_str(), &info) == 0 && !S_ISREG(info.st_mode));
}

bool is_folder(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

Status make_folder(const std::string& path) {
  if (is_folder(path) || ::mkdir(path.c_str(), 0777) == 0) return ok();
  return io_error("make the folder", path);
}

Result<SpillFile> SpillFile::create(const std::string& beside) {
  const size_t slash = beside.find_last_of('/');
  // For a stream there is no folder to go by; the system's own for temporary files serves.
  std::string name = beside == "-" || beside.starts_with("/dev/") ? "/tmp/"
                     : slash == std::string::npos                 ? ""
                                                                  : beside.substr(0, slash + 1);
  name += ".tundish-XXXXXX";
  const int descriptor = ::mkostemp(name.data(), O_CLOEXEC);
  if (descriptor < 0) return io_error("write beside", beside);
  ::unlink(name.c_str());
  return SpillFile(beside, descriptor);
}

SpillFile::SpillFile(SpillFile&& other) noexcept
    : beside_(std::move(other.beside_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      pending_(std::move(other.pending_)),
      byte_count_(other.byte_count_) {}

SpillFile::~SpillFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Status SpillFile::flush() {
  TRY(write_all(descriptor_, pending_, beside_));
  pending_.clear();
  return ok();
}

Status SpillFile::write(std::string_view text) {
  byte_count_ += text.size();
  pending_ += text;
  return pending_.size() < kPendingBytes ? ok() : flush();
}

Result<size_t> SpillFile::read_at(uint64_t offset, char* to, size_t capacity) {
  TRY(flush());
  while (true) {
    const ssize_t count = ::pread(descriptor_, to, capacity, static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return io_error("read back the rows for", beside_);
    return static_cast<size_t>(count);
  }
}

}  // namespace tundish
