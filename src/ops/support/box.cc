#include "ops/support/box.h"

#include <algorithm>
#include <cstdlib>
#include <type_traits>

#include "kernels/table.h"
#include "kernels/vector.h"
#include "ops/support/move.h"

namespace tundish::ops {
namespace {

// Elements that a thread should get at least: about 50 us.
constexpr int64_t kGrain = 65536;
// A square of this many elements a side stays in the first cache for all element sizes.
constexpr int64_t kTile = 16;

using Transpose = decltype(kernels::VectorKernels::transpose);

// The two innermost axes: `outer` rows of `inner` elements.
template <class T>
void copy_plane(Transpose transpose, T* to, const T* from, const Box::Axis& outer,
                const Box::Axis& inner) {
  if constexpr (sizeof(T) == sizeof(float) && std::is_trivially_copyable_v<T>) {
    if (inner.from_step > 1 && outer.from_step == 1 && inner.to_step == 1 && outer.to_step > 1) {
      return transpose(reinterpret_cast<const float*>(from), static_cast<size_t>(inner.from_step),
                       static_cast<size_t>(inner.size), static_cast<size_t>(outer.size),
                       reinterpret_cast<float*>(to), static_cast<size_t>(outer.to_step));
    }
  }
  // Where the source is contiguous along the outer axis, lines of it are used whole: tile by tile.
  if (std::abs(inner.from_step) > 1 && std::abs(outer.from_step) == 1) {
    for (int64_t i = 0; i < outer.size; i += kTile) {
      const int64_t rows = std::min(kTile, outer.size - i);
      for (int64_t k = 0; k < inner.size; k += kTile) {
        const int64_t columns = std::min(kTile, inner.size - k);
        const T* source = from + i * outer.from_step + k * inner.from_step;
        T* target = to + i * outer.to_step + k * inner.to_step;
        for (int64_t row = 0; row < rows; ++row) {
          for (int64_t column = 0; column < columns; ++column) {
            target[row * outer.to_step + column * inner.to_step] =
                source[row * outer.from_step + column * inner.from_step];
          }
        }
      }
    }
    return;
  }
  for (int64_t i = 0; i < outer.size; ++i, from += outer.from_step, to += outer.to_step) {
    if (inner.from_step == 1 && inner.to_step == 1) {
      std::copy_n(from, inner.size, to);
    } else if (inner.from_step == 0 && inner.to_step == 1) {
      std::fill_n(to, inner.size, *from);
    } else {
      for (int64_t k = 0; k < inner.size; ++k) to[k * inner.to_step] = from[k * inner.from_step];
    }
  }
}

// The axes of a box, outermost first, at least two.
struct Nest {
  std::array<Box::Axis, Box::kMaxAxes> axes;
  size_t rank;
  Transpose transpose;
  const Box::Axis& inner() const { return axes[rank - 1]; }
  const Box::Axis& outer() const { return axes[rank - 2]; }
};

template <class T>
void copy_planes(T* to, const T* from, const Nest& nest, int64_t begin, int64_t end) {
  const size_t above = nest.rank - 2;
  std::array<int64_t, Box::kMaxAxes> index;
  int64_t rest = begin;
  for (size_t i = above; i-- > 0;) {
    const Box::Axis& axis = nest.axes[i];
    index[i] = rest % axis.size;
    rest /= axis.size;
    from += index[i] * axis.from_step;
    to += index[i] * axis.to_step;
  }
  for (int64_t plane = begin; plane < end; ++plane) {
    copy_plane(nest.transpose, to, from, nest.outer(), nest.inner());
    for (size_t i = above; i-- > 0;) {
      const Box::Axis& axis = nest.axes[i];
      from += axis.from_step;
      to += axis.to_step;
      if (++index[i] < axis.size) break;
      from -= axis.size * axis.from_step;
      to -= axis.size * axis.to_step;
      index[i] = 0;
    }
  }
}

template <class T> void copy_nest(ExecContext& context, T* to, const T* from, const Nest& nest) {
  const Box::Axis& outer = nest.outer();
  const Box::Axis& inner = nest.inner();
  const int64_t plane = outer.size * inner.size;
  int64_t planes = 1;
  for (size_t i = 0; i + 2 < nest.rank; ++i) planes *= nest.axes[i].size;
  auto all_of = [&](int64_t begin, int64_t end) { copy_planes(to, from, nest, begin, end); };
  if (planes * plane <= kGrain || context.thread_count() == 1) return all_of(0, planes);
  if (planes > 1) return context.parallel_for(planes, std::max<int64_t>(1, kGrain / plane), all_of);
  // One plane: parts of its longer axis.
  const bool by_rows = outer.size >= inner.size;
  const Box::Axis& cut = by_rows ? outer : inner;
  const int64_t grain = std::max(kTile, kGrain / (by_rows ? inner.size : outer.size));
  auto part_of = [&](int64_t begin, int64_t end) {
    Box::Axis part = cut;
    part.size = end - begin;
    copy_plane(nest.transpose, to + begin * cut.to_step, from + begin * cut.from_step,
               by_rows ? part : outer, by_rows ? inner : part);
  };
  context.parallel_for(cut.size, grain, part_of);
}

// The order of axes does not matter to the result. Innermost goes where the target is contiguous;
// next to it, where the source is.
Nest arranged(const Box& box) {
  Nest nest;
  nest.rank = 0;
  for (size_t i = box.rank(); i < 2; ++i) nest.axes[nest.rank++] = {1, 0, 0};
  for (size_t i = 0; i < box.rank(); ++i) nest.axes[nest.rank++] = box[i];
  const auto move_to = [&](size_t place, auto rank_of) {
    size_t best = place;
    for (size_t i = 0; i < place; ++i) {
      if (rank_of(nest.axes[i]) < rank_of(nest.axes[best])) best = i;
    }
    std::rotate(nest.axes.begin() + static_cast<ptrdiff_t>(best),
                nest.axes.begin() + static_cast<ptrdiff_t>(best) + 1,
                nest.axes.begin() + static_cast<ptrdiff_t>(place) + 1);
  };
  // Axes of one element, whose steps are 0, stay outside.
  const auto target_step = [](const Box::Axis& axis) {
    return axis.size == 1 ? INT64_MAX : std::abs(axis.to_step);
  };
  const auto is_line = [](const Box::Axis& axis) { return std::abs(axis.from_step) == 1 ? 0 : 1; };
  move_to(nest.rank - 1, target_step);
  if (std::abs(nest.inner().from_step) > 1) move_to(nest.rank - 2, is_line);
  return nest;
}

}  // namespace

void Box::add(Axis axis) {
  if (axis.size == 0) empty_ = true;
  if (axis.size == 1) return;
  if (rank_ > 0) {
    Axis& last = axes_[rank_ - 1];
    if (last.from_step == axis.from_step * axis.size && last.to_step == axis.to_step * axis.size) {
      last = {last.size * axis.size, axis.from_step, axis.to_step};
      return;
    }
  }
  axes_[rank_++] = axis;
}

int64_t Box::element_count() const {
  if (empty_) return 0;
  int64_t count = 1;
  for (size_t i = 0; i < rank_; ++i) count *= axes_[i].size;
  return count;
}

std::array<int64_t, Shape::kMaxRank> row_major_steps(const Shape& shape) {
  std::array<int64_t, Shape::kMaxRank> steps{};
  int64_t step = 1;
  for (size_t axis = shape.rank(); axis-- > 0; step *= shape[axis]) steps[axis] = step;
  return steps;
}

void copy_box(ExecContext& context, DType dtype, void* to, const void* from, const Box& box) {
  if (box.element_count() == 0) return;
  if (box.rank() == 0) return copy_elements(dtype, to, from, 1);
  Nest nest = arranged(box);
  nest.transpose = context.kernels().vector->transpose;
  with_moved_type(dtype, [&]<class T>() {
    copy_nest(context, static_cast<T*>(to), static_cast<const T*>(from), nest);
  });
}

}  // namespace tundish::ops
