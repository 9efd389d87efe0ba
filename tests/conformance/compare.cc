// Recorded and computed values side by side.
#include <cmath>
#include <cstring>
#include <functional>

#include "base/strings.h"
#include "cases.h"
#include "tensor/half.h"

namespace tundish::conformance {

namespace {

// Elements as doubles where a double holds them all; complex numbers as pairs.
class Elements {
 public:
  explicit Elements(const Tensor& tensor) : tensor_(tensor) {}

  size_t count() const {
    const auto count = static_cast<size_t>(tensor_.element_count());
    return is_complex() ? 2 * count : count;
  }
  double operator[](size_t i) const {
    switch (tensor_.dtype()) {
      case DType::kFloat32:
      case DType::kComplex64: return static_cast<double>(as<float>(i));
      case DType::kFloat64:
      case DType::kComplex128: return as<double>(i);
      case DType::kFloat16: return static_cast<double>(as<Float16>(i));
      case DType::kBfloat16: return static_cast<double>(as<Bfloat16>(i));
      case DType::kBool:
      case DType::kUint8: return as<uint8_t>(i);
      case DType::kInt8: return as<int8_t>(i);
      case DType::kUint16: return as<uint16_t>(i);
      case DType::kInt16: return as<int16_t>(i);
      case DType::kUint32: return as<uint32_t>(i);
      case DType::kInt32: return as<int32_t>(i);
      case DType::kInt64: return static_cast<double>(as<int64_t>(i));
      case DType::kUint64: return static_cast<double>(as<uint64_t>(i));
      default: return NAN;
    }
  }

 private:
  template <class T> T as(size_t i) const { return static_cast<const T*>(tensor_.data())[i]; }
  bool is_complex() const {
    return tensor_.dtype() == DType::kComplex64 || tensor_.dtype() == DType::kComplex128;
  }
  const Tensor& tensor_;
};

// Types whose elements are codes: equal means equal bits.
bool is_code(DType dtype) {
  switch (dtype) {
    case DType::kFloat8E4M3FN:
    case DType::kFloat8E4M3FNUZ:
    case DType::kFloat8E5M2:
    case DType::kFloat8E5M2FNUZ:
    case DType::kFloat8E8M0:
    case DType::kFloat4E2M1:
    case DType::kInt4:
    case DType::kUint4:
    case DType::kInt2:
    case DType::kUint2: return true;
    default: return false;
  }
}

bool equal_bytes(const Tensor& a, const Tensor& b) {
  if (a.dtype() == DType::kString) {
    for (size_t i = 0; i < static_cast<size_t>(a.element_count()); ++i) {
      if (a.values<std::string>()[i] != b.values<std::string>()[i]) return false;
    }
    return true;
  }
  return a.byte_count() == 0 || std::memcmp(a.data(), b.data(), a.byte_count()) == 0;
}

bool close(double got, double want, double rtol, double atol) {
  if (std::isnan(got) || std::isnan(want)) return std::isnan(got) && std::isnan(want);
  if (std::isinf(got) || std::isinf(want)) return got == want;
  return std::fabs(got - want) <= atol + rtol * std::fabs(want);
}

std::string tensor_difference(const Tensor& got, const Tensor& want, double rtol, double atol) {
  if (got.dtype() != want.dtype()) {
    return cat("element type ", dtype_name(got.dtype()), ", recorded ", dtype_name(want.dtype()));
  }
  if (!(got.shape() == want.shape())) {
    return cat("shape ", got.shape().to_string(), ", recorded ", want.shape().to_string());
  }
  if (got.dtype() == DType::kString || is_code(got.dtype())) {
    return equal_bytes(got, want) ? "" : "other elements";
  }
  const Elements ours(got);
  const Elements theirs(want);
  size_t off = 0;
  size_t worst = 0;
  for (size_t i = 0; i < ours.count(); ++i) {
    if (close(ours[i], theirs[i], rtol, atol)) continue;
    if (off++ == 0 || std::fabs(ours[i] - theirs[i]) > std::fabs(ours[worst] - theirs[worst])) {
      worst = i;
    }
  }
  if (off == 0) return "";
  return cat(off, " of ", ours.count(), " elements differ, most at ", worst, ": ", ours[worst],
             ", recorded ", theirs[worst]);
}

}  // namespace

std::string difference(const Value& got, const Value& want, double rtol, double atol) {
  if (const Tensor* tensor = want.tensor()) {
    if (got.tensor() == nullptr) return "no tensor";
    return tensor_difference(*got.tensor(), *tensor, rtol, atol);
  }
  if (const Sequence* sequence = want.sequence()) {
    if (got.sequence() == nullptr) return "no sequence";
    if (got.sequence()->items.size() != sequence->items.size()) {
      return cat(got.sequence()->items.size(), " elements, recorded ", sequence->items.size());
    }
    for (size_t i = 0; i < sequence->items.size(); ++i) {
      std::string found = difference(got.sequence()->items[i], sequence->items[i], rtol, atol);
      if (!found.empty()) return cat("element ", i, ": ", found);
    }
    return "";
  }
  if (const Optional* optional = want.optional()) {
    if (got.optional() == nullptr) return "no optional";
    const auto& item = got.optional()->item;
    if ((item == nullptr) != (optional->item == nullptr)) {
      return item == nullptr ? "is empty" : "is not empty";
    }
    return item == nullptr ? "" : difference(*item, *optional->item, rtol, atol);
  }
  return "a kind of value that no case records";
}

bool same_bits(const Value& a, const Value& b) {
  if (a.tensor() != nullptr && b.tensor() != nullptr) {
    return a.tensor()->dtype() == b.tensor()->dtype() &&
           a.tensor()->shape() == b.tensor()->shape() && equal_bytes(*a.tensor(), *b.tensor());
  }
  if (a.sequence() != nullptr && b.sequence() != nullptr) {
    return std::ranges::equal(a.sequence()->items, b.sequence()->items, same_bits);
  }
  if (a.optional() != nullptr && b.optional() != nullptr) {
    const auto& one = a.optional()->item;
    const auto& other = b.optional()->item;
    if (one == nullptr || other == nullptr) return one == other;
    return same_bits(*one, *other);
  }
  return a.map() != nullptr && b.map() != nullptr && same_bits(a.map()->keys, b.map()->keys) &&
         same_bits(a.map()->values, b.map()->values);
}

}  // namespace tundish::conformance
