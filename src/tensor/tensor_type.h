// What is known of a value before it exists: element type and a shape whose sizes may be symbols.
#ifndef TUNDISH_TENSOR_TENSOR_TYPE_H_
#define TUNDISH_TENSOR_TENSOR_TYPE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tundish/dtype.h"
#include "tundish/value.h"

namespace tundish {

/// One size: a number, a named symbol ("N": equal names are equal sizes), or unknown.
class Dim {
 public:
  Dim() = default;                    ///< unknown
  Dim(int64_t size) : size_(size) {}  // NOLINT: a number is a size
  static Dim symbol(std::string name);

  bool is_known() const { return size_ >= 0; }
  bool is_symbol() const { return size_ < 0 && !symbol_.empty(); }
  int64_t size() const { return size_; }               ///< -1 unless is_known()
  const std::string& name() const { return symbol_; }  ///< empty unless is_symbol()
  /// "3", "N" or "?".
  std::string to_string() const;
  bool operator==(const Dim&) const = default;

 private:
  int64_t size_ = -1;
  std::string symbol_;
};

/// Sizes of all dimensions, or nothing at all when not even the rank is known.
using SymbolicShape = std::optional<std::vector<Dim>>;

SymbolicShape symbolic(const Shape& shape);
/// "[N, 8]", or "[?...]" for an unknown rank.
std::string to_string(const SymbolicShape& shape);
/// The concrete shape when every size is a number.
std::optional<Shape> concrete(const SymbolicShape& shape);

enum class ValueKind : uint8_t { kTensor, kSparse, kSequence, kOptional, kMap };

/// Static type of a graph value. For sequences and optionals `element` describes what they hold;
/// for maps `key` is the key type and dtype/shape describe the values.
struct ValueType {
  ValueKind kind = ValueKind::kTensor;
  DType dtype = DType::kUndefined;
  SymbolicShape shape;
  DType key = DType::kUndefined;
  std::vector<ValueType> element;  ///< one entry for sequence and optional, else empty

  static ValueType tensor(DType dtype, SymbolicShape shape) {
    return {ValueKind::kTensor, dtype, std::move(shape)};
  }
  /// "float64[N, 8]", "seq(float32[?...])".
  std::string to_string() const;
  bool operator==(const ValueType&) const = default;
};

}  // namespace tundish

#endif  // TUNDISH_TENSOR_TENSOR_TYPE_H_
