// What a pickle describes, as inert objects: nothing is imported, called or converted.
//
// Objects lie in an arena and refer to each other by number, so sharing and cycles cost nothing and
// freeing is not recursive. The graph is immutable once read and may be read from many threads.
// Texts, bytes and array data alias the file (or its decompressed form) wherever that is possible.
// Importers use ObjectView (object_view.h), which carries a path for errors.
#ifndef TUNDISH_WIRE_PICKLE_OBJECT_GRAPH_H_
#define TUNDISH_WIRE_PICKLE_OBJECT_GRAPH_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "tundish/result.h"
#include "wire/compress/compress.h"
#include "wire/pickle/arena.h"
#include "wire/pickle/numpy_dtype.h"

namespace tundish::pickle {

using ObjectId = uint32_t;
inline constexpr ObjectId kNoObject = ~ObjectId{0};

enum class ObjectKind : uint8_t {
  kNone,
  kBool,
  kInt,     ///< fits int64
  kBigInt,  ///< does not: see ObjectGraph::big_integer
  kFloat,
  kString,  ///< UTF-8
  kBytes,   ///< bytes and bytearray
  kList,
  kTuple,
  kDict,  ///< in the order of the file
  kSet,
  kFrozenSet,
  kGlobal,  ///< a class or function by name only
  kRecord,  ///< an instance: class, arguments, state, items
  kArray,   ///< numpy array
  kDType,   ///< numpy dtype
};
/// "list", "str", "instance", ... as a Python user would say it.
std::string_view object_kind_name(ObjectKind kind);

struct AllowEntry;  // allow_list.h

/// A class or function that the file names. Never imported.
struct Global {
  std::string_view module;  ///< Python-3 name: "builtins" where the file says "__builtin__"
  std::string_view name;
  std::string_view module_in_file;
  uint64_t offset = 0;
  const AllowEntry* entry = nullptr;  ///< null: not in the table of known names (inspect mode only)
};

/// Object numbers in a row.
struct Items {
  ObjectId* data = nullptr;
  uint32_t size = 0;
  uint32_t capacity = 0;
  std::span<const ObjectId> span() const { return {data, size}; }
};

/// An instance. `type` is the class; where a factory made it (`newObj(cls)`), `maker` is that
/// factory and args are its further arguments.
struct Record {
  const Global* type = nullptr;
  const Global* maker = nullptr;
  ObjectId args = kNoObject;    ///< tuple of constructor arguments
  ObjectId kwargs = kNoObject;  ///< dict (NEWOBJ_EX, inspect mode only)
  ObjectId state = kNoObject;   ///< dict, or tuple for the classes that write one
  Items list;                   ///< items of a list or set subclass
  Items dict;                   ///< keys and values in turn, of a dict subclass
};

/// A numpy array as stored.
struct Array {
  const NumpyDType* dtype = nullptr;  ///< null: the file never gave its contents
  std::span<const int64_t> dims;      ///< at most Limits::max_array_rank
  uint64_t element_count = 0;
  bool fortran_order = false;  ///< data are column-major; never set for object arrays
  Bytes data;                  ///< element_count * item_bytes, any alignment; empty for objects
  std::span<const ObjectId> objects;  ///< element_count, row-major, for dtype object
};

/// One object; 32 bytes. Read it through ObjectGraph or ObjectView.
struct Object {
  ObjectKind kind = ObjectKind::kNone;
  /// Type of a numpy scalar that was decoded to bool, int, float, str or bytes; else kUndefined.
  DType numpy = DType::kUndefined;
  /// kString: holds a lone surrogate (legal in Python, not UTF-8). kBigInt: decimal text.
  bool flag = false;
  uint32_t capacity = 0;  ///< of list, dict and set items
  union {
    int64_t integer = 0;
    double number;
    const char* text;
    ObjectId* items;  ///< list, tuple, set: items; dict: keys and values in turn
    Global* global;
    Record* record;
    Array* array;
    NumpyDType* dtype;
  };
  uint64_t size = 0;    ///< bytes of text and bytes; number of `items`
  uint64_t offset = 0;  ///< of the opcode that made it, in the decompressed stream
};

/// What would have been done with a name or opcode, or where the file is damaged.
struct Refusal {
  ErrorCode code = ErrorCode::kUnsupported;
  std::string message;
  uint64_t offset = 0;
};

/// A name the file would import, each once, with the place of its first mention.
struct GlobalUse {
  std::string module;  ///< as in the file
  std::string name;
  uint64_t offset = 0;
  bool known = false;  ///< in the table of names that are read
};

/// Facts about the file beside the objects.
struct PickleFacts {
  int protocol = 0;  ///< highest PROTO seen, 0 without any
  compress::Format compression = compress::Format::kNone;
  uint64_t stored_bytes = 0;
  uint64_t unpacked_bytes = 0;
  bool joblib = false;               ///< holds joblib's array wrappers
  uint32_t joblib_alignment = 0;     ///< bytes arrays are aligned to; 0 before joblib 1.2
  std::string scikit_learn_version;  ///< first `_sklearn_version`; empty without one
  std::vector<GlobalUse> globals;    ///< in the order of first mention
  std::vector<Refusal> refusals;     ///< inspect mode: what strict mode would refuse
  bool complete = true;              ///< inspect mode: false when reading stopped at a fault
};

/// The objects of one file.
class ObjectGraph {
 public:
  /// Storage of a graph whose stream is `stream`, kept alive by `owner`.
  ObjectGraph(std::shared_ptr<const void> owner, Bytes stream, uint64_t limit_bytes);

  /// The object the pickle gives back; kNoObject only in inspect mode for a damaged file.
  ObjectId root() const { return root_; }
  size_t object_count() const { return count_; }
  const Object& at(ObjectId id) const { return chunks_[id >> kChunkBits][id & kChunkMask]; }
  ObjectKind kind(ObjectId id) const { return at(id).kind; }
  const PickleFacts& facts() const { return facts_; }

  /// Text of kString, bytes of kBytes; empty for other kinds.
  std::string_view text(ObjectId id) const;
  /// Items of list, tuple, set, frozenset, of a list subclass' record, of an object array; for
  /// dicts and dict subclasses' records (OrderedDict, Bunch) keys and values in turn.
  std::span<const ObjectId> items(ObjectId id) const;
  /// The value under a text key of a dict (or dict subclass' record), kNoObject without it. Linear.
  ObjectId find_key(ObjectId dict, std::string_view key) const;
  /// An attribute of a record: looked up in its state dict (or the dicts of a (dict, slots) state).
  /// kNoObject without it.
  ObjectId find_attribute(ObjectId record, std::string_view name) const;
  /// Null unless the object is of that kind.
  const Global* global(ObjectId id) const;
  const Record* record(ObjectId id) const;
  const Array* array(ObjectId id) const;
  const NumpyDType* dtype(ObjectId id) const;
  /// A kBigInt as text: decimal where the file wrote it so, else hexadecimal of its magnitude.
  std::string big_integer(ObjectId id) const;
  /// "sklearn.pipeline.Pipeline" for records and globals, else the kind's name.
  std::string type_name(ObjectId id) const;
  /// The same with an article: "a list", "an int", "a sklearn.pipeline.Pipeline".
  std::string described(ObjectId id) const;

  /// Keeps alive what `bytes` (text, bytes or array data of this graph) point into: the file, its
  /// decompressed form, or the arena.
  std::shared_ptr<const void> owner_of(Bytes bytes) const;

  // For the reader of the file, not for importers.
  Arena& arena() { return *arena_; }
  ObjectId add(const Object& object);
  Object& mutable_at(ObjectId id) { return chunks_[id >> kChunkBits][id & kChunkMask]; }
  /// Appends with amortised growth; the old place stays valid. The arena was asked.
  void append(Items& items, std::span<const ObjectId> more);
  void set_root(ObjectId root) { root_ = root; }
  PickleFacts& mutable_facts() { return facts_; }

 private:
  static constexpr uint32_t kChunkBits = 10;
  static constexpr uint32_t kChunkMask = (1u << kChunkBits) - 1;

  std::shared_ptr<Arena> arena_;
  std::shared_ptr<const void> owner_;
  Bytes stream_;
  std::vector<Object*> chunks_;
  size_t count_ = 0;
  ObjectId root_ = kNoObject;
  PickleFacts facts_;
};

}  // namespace tundish::pickle

#endif  // TUNDISH_WIRE_PICKLE_OBJECT_GRAPH_H_
