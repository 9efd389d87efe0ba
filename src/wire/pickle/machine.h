// The pickle machine: runs a pickle's opcodes (protocols 0 to 5) over inert objects.
#ifndef TUNDISH_WIRE_PICKLE_MACHINE_H_
#define TUNDISH_WIRE_PICKLE_MACHINE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "tundish/limits.h"
#include "tundish/result.h"
#include "wire/pickle/object_graph.h"

namespace tundish::pickle {

/// How to treat names that are not in the table of known classes.
enum class ReadMode : uint8_t {
  kStrict,   ///< an error: the graph that comes out holds known classes only
  kInspect,  ///< kept as opaque records and listed; never to be converted
};

/// What all machines of one file share: the graph, limits and budgets, and what was refused.
class Session {
 public:
  /// `stream_bytes`: size of the whole (unpacked) file.
  Session(ObjectGraph& graph, const Limits& limits, ReadMode mode, uint64_t stream_bytes)
      : graph(graph),
        limits(limits),
        mode(mode),
        work_left_((uint64_t{1} << 20) + 4 * stream_bytes) {}

  /// Counts `amount` bytes or items that are copied or looked at again. What a pickler writes is
  /// looked at a few times; a file that makes the same part be read over and over is kLimit.
  Status spend(uint64_t amount) {
    if (amount > work_left_) [[unlikely]]
      return overspent();
    work_left_ -= amount;
    return ok();
  }
  /// Whether one more refusal would still be shown.
  bool shows_refusals() const;

  /// A name or opcode that is not accepted. Strict: kUntrusted ends the reading at once,
  /// kUnsupported is kept for pending(), so that what follows is looked at too. Inspect: listed.
  Status refuse(ErrorCode code, std::string message, uint64_t offset);
  /// The error that the kept refusals amount to: the first, with the others listed; success when
  /// there is none.
  Status pending() const;

  ObjectGraph& graph;
  const Limits& limits;
  const ReadMode mode;
  uint64_t opcode_count = 0;
  uint64_t record_count = 0;

 private:
  Error overspent() const;
  uint64_t work_left_;
  std::vector<Refusal> pending_;
  size_t pending_unlisted_ = 0;
};

class Machine;

/// Reads what follows the BUILD of joblib's array wrapper (wire/joblib/array_reader.h).
class ArrayReader {
 public:
  virtual ~ArrayReader() = default;
  /// `wrapper` is a record of NumpyArrayWrapper whose state was just set; becomes the array.
  /// `machine` stands behind the BUILD opcode and is moved behind the array's data.
  virtual Status read(Machine& machine, ObjectId wrapper) const = 0;
};

/// One run over one pickle: from its first opcode to STOP.
class Machine {
 public:
  /// `stream` is the whole (decompressed) file, `start` where this pickle begins; offsets in errors
  /// count from the beginning of `stream`. Without `arrays`, joblib's wrapper is refused (nested
  /// pickles, which joblib writes without).
  Machine(Session& session, Bytes stream, size_t start, const ArrayReader* arrays);

  /// Runs to STOP. Afterwards result() is what the pickle gives back and position() is the first
  /// byte behind it.
  Status run();
  ObjectId result() const { return result_; }
  /// The lowest value on the stack after a fault: what the file was about to give; or kNoObject.
  ObjectId bottom() const { return stack_size_ > 0 ? stack_[0] : kNoObject; }
  size_t position() const { return next_ - stream_.data(); }

  // For ArrayReader.
  Session& session() { return session_; }
  Bytes stream() const { return stream_; }
  /// Goes on at `position`. kInvalidModel inside an unfinished frame.
  Status continue_at(size_t position);
  /// Fills an array object. `data` for plain types, `objects` (row-major) for dtype object;
  /// checks that they fit the shape exactly.
  static Status set_array(Session& session, ObjectId array, ObjectId dtype,
                          std::span<const int64_t> dims, Array contents);
  /// The numbers of a shape tuple. kInvalidModel for negative or non-integer entries, overflow, or
  /// more than Limits::max_array_rank.
  static Result<std::span<const int64_t>> shape_of(Session& session, ObjectId tuple);

 private:
  using Handler = Status (Machine::*)();
  struct Opcode {
    const char* name = nullptr;
    Handler run = nullptr;
  };
  struct OpcodeTable;
  static const OpcodeTable& opcodes();

  // machine.cc: the loop, frames, stack and memo.
  Status need(uint64_t bytes) const {
    if (bytes > static_cast<uint64_t>(limit_ - next_)) [[unlikely]]
      return short_read(bytes);
    return ok();
  }
  Error short_read(uint64_t bytes) const;
  Error fault(std::string_view message) const;
  Status push(ObjectId id) {
    if (stack_size_ == stack_.size()) [[unlikely]]
      TRY(grow_stack());
    stack_[stack_size_++] = id;
    return ok();
  }
  Status grow_stack();
  Status push_object(Object object) {
    object.offset = offset_;
    return push(session_.graph.add(object));
  }
  Result<ObjectId> pop();
  Result<ObjectId> top() const;
  /// The values above the last MARK; they stay valid until the next push. Drops the MARK.
  Result<std::span<const ObjectId>> pop_mark();
  Result<std::string_view> line();
  template <class T> T read_little();
  Status store_memo(uint64_t index);
  Status load_memo(uint64_t index);
  Status stop();
  Status refuse_opcode(ErrorCode code, std::string_view why);
  Status op_proto();
  Status op_frame();
  Status op_stop();
  Status op_mark();
  Status op_pop();
  Status op_pop_mark();
  Status op_dup();
  Status op_get();
  Status op_binget();
  Status op_long_binget();
  Status op_put();
  Status op_binput();
  Status op_long_binput();
  Status op_memoize();

  // machine_scalars.cc: numbers and texts.
  Status push_text(std::string_view text, ObjectKind kind);
  Status push_sized(uint64_t size, ObjectKind kind);
  Status push_integer_text(std::string_view digits);
  Status push_integer_bytes(uint64_t size);
  Status op_none();
  Status op_true();
  Status op_false();
  Status op_int();
  Status op_binint();
  Status op_binint1();
  Status op_binint2();
  Status op_long();
  Status op_long1();
  Status op_long4();
  Status op_float();
  Status op_binfloat();
  Status op_string();
  Status op_binstring();
  Status op_short_binstring();
  Status op_unicode();
  Status op_short_binunicode();
  Status op_binunicode();
  Status op_binunicode8();
  Status op_short_binbytes();
  Status op_binbytes();
  Status op_binbytes8();
  Status op_bytearray8();

  // machine_containers.cc: lists, tuples, dicts, sets.
  Status push_items(ObjectKind kind, std::span<const ObjectId> items);
  Status append_to(ObjectId target, std::span<const ObjectId> items, std::string_view what);
  Status set_items(ObjectId target, std::span<const ObjectId> pairs);
  Status tuple_of(size_t count);
  Status op_empty_list();
  Status op_empty_tuple();
  Status op_empty_dict();
  Status op_empty_set();
  Status op_list();
  Status op_tuple();
  Status op_tuple1();
  Status op_tuple2();
  Status op_tuple3();
  Status op_dict();
  Status op_frozenset();
  Status op_append();
  Status op_appends();
  Status op_setitem();
  Status op_setitems();
  Status op_additems();

  // machine_objects.cc: names, instances, state.
  Result<ObjectId> add_global(std::string_view module, std::string_view name);
  Result<ObjectId> add_record(const Record& record);
  Result<ObjectId> add_tuple(std::span<const ObjectId> items);
  Result<const Global*> class_argument(ObjectId args, size_t index) const;
  Result<ObjectId> reduce(ObjectId callable, ObjectId args);
  Result<ObjectId> reduce_unknown(const Global& global, ObjectId args);
  Result<ObjectId> reduce_first_argument(const Global& global, ObjectId args);
  Result<ObjectId> reduce_reconstructor(ObjectId args);
  Result<ObjectId> new_object(ObjectId type, ObjectId args, ObjectId kwargs);
  Status build_record(ObjectId record, ObjectId state);
  Status check_state(const Record& record, ObjectId state);
  Status check_state_dict(ObjectId dict);
  Status op_global();
  Status op_stack_global();
  Status op_reduce();
  Status op_newobj();
  Status op_newobj_ex();
  Status op_inst();
  Status op_obj();
  Status op_build();
  Status op_persid();
  Status op_binpersid();
  Status op_ext1();
  Status op_ext2();
  Status op_ext4();
  Status op_next_buffer();
  Status op_readonly_buffer();

  // machine_numpy.cc: numpy's and Python's own forms.
  Result<ObjectId> reduce_dtype(ObjectId args);
  Result<ObjectId> reduce_array(ObjectId args);
  Result<ObjectId> reduce_scalar(ObjectId args);
  Result<ObjectId> reduce_from_buffer(ObjectId args);
  Result<ObjectId> reduce_ufunc(ObjectId args);
  Result<ObjectId> reduce_encode(ObjectId args);
  Result<ObjectId> reduce_bytes(ObjectId args);
  Result<ObjectId> reduce_set(ObjectKind kind, ObjectId args);
  Result<ObjectId> latin1_bytes(ObjectId text, ObjectId encoding);
  Status build_dtype(ObjectId dtype, ObjectId state);
  Status build_dtype_fields(NumpyDType& dtype, ObjectId names, ObjectId fields);
  Status build_array(ObjectId array, ObjectId state);

  Session& session_;
  Bytes stream_;
  const uint8_t* next_;
  const uint8_t* limit_;  ///< end of the frame, or of the stream
  const uint8_t* end_;
  const ArrayReader* arrays_;
  uint64_t offset_ = 0;  ///< of the opcode that runs
  uint8_t opcode_ = 0;
  bool in_frame_ = false;
  bool stopped_ = false;
  uint64_t own_opcodes_ = 0;
  std::vector<ObjectId> stack_;  ///< room; the first stack_size_ are in use
  size_t stack_size_ = 0;
  std::vector<uint32_t> marks_;
  std::vector<ObjectId> memo_;
  uint64_t memo_count_ = 0;
  ObjectId result_ = kNoObject;
};

template <class T> T Machine::read_little() {
  const T value = load_unaligned<T>(next_);
  next_ += sizeof(T);
  return value;
}

}  // namespace tundish::pickle

#endif  // TUNDISH_WIRE_PICKLE_MACHINE_H_
