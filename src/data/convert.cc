#include "data/convert.h"

#include <bit>
#include <cmath>
#include <limits>
#include <utility>

#include "base/strings.h"

namespace tundish {

namespace {

/// IEEE 754 half precision as stored.
struct Half {
  uint16_t bits;
};

float half_to_float(Half half) {
  const uint32_t sign = static_cast<uint32_t>(half.bits & 0x8000) << 16;
  const uint32_t exponent = half.bits >> 10 & 0x1F;
  const uint32_t fraction = half.bits & 0x3FF;
  if (exponent == 0) {  // zero and subnormal: fraction * 2^-24, exact in float
    const float magnitude = static_cast<float>(fraction) * 0x1p-24F;
    return sign != 0 ? -magnitude : magnitude;
  }
  const uint32_t wide = exponent == 31 ? 0xFF : exponent + (127 - 15);
  return std::bit_cast<float>(sign | wide << 23 | fraction << 13);
}

template <class T> struct Tag { using type = T; };

/// Calls `use` with the tag of the type that stores `dtype`; false for types not read here.
template <class Use> bool with_type(DType dtype, const Use& use) {
  switch (dtype) {
    case DType::kFloat16: use(Tag<Half>{}); return true;
    case DType::kFloat32: use(Tag<float>{}); return true;
    case DType::kFloat64: use(Tag<double>{}); return true;
    case DType::kInt8: use(Tag<int8_t>{}); return true;
    case DType::kInt16: use(Tag<int16_t>{}); return true;
    case DType::kInt32: use(Tag<int32_t>{}); return true;
    case DType::kInt64: use(Tag<int64_t>{}); return true;
    case DType::kUint8:
    case DType::kBool: use(Tag<uint8_t>{}); return true;
    case DType::kUint16: use(Tag<uint16_t>{}); return true;
    case DType::kUint32: use(Tag<uint32_t>{}); return true;
    case DType::kUint64: use(Tag<uint64_t>{}); return true;
    default: return false;
  }
}

int kind_bits(DType dtype) { return static_cast<int>(dtype_bits(dtype)); }

bool is_unsigned(DType dtype) {
  return dtype == DType::kUint8 || dtype == DType::kUint16 || dtype == DType::kUint32 ||
         dtype == DType::kUint64;
}

/// Whether every value of the one is a value of the other by the kind of the types alone.
bool widens(DType from, DType to) {
  if (from == to) return true;
  if (from == DType::kBool) return to != DType::kBool;
  if (is_floating(from) && is_floating(to)) return kind_bits(from) < kind_bits(to);
  if (is_integer(from) && is_floating(to)) return true;
  if (is_integer(from) && is_integer(to)) {
    if (is_unsigned(from) == is_unsigned(to)) return kind_bits(from) <= kind_bits(to);
    return is_unsigned(from) && kind_bits(from) < kind_bits(to);
  }
  return false;
}

/// One element; false when the value does not survive.
template <class From, class To> bool convert_one(From value, To& out, CastRule cast) {
  if constexpr (std::is_same_v<From, Half>) {
    return convert_one(half_to_float(value), out, cast);
  } else if constexpr (std::floating_point<To>) {
    out = static_cast<To>(value);
    if constexpr (std::integral<From>) {
      constexpr uint64_t kExact = uint64_t{1} << std::numeric_limits<To>::digits;
      const uint64_t magnitude = value < From{} ? uint64_t{0} - static_cast<uint64_t>(value)
                                                : static_cast<uint64_t>(value);
      return cast == CastRule::kAllow || magnitude <= kExact;
    }
    return true;
  } else if constexpr (std::integral<From>) {
    out = static_cast<To>(value);
    return std::in_range<To>(value);
  } else {
    // 2^digits is exact in every floating type, unlike the largest integer.
    const double upper = std::ldexp(1.0, std::numeric_limits<To>::digits);
    const double lower = std::signed_integral<To> ? -upper : 0.0;
    const auto wide = static_cast<double>(value);
    const bool fits = wide >= lower && wide < upper && std::trunc(wide) == wide;
    out = fits ? static_cast<To>(wide) : To{};
    return fits;
  }
}

template <class From> std::string value_text(From value) {
  if constexpr (std::is_same_v<From, Half>) {
    return cat(half_to_float(value));
  } else if constexpr (std::integral<From> && sizeof(From) == 1) {
    return cat(static_cast<int64_t>(value));
  } else {
    return cat(value);
  }
}

template <class From, class To>
void convert_all(const Tensor& from, Tensor& to, CastRule cast, const ElementFault& fault) {
  const auto* source = static_cast<const From*>(from.data());
  auto* target = static_cast<To*>(to.mutable_data());
  const int64_t count = from.element_count();
  for (int64_t i = 0; i < count; ++i) {
    const bool fits = convert_one(source[i], target[i], cast) &&
                      (to.dtype() != DType::kBool || static_cast<double>(target[i]) <= 1);
    if (!fits) [[unlikely]] {
      fault(i, cat(value_text(source[i]), " does not fit ", dtype_name(to.dtype()), " exactly"));
    }
  }
}

template <class T>
int64_t check_floats(const Tensor& tensor, AllowedValues allowed, const ElementFault& fault,
                     int64_t& first_nan) {
  const auto* values = static_cast<const T*>(tensor.data());
  const int64_t count = tensor.element_count();
  int64_t odd = 0;  // NaN or infinite: x - x is not 0
  for (int64_t i = 0; i < count; ++i) odd += values[i] - values[i] == 0 ? 0 : 1;
  if (odd == 0) return 0;
  int64_t nan_count = 0;
  for (int64_t i = 0; i < count; ++i) {
    if (std::isnan(values[i])) {
      if (allowed == AllowedValues::kFinite) {
        fault(i, "the value is missing (NaN), which the model refuses");
      } else if (nan_count++ == 0) {
        first_nan = i;
      }
    } else if (std::isinf(values[i]) && allowed != AllowedValues::kAll) {
      fault(i, cat(values[i], " is infinite, which the model refuses"));
    }
  }
  return nan_count;
}

}  // namespace

Status check_convertible(DType from, DType to, CastRule cast) {
  if (from == to) return ok();
  const bool from_text = from == DType::kString;
  const bool to_text = to == DType::kString;
  if (from_text || to_text) {
    return InvalidArgument(cat("the data holds ", from_text ? "strings" : dtype_name(from),
                               ", the model wants ", to_text ? "strings" : dtype_name(to)));
  }
  const auto ignore = [](auto) {};
  if (to == DType::kFloat16 || !with_type(from, ignore) || !with_type(to, ignore)) {
    return Unsupported(cat("data of ", dtype_name(from), " for an input of ", dtype_name(to)));
  }
  if (widens(from, to) || cast == CastRule::kAllow) return ok();
  return InvalidArgument(cat("the data is ", dtype_name(from), ", the model takes ", dtype_name(to),
                             ": rows of a wider type are refused unless --cast"));
}

Result<Tensor> convert_tensor(const Tensor& from, DType to, CastRule cast,
                              const ElementFault& fault) {
  if (from.dtype() == to) return from;
  TRY_ASSIGN(Tensor out, Tensor::allocate(to, from.shape()));
  with_type(from.dtype(), [&](auto from_tag) {
    using From = typename decltype(from_tag)::type;
    with_type(to, [&](auto to_tag) {
      using To = typename decltype(to_tag)::type;
      if constexpr (!std::is_same_v<To, Half>) convert_all<From, To>(from, out, cast, fault);
    });
  });
  return out;
}

int64_t check_values(const Tensor& tensor, AllowedValues allowed, const ElementFault& fault,
                     int64_t& first_nan) {
  if (tensor.dtype() == DType::kFloat32) {
    return check_floats<float>(tensor, allowed, fault, first_nan);
  }
  if (tensor.dtype() == DType::kFloat64) {
    return check_floats<double>(tensor, allowed, fault, first_nan);
  }
  return 0;
}

}  // namespace tundish
