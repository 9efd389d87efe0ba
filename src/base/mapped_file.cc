#include "base/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/strings.h"

namespace tundish {

namespace {

Error io_error(std::string_view what, const std::string& path) {
  const int code = errno;
  const std::string message =
      cat("cannot ", what, " ", quoted(path, 400), ": ", std::strerror(code));
  return code == ENOENT ? NotFound(message) : Io(message);
}

}  // namespace

Result<std::shared_ptr<const MappedFile>> MappedFile::open(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return io_error("open", path);
  return map(path, descriptor);
}

Result<std::shared_ptr<const MappedFile>> MappedFile::open_below(const std::string& folder,
                                                                 const std::string& path) {
  constexpr int kNoLink = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW;
  int at = ::open(folder.c_str(), O_RDONLY | O_CLOEXEC | O_DIRECTORY);
  if (at < 0) return io_error("open", folder);
  for (size_t begin = 0;;) {
    const size_t slash = path.find('/', begin);
    const bool is_last = slash == std::string::npos;
    const std::string piece = path.substr(begin, is_last ? slash : slash - begin);
    const int next = ::openat(at, piece.c_str(), is_last ? kNoLink : kNoLink | O_DIRECTORY);
    if (next < 0 && errno == ELOOP) {
      ::close(at);
      return Io(cat("cannot open ", quoted(path, 400), ": a symbolic link"));
    }
    if (next < 0) {
      Error error = io_error("open", path);
      ::close(at);
      return error;
    }
    ::close(at);
    if (is_last) return map(path, next);
    at = next;
    begin = slash + 1;
  }
}

// Takes the descriptor.
Result<std::shared_ptr<const MappedFile>> MappedFile::map(const std::string& path, int descriptor) {
  struct stat info {};
  if (::fstat(descriptor, &info) != 0 || !S_ISREG(info.st_mode)) {
    ::close(descriptor);
    return Io(cat("cannot read ", quoted(path, 400), ": not a regular file"));
  }
  const auto size = static_cast<size_t>(info.st_size);
  Bytes bytes;
  if (size > 0) {
    void* data = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
    if (data == MAP_FAILED) {
      Error error = io_error("map", path);
      ::close(descriptor);
      return error;
    }
    bytes = {static_cast<const uint8_t*>(data), size};
  }
  ::close(descriptor);
  return std::shared_ptr<const MappedFile>(new MappedFile(path, bytes));
}

MappedFile::~MappedFile() {
  if (!bytes_.empty()) ::munmap(const_cast<uint8_t*>(bytes_.data()), bytes_.size());
}

void release_pages(Bytes mapped) {
  const auto page = static_cast<uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto first = reinterpret_cast<uintptr_t>(mapped.data());
  const uintptr_t begin = (first + page - 1) / page * page;
  const uintptr_t end = (first + mapped.size()) / page * page;
  // A private mapping that is never written: nothing is lost.
  if (begin < end) ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
}

AtomicFile::AtomicFile(std::string path, std::string temporary, int descriptor)
    : path_(std::move(path)), temporary_(std::move(temporary)), descriptor_(descriptor) {}

AtomicFile::AtomicFile(AtomicFile&& other) noexcept
    : path_(std::move(other.path_)),
      temporary_(std::move(other.temporary_)),
      descriptor_(std::exchange(other.descriptor_, -1)) {}

Result<AtomicFile> AtomicFile::create(const std::string& path) {
  std::string temporary = path + ".tmp-XXXXXX";
  const int descriptor = ::mkostemp(temporary.data(), O_CLOEXEC);
  if (descriptor < 0) return io_error("write", path);
  const mode_t mask = ::umask(0);
  ::umask(mask);
  if (::fchmod(descriptor, 0666 & ~mask) != 0) {
    Error error = io_error("set the mode of", path);
    ::close(descriptor);
    ::unlink(temporary.c_str());
    return error;
  }
  return AtomicFile(path, std::move(temporary), descriptor);
}

AtomicFile::~AtomicFile() {
  if (descriptor_ < 0) return;
  ::close(descriptor_);
  ::unlink(temporary_.c_str());
}

Status AtomicFile::write(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor_, text.data(), text.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return io_error("write", path_);
    }
    text.remove_prefix(static_cast<size_t>(written));
  }
  return ok();
}

Status AtomicFile::write_at(uint64_t offset, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written =
        ::pwrite(descriptor_, text.data(), text.size(), static_cast<off_t>(offset));
    if (written < 0) {
      if (errno == EINTR) continue;
      return io_error("write", path_);
    }
    offset += static_cast<uint64_t>(written);
    text.remove_prefix(static_cast<size_t>(written));
  }
  return ok();
}

Status AtomicFile::commit() {
  const int descriptor = std::exchange(descriptor_, -1);
  const bool synced = ::fsync(descriptor) == 0;
  const bool closed = ::close(descriptor) == 0;
  if (!synced || !closed || ::rename(temporary_.c_str(), path_.c_str()) != 0) {
    Error error = io_error("write", path_);
    ::unlink(temporary_.c_str());
    return error;
  }
  return ok();
}

Status write_file(const std::string& path, std::string_view contents) {
  TRY_ASSIGN(AtomicFile file, AtomicFile::create(path));
  TRY(file.write(contents));
  return file.commit();
}

}  // namespace tundish
