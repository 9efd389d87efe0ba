// Numbers of any type as one floating-point type: for small operands whose type may differ.
#ifndef TUNDISH_OPS_SUPPORT_AS_TYPE_H_
#define TUNDISH_OPS_SUPPORT_AS_TYPE_H_

#include "ir/exec_context.h"
#include "tundish/result.h"
#include "tundish/value.h"

namespace tundish::ops {

/// The elements of `view` (numbers or truth values) as T, float or double: where they are when that
/// is their type, else converted into scratch.
template <class T> Result<const T*> as_type(ExecContext& context, const TensorView& view);

/// Storage in which output values of type T are computed: the output itself when it has that type,
/// else scratch that finish_output() converts. `dtype` is any floating-point type.
template <class T> struct TypedOutput {
  T* values = nullptr;
  MutableTensorView view;
};
template <class T>
Result<TypedOutput<T>> typed_output(ExecContext& context, size_t i, DType dtype,
                                    const Shape& shape);
template <class T> void finish_output(const TypedOutput<T>& output);

}  // namespace tundish::ops

#endif  // TUNDISH_OPS_SUPPORT_AS_TYPE_H_
