// Element types of operators: sets for inference, lists for dispatch.
#ifndef TUNDISH_OPS_SUPPORT_TYPES_H_
#define TUNDISH_OPS_SUPPORT_TYPES_H_

#include <cstdint>
#include <initializer_list>
#include <string>
#include <type_traits>

#include "ir/op_def.h"
#include "tensor/half.h"
#include "tundish/dtype.h"
#include "tundish/result.h"

namespace tundish::ops {

/// A set of element types.
class DTypeSet {
 public:
  constexpr DTypeSet(std::initializer_list<DType> types) {
    for (const DType type : types) bits_ |= uint32_t{1} << static_cast<unsigned>(type);
  }
  constexpr bool contains(DType type) const {
    return (bits_ >> static_cast<unsigned>(type) & 1U) != 0;
  }
  constexpr DTypeSet operator|(DTypeSet other) const {
    other.bits_ |= bits_;
    return other;
  }

 private:
  uint32_t bits_ = 0;
};

/// A list of C++ element types for dispatch().
template <class... Ts> struct Types { static constexpr DTypeSet kSet{dtype_of<Ts>...}; };

using Floats = Types<float, double>;
/// The floating-point types that ONNX computes with.
using AllFloats = Types<float, double, Float16, Bfloat16>;
using SignedNumbers = Types<float, double, int64_t, int32_t, int16_t, int8_t>;
using Numbers =
    Types<float, double, int64_t, int32_t, int16_t, int8_t, uint8_t, uint16_t, uint32_t, uint64_t>;
using AllNumbers = Types<float, double, int64_t, int32_t, int16_t, int8_t, uint8_t, uint16_t,
                         uint32_t, uint64_t, Float16, Bfloat16>;

inline constexpr DTypeSet kBools{DType::kBool};
inline constexpr DTypeSet kStrings{DType::kString};
/// Every element type that a tensor of ours can be computed with.
inline constexpr DTypeSet kHeld = Numbers::kSet | kBools | kStrings;
inline constexpr DTypeSet kHalves{DType::kFloat16, DType::kBfloat16};
inline constexpr DTypeSet kComplex{DType::kComplex64, DType::kComplex128};
inline constexpr DTypeSet kFloat8s{DType::kFloat8E4M3FN, DType::kFloat8E4M3FNUZ, DType::kFloat8E5M2,
                                   DType::kFloat8E5M2FNUZ, DType::kFloat8E8M0};
/// Types of whole bytes: what operators that only move elements can handle in place.
inline constexpr DTypeSet kMovable = kHeld | kHalves | kComplex | kFloat8s;
/// Types under one byte, packed.
inline constexpr DTypeSet kPacked{DType::kUint4, DType::kInt4, DType::kFloat4E2M1, DType::kUint2,
                                  DType::kInt2};
inline constexpr DTypeSet kEverything = kMovable | kPacked;

/// kInternal: inference has let an element type through that nothing computes with.
Status unexpected_type(DType dtype);

/// Calls `function.operator()<T>()` for the T of the list that `dtype` names. The caller has made
/// sure that there is one; kInternal otherwise.
template <class... Ts, class Function>
Status dispatch(Types<Ts...>, DType dtype, Function&& function) {
  Status status;
  const bool found =
      ((dtype_of<Ts> == dtype ? (status = function.template operator()<Ts>(), true) : false) ||
       ...);
  if (!found) [[unlikely]]
    return unexpected_type(dtype);
  return status;
}

/// Input i is a dense tensor of one of these types. kInvalidModel when it is absent, no tensor or
/// of another type; kUnsupported when ONNX allows the type (`allowed_by_onnx`) but we do not
/// compute with it.
Status expect_tensor(const InferContext& context, size_t i, DTypeSet held,
                     DTypeSet allowed_by_onnx = {DType::kFloat16, DType::kBfloat16});
/// Inputs i and j have one element type.
Status expect_same_dtype(const InferContext& context, size_t i, size_t j);

/// What an integer type computes in so that overflow wraps, as numpy does: unsigned, at least 32
/// bits.
template <class T> using Wrapping = std::conditional_t<sizeof(T) == 8, uint64_t, uint32_t>;

}  // namespace tundish::ops

#endif  // TUNDISH_OPS_SUPPORT_TYPES_H_
