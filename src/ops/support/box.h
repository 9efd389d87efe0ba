// Copies of boxes: rectangular parts of tensors, with any steps. Slices, transposes, tiles,
// broadcasts, joins and paddings are such copies.
#ifndef TUNDISH_OPS_SUPPORT_BOX_H_
#define TUNDISH_OPS_SUPPORT_BOX_H_

#include <array>
#include <cstdint>

#include "ir/exec_context.h"
#include "tundish/value.h"

namespace tundish::ops {

/// Axes in any order, each with its size and its steps in elements of source and target. A step of
/// the source may be 0 (the element is repeated) or negative; those of the target make each
/// element of the box a place of its own.
class Box {
 public:
  /// Twice the axes of a tensor: each may be split in two (tiles, blocks).
  static constexpr size_t kMaxAxes = 2 * Shape::kMaxRank;
  struct Axis {
    int64_t size, from_step, to_step;
  };

  /// Next axis inwards. Joined with the one before where both tensors pass them alike.
  void add(Axis axis);
  size_t rank() const { return rank_; }
  const Axis& operator[](size_t i) const { return axes_[i]; }
  Axis& operator[](size_t i) { return axes_[i]; }
  int64_t element_count() const;

 private:
  std::array<Axis, kMaxAxes> axes_;
  size_t rank_ = 0;
  bool empty_ = false;
};

/// Steps of a row-major tensor.
std::array<int64_t, Shape::kMaxRank> row_major_steps(const Shape& shape);

/// Copies the box; `from` and `to` are the elements at its beginning. Not for types under one byte.
/// Large boxes are copied by several threads.
void copy_box(ExecContext& context, DType dtype, void* to, const void* from, const Box& box);

}  // namespace tundish::ops

#endif  // TUNDISH_OPS_SUPPORT_BOX_H_
