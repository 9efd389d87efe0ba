// The table of classes and functions that the pickle machine knows: exact pairs of module and name.
#ifndef TUNDISH_WIRE_PICKLE_ALLOW_LIST_H_
#define TUNDISH_WIRE_PICKLE_ALLOW_LIST_H_

#include <cstdint>
#include <span>
#include <string_view>

namespace tundish::pickle {

/// What REDUCE (a call in Python) or NEWOBJ on a name makes. Nothing is ever called.
enum class Action : uint8_t {
  kValue,          ///< may be mentioned (a type, a ufunc); calling it is refused
  kClass,          ///< record of that class with the arguments
  kFactory,        ///< function whose result is a record named after the function
  kFirstArgument,  ///< factory(cls, ...): record of cls with the further arguments
  kEmptyClass,     ///< class that is only ever made without arguments
  kDType,
  kReconstruct,  ///< numpy _reconstruct: an array whose BUILD brings the contents
  kScalar,
  kFromBuffer,
  kUfunc,   ///< _ufunc_reconstruct(module, name): a mention of that ufunc
  kEncode,  ///< _codecs.encode(text, 'latin1'): bytes
  kBytes,   ///< bytes(...) and bytearray(...)
  kSet,
  kFrozenSet,
  kReconstructor,  ///< copyreg._reconstructor(cls, base, value)
  kNewObject,      ///< copyreg.__newobj__(cls, ...)
  kJoblibArray,    ///< joblib's array wrapper: NEWOBJ, and BUILD reads the data that follow
};

/// What BUILD may bring for a record.
enum class StateForm : uint8_t {
  kDict,   ///< a dict with text keys, or (dict | None, dict | None) as classes with slots write
  kTuple,  ///< also any tuple (Cython classes, functools.partial)
};

struct AllowEntry {
  std::string_view module;
  std::string_view name;
  Action action = Action::kClass;
  StateForm state = StateForm::kDict;
};

/// The entry of that exact pair, or null. Python-3 module names.
const AllowEntry* find_allowed(std::string_view module, std::string_view name);

/// All entries, ordered by module and name.
std::span<const AllowEntry> allow_list();

/// Whether a class of that (package, name) stands in the table under another module (for messages).
const AllowEntry* find_allowed_elsewhere(std::string_view name);

/// One line of the scikit-learn part: classes of one module, which before 0.22 had another name
/// (empty: none). Names are separated by spaces.
struct ModuleClasses {
  std::string_view module;
  std::string_view old_module;
  std::string_view names;
  Action action = Action::kClass;
  StateForm state = StateForm::kDict;
};
std::span<const ModuleClasses> scikit_learn_classes();

}  // namespace tundish::pickle

#endif  // TUNDISH_WIRE_PICKLE_ALLOW_LIST_H_
