#include "ops/support/convert.h"

#include <cstring>

#include "ops/support/packed.h"
#include "tensor/half.h"

namespace tundish::ops {
namespace {

// ---- Into carriers

template <class From, class To>
const void* widen(const void* data, int64_t begin, int64_t count, CarrierBlock& room) {
  const From* from = static_cast<const From*>(data) + begin;
  To* to = room.as<To>();
  for (int64_t i = 0; i < count; ++i) to[i] = static_cast<To>(from[i]);
  return to;
}

const void* widen_codes(const float* values, const uint8_t* codes, int64_t count,
                        CarrierBlock& room) {
  float* to = room.as<float>();
  for (int64_t i = 0; i < count; ++i) to[i] = values[codes[i]];
  return to;
}

const void* widen_truth(const void* data, int64_t begin, int64_t count, CarrierBlock& room) {
  const uint8_t* from = static_cast<const uint8_t*>(data) + begin;
  auto* to = room.as<int32_t>();
  for (int64_t i = 0; i < count; ++i) to[i] = from[i] != 0 ? 1 : 0;
  return to;
}

const void* widen_packed(DType dtype, const void* data, int64_t begin, int64_t count,
                         CarrierBlock& room) {
  uint8_t codes[kBlockElements];
  if (dtype == DType::kFloat4E2M1) {
    unpack_codes(dtype, data, begin, count, codes);
    return widen_codes(narrow_float_values(dtype), codes, count, room);
  }
  unpack_integers(dtype, data, begin, count, reinterpret_cast<int8_t*>(codes));
  return widen<int8_t, int32_t>(codes, 0, count, room);
}

// ---- Out of carriers

template <class From, class To>
void narrow(const void* carried, int64_t count, void* data, int64_t begin) {
  const From* from = static_cast<const From*>(carried);
  To* to = static_cast<To*>(data) + begin;
  for (int64_t i = 0; i < count; ++i) to[i] = static_cast<To>(from[i]);
}

void narrow_packed(DType dtype, const void* carried, int64_t count, NarrowRounding rounding,
                   void* data, int64_t begin) {
  uint8_t codes[kBlockElements];
  if (dtype == DType::kFloat4E2M1) {
    encode_narrow_floats(dtype, static_cast<const float*>(carried), count, rounding, codes);
  } else {
    narrow<int32_t, uint8_t>(carried, count, codes, 0);
  }
  pack_codes(dtype, data, begin, count, codes);
}

// ---- From one carrier to another: into `room`, or nowhere where the type stays

// float64 to float32 on the way to a shorter type, so that the two roundings are as one.
struct OddFloat {};

template <class From, class To>
const void* between(const void* carried, int64_t count, void* room) {
  const From* from = static_cast<const From*>(carried);
  if constexpr (std::is_same_v<From, To>) {
    return carried;
  } else if constexpr (!std::is_same_v<To, OddFloat>) {
    To* to = static_cast<To*>(room);
#pragma GCC ivdep
    for (int64_t i = 0; i < count; ++i) to[i] = convert<To>(from[i]);
    return to;
  } else if constexpr (std::is_same_v<From, double>) {
    auto* to = static_cast<float*>(room);
    for (int64_t i = 0; i < count; ++i) to[i] = rounded_to_odd(from[i]);
    return to;
  } else {
    return between<From, float>(carried, count, room);
  }
}

template <class To> const void* into(Carrier from, const void* carried, int64_t count, void* room) {
  switch (from) {
    case Carrier::kFloat32: return between<float, To>(carried, count, room);
    case Carrier::kFloat64: return between<double, To>(carried, count, room);
    case Carrier::kInt32: return between<int32_t, To>(carried, count, room);
    case Carrier::kInt64: return between<int64_t, To>(carried, count, room);
    case Carrier::kUint64: return between<uint64_t, To>(carried, count, room);
  }
  return nullptr;
}

const void* into_carrier_of(DType target, Carrier from, const void* carried, int64_t count,
                            void* room) {
  switch (carrier_of(target)) {
    case Carrier::kFloat32:
      return target == DType::kFloat32 ? into<float>(from, carried, count, room)
                                       : into<OddFloat>(from, carried, count, room);
    case Carrier::kFloat64: return into<double>(from, carried, count, room);
    case Carrier::kInt32:
      return target == DType::kBool ? into<bool>(from, carried, count, room)
                                    : into<int32_t>(from, carried, count, room);
    case Carrier::kInt64: return into<int64_t>(from, carried, count, room);
    case Carrier::kUint64: return into<uint64_t>(from, carried, count, room);
  }
  return nullptr;
}

// Whether elements lie as the block before narrow_block(): as their carriers, or as truth made by
// into_carrier_of().
bool is_own_carrier(DType dtype) {
  return dtype == DType::kFloat32 || dtype == DType::kFloat64 || dtype == DType::kInt32 ||
         dtype == DType::kInt64 || dtype == DType::kUint64 || dtype == DType::kBool;
}

template <class To>
void load_as(DType dtype, const void* data, int64_t begin, int64_t count, To* out) {
  CarrierBlock room;
  const void* carried = widen_block(dtype, data, begin, count, room);
  const void* loaded = into<To>(carrier_of(dtype), carried, count, out);
  if (loaded != out && count > 0) std::memcpy(out, loaded, static_cast<size_t>(count) * sizeof(To));
}

}  // namespace

Carrier carrier_of(DType dtype) {
  switch (dtype) {
    case DType::kFloat64: return Carrier::kFloat64;
    case DType::kUint64: return Carrier::kUint64;
    case DType::kInt64:
    case DType::kUint32: return Carrier::kInt64;
    case DType::kBool: return Carrier::kInt32;
    default: return is_integer(dtype) ? Carrier::kInt32 : Carrier::kFloat32;
  }
}

const void* widen_block(DType dtype, const void* data, int64_t begin, int64_t count,
                        CarrierBlock& room) {
  switch (dtype) {
    case DType::kFloat32:
    case DType::kInt32: return static_cast<const int32_t*>(data) + begin;
    case DType::kFloat64:
    case DType::kInt64:
    case DType::kUint64: return static_cast<const int64_t*>(data) + begin;
    case DType::kInt8: return widen<int8_t, int32_t>(data, begin, count, room);
    case DType::kUint8: return widen<uint8_t, int32_t>(data, begin, count, room);
    case DType::kInt16: return widen<int16_t, int32_t>(data, begin, count, room);
    case DType::kUint16: return widen<uint16_t, int32_t>(data, begin, count, room);
    case DType::kUint32: return widen<uint32_t, int64_t>(data, begin, count, room);
    case DType::kBool: return widen_truth(data, begin, count, room);
    case DType::kFloat16: return widen<Float16, float>(data, begin, count, room);
    case DType::kBfloat16: return widen<Bfloat16, float>(data, begin, count, room);
    case DType::kInt4:
    case DType::kUint4:
    case DType::kInt2:
    case DType::kUint2:
    case DType::kFloat4E2M1: return widen_packed(dtype, data, begin, count, room);
    default:
      return widen_codes(narrow_float_values(dtype), static_cast<const uint8_t*>(data) + begin,
                         count, room);
  }
}

void narrow_block(DType dtype, const void* carried, int64_t count, NarrowRounding rounding,
                  void* data, int64_t begin) {
  switch (dtype) {
    case DType::kFloat32:
    case DType::kInt32:
    case DType::kFloat64:
    case DType::kInt64:
    case DType::kUint64:
    case DType::kBool: {
      char* to = static_cast<char*>(data) + static_cast<size_t>(begin) * dtype_bytes(dtype);
      if (count > 0 && carried != to) {
        std::memmove(to, carried, static_cast<size_t>(count) * dtype_bytes(dtype));
      }
      return;
    }
    case DType::kInt8:
    case DType::kUint8: return narrow<int32_t, uint8_t>(carried, count, data, begin);
    case DType::kInt16:
    case DType::kUint16: return narrow<int32_t, uint16_t>(carried, count, data, begin);
    case DType::kUint32: return narrow<int64_t, uint32_t>(carried, count, data, begin);
    case DType::kFloat16: return narrow<float, Float16>(carried, count, data, begin);
    case DType::kBfloat16: return narrow<float, Bfloat16>(carried, count, data, begin);
    case DType::kInt4:
    case DType::kUint4:
    case DType::kInt2:
    case DType::kUint2:
    case DType::kFloat4E2M1: return narrow_packed(dtype, carried, count, rounding, data, begin);
    default:
      return encode_narrow_floats(dtype, static_cast<const float*>(carried), count, rounding,
                                  static_cast<uint8_t*>(data) + begin);
  }
}

void convert_block(DType dtype, const void* data, DType target, NarrowRounding rounding, void* out,
                   int64_t begin, int64_t count) {
  CarrierBlock room;
  CarrierBlock changed;
  const void* carried = widen_block(dtype, data, begin, count, room);
  void* to = changed.bytes;
  if (is_own_carrier(target)) {
    to = static_cast<char*>(out) + static_cast<size_t>(begin) * dtype_bytes(target);
  }
  carried = into_carrier_of(target, carrier_of(dtype), carried, count, to);
  if (carried != to || !is_own_carrier(target)) {
    narrow_block(target, carried, count, rounding, out, begin);
  }
}

void load_block(DType dtype, const void* data, int64_t begin, int64_t count, float* out) {
  load_as(dtype, data, begin, count, out);
}
void load_block(DType dtype, const void* data, int64_t begin, int64_t count, double* out) {
  load_as(dtype, data, begin, count, out);
}

void store_block(DType target, const float* values, int64_t count, NarrowRounding rounding,
                 void* data, int64_t begin) {
  CarrierBlock room;
  const void* carried = into_carrier_of(target, Carrier::kFloat32, values, count, room.bytes);
  narrow_block(target, carried, count, rounding, data, begin);
}

}  // namespace tundish::ops
