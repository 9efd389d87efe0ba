// Zip archives (PKWARE APPNOTE 6.3): read from memory, written as a stream of stored members.
#ifndef TUNDISH_WIRE_ZIP_ZIP_H_
#define TUNDISH_WIRE_ZIP_ZIP_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "tundish/limits.h"
#include "tundish/result.h"

namespace tundish {

/// One file in the archive, as the central directory states it.
struct ZipMember {
  std::string name;
  uint64_t bytes = 0;         ///< once unpacked
  uint64_t packed_bytes = 0;  ///< in the archive
  uint64_t data_offset = 0;   ///< of the packed bytes in the archive
  uint64_t header_offset = 0;
  uint32_t crc = 0;
  uint16_t method = 0;  ///< 0 stored, 8 deflate
};

/// Bytes of a member and what keeps them alive.
struct ZipContents {
  Bytes bytes;
  std::shared_ptr<const void> owner;
};

/// A whole archive. The central directory is checked against every local header when it is opened:
/// names, sizes, methods, flags; members may not overlap each other or the directory; names are
/// given once. Strict: nothing may follow the end record, several disks are refused.
class ZipFile {
 public:
  /// `file` is kept alive by `owner`. kInvalidModel with the place for damage; kUnsupported for
  /// encryption and for methods other than stored and deflate, by name; kLimit for too many
  /// members, a member over the memory limit or an expansion beyond the ratio limit.
  static Result<ZipFile> open(Bytes file, std::shared_ptr<const void> owner, const Limits& limits);
  /// Whether the bytes begin as an archive does.
  static bool sniff(Bytes file);

  const std::vector<ZipMember>& members() const { return members_; }
  /// Null when there is none of that name.
  const ZipMember* find(std::string_view name) const;
  /// The member's bytes: a part of the archive when stored, inflated otherwise (64-byte aligned).
  /// The CRC is checked. kInvalidModel for damage.
  Result<ZipContents> read(const ZipMember& member) const;

 private:
  ZipFile(Bytes file, std::shared_ptr<const void> owner) : file_(file), owner_(std::move(owner)) {}
  Bytes file_;
  std::shared_ptr<const void> owner_;
  std::vector<ZipMember> members_;
};

/// Writes stored members one after the other; sizes and CRCs are known before. No time stamps: all
/// say 1980-01-01. ZIP64 fields as numpy writes them (always in the local header).
class ZipWriter {
 public:
  using Write = std::function<Status(std::string_view)>;
  /// `write` is called with the archive's bytes in order.
  explicit ZipWriter(Write write) : write_(std::move(write)) {}

  /// Begins a member of `bytes` bytes; exactly so many go through write() afterwards. kInternal
  /// when the member before is not full or the name is over 65,535 bytes.
  Status begin(std::string_view name, uint64_t bytes, uint32_t crc);
  Status write(std::string_view text);
  /// Writes the central directory.
  Status finish();

 private:
  Status put(std::string_view text);
  Write write_;
  std::vector<ZipMember> members_;
  uint64_t offset_ = 0;
  uint64_t open_bytes_ = 0;
};

}  // namespace tundish

#endif  // TUNDISH_WIRE_ZIP_ZIP_H_
