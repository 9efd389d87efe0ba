#include "ops/support/written.h"

#include "base/strings.h"
#include "ops/support/convert.h"

namespace tundish::ops {

Result<DType> read_dtype(const Node& node, std::string_view attribute, DType fallback,
                         DTypeSet allowed) {
  TRY_ASSIGN(const int64_t number,
             node.attributes.get_int(attribute, static_cast<int64_t>(fallback)));
  if (number < 1 || number > static_cast<int64_t>(DType::kInt2) ||
      !allowed.contains(static_cast<DType>(number))) {
    return InvalidModel(
        cat("attribute ", quoted(attribute), ": element type ", number, " is not allowed"));
  }
  return static_cast<DType>(number);
}

void write_numbers(std::span<const double> values, const MutableTensorView& out, int64_t begin) {
  const auto write = [&]<class T>() {
    T* to = static_cast<T*>(out.data) + begin;
    for (size_t i = 0; i < values.size(); ++i) {
      if constexpr (std::is_integral_v<T>) {
        to[i] = convert<T>(values[i]);
      } else {
        to[i] = static_cast<T>(values[i]);
      }
    }
  };
  switch (out.dtype) {
    case DType::kFloat32: return write.operator()<float>();
    case DType::kFloat64: return write.operator()<double>();
    case DType::kFloat16: return write.operator()<Float16>();
    case DType::kBfloat16: return write.operator()<Bfloat16>();
    case DType::kInt8: return write.operator()<int8_t>();
    case DType::kInt16: return write.operator()<int16_t>();
    case DType::kInt32: return write.operator()<int32_t>();
    case DType::kInt64: return write.operator()<int64_t>();
    case DType::kUint8: return write.operator()<uint8_t>();
    case DType::kUint16: return write.operator()<uint16_t>();
    case DType::kUint32: return write.operator()<uint32_t>();
    case DType::kUint64: return write.operator()<uint64_t>();
    default: return write.operator()<bool>();
  }
}

}  // namespace tundish::ops
