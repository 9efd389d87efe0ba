// Operators that move elements of types under one byte see them as bytes, one code each.
#ifndef TUNDISH_OPS_SUPPORT_UNPACKED_H_
#define TUNDISH_OPS_SUPPORT_UNPACKED_H_

#include "ops/support/move.h"

namespace tundish::ops {

/// The view itself, or for a packed type its codes as uint8 in scratch memory.
Result<TensorView> whole_bytes(ExecContext& context, const TensorView& view);

/// An output that is written as bytes: the output itself, or for a packed type codes as uint8,
/// which finish() packs.
class WholeByteOutput {
 public:
  /// As sized_output().
  static Result<WholeByteOutput> make(ExecContext& context, size_t i, DType dtype,
                                      const Shape& shape);
  const MutableTensorView& view() const { return bytes_; }
  void finish() const;

 private:
  MutableTensorView out_;
  MutableTensorView bytes_;
};

}  // namespace tundish::ops

#endif  // TUNDISH_OPS_SUPPORT_UNPACKED_H_
