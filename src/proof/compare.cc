#include "proof/compare.h"

#include <charconv>
#include <cmath>
#include <limits>

#include "base/strings.h"
#include "proof/ulp.h"

namespace tundish {

namespace {

template <class T> double absolute_distance(T a, T b) {
  if (a == b || (std::isnan(a) && std::isnan(b))) return 0;
  const double distance = std::fabs(static_cast<double>(a) - static_cast<double>(b));
  return std::isnan(distance) ? std::numeric_limits<double>::infinity() : distance;
}

void record(TensorDifference& found, uint64_t index, uint64_t ulp, double distance, size_t keep) {
  ++found.different;
  if (found.first_different.size() < keep) found.first_different.push_back(index);
  if (distance > found.max_abs) found.max_abs = distance;
  if (ulp > found.max_ulp) {
    found.max_ulp = ulp;
    found.worst_index = index;
  }
}

template <class T>
void compare_floats(const TensorView& ours, const TensorView& theirs, size_t keep,
                    TensorDifference& found) {
  const auto a = ours.values<T>();
  const auto b = theirs.values<T>();
  for (size_t i = 0; i < a.size(); ++i) {
    const bool same = a[i] == b[i] ? std::signbit(a[i]) == std::signbit(b[i])
                                   : std::isnan(a[i]) && std::isnan(b[i]);
    if (!same) record(found, i, ulp_distance(a[i], b[i]), absolute_distance(a[i], b[i]), keep);
  }
}

template <class T>
void compare_exact(const TensorView& ours, const TensorView& theirs, size_t keep,
                   TensorDifference& found) {
  const auto a = ours.values<T>();
  const auto b = theirs.values<T>();
  for (size_t i = 0; i < a.size(); ++i) {
    if (!(a[i] == b[i])) record(found, i, 1, 1, keep);
  }
}

// float32's own shortest form, not that of the double it widens to.
std::string float_text(float value) {
  char buffer[32];
  return std::string(buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr);
}

}  // namespace

bool is_label_dtype(DType dtype) {
  return is_integer(dtype) || dtype == DType::kBool || dtype == DType::kString;
}

Result<TensorDifference> compare_tensors(const TensorView& ours, const TensorView& theirs,
                                         size_t keep) {
  if (ours.dtype != theirs.dtype || !(ours.shape == theirs.shape)) {
    return InvalidArgument(cat("cannot compare ", dtype_name(ours.dtype), ours.shape.to_string(),
                               " with ", dtype_name(theirs.dtype), theirs.shape.to_string()));
  }
  TensorDifference found;
  found.elements = static_cast<uint64_t>(ours.shape.element_count());
  switch (ours.dtype) {
    case DType::kFloat32: compare_floats<float>(ours, theirs, keep, found); break;
    case DType::kFloat64: compare_floats<double>(ours, theirs, keep, found); break;
    case DType::kInt64: compare_exact<int64_t>(ours, theirs, keep, found); break;
    case DType::kInt32: compare_exact<int32_t>(ours, theirs, keep, found); break;
    case DType::kInt16: compare_exact<int16_t>(ours, theirs, keep, found); break;
    case DType::kInt8: compare_exact<int8_t>(ours, theirs, keep, found); break;
    case DType::kUint64: compare_exact<uint64_t>(ours, theirs, keep, found); break;
    case DType::kUint32: compare_exact<uint32_t>(ours, theirs, keep, found); break;
    case DType::kUint16: compare_exact<uint16_t>(ours, theirs, keep, found); break;
    case DType::kUint8:
    case DType::kBool: compare_exact<uint8_t>(ours, theirs, keep, found); break;
    case DType::kString: compare_exact<std::string>(ours, theirs, keep, found); break;
    default: return Unsupported(cat("comparing tensors of ", dtype_name(ours.dtype)));
  }
  return found;
}

std::string element_text(const TensorView& view, uint64_t index) {
  switch (view.dtype) {
    case DType::kFloat32: return float_text(view.values<float>()[index]);
    case DType::kFloat64: return double_text(view.values<double>()[index]);
    case DType::kInt64: return cat(view.values<int64_t>()[index]);
    case DType::kInt32: return cat(view.values<int32_t>()[index]);
    case DType::kInt16: return cat(view.values<int16_t>()[index]);
    case DType::kInt8: return cat(static_cast<int64_t>(view.values<int8_t>()[index]));
    case DType::kUint64: return cat(view.values<uint64_t>()[index]);
    case DType::kUint32: return cat(view.values<uint32_t>()[index]);
    case DType::kUint16: return cat(view.values<uint16_t>()[index]);
    case DType::kUint8: return cat(static_cast<uint64_t>(view.values<uint8_t>()[index]));
    case DType::kBool: return view.values<uint8_t>()[index] != 0 ? "true" : "false";
    case DType::kString: return quoted(view.values<std::string>()[index]);
    default: return cat("(", dtype_name(view.dtype), ")");
  }
}

}  // namespace tundish
