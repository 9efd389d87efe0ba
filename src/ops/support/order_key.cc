#include "ops/support/order_key.h"

namespace tundish::ops {
namespace {

template <class T> void keys_of(const void* data, int64_t step, int64_t count, uint64_t* keys) {
  const T* values = static_cast<const T*>(data);
  for (int64_t i = 0; i < count; ++i) keys[i] = order_key(values[i * step]);
}

}  // namespace

void order_keys(DType dtype, const void* data, int64_t step, int64_t count, uint64_t* keys) {
  switch (dtype) {
    case DType::kFloat32: return keys_of<float>(data, step, count, keys);
    case DType::kFloat64: return keys_of<double>(data, step, count, keys);
    case DType::kFloat16: return keys_of<Float16>(data, step, count, keys);
    case DType::kBfloat16: return keys_of<Bfloat16>(data, step, count, keys);
    case DType::kInt8: return keys_of<int8_t>(data, step, count, keys);
    case DType::kInt16: return keys_of<int16_t>(data, step, count, keys);
    case DType::kInt32: return keys_of<int32_t>(data, step, count, keys);
    case DType::kInt64: return keys_of<int64_t>(data, step, count, keys);
    case DType::kUint16: return keys_of<uint16_t>(data, step, count, keys);
    case DType::kUint32: return keys_of<uint32_t>(data, step, count, keys);
    case DType::kUint64: return keys_of<uint64_t>(data, step, count, keys);
    default: break;
  }
  keys_of<uint8_t>(data, step, count, keys);
  if (dtype != DType::kBool) return;
  for (int64_t i = 0; i < count; ++i) keys[i] = keys[i] != 0 ? 1 : 0;
}

}  // namespace tundish::ops
