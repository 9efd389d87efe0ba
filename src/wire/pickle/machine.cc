// The loop, frames, stack and memo. Opcodes: CPython's pickletools; protocols 0 to 5.
#include "wire/pickle/machine.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <optional>

#include "base/strings.h"

namespace tundish::pickle {

namespace {
constexpr size_t kListedRefusals = 1000;  // more of them tell nobody anything
constexpr size_t kShownRefusals = 8;      // in one error message
constexpr size_t kFirstStack = 256;
constexpr uint64_t kHighestProtocol = 5;
// Small allocations of one opcode between two checks of the arena's limit.
constexpr uint64_t kStepBytes = 256;
}  // namespace

Status Session::refuse(ErrorCode code, std::string message, uint64_t offset) {
  if (mode == ReadMode::kInspect) {
    auto& refusals = graph.mutable_facts().refusals;
    if (refusals.size() < kListedRefusals) refusals.push_back({code, std::move(message), offset});
    return ok();
  }
  if (code != ErrorCode::kUnsupported) return Error(code, std::move(message));
  if (shows_refusals()) {
    pending_.push_back({code, std::move(message), offset});
  } else {
    ++pending_unlisted_;
  }
  return ok();
}

bool Session::shows_refusals() const {
  if (mode == ReadMode::kInspect) return graph.facts().refusals.size() < kListedRefusals;
  return pending_.size() < kShownRefusals;
}

Error Session::overspent() const {
  return Limit("the same parts of this pickle are used over and over, as no pickler writes it");
}

Status Session::pending() const {
  if (pending_.empty()) return ok();
  std::string message;
  for (const Refusal& refusal : pending_) {
    if (!message.empty()) message += "; ";
    message += refusal.message;
  }
  if (pending_unlisted_ > 0) message += cat("; and ", pending_unlisted_, " more");
  return Error(pending_[0].code, std::move(message));
}

struct Machine::OpcodeTable {
  struct Line {
    uint8_t code;
    const char* name;
    Handler run;
  };
  static constexpr Line kLines[] = {
      {'(', "MARK", &Machine::op_mark},
      {'.', "STOP", &Machine::op_stop},
      {'0', "POP", &Machine::op_pop},
      {'1', "POP_MARK", &Machine::op_pop_mark},
      {'2', "DUP", &Machine::op_dup},
      {'F', "FLOAT", &Machine::op_float},
      {'I', "INT", &Machine::op_int},
      {'J', "BININT", &Machine::op_binint},
      {'K', "BININT1", &Machine::op_binint1},
      {'L', "LONG", &Machine::op_long},
      {'M', "BININT2", &Machine::op_binint2},
      {'N', "NONE", &Machine::op_none},
      {'P', "PERSID", &Machine::op_persid},
      {'Q', "BINPERSID", &Machine::op_binpersid},
      {'R', "REDUCE", &Machine::op_reduce},
      {'S', "STRING", &Machine::op_string},
      {'T', "BINSTRING", &Machine::op_binstring},
      {'U', "SHORT_BINSTRING", &Machine::op_short_binstring},
      {'V', "UNICODE", &Machine::op_unicode},
      {'X', "BINUNICODE", &Machine::op_binunicode},
      {'a', "APPEND", &Machine::op_append},
      {'b', "BUILD", &Machine::op_build},
      {'c', "GLOBAL", &Machine::op_global},
      {'d', "DICT", &Machine::op_dict},
      {'}', "EMPTY_DICT", &Machine::op_empty_dict},
      {'e', "APPENDS", &Machine::op_appends},
      {'g', "GET", &Machine::op_get},
      {'h', "BINGET", &Machine::op_binget},
      {'i', "INST", &Machine::op_inst},
      {'j', "LONG_BINGET", &Machine::op_long_binget},
      {'l', "LIST", &Machine::op_list},
      {']', "EMPTY_LIST", &Machine::op_empty_list},
      {'o', "OBJ", &Machine::op_obj},
      {'p', "PUT", &Machine::op_put},
      {'q', "BINPUT", &Machine::op_binput},
      {'r', "LONG_BINPUT", &Machine::op_long_binput},
      {'s', "SETITEM", &Machine::op_setitem},
      {'t', "TUPLE", &Machine::op_tuple},
      {')', "EMPTY_TUPLE", &Machine::op_empty_tuple},
      {'u', "SETITEMS", &Machine::op_setitems},
      {'G', "BINFLOAT", &Machine::op_binfloat},
      {0x80, "PROTO", &Machine::op_proto},
      {0x81, "NEWOBJ", &Machine::op_newobj},
      {0x82, "EXT1", &Machine::op_ext1},
      {0x83, "EXT2", &Machine::op_ext2},
      {0x84, "EXT4", &Machine::op_ext4},
      {0x85, "TUPLE1", &Machine::op_tuple1},
      {0x86, "TUPLE2", &Machine::op_tuple2},
      {0x87, "TUPLE3", &Machine::op_tuple3},
      {0x88, "NEWTRUE", &Machine::op_true},
      {0x89, "NEWFALSE", &Machine::op_false},
      {0x8a, "LONG1", &Machine::op_long1},
      {0x8b, "LONG4", &Machine::op_long4},
      {'B', "BINBYTES", &Machine::op_binbytes},
      {'C', "SHORT_BINBYTES", &Machine::op_short_binbytes},
      {0x8c, "SHORT_BINUNICODE", &Machine::op_short_binunicode},
      {0x8d, "BINUNICODE8", &Machine::op_binunicode8},
      {0x8e, "BINBYTES8", &Machine::op_binbytes8},
      {0x8f, "EMPTY_SET", &Machine::op_empty_set},
      {0x90, "ADDITEMS", &Machine::op_additems},
      {0x91, "FROZENSET", &Machine::op_frozenset},
      {0x92, "NEWOBJ_EX", &Machine::op_newobj_ex},
      {0x93, "STACK_GLOBAL", &Machine::op_stack_global},
      {0x94, "MEMOIZE", &Machine::op_memoize},
      {0x95, "FRAME", &Machine::op_frame},
      {0x96, "BYTEARRAY8", &Machine::op_bytearray8},
      {0x97, "NEXT_BUFFER", &Machine::op_next_buffer},
      {0x98, "READONLY_BUFFER", &Machine::op_readonly_buffer},
  };

  OpcodeTable() {
    for (const Line& line : kLines) codes[line.code] = {line.name, line.run};
  }
  std::array<Opcode, 256> codes = {};
};

const Machine::OpcodeTable& Machine::opcodes() {
  static const OpcodeTable table;
  return table;
}

Machine::Machine(Session& session, Bytes stream, size_t start, const ArrayReader* arrays)
    : session_(session),
      stream_(stream),
      next_(stream.data() + start),
      limit_(stream.data() + stream.size()),
      end_(stream.data() + stream.size()),
      arrays_(arrays) {}

Status Machine::run() {
  const auto& codes = opcodes().codes;
  while (!stopped_) {
    if (next_ == limit_) {
      limit_ = end_;  // a frame ends here, or the file
      in_frame_ = false;
      if (next_ == end_) {
        return InvalidModel(
            cat("truncated: the pickle has no STOP, the file ends at offset ", position()));
      }
    }
    offset_ = position();
    opcode_ = *next_++;
    const Handler handler = codes[opcode_].run;
    if (handler == nullptr) {
      constexpr char kDigits[] = "0123456789abcdef";
      return InvalidModel(cat("unknown opcode 0x", kDigits[opcode_ >> 4], kDigits[opcode_ & 15],
                              " at offset ", offset_));
    }
    ++own_opcodes_;
    if (++session_.opcode_count > session_.limits.max_pickle_opcodes) {
      return Limit(cat("more than ", session_.limits.max_pickle_opcodes,
                       " opcodes in this pickle; --memory-limit raises this"));
    }
    TRY(session_.graph.arena().check(kStepBytes));
    TRY((this->*handler)());
  }
  return ok();
}

Error Machine::fault(std::string_view message) const {
  return InvalidModel(
      cat(message, " (opcode ", opcodes().codes[opcode_].name, " at offset ", offset_, ")"));
}

Error Machine::short_read(uint64_t bytes) const {
  if (limit_ != end_ && bytes <= static_cast<uint64_t>(end_ - next_))
    return fault("an opcode straddles the end of its frame");
  return fault(cat("truncated: needs ", bytes, bytes == 1 ? " byte" : " bytes", " at offset ",
                   position(), ", file has ", stream_.size()));
}

Status Machine::grow_stack() {
  const uint64_t most = session_.limits.max_pickle_stack;
  if (stack_size_ >= most)
    return Limit(cat("more than ", most, " values on the pickle's stack at offset ", offset_));
  const size_t grown = std::min<size_t>(std::max(kFirstStack, stack_.size() * 2), most);
  session_.graph.arena().charge((grown - stack_.size()) * sizeof(ObjectId));
  stack_.resize(grown);
  return ok();
}

Result<ObjectId> Machine::top() const {
  const size_t floor = marks_.empty() ? 0 : marks_.back();
  if (stack_size_ <= floor)
    return fault(marks_.empty() ? "stack underflow" : "stack underflow: nothing above the MARK");
  return stack_[stack_size_ - 1];
}

Result<ObjectId> Machine::pop() {
  TRY_ASSIGN(const ObjectId id, top());
  --stack_size_;
  return id;
}

Result<std::span<const ObjectId>> Machine::pop_mark() {
  if (marks_.empty()) return fault("no MARK on the stack");
  const size_t from = marks_.back();
  marks_.pop_back();
  const std::span<const ObjectId> items(stack_.data() + from, stack_size_ - from);
  stack_size_ = from;
  return items;
}

Result<std::string_view> Machine::line() {
  const auto left = static_cast<size_t>(limit_ - next_);
  const void* found = left == 0 ? nullptr : std::memchr(next_, '\n', left);
  if (found == nullptr && limit_ != end_)
    return fault("a text line straddles the end of its frame");
  if (found == nullptr) return fault("truncated: the text line has no end");
  const auto* end = static_cast<const uint8_t*>(found);
  const std::string_view text = as_text({next_, static_cast<size_t>(end - next_)});
  next_ = end + 1;
  return text;
}

Status Machine::continue_at(size_t position) {
  if (in_frame_ && next_ != limit_) return fault("array data inside an unfinished frame");
  next_ = stream_.data() + position;
  in_frame_ = false;
  limit_ = end_;
  return ok();
}

Status Machine::refuse_opcode(ErrorCode code, std::string_view why) {
  return session_.refuse(
      code, cat("opcode ", opcodes().codes[opcode_].name, " at offset ", offset_, " ", why),
      offset_);
}

Status Machine::op_proto() {
  TRY(need(1));
  const uint8_t protocol = read_little<uint8_t>();
  if (protocol > kHighestProtocol) {
    return Unsupported(cat("pickle protocol ", protocol, " at offset ", offset_,
                           "; the highest known is ", kHighestProtocol));
  }
  PickleFacts& facts = session_.graph.mutable_facts();
  facts.protocol = std::max<int>(facts.protocol, protocol);
  return ok();
}

Status Machine::op_frame() {
  if (in_frame_) return fault("a frame begins inside another");
  limit_ = end_;
  TRY(need(8));
  const uint64_t length = read_little<uint64_t>();
  if (length > static_cast<uint64_t>(end_ - next_)) {
    return fault(
        cat("truncated: the frame has ", length, " bytes, the file has ", end_ - next_, " left"));
  }
  limit_ = next_ + length;
  in_frame_ = true;
  return ok();
}

Status Machine::op_stop() {
  if (!marks_.empty()) return fault("a MARK is left open at STOP");
  if (stack_size_ != 1) {
    return fault(stack_size_ == 0 ? std::string("the stack is empty at STOP")
                                  : cat(stack_size_, " values are left on the stack at STOP"));
  }
  result_ = stack_[0];
  stopped_ = true;
  return ok();
}

Status Machine::op_mark() {
  if (marks_.size() >= session_.limits.max_pickle_marks) {
    return Limit(
        cat("more than ", session_.limits.max_pickle_marks, " open MARKs at offset ", offset_));
  }
  marks_.push_back(static_cast<uint32_t>(stack_size_));
  return ok();
}

// POP, POP_MARK and DUP never occur in files of models; they are harmless, so merely unsupported.
Status Machine::op_pop() {
  TRY(refuse_opcode(ErrorCode::kUnsupported, "is never written for a model"));
  if (!marks_.empty() && marks_.back() == stack_size_) {
    marks_.pop_back();  // POP takes a MARK as well
    return ok();
  }
  TRY(pop());
  return ok();
}

Status Machine::op_pop_mark() {
  TRY(refuse_opcode(ErrorCode::kUnsupported, "is never written for a model"));
  TRY(pop_mark());
  return ok();
}

Status Machine::op_dup() {
  TRY(refuse_opcode(ErrorCode::kUnsupported, "is never written for a model"));
  TRY_ASSIGN(const ObjectId id, top());
  return push(id);
}

Status Machine::store_memo(uint64_t index) {
  TRY_ASSIGN(const ObjectId id, top());
  // Picklers number entries as they come, so an index beyond the opcodes so far is made up; and
  // memory stays in proportion to the file.
  if (index > own_opcodes_)
    return fault(cat("memo index ", index, " after ", own_opcodes_, " opcodes"));
  if (index >= memo_.size()) {
    const size_t grown = std::max<size_t>(index + 1, memo_.size() * 2);
    TRY(session_.graph.arena().check((grown - memo_.size()) * sizeof(ObjectId)));
    session_.graph.arena().charge((grown - memo_.size()) * sizeof(ObjectId));
    memo_.resize(grown, kNoObject);
  }
  if (memo_[index] == kNoObject) ++memo_count_;
  memo_[index] = id;
  return ok();
}

Status Machine::load_memo(uint64_t index) {
  if (index >= memo_.size() || memo_[index] == kNoObject)
    return fault(cat("memo entry ", index, " was never written"));
  return push(memo_[index]);
}

namespace {
// A memo index written as text; nullopt for anything but digits.
std::optional<uint64_t> memo_index(std::string_view text) {
  uint64_t index = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), index);
  if (text.empty() || parsed.ec != std::errc() || parsed.ptr != text.data() + text.size())
    return std::nullopt;
  return index;
}
}  // namespace

Status Machine::op_get() {
  TRY_ASSIGN(const std::string_view text, line());
  const auto index = memo_index(text);
  if (!index) return fault(cat("memo index ", quoted(text, 40), " is not a number"));
  return load_memo(*index);
}

Status Machine::op_binget() {
  TRY(need(1));
  return load_memo(read_little<uint8_t>());
}

Status Machine::op_long_binget() {
  TRY(need(4));
  return load_memo(read_little<uint32_t>());
}

Status Machine::op_put() {
  TRY_ASSIGN(const std::string_view text, line());
  const auto index = memo_index(text);
  if (!index) return fault(cat("memo index ", quoted(text, 40), " is not a number"));
  return store_memo(*index);
}

Status Machine::op_binput() {
  TRY(need(1));
  return store_memo(read_little<uint8_t>());
}

Status Machine::op_long_binput() {
  TRY(need(4));
  return store_memo(read_little<uint32_t>());
}

Status Machine::op_memoize() { return store_memo(memo_count_); }

}  // namespace tundish::pickle
