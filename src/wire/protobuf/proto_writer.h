// Protobuf messages written as a list of pieces: large blobs are referred to until the end, so that
// they are copied once and their place in the file can be chosen.
#ifndef TUNDISH_WIRE_PROTOBUF_PROTO_WRITER_H_
#define TUNDISH_WIRE_PROTOBUF_PROTO_WRITER_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace tundish {

/// Bytes that protobuf's varint of `value` takes (1 to 10).
size_t varint_size(uint64_t value);

/// One message under construction. Fields appear in the order of the calls; proto3's defaults are
/// not left out by themselves. The same calls give the same bytes.
class ProtoWriter {
 public:
  void int64(uint32_t field, int64_t value);
  void float32(uint32_t field, float value);
  void text(uint32_t field, std::string_view value);
  void packed_int64s(uint32_t field, std::span<const int64_t> values);
  void packed_float32s(uint32_t field, std::span<const float> values);
  /// A blob that is not copied now: it must stay valid until append_to().
  void blob(uint32_t field, Bytes value);
  void message(uint32_t field, ProtoWriter inner);
  /// A message whose length takes exactly `length_bytes` bytes (a varint may be padded).
  void message(uint32_t field, ProtoWriter inner, size_t length_bytes);

  uint64_t size() const { return size_; }
  void append_to(std::string& out) const;

 private:
  struct Piece {
    std::string text;  ///< used when blob is empty
    Bytes blob;
  };
  std::string& tail();
  void tag(uint32_t field, uint32_t wire_type);
  void varint(uint64_t value);

  std::vector<Piece> pieces_;
  uint64_t size_ = 0;
};

}  // namespace tundish

#endif  // TUNDISH_WIRE_PROTOBUF_PROTO_WRITER_H_
