#include "base/strings.h"
#include "wire/zip/zip.h"

namespace tundish {

namespace {

/// 1980-01-01 in DOS form: the earliest date, so that equal contents give equal files.
constexpr uint16_t kDosDate = 1 << 5 | 1;
constexpr uint16_t kVersionZip64 = 45;
constexpr uint16_t kFlagUtf8 = 1u << 11;
constexpr uint32_t kEscape32 = 0xFFFFFFFF;

template <class T> void put_little(std::string& out, T value) {
  for (size_t i = 0; i < sizeof(T); ++i) {
    out += static_cast<char>(static_cast<uint64_t>(value) >> (8 * i) & 0xFF);
  }
}

uint16_t name_flags(std::string_view name) {
  for (const char character : name) {
    if (static_cast<uint8_t>(character) >= 0x80) return kFlagUtf8;
  }
  return 0;
}

/// The fields that both headers share, from "version needed" to the CRC.
void put_common(std::string& out, const ZipMember& member) {
  put_little<uint16_t>(out, kVersionZip64);
  put_little<uint16_t>(out, name_flags(member.name));
  put_little<uint16_t>(out, 0);  // stored
  put_little<uint16_t>(out, 0);  // time
  put_little<uint16_t>(out, kDosDate);
  put_little<uint32_t>(out, member.crc);
}

std::string local_header(const ZipMember& member) {
  std::string out;
  put_little<uint32_t>(out, 0x04034b50);
  put_common(out, member);
  put_little<uint32_t>(out, kEscape32);
  put_little<uint32_t>(out, kEscape32);
  put_little<uint16_t>(out, static_cast<uint16_t>(member.name.size()));
  put_little<uint16_t>(out, 20);
  out += member.name;
  put_little<uint16_t>(out, 1);
  put_little<uint16_t>(out, 16);
  put_little<uint64_t>(out, member.bytes);
  put_little<uint64_t>(out, member.bytes);
  return out;
}

std::string central_header(const ZipMember& member) {
  const bool large = member.bytes >= kEscape32;
  const bool far = member.header_offset >= kEscape32;
  const auto size = large ? kEscape32 : static_cast<uint32_t>(member.bytes);
  std::string extra;
  if (large || far) {
    put_little<uint16_t>(extra, 1);
    put_little<uint16_t>(extra, static_cast<uint16_t>((large ? 16 : 0) + (far ? 8 : 0)));
    if (large) put_little<uint64_t>(extra, member.bytes);
    if (large) put_little<uint64_t>(extra, member.bytes);
    if (far) put_little<uint64_t>(extra, member.header_offset);
  }
  std::string out;
  put_little<uint32_t>(out, 0x02014b50);
  put_little<uint16_t>(out, kVersionZip64);
  put_common(out, member);
  put_little<uint32_t>(out, size);
  put_little<uint32_t>(out, size);
  put_little<uint16_t>(out, static_cast<uint16_t>(member.name.size()));
  put_little<uint16_t>(out, static_cast<uint16_t>(extra.size()));
  put_little<uint16_t>(out, 0);  // comment
  put_little<uint16_t>(out, 0);  // disk
  put_little<uint16_t>(out, 0);  // internal attributes
  put_little<uint32_t>(out, 0);  // external attributes
  put_little<uint32_t>(out, far ? kEscape32 : static_cast<uint32_t>(member.header_offset));
  return out + member.name + extra;
}

/// ZIP64 end record and its locator.
std::string end64(uint64_t member_count, uint64_t bytes, uint64_t offset) {
  std::string out;
  put_little<uint32_t>(out, 0x06064b50);
  put_little<uint64_t>(out, 44);
  put_little<uint16_t>(out, kVersionZip64);
  put_little<uint16_t>(out, kVersionZip64);
  put_little<uint64_t>(out, 0);  // disks
  put_little<uint64_t>(out, member_count);
  put_little<uint64_t>(out, member_count);
  put_little<uint64_t>(out, bytes);
  put_little<uint64_t>(out, offset);
  put_little<uint32_t>(out, 0x07064b50);
  put_little<uint32_t>(out, 0);
  put_little<uint64_t>(out, offset + bytes);
  put_little<uint32_t>(out, 1);
  return out;
}

}  // namespace

Status ZipWriter::put(std::string_view text) {
  offset_ += text.size();
  return write_(text);
}

Status ZipWriter::begin(std::string_view name, uint64_t bytes, uint32_t crc) {
  if (open_bytes_ != 0) return Internal(cat("zip member ends ", open_bytes_, " bytes early"));
  if (name.empty() || name.size() > 0xFFFF) return Internal("zip member name of a wrong length");
  ZipMember member;
  member.name = std::string(name);
  member.bytes = bytes;
  member.packed_bytes = bytes;
  member.crc = crc;
  member.header_offset = offset_;
  open_bytes_ = bytes;
  members_.push_back(member);
  return put(local_header(member));
}

Status ZipWriter::write(std::string_view text) {
  if (text.size() > open_bytes_) return Internal("more bytes than the zip member was begun with");
  open_bytes_ -= text.size();
  return put(text);
}

Status ZipWriter::finish() {
  if (open_bytes_ != 0) return Internal(cat("zip member ends ", open_bytes_, " bytes early"));
  const uint64_t directory_offset = offset_;
  for (const ZipMember& member : members_) TRY(put(central_header(member)));
  const uint64_t directory_bytes = offset_ - directory_offset;
  const bool large =
      members_.size() >= 0xFFFF || directory_offset >= kEscape32 || directory_bytes >= kEscape32;
  if (large) TRY(put(end64(members_.size(), directory_bytes, directory_offset)));
  const auto count = static_cast<uint16_t>(large ? 0xFFFF : members_.size());
  std::string end;
  put_little<uint32_t>(end, 0x06054b50);
  put_little<uint32_t>(end, 0);
  put_little<uint16_t>(end, count);
  put_little<uint16_t>(end, count);
  put_little<uint32_t>(end, large ? kEscape32 : static_cast<uint32_t>(directory_bytes));
  put_little<uint32_t>(end, large ? kEscape32 : static_cast<uint32_t>(directory_offset));
  put_little<uint16_t>(end, 0);
  return put(end);
}

}  // namespace tundish
