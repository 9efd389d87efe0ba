#include "wire/pickle/array_convert.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "base/strings.h"
#include "wire/cursor.h"
#include "wire/pickle/text.h"

namespace tundish::pickle {

namespace {

template <class T> T load(const uint8_t* data, ByteOrder order) {
  return order == ByteOrder::kBig ? Cursor::load_big_endian<T>(data) : load_unaligned<T>(data);
}

// IEEE 754 binary16.
double half_to_double(uint16_t bits) {
  const int exponent = bits >> 10 & 31;
  const int fraction = bits & 1023;
  double value = 0;
  if (exponent == 31) {
    value = fraction == 0 ? std::numeric_limits<double>::infinity()
                          : std::numeric_limits<double>::quiet_NaN();
  } else if (exponent == 0) {
    value = std::ldexp(fraction, -24);
  } else {
    value = std::ldexp(fraction + 1024, exponent - 25);
  }
  return (bits & 0x8000) != 0 ? -value : value;
}

// Visits the elements of an array in row-major order of its logical indices, giving each one's
// place in the stored (column-major) data.
template <class Visit> void for_each_fortran(const Array& array, const Visit& visit) {
  const size_t rank = array.dims.size();
  std::vector<int64_t> index(rank, 0);
  std::vector<uint64_t> stride(rank, 1);
  for (size_t i = 1; i < rank; ++i) stride[i] = stride[i - 1] * array.dims[i - 1];
  uint64_t place = 0;
  for (uint64_t row_major = 0; row_major < array.element_count; ++row_major) {
    visit(row_major, place);
    for (size_t axis = rank; axis-- > 0;) {
      place += stride[axis];
      if (++index[axis] < array.dims[axis]) break;
      place -= stride[axis] * array.dims[axis];
      index[axis] = 0;
    }
  }
}

template <class Visit> void for_each_element(const Array& array, const Visit& visit) {
  if (array.fortran_order && array.dims.size() > 1) {
    for_each_fortran(array, visit);
    return;
  }
  for (uint64_t i = 0; i < array.element_count; ++i) visit(i, i);
}

Result<Tensor> string_tensor(const ObjectGraph& graph, const Array& array, const Shape& shape) {
  TRY_ASSIGN(Tensor tensor, Tensor::allocate(DType::kString, shape));
  const auto out = tensor.mutable_values<std::string>();
  if (array.dtype->is_object()) {
    for (size_t i = 0; i < array.objects.size(); ++i) {
      const ObjectId id = array.objects[i];
      if (graph.kind(id) != ObjectKind::kString || graph.at(id).flag) {
        return Unsupported(cat("an object array with ", graph.described(id), " at element ", i));
      }
      out[i] = graph.text(id);
    }
    return tensor;
  }
  bool valid = true;
  const uint64_t size = array.dtype->item_bytes;
  for_each_element(array, [&](uint64_t to, uint64_t from) {
    const uint8_t* data = array.data.data() + from * size;
    if (array.dtype->kind == 'U') {
      valid =
          valid && decode_ucs4(data, size, array.dtype->order, out[to]) && is_valid_utf8(out[to]);
    } else {
      std::string_view text = as_text({data, size});
      while (text.ends_with('\0')) text.remove_suffix(1);
      valid = valid && is_ascii(text);
      out[to] = text;
    }
  });
  if (!valid) {
    return Unsupported(array.dtype->kind == 'U' ? "text that is not valid Unicode"
                                                : "bytes that are not ASCII as labels");
  }
  return tensor;
}

// One element of `size` bytes with its `unit`-byte numbers turned round.
void copy_swapped(uint8_t* to, const uint8_t* from, size_t size, size_t unit) {
  for (size_t start = 0; start < size; start += unit) {
    for (size_t i = 0; i < unit; ++i) to[start + i] = from[start + unit - 1 - i];
  }
}

}  // namespace

int64_t load_integer(const uint8_t* data, DType dtype, ByteOrder order) {
  switch (dtype) {
    case DType::kBool: return data[0] != 0;
    case DType::kUint8: return data[0];
    case DType::kInt8: return static_cast<int8_t>(data[0]);
    case DType::kUint16: return load<uint16_t>(data, order);
    case DType::kInt16: return load<int16_t>(data, order);
    case DType::kUint32: return load<uint32_t>(data, order);
    case DType::kInt32: return load<int32_t>(data, order);
    case DType::kUint64:
    case DType::kInt64: return load<int64_t>(data, order);
    default: return 0;
  }
}

double load_number(const uint8_t* data, DType dtype, ByteOrder order) {
  switch (dtype) {
    case DType::kFloat64: return load<double>(data, order);
    case DType::kFloat32: return load<float>(data, order);
    case DType::kFloat16: return half_to_double(load<uint16_t>(data, order));
    case DType::kUint64: return static_cast<double>(load<uint64_t>(data, order));
    default: break;
  }
  if (is_integer(dtype) || dtype == DType::kBool)
    return static_cast<double>(load_integer(data, dtype, order));
  return std::numeric_limits<double>::quiet_NaN();
}

bool decode_ucs4(const uint8_t* data, uint64_t bytes, ByteOrder order, std::string& out) {
  uint64_t count = bytes / 4;
  while (count > 0 && load_unaligned<uint32_t>(data + 4 * (count - 1)) == 0) --count;
  for (uint64_t i = 0; i < count; ++i) {
    const auto code = load<uint32_t>(data + 4 * i, order);
    if (code > 0x10ffff) return false;
    append_utf8(out, code);
  }
  return true;
}

Result<Tensor> array_tensor(const ObjectGraph& graph, const Array& array) {
  if (array.dtype == nullptr) return InvalidModel("an array without contents");
  if (array.dims.size() > Shape::kMaxRank) {
    return Limit(cat("an array of ", array.dims.size(), " dimensions, at most ", Shape::kMaxRank,
                     " are read"));
  }
  TRY_ASSIGN(const Shape shape, Shape::from_dims(array.dims));
  const NumpyDType& dtype = *array.dtype;
  if (dtype.is_object() || dtype.element == DType::kString)
    return string_tensor(graph, array, shape);
  if (dtype.element == DType::kUndefined)
    return Unsupported(cat("an array of dtype ", dtype.to_string()));
  const size_t size = dtype.item_bytes;
  const bool is_complex = dtype.kind == 'c';
  const size_t unit = is_complex ? size / 2 : size;
  const bool aligned = reinterpret_cast<uintptr_t>(array.data.data()) % unit == 0;
  const bool row_major = !array.fortran_order || array.dims.size() <= 1;
  const bool native = dtype.order == ByteOrder::kLittle || unit == 1;
  // A bool of numpy is one byte 0 or 1; anything else is damage that C++ must not see as a bool.
  if (dtype.element == DType::kBool &&
      std::any_of(array.data.begin(), array.data.end(), [](uint8_t byte) { return byte > 1; }))
    return InvalidModel("a bool array with values other than 0 and 1");
  if (aligned && row_major && native && array.element_count > 0) {
    return Tensor::borrow({dtype.element, shape, array.data.data()}, graph.owner_of(array.data));
  }
  TRY_ASSIGN(Tensor tensor, Tensor::allocate(dtype.element, shape));
  auto* out = static_cast<uint8_t*>(tensor.mutable_data());
  if (row_major && native) {
    if (!array.data.empty()) std::memcpy(out, array.data.data(), array.data.size());
    return tensor;
  }
  for_each_element(array, [&](uint64_t to, uint64_t from) {
    copy_swapped(out + to * size, array.data.data() + from * size, size, native ? 1 : unit);
  });
  return tensor;
}

}  // namespace tundish::pickle
