// Equal tensors along a new axis: slices of scanned values and what loops collect.
#ifndef TUNDISH_OPS_SUPPORT_STACK_H_
#define TUNDISH_OPS_SUPPORT_STACK_H_

#include <vector>

#include "tensor/tensor_type.h"
#include "tundish/result.h"
#include "tundish/value.h"

namespace tundish::ops {

/// Slice `index` along `axis`, which is gone in the answer. Both are in range.
Result<Tensor> slice_at(const Tensor& tensor, size_t axis, int64_t index);

/// Type of `count` tensors of type `item`, stacked along a new first axis.
ValueType stacked_type(const ValueType& item, Dim count);

/// Tensors of one type and shape, in order.
class Stack {
 public:
  /// `item` is what is known of them, for the case that there are none.
  explicit Stack(const ValueType& item) : item_(item) {}

  /// kInvalidArgument for anything but a tensor like those before.
  Status add(const Value& value);
  /// One tensor with a new axis of size count. `axis` may count from the end, of the answer's rank.
  Result<Tensor> join(int64_t axis) const;
  void reverse();

 private:
  ValueType item_;
  std::vector<Tensor> items_;
};

}  // namespace tundish::ops

#endif  // TUNDISH_OPS_SUPPORT_STACK_H_
