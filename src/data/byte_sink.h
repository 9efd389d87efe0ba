// Where output bytes go: a file that appears whole, a stream, or a nameless file to wait in.
#ifndef TUNDISH_DATA_BYTE_SINK_H_
#define TUNDISH_DATA_BYTE_SINK_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tundish/result.h"

namespace tundish {

/// Takes bytes in order. finish() makes them visible; without it a file is as it was.
class ByteSink {
 public:
  virtual ~ByteSink() = default;
  virtual Status write(std::string_view text) = 0;
  virtual Status finish() = 0;

  /// "-" is standard output; devices and pipes are written directly, everything else through a
  /// temporary file and rename. kIo or kNotFound.
  static Result<std::unique_ptr<ByteSink>> create(const std::string& path);
};

/// Whether something is in the way at `path`: a regular file that is not empty.
bool is_occupied(const std::string& path);
/// "-", or a device or pipe: written front to back, never replaced.
bool is_stream(const std::string& path);
bool is_folder(const std::string& path);
/// Makes the folder unless it is there; its parent must be. kIo.
Status make_folder(const std::string& path);

/// Bytes that wait in a file without a name, in the folder of `beside`; nothing is left behind.
class SpillFile {
 public:
  static Result<SpillFile> create(const std::string& beside);
  SpillFile(SpillFile&& other) noexcept;
  SpillFile& operator=(SpillFile&&) = delete;
  ~SpillFile();

  Status write(std::string_view text);
  uint64_t byte_count() const { return byte_count_; }
  /// Reads up to `capacity` bytes from `offset` into `to`; 0 at the end. write() may not follow.
  Result<size_t> read_at(uint64_t offset, char* to, size_t capacity);

 private:
  SpillFile(std::string beside, int descriptor)
      : beside_(std::move(beside)), descriptor_(descriptor) {}
  Status flush();
  std::string beside_;
  int descriptor_;
  std::string pending_;
  uint64_t byte_count_ = 0;
};

}  // namespace tundish

#endif  // TUNDISH_DATA_BYTE_SINK_H_
