#include "wire/protobuf/proto_writer.h"

#include <protozero/buffer_string.hpp>
#include <protozero/varint.hpp>

namespace tundish {

size_t varint_size(uint64_t value) {
  return static_cast<size_t>(protozero::length_of_varint(value));
}

std::string& ProtoWriter::tail() {
  if (pieces_.empty() || !pieces_.back().blob.empty()) pieces_.emplace_back();
  return pieces_.back().text;
}

void ProtoWriter::varint(uint64_t value) {
  std::string& out = tail();
  const size_t before = out.size();
  protozero::add_varint_to_buffer(&out, value);
  size_ += out.size() - before;
}

void ProtoWriter::tag(uint32_t field, uint32_t wire_type) { varint(field << 3 | wire_type); }

void ProtoWriter::int64(uint32_t field, int64_t value) {
  tag(field, 0);
  varint(static_cast<uint64_t>(value));
}

void ProtoWriter::float32(uint32_t field, float value) {
  tag(field, 5);
  tail().append(reinterpret_cast<const char*>(&value), sizeof value);
  size_ += sizeof value;
}

void ProtoWriter::text(uint32_t field, std::string_view value) {
  tag(field, 2);
  varint(value.size());
  tail() += value;
  size_ += value.size();
}

void ProtoWriter::packed_int64s(uint32_t field, std::span<const int64_t> values) {
  uint64_t length = 0;
  for (const int64_t value : values) length += varint_size(static_cast<uint64_t>(value));
  tag(field, 2);
  varint(length);
  std::string& out = tail();
  out.reserve(out.size() + length);
  for (const int64_t value : values) {
    protozero::add_varint_to_buffer(&out, static_cast<uint64_t>(value));
  }
  size_ += length;
}

void ProtoWriter::packed_float32s(uint32_t field, std::span<const float> values) {
  text(field, as_text({reinterpret_cast<const uint8_t*>(values.data()), values.size_bytes()}));
}

void ProtoWriter::blob(uint32_t field, Bytes value) {
  tag(field, 2);
  varint(value.size());
  if (value.empty()) return;
  pieces_.push_back({{}, value});
  size_ += value.size();
}

void ProtoWriter::message(uint32_t field, ProtoWriter inner) {
  const size_t length_bytes = varint_size(inner.size());
  message(field, std::move(inner), length_bytes);
}

void ProtoWriter::message(uint32_t field, ProtoWriter inner, size_t length_bytes) {
  tag(field, 2);
  std::string& out = tail();
  uint64_t length = inner.size();
  for (size_t i = 1; i < length_bytes; ++i) {
    out += static_cast<char>(0x80 | (length & 0x7f));
    length >>= 7;
  }
  out += static_cast<char>(length);
  size_ += length_bytes + inner.size();
  // Small messages are joined to the text before them: a list of a million nodes stays flat.
  for (Piece& piece : inner.pieces_) {
    if (piece.blob.empty()) {
      tail() += piece.text;
    } else {
      pieces_.push_back(std::move(piece));
    }
  }
}

void ProtoWriter::append_to(std::string& out) const {
  out.reserve(out.size() + size_);
  for (const Piece& piece : pieces_) {
    out += piece.blob.empty() ? std::string_view(piece.text) : as_text(piece.blob);
  }
}

}  // namespace tundish
