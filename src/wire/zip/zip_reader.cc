#include <algorithm>
#include <optional>
#include <unordered_set>

#include "base/strings.h"
#include "tundish/value.h"
#include "wire/cursor.h"
#include "wire/zip/deflate.h"
#include "wire/zip/zip.h"

namespace tundish {

namespace {

constexpr uint32_t kLocalSignature = 0x04034b50;
constexpr uint32_t kCentralSignature = 0x02014b50;
constexpr uint32_t kEndSignature = 0x06054b50;
constexpr uint32_t kEnd64Signature = 0x06064b50;
constexpr uint32_t kLocator64Signature = 0x07064b50;
constexpr size_t kEndBytes = 22;
constexpr size_t kLocator64Bytes = 20;
constexpr size_t kEnd64Bytes = 56;
constexpr uint16_t kZip64Tag = 1;
/// Deflate's best is 258 bytes out of 2 bits: 1,032 to 1, plus the last block.
constexpr uint64_t kDeflateMaxRatio = 1032;

constexpr uint16_t kFlagEncrypted = 1u << 0;
constexpr uint16_t kFlagDescriptor = 1u << 3;
constexpr uint16_t kFlagStrongEncryption = 1u << 6;
constexpr uint16_t kFlagMasked = 1u << 13;
/// Deflate's level (1, 2), descriptor (3) and UTF-8 names (11) change nothing that is read here.
constexpr uint16_t kFlagsRead = 1u << 1 | 1u << 2 | kFlagDescriptor | 1u << 11;

struct MethodName {
  uint16_t method;
  std::string_view name;
};
constexpr MethodName kOtherMethods[] = {{1, "shrink"}, {6, "implode"}, {9, "deflate64"},
                                        {12, "bzip2"}, {14, "lzma"},   {93, "zstandard"},
                                        {95, "xz"},    {98, "ppmd"},   {99, "AES encryption"}};

Error fault(uint64_t offset, std::string_view what) {
  return InvalidModel(cat("zip archive, offset ", offset, ": ", what));
}

/// Where the central directory lies and how many members it lists.
struct Directory {
  uint64_t offset = 0;
  uint64_t bytes = 0;
  uint64_t member_count = 0;
};

Result<size_t> find_end(Bytes file) {
  if (file.size() < kEndBytes) return fault(0, "too short for a zip archive");
  const size_t lowest = file.size() - std::min(file.size(), kEndBytes + 65'535);
  for (size_t at = file.size() - kEndBytes + 1; at-- > lowest;) {
    if (load_unaligned<uint32_t>(file.data() + at) != kEndSignature) continue;
    const auto comment_bytes = load_unaligned<uint16_t>(file.data() + at + 20);
    if (at + kEndBytes + comment_bytes == file.size()) return at;
  }
  return fault(file.size(), "the end record is missing; the file is cut short or no zip archive");
}

/// The ZIP64 end record in front of `end_at`, when there is one.
Result<std::optional<Directory>> read_end64(Bytes file, size_t end_at, size_t& directory_end) {
  if (end_at < kLocator64Bytes + kEnd64Bytes) return std::optional<Directory>();
  const size_t locator_at = end_at - kLocator64Bytes;
  Cursor locator(file.subspan(locator_at, kLocator64Bytes), locator_at);
  TRY_ASSIGN(const uint32_t signature, locator.little<uint32_t>());
  if (signature != kLocator64Signature) return std::optional<Directory>();
  TRY(locator.skip(4));
  TRY_ASSIGN(const uint64_t record_at, locator.little<uint64_t>());
  TRY_ASSIGN(const uint32_t disks, locator.little<uint32_t>());
  if (disks > 1 || record_at != locator_at - kEnd64Bytes) {
    return fault(locator_at, "the ZIP64 locator points elsewhere");
  }
  Cursor record(file.subspan(record_at, kEnd64Bytes), record_at);
  TRY_ASSIGN(const uint32_t record_signature, record.little<uint32_t>());
  TRY_ASSIGN(const uint64_t record_bytes, record.little<uint64_t>());
  if (record_signature != kEnd64Signature || record_bytes != kEnd64Bytes - 12) {
    return fault(record_at, "the ZIP64 end record is damaged");
  }
  TRY(record.skip(4));
  TRY_ASSIGN(const uint64_t disk_numbers, record.little<uint64_t>());
  TRY_ASSIGN(const uint64_t members_here, record.little<uint64_t>());
  Directory directory;
  TRY_ASSIGN(directory.member_count, record.little<uint64_t>());
  TRY_ASSIGN(directory.bytes, record.little<uint64_t>());
  TRY_ASSIGN(directory.offset, record.little<uint64_t>());
  if (disk_numbers != 0 || members_here != directory.member_count) {
    return fault(record_at, "archives over several disks are not read");
  }
  directory_end = record_at;
  return std::optional<Directory>(directory);
}

Result<Directory> find_directory(Bytes file) {
  TRY_ASSIGN(const size_t end_at, find_end(file));
  size_t directory_end = end_at;
  Cursor end(file.subspan(end_at), end_at);
  TRY(end.skip(4));
  TRY_ASSIGN(const uint32_t disk_numbers, end.little<uint32_t>());
  TRY_ASSIGN(const uint16_t members_here, end.little<uint16_t>());
  TRY_ASSIGN(const uint16_t member_count, end.little<uint16_t>());
  TRY_ASSIGN(const uint32_t bytes, end.little<uint32_t>());
  TRY_ASSIGN(const uint32_t offset, end.little<uint32_t>());
  if (disk_numbers != 0 || members_here != member_count) {
    return fault(end_at, "archives over several disks are not read");
  }
  Directory directory{offset, bytes, member_count};
  TRY_ASSIGN(const std::optional<Directory> larger, read_end64(file, end_at, directory_end));
  if (larger) {
    const auto agrees = [](uint64_t small, uint64_t escape, uint64_t wide) {
      return small == escape || small == wide;
    };
    if (!agrees(offset, 0xFFFFFFFF, larger->offset) || !agrees(bytes, 0xFFFFFFFF, larger->bytes) ||
        !agrees(member_count, 0xFFFF, larger->member_count)) {
      return fault(end_at, "the two end records disagree");
    }
    directory = *larger;
  }
  if (directory.offset > directory_end || directory.bytes != directory_end - directory.offset) {
    return fault(end_at, "the central directory does not end where the end record begins");
  }
  return directory;
}

/// Replaces the 32-bit escapes by the 64-bit numbers of the ZIP64 extra field.
Status read_extra(Cursor extra, std::vector<uint64_t*> escaped) {
  while (!escaped.empty() || !extra.at_end()) {
    if (extra.at_end()) return fault(extra.offset(), "the ZIP64 field is missing");
    TRY_ASSIGN(const uint16_t tag, extra.little<uint16_t>());
    TRY_ASSIGN(const uint16_t bytes, extra.little<uint16_t>());
    const uint64_t offset = extra.offset();
    TRY_ASSIGN(const Bytes field, extra.take(bytes));
    if (tag != kZip64Tag) continue;
    Cursor numbers(field, offset);
    for (uint64_t* number : escaped) {
      TRY_ASSIGN(*number, numbers.little<uint64_t>());
    }
    escaped.clear();
  }
  return ok();
}

struct Header {
  ZipMember member;
  uint16_t flags = 0;
};

Status check_flags(const Header& header) {
  const std::string name = quoted(header.member.name);
  if ((header.flags & (kFlagEncrypted | kFlagStrongEncryption | kFlagMasked)) != 0) {
    return Unsupported(cat("zip member ", name, " is encrypted"));
  }
  if ((header.flags & ~kFlagsRead) != 0) {
    return Unsupported(cat("zip member ", name, " has unknown flags ", uint64_t{header.flags}));
  }
  if (header.member.method == 0 || header.member.method == 8) return ok();
  std::string method = cat(uint64_t{header.member.method});
  for (const MethodName& other : kOtherMethods) {
    if (other.method == header.member.method) method = other.name;
  }
  return Unsupported(
      cat("zip member ", name, " is packed by ", method, " (stored and deflate are read)"));
}

Status check_sizes(const ZipMember& member, const Limits& limits) {
  const std::string name = quoted(member.name);
  if (member.method == 0 && member.bytes != member.packed_bytes) {
    return fault(member.header_offset, cat("stored member ", name, " states two sizes"));
  }
  if (member.bytes > limits.max_memory_bytes && member.method != 0) {
    return Limit(cat("zip member ", name, " unpacks to ", member.bytes,
                     " bytes, over the memory limit of ", limits.max_memory_bytes,
                     " (--memory-limit raises it)"));
  }
  if (member.method == 0) return ok();
  const uint64_t ratio = member.bytes / std::max<uint64_t>(member.packed_bytes, 1);
  if (ratio > kDeflateMaxRatio) {
    return fault(member.header_offset, cat("member ", name, " cannot unpack to ", member.bytes,
                                           " bytes from ", member.packed_bytes));
  }
  if (member.bytes > limits.decompression_free_bytes && ratio > limits.max_decompression_ratio) {
    return Limit(cat("zip member ", name, " grows ", ratio, " times when unpacked, the limit is ",
                     limits.max_decompression_ratio));
  }
  return ok();
}

/// One entry of the central directory; the cursor stands at its signature.
Result<Header> read_central(Cursor& cursor) {
  const uint64_t at = cursor.offset();
  TRY_ASSIGN(const uint32_t signature, cursor.little<uint32_t>());
  if (signature != kCentralSignature) return fault(at, "no entry of the central directory here");
  Header header;
  ZipMember& member = header.member;
  TRY(cursor.skip(4));
  TRY_ASSIGN(header.flags, cursor.little<uint16_t>());
  TRY_ASSIGN(member.method, cursor.little<uint16_t>());
  TRY(cursor.skip(4));
  TRY_ASSIGN(member.crc, cursor.little<uint32_t>());
  TRY_ASSIGN(member.packed_bytes, cursor.little<uint32_t>());
  TRY_ASSIGN(member.bytes, cursor.little<uint32_t>());
  TRY_ASSIGN(const uint16_t name_bytes, cursor.little<uint16_t>());
  TRY_ASSIGN(const uint16_t extra_bytes, cursor.little<uint16_t>());
  TRY_ASSIGN(const uint16_t comment_bytes, cursor.little<uint16_t>());
  TRY_ASSIGN(const uint16_t disk, cursor.little<uint16_t>());
  TRY(cursor.skip(6));
  TRY_ASSIGN(member.header_offset, cursor.little<uint32_t>());
  TRY_ASSIGN(const Bytes name, cursor.take(name_bytes));
  const uint64_t extra_at = cursor.offset();
  TRY_ASSIGN(const Bytes extra, cursor.take(extra_bytes));
  TRY(cursor.skip(comment_bytes));
  member.name = std::string(as_text(name));
  if (disk != 0) return fault(at, "archives over several disks are not read");
  if (member.name.empty() || member.name.find('\0') != std::string::npos) {
    return fault(at, cat("bad member name ", quoted(member.name)));
  }
  std::vector<uint64_t*> escaped;
  for (uint64_t* number : {&member.bytes, &member.packed_bytes, &member.header_offset}) {
    if (*number == 0xFFFFFFFF) escaped.push_back(number);
  }
  TRY(read_extra(Cursor(extra, extra_at), std::move(escaped)));
  return header;
}

/// Checks the local header against the entry and finds where the data begins.
Status check_local(Bytes file, uint64_t limit_offset, Header& central) {
  ZipMember& member = central.member;
  const uint64_t at = member.header_offset;
  const auto differs = [&](std::string_view what) {
    return fault(at, cat("member ", quoted(member.name), ": ", what,
                         " differs between its header and the directory"));
  };
  if (at > limit_offset) return fault(at, "a member begins behind the central directory");
  Cursor cursor(file.subspan(at, limit_offset - at), at);
  TRY_ASSIGN(const uint32_t signature, cursor.little<uint32_t>());
  if (signature != kLocalSignature) return fault(at, "no member header here");
  TRY(cursor.skip(2));
  TRY_ASSIGN(const uint16_t flags, cursor.little<uint16_t>());
  TRY_ASSIGN(const uint16_t method, cursor.little<uint16_t>());
  TRY(cursor.skip(4));
  TRY_ASSIGN(const uint32_t crc, cursor.little<uint32_t>());
  TRY_ASSIGN(uint64_t packed_bytes, cursor.little<uint32_t>());
  TRY_ASSIGN(uint64_t bytes, cursor.little<uint32_t>());
  TRY_ASSIGN(const uint16_t name_bytes, cursor.little<uint16_t>());
  TRY_ASSIGN(const uint16_t extra_bytes, cursor.little<uint16_t>());
  TRY_ASSIGN(const Bytes name, cursor.take(name_bytes));
  const uint64_t extra_at = cursor.offset();
  TRY_ASSIGN(const Bytes extra, cursor.take(extra_bytes));
  if (as_text(name) != member.name) return differs("the name");
  if (method != member.method) return differs("the method");
  if (flags != central.flags) return differs("the flags");
  std::vector<uint64_t*> escaped;
  if (bytes == 0xFFFFFFFF) escaped.push_back(&bytes);
  if (packed_bytes == 0xFFFFFFFF) escaped.push_back(&packed_bytes);
  TRY(read_extra(Cursor(extra, extra_at), std::move(escaped)));
  // With a descriptor behind the data the header may leave its numbers 0.
  const bool deferred = (flags & kFlagDescriptor) != 0;
  if (crc != member.crc && !(deferred && crc == 0)) return differs("the CRC");
  if (bytes != member.bytes && !(deferred && bytes == 0)) return differs("the size");
  if (packed_bytes != member.packed_bytes && !(deferred && packed_bytes == 0)) {
    return differs("the packed size");
  }
  member.data_offset = cursor.offset();
  return in(cat("zip member ", quoted(member.name)), cursor.skip(member.packed_bytes));
}

Status check_overlaps(const std::vector<ZipMember>& members) {
  std::vector<const ZipMember*> ordered;
  for (const ZipMember& member : members) ordered.push_back(&member);
  std::sort(ordered.begin(), ordered.end(), [](const ZipMember* a, const ZipMember* b) {
    return a->header_offset < b->header_offset;
  });
  for (size_t i = 1; i < ordered.size(); ++i) {
    if (ordered[i - 1]->data_offset + ordered[i - 1]->packed_bytes > ordered[i]->header_offset) {
      return fault(ordered[i]->header_offset, cat("members ", quoted(ordered[i - 1]->name), " and ",
                                                  quoted(ordered[i]->name), " overlap"));
    }
  }
  return ok();
}

}  // namespace

bool ZipFile::sniff(Bytes file) {
  if (file.size() < kEndBytes) return false;
  const auto signature = load_unaligned<uint32_t>(file.data());
  return signature == kLocalSignature || signature == kEndSignature;
}

Result<ZipFile> ZipFile::open(Bytes file, std::shared_ptr<const void> owner, const Limits& limits) {
  TRY_ASSIGN(const Directory directory, find_directory(file));
  if (directory.member_count > limits.max_zip_members) {
    return Limit(cat("a zip archive of ", directory.member_count, " members, the limit is ",
                     limits.max_zip_members));
  }
  ZipFile zip(file, std::move(owner));
  Cursor cursor(file.subspan(directory.offset, directory.bytes), directory.offset);
  std::unordered_set<std::string_view> names;
  // Reserved so that the names that `names` looks at stay where they are.
  zip.members_.reserve(std::min<uint64_t>(directory.member_count, directory.bytes / 46 + 1));
  while (!cursor.at_end() && zip.members_.size() < directory.member_count) {
    TRY_ASSIGN(Header header, read_central(cursor));
    TRY(check_flags(header));
    TRY(check_sizes(header.member, limits));
    TRY(check_local(file, directory.offset, header));
    zip.members_.push_back(std::move(header.member));
    if (!names.insert(zip.members_.back().name).second) {
      return fault(zip.members_.back().header_offset,
                   cat("member ", quoted(zip.members_.back().name), " occurs twice"));
    }
  }
  if (zip.members_.size() != directory.member_count || !cursor.at_end()) {
    return fault(cursor.offset(),
                 cat("the central directory should list ", directory.member_count, " members"));
  }
  TRY(check_overlaps(zip.members_));
  return zip;
}

const ZipMember* ZipFile::find(std::string_view name) const {
  for (const ZipMember& member : members_) {
    if (member.name == name) return &member;
  }
  return nullptr;
}

Result<ZipContents> ZipFile::read(const ZipMember& member) const {
  const Bytes packed = file_.subspan(member.data_offset, member.packed_bytes);
  ZipContents contents{packed, owner_};
  if (member.method != 0) {
    TRY_ASSIGN(Tensor room, Tensor::allocate(DType::kUint8, {static_cast<int64_t>(member.bytes)}));
    const std::span<uint8_t> out = room.mutable_values<uint8_t>();
    TRY(in(cat("zip member ", quoted(member.name)), inflate_exactly(packed, out)));
    contents = {out, room.owner()};
  }
  if (crc32_update(0, contents.bytes) != member.crc) {
    return fault(member.data_offset,
                 cat("member ", quoted(member.name), " is damaged: its CRC does not hold"));
  }
  return contents;
}

}  // namespace tundish
