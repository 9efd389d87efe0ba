#include "wire/protobuf/proto_reader.h"

#include <protozero/exception.hpp>
#include <protozero/varint.hpp>

#include "base/strings.h"

namespace tundish {

namespace {

std::string_view wire_type_name(WireType type) {
  constexpr std::string_view kNames[] = {"a varint",           "8 bytes",
                                         "a length and bytes", "a start of group",
                                         "an end of group",    "4 bytes"};
  return kNames[static_cast<size_t>(type)];
}

// Bytes of the varint at the front, 0 if it is cut or longer than ten bytes.
size_t varint_bytes(Bytes bytes, uint64_t& value) {
  const char* at = reinterpret_cast<const char*>(bytes.data());
  const char* const begin = at;
  try {
    value = protozero::decode_varint(&at, begin + bytes.size());
  } catch (const protozero::exception&) {
    return 0;
  }
  return static_cast<size_t>(at - begin);
}

// Number of varints in a chunk: each ends in a byte without the top bit.
uint64_t count_varints(Bytes chunk) {
  uint64_t count = 0;
  for (const uint8_t byte : chunk) count += byte < 0x80 ? 1 : 0;
  return count;
}

}  // namespace

Status ProtoBudget::charge(uint64_t bytes) {
  if (bytes > bytes_left_) {
    return Limit(cat("the model's records need more than ", bytes_limit_,
                     " bytes of memory (--memory-limit raises this)"));
  }
  bytes_left_ -= bytes;
  return ok();
}

Result<uint64_t> ProtoReader::read_varint() {
  uint64_t value = 0;
  const size_t length = varint_bytes(bytes_.subspan(at_), value);
  if (length == 0) {
    return InvalidModel(
        cat("offset ", base_offset_ + at_, ": a varint is cut off or longer than ten bytes"));
  }
  at_ += length;
  return value;
}

Status ProtoReader::read_tag() {
  tag_at_ = at_;
  TRY_ASSIGN(const uint64_t tag, read_varint());
  const uint64_t field = tag >> 3;
  // Protobuf's field numbers have 29 bits.
  if (field == 0 || field > 0x1fffffff) {
    return InvalidModel(cat("offset ", offset(), ": field number ", field, " is not allowed"));
  }
  if ((tag & 7) > 5) {
    return InvalidModel(cat("offset ", offset(), ": wire type ", tag & 7, " does not exist"));
  }
  field_ = static_cast<uint32_t>(field);
  wire_type_ = static_cast<WireType>(tag & 7);
  return ok();
}

Status ProtoReader::take(uint64_t count) {
  if (count > bytes_.size() - at_) {
    return InvalidModel(cat("offset ", offset(), ": field ", field_, " needs ", count,
                            " bytes, the message around it has ", bytes_.size() - at_, " left"));
  }
  chunk_ = bytes_.subspan(at_, count);
  at_ += count;
  return ok();
}

Status ProtoReader::read_value() {
  switch (wire_type_) {
    case WireType::kVarint: {
      const size_t begin = at_;
      TRY_ASSIGN(number_, read_varint());
      chunk_ = bytes_.subspan(begin, at_ - begin);
      return ok();
    }
    case WireType::kFixed64: return take(8);
    case WireType::kFixed32: return take(4);
    case WireType::kLength: {
      TRY_ASSIGN(const uint64_t length, read_varint());
      return take(length);
    }
    case WireType::kStartGroup: return skip_group();
    case WireType::kEndGroup: break;
  }
  return InvalidModel(cat("offset ", offset(), ": end of a group that was not begun"));
}

// Groups are never part of ONNX: only their end is looked for. No recursion.
Status ProtoReader::skip_group() {
  const uint64_t begin = offset();
  std::vector<uint32_t> open = {field_};
  while (!open.empty()) {
    if (at_ == bytes_.size()) {
      return InvalidModel(cat("offset ", begin, ": a group is begun and never ended"));
    }
    TRY(read_tag());
    if (wire_type_ == WireType::kStartGroup) {
      if (open.size() + depth_ >= budget_->max_depth()) {
        return Limit(cat("offset ", offset(), ": groups nested deeper than ", budget_->max_depth(),
                         " levels"));
      }
      open.push_back(field_);
    } else if (wire_type_ == WireType::kEndGroup) {
      if (field_ != open.back()) {
        return InvalidModel(
            cat("offset ", offset(), ": end of group ", field_, ", expected ", open.back()));
      }
      open.pop_back();
    } else {
      TRY(read_value());
    }
  }
  wire_type_ = WireType::kStartGroup;
  return ok();
}

Result<bool> ProtoReader::next() {
  if (at_ == bytes_.size()) return false;
  TRY(read_tag());
  TRY(read_value());
  return true;
}

Status ProtoReader::expect(WireType wanted) const {
  if (wire_type_ == wanted) return ok();
  return InvalidModel(cat("offset ", offset(), ": field ", field_, " is ",
                          wire_type_name(wire_type_), ", expected ", wire_type_name(wanted)));
}

Result<uint64_t> ProtoReader::varint() const {
  TRY(expect(WireType::kVarint));
  return number_;
}

Result<int64_t> ProtoReader::int64() const {
  TRY(expect(WireType::kVarint));
  return static_cast<int64_t>(number_);
}

Result<int32_t> ProtoReader::int32() const {
  TRY_ASSIGN(const int64_t wide, int64());
  if (wide != static_cast<int32_t>(wide)) {
    return InvalidModel(
        cat("offset ", offset(), ": field ", field_, " is ", wide, ", which is beyond 32 bits"));
  }
  return static_cast<int32_t>(wide);
}

Result<float> ProtoReader::float32() const {
  TRY(expect(WireType::kFixed32));
  return load_unaligned<float>(chunk_.data());
}

Result<Bytes> ProtoReader::bytes() const {
  TRY(expect(WireType::kLength));
  return chunk_;
}

Result<std::string_view> ProtoReader::text() const {
  TRY(expect(WireType::kLength));
  return as_text(chunk_);
}

Result<ProtoReader> ProtoReader::message() const {
  TRY(expect(WireType::kLength));
  if (depth_ >= budget_->max_depth()) {
    return Limit(cat("offset ", offset(), ": messages nested deeper than ", budget_->max_depth(),
                     " levels"));
  }
  const auto inside = static_cast<uint64_t>(chunk_.data() - bytes_.data());
  return ProtoReader(chunk_, *budget_, base_offset_ + inside, depth_ + 1);
}

Result<Bytes> ProtoReader::packed_chunk(WireType element) const {
  if (wire_type_ != WireType::kLength) TRY(expect(element));
  const size_t item_bytes = element == WireType::kFixed32   ? 4
                            : element == WireType::kFixed64 ? 8
                                                            : 1;
  if (chunk_.size() % item_bytes != 0) {
    return InvalidModel(cat("offset ", offset(), ": field ", field_, " packs ", chunk_.size(),
                            " bytes, not a multiple of ", item_bytes));
  }
  return chunk_;
}

Status ProtoReader::append_int64s(std::vector<int64_t>& out) const {
  if (wire_type_ == WireType::kVarint) {
    TRY(budget_->charge(sizeof(int64_t)));
    out.push_back(static_cast<int64_t>(number_));
    return ok();
  }
  TRY(expect(WireType::kLength));
  const uint64_t count = count_varints(chunk_);
  TRY(budget_->charge(count * sizeof(int64_t)));
  out.reserve(out.size() + count);
  for (size_t at = 0; at < chunk_.size();) {
    uint64_t value = 0;
    const size_t length = varint_bytes(chunk_.subspan(at), value);
    if (length == 0) {
      return InvalidModel(cat("offset ", offset(), ": field ", field_,
                              " ends inside a varint or holds one longer than ten bytes"));
    }
    out.push_back(static_cast<int64_t>(value));
    at += length;
  }
  return ok();
}

Status ProtoReader::append_float32s(std::vector<float>& out) const {
  TRY_ASSIGN(const Bytes chunk, packed_chunk(WireType::kFixed32));
  TRY(budget_->charge(chunk.size()));
  const size_t before = out.size();
  out.resize(before + chunk.size() / 4);
  if (!chunk.empty()) std::memcpy(out.data() + before, chunk.data(), chunk.size());
  return ok();
}

Status decode_varints(Bytes chunk, std::vector<uint64_t>& out) {
  out.reserve(out.size() + count_varints(chunk));
  for (size_t at = 0; at < chunk.size();) {
    uint64_t value = 0;
    const size_t length = varint_bytes(chunk.subspan(at), value);
    if (length == 0) return InvalidModel("packed numbers end inside a varint");
    out.push_back(value);
    at += length;
  }
  return ok();
}

}  // namespace tundish
