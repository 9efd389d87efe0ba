// Files as bytes: mapped for reading, written beside and renamed.
#ifndef TUNDISH_BASE_MAPPED_FILE_H_
#define TUNDISH_BASE_MAPPED_FILE_H_

#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "tundish/result.h"

namespace tundish {

/// A whole file mapped read-only and private. Shared by everything that borrows from it.
class MappedFile {
 public:
  /// kNotFound or kIo, naming the path. An empty file gives empty bytes. Folders and devices are
  /// kIo.
  static Result<std::shared_ptr<const MappedFile>> open(const std::string& path);
  /// A file below a folder: no piece of `path`, which is relative, may be a symbolic link. The
  /// caller has made sure that it holds no "..".
  static Result<std::shared_ptr<const MappedFile>> open_below(const std::string& folder,
                                                              const std::string& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  Bytes bytes() const { return bytes_; }
  const std::string& path() const { return path_; }

 private:
  MappedFile(std::string path, Bytes bytes) : path_(std::move(path)), bytes_(bytes) {}
  static Result<std::shared_ptr<const MappedFile>> map(const std::string& path, int descriptor);
  std::string path_;
  Bytes bytes_;
};

/// Gives back the memory of pages that lie wholly in these bytes of a mapped file; a later read
/// brings them back from the file. Any thread, also while others read them.
void release_pages(Bytes mapped);

/// Writes through a temporary file in the target's folder and renames it: a reader sees the old
/// file or the new one, never half. On failure (full disk, read-only folder) nothing is left
/// behind.
class AtomicFile {
 public:
  static Result<AtomicFile> create(const std::string& path);
  AtomicFile(AtomicFile&& other) noexcept;
  AtomicFile& operator=(AtomicFile&&) = delete;
  ~AtomicFile();  ///< removes the temporary unless commit() succeeded

  Status write(std::string_view text);
  Status write(Bytes bytes) { return write(as_text(bytes)); }
  /// Writes at an absolute offset (to fill in a header once the row count is known).
  Status write_at(uint64_t offset, std::string_view text);
  /// fsync, close, rename. After it the object is empty.
  Status commit();

 private:
  AtomicFile(std::string path, std::string temporary, int descriptor);
  std::string path_;
  std::string temporary_;
  int descriptor_ = -1;
};

/// AtomicFile in one call.
Status write_file(const std::string& path, std::string_view contents);

}  // namespace tundish

#endif  // TUNDISH_BASE_MAPPED_FILE_H_
