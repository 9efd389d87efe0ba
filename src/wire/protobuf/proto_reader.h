// Protobuf messages field by field: bounded, without copies, without generated code.
#ifndef TUNDISH_WIRE_PROTOBUF_PROTO_READER_H_
#define TUNDISH_WIRE_PROTOBUF_PROTO_READER_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "tundish/limits.h"
#include "tundish/result.h"

namespace tundish {

/// Wire types of protobuf's encoding (protobuf.dev/programming-guides/encoding).
enum class WireType : uint8_t {
  kVarint = 0,
  kFixed64 = 1,
  kLength = 2,
  kStartGroup = 3,
  kEndGroup = 4,
  kFixed32 = 5,
};

/// What all messages of one file share: how much memory their records may still take.
class ProtoBudget {
 public:
  explicit ProtoBudget(const Limits& limits)
      : bytes_left_(limits.max_memory_bytes),
        bytes_limit_(limits.max_memory_bytes),
        max_depth_(limits.max_protobuf_depth) {}

  /// Accounts for `bytes` about to be allocated. kLimit when that is too much.
  Status charge(uint64_t bytes);
  uint32_t max_depth() const { return max_depth_; }

 private:
  uint64_t bytes_left_;
  uint64_t bytes_limit_;
  uint32_t max_depth_;
};

/// Reads one message forward. Views alias the bytes; `budget` must outlive the reader. Errors are
/// kInvalidModel and name the offset in the file; kLimit for nesting and memory.
class ProtoReader {
 public:
  ProtoReader(Bytes message, ProtoBudget& budget) : ProtoReader(message, budget, 0, 1) {}

  /// Moves to the next field, whose value is read (groups are skipped). False at the end.
  Result<bool> next();

  /// Number of the current field.
  uint32_t field() const { return field_; }
  WireType wire_type() const { return wire_type_; }
  /// Place of the current field's tag in the file.
  uint64_t offset() const { return base_offset_ + tag_at_; }

  /// The current field's value; an error when it has another wire type.
  Result<uint64_t> varint() const;
  Result<int64_t> int64() const;
  /// int32 and enum: protobuf keeps the low 32 bits; a value beyond them is refused here.
  Result<int32_t> int32() const;
  Result<float> float32() const;
  Result<Bytes> bytes() const;
  Result<std::string_view> text() const;
  /// The current field as a message. kLimit when it lies deeper than max_protobuf_depth.
  Result<ProtoReader> message() const;

  /// Appends a repeated scalar, packed or single.
  Status append_int64s(std::vector<int64_t>& out) const;
  Status append_float32s(std::vector<float>& out) const;
  /// The current field as one chunk of packed elements: the packed bytes, or the bytes of a single
  /// element that was written unpacked.
  Result<Bytes> packed_chunk(WireType element) const;

  ProtoBudget& budget() const { return *budget_; }

 private:
  ProtoReader(Bytes message, ProtoBudget& budget, uint64_t base_offset, uint32_t depth)
      : bytes_(message), budget_(&budget), base_offset_(base_offset), depth_(depth) {}
  Result<uint64_t> read_varint();
  Status read_tag();
  Status read_value();
  Status take(uint64_t count);
  Status skip_group();
  Status expect(WireType wanted) const;

  Bytes bytes_;
  ProtoBudget* budget_;
  uint64_t base_offset_;
  uint32_t depth_;
  size_t at_ = 0;
  size_t tag_at_ = 0;
  uint32_t field_ = 0;
  WireType wire_type_ = WireType::kVarint;
  uint64_t number_ = 0;  ///< value of kVarint
  Bytes chunk_;          ///< bytes of the value, for all wire types but groups
};

/// Appends all varints of a chunk. kInvalidModel when it ends inside one.
Status decode_varints(Bytes chunk, std::vector<uint64_t>& out);

}  // namespace tundish

#endif  // TUNDISH_WIRE_PROTOBUF_PROTO_READER_H_
