// Halves in float: blocks and whole tensors widened before an operator computes, rounded after it.
// An operator that goes this way is compiled for float alone.
#ifndef TUNDISH_OPS_SUPPORT_HALVES_H_
#define TUNDISH_OPS_SUPPORT_HALVES_H_

#include "ir/exec_context.h"
#include "ops/support/types.h"

namespace tundish::ops {

inline bool is_half_type(DType dtype) {
  return dtype == DType::kFloat16 || dtype == DType::kBfloat16;
}
/// The type that elements of this type are computed in: float32 for halves, else the type itself.
inline DType computed_type(DType dtype) { return is_half_type(dtype) ? DType::kFloat32 : dtype; }

/// `count` halves of type `dtype` as floats, and floats rounded to halves.
void widen(DType dtype, const void* from, float* to, int64_t count);
void narrow(DType dtype, const float* from, void* to, int64_t count);

/// The view itself, or of halves a copy in float in scratch memory.
Result<TensorView> widened(ExecContext& context, const TensorView& view);

/// Where an operator that computes in computed_type(out.dtype) puts its result: `out` itself, or
/// for halves scratch memory of out's shape. finish() rounds what was put there into `out`.
class WideOutput {
 public:
  static Result<WideOutput> make(ExecContext& context, const MutableTensorView& out);
  void* data() const { return wide_ == nullptr ? out_.data : wide_; }
  void finish() const;

 private:
  MutableTensorView out_;
  float* wide_ = nullptr;
};

/// A list without the halves: what is left to instantiate where they are computed in float.
template <class Done, class... Rest> struct WithoutHalvesOf;
template <class... Done> struct WithoutHalvesOf<Types<Done...>> { using List = Types<Done...>; };
template <class... Done, class T, class... Rest>
struct WithoutHalvesOf<Types<Done...>, T, Rest...>
    : WithoutHalvesOf<std::conditional_t<is_half<T>, Types<Done...>, Types<Done..., T>>, Rest...> {
};
template <class List> struct WithoutHalves;
template <class... Ts>
struct WithoutHalves<Types<Ts...>> : WithoutHalvesOf<Types<>, Ts...> {};

/// As dispatch(), with float for halves.
template <class List, class Function>
Status dispatch_computed(List, DType dtype, Function&& function) {
  return dispatch(typename WithoutHalves<List>::List(), computed_type(dtype), function);
}

}  // namespace tundish::ops

#endif  // TUNDISH_OPS_SUPPORT_HALVES_H_
