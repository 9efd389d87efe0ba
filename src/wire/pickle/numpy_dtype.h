// numpy's element types as a pickle describes them.
#ifndef TUNDISH_WIRE_PICKLE_NUMPY_DTYPE_H_
#define TUNDISH_WIRE_PICKLE_NUMPY_DTYPE_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "tundish/dtype.h"
#include "tundish/limits.h"
#include "tundish/result.h"

namespace tundish::pickle {

struct NumpyDType;

enum class ByteOrder : uint8_t { kLittle, kBig };

/// One field of a structured type ("nodes" of a tree): name, place in the element, type.
struct NumpyField {
  std::string_view name;
  uint64_t offset = 0;  ///< bytes from the start of the element; need not be aligned
  const NumpyDType* dtype = nullptr;
};

/// One numpy dtype. Lives in the graph's arena.
struct NumpyDType {
  /// numpy's kind letter: b bool, i int, u uint, f float, c complex, U text (UCS-4), S bytes,
  /// O objects, V structured or raw, M datetime, m timedelta.
  char kind = 0;
  /// Our type for b i u f c; kString for U and S; kUndefined for O V M m.
  DType element = DType::kUndefined;
  uint64_t item_bytes = 0;
  ByteOrder order = ByteOrder::kLittle;
  std::span<const NumpyField> fields;  ///< of a structured type
  /// Set once an array uses it: from then on the file may not change it.
  bool sealed = false;
  /// Set by the file's BUILD; a second one is refused.
  bool built = false;

  bool is_object() const { return kind == 'O'; }
  bool is_structured() const { return !fields.empty(); }
  /// As numpy writes it: "<f8", "|u1", "<U2", "|O", "V64".
  std::string to_string() const;
  /// The field of that name, or null.
  const NumpyField* field(std::string_view name) const;
};

/// The dtype of a code such as "f8", "U2", "O8", "V64" (numpy.dtype's first argument; a leading
/// byte-order mark is accepted). kUnsupported for a code that numpy has and tundish does not read
/// (f16); kInvalidModel for one that numpy does not have; kInvalidModel for an element over
/// Limits::max_item_bytes.
Result<NumpyDType> parse_dtype_code(std::string_view code, const Limits& limits);

/// Sets the byte order from numpy's mark: '<' little, '>' big, '=' native (little), '|' none.
Status set_byte_order(NumpyDType& dtype, std::string_view mark);

}  // namespace tundish::pickle

#endif  // TUNDISH_WIRE_PICKLE_NUMPY_DTYPE_H_
