// Numbers and texts out of numpy's bytes: any alignment, either byte order.
#ifndef TUNDISH_WIRE_PICKLE_ARRAY_CONVERT_H_
#define TUNDISH_WIRE_PICKLE_ARRAY_CONVERT_H_

#include <cstdint>
#include <string>

#include "tundish/result.h"
#include "tundish/value.h"
#include "wire/pickle/object_graph.h"

namespace tundish::pickle {

/// A bool or integer; uint64 above 2^63 wraps. 0 for other types.
int64_t load_integer(const uint8_t* data, DType dtype, ByteOrder order);
/// Any numeric type as a double (float16 included; complex and others give NaN).
double load_number(const uint8_t* data, DType dtype, ByteOrder order);
/// numpy's U: code points of 4 bytes, padded with zeros, as UTF-8. False for one above 0x10ffff.
bool decode_ucs4(const uint8_t* data, uint64_t bytes, ByteOrder order, std::string& out);

/// The array as a tensor in its own type, row-major; see ObjectView::as_tensor. The error names no
/// place.
Result<Tensor> array_tensor(const ObjectGraph& graph, const Array& array);

}  // namespace tundish::pickle

#endif  // TUNDISH_WIRE_PICKLE_ARRAY_CONVERT_H_
