// Halves in float, block by block: element-wise loops are compiled for float alone and need no copy
// of a whole tensor (half_adapter.h makes one, for operators of any kind).
#ifndef TUNDISH_OPS_SUPPORT_HALVES_H_
#define TUNDISH_OPS_SUPPORT_HALVES_H_

#include "ops/support/half_adapter.h"
#include "ops/support/types.h"

namespace tundish::ops {

/// The type that elements of this type are computed in: float32 for halves, else the type itself.
inline DType computed_type(DType dtype) { return is_half_type(dtype) ? DType::kFloat32 : dtype; }

/// `count` halves of type `dtype` as floats, and floats rounded to halves.
void widen(DType dtype, const void* from, float* to, int64_t count);
void narrow(DType dtype, const float* from, void* to, int64_t count);

/// A list without the halves: what is left to instantiate where they are computed in float.
template <class Done, class... Rest> struct WithoutHalvesOf;
template <class... Done> struct WithoutHalvesOf<Types<Done...>> { using List = Types<Done...>; };
template <class... Done, class T, class... Rest>
struct WithoutHalvesOf<Types<Done...>, T, Rest...>
    : WithoutHalvesOf<std::conditional_t<is_half<T>, Types<Done...>, Types<Done..., T>>, Rest...> {
};
template <class List> struct WithoutHalves;
template <class... Ts> struct WithoutHalves<Types<Ts...>> : WithoutHalvesOf<Types<>, Ts...> {};

/// As dispatch(), with float for halves.
template <class List, class Function>
Status dispatch_computed(List, DType dtype, Function&& function) {
  return dispatch(typename WithoutHalves<List>::List(), computed_type(dtype), function);
}

}  // namespace tundish::ops

#endif  // TUNDISH_OPS_SUPPORT_HALVES_H_
