// Numpy's broadcasting: shapes, symbolic shapes, and the loops over several tensors.
#ifndef TUNDISH_OPS_SUPPORT_BROADCAST_H_
#define TUNDISH_OPS_SUPPORT_BROADCAST_H_

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "ir/exec_context.h"
#include "ir/op_def.h"
#include "tensor/tensor_type.h"
#include "tundish/result.h"
#include "tundish/value.h"

namespace tundish::ops {

inline bool same_shape(const Shape& a, const Shape& b) {
  return a.rank() == b.rank() &&
         std::memcmp(a.dims().data(), b.dims().data(), a.rank() * sizeof(int64_t)) == 0;
}

/// Shape of the result of combining two tensors. kInvalidArgument naming the axis where the sizes
/// are neither equal nor 1.
Result<Shape> broadcast_shapes(const Shape& a, const Shape& b);
/// The same for what is known before values exist; a fault is kInvalidModel.
Result<SymbolicShape> broadcast_shapes(const SymbolicShape& a, const SymbolicShape& b);
/// Broadcast of inputs [0, input_count) of a node.
Result<SymbolicShape> broadcast_inputs(const InferContext& context);

/// A nest of loops over N inputs that are broadcast to one output. Neighbouring axes that all
/// tensors pass alike are joined, axes of size 1 are gone; the innermost axis is last and there is
/// at least one.
template <size_t N> struct BroadcastLoop {
  size_t rank;
  std::array<int64_t, Shape::kMaxRank> sizes;
  /// In elements; 0 where input i stands still. On the innermost axis always 0 or 1.
  std::array<std::array<int64_t, Shape::kMaxRank>, N> strides;

  /// All inputs in step with the output.
  static BroadcastLoop flat(int64_t count) {
    BroadcastLoop loop;
    loop.rank = 1;
    loop.sizes[0] = count;
    for (size_t i = 0; i < N; ++i) loop.strides[i][0] = 1;
    return loop;
  }
  static BroadcastLoop make(const Shape& out, const std::array<const Shape*, N>& inputs);
};

template <size_t N>
BroadcastLoop<N> BroadcastLoop<N>::make(const Shape& out,
                                        const std::array<const Shape*, N>& inputs) {
  // From the innermost axis outwards, then reversed.
  BroadcastLoop loop;
  loop.rank = 0;
  std::array<int64_t, N> step;  // elements of input i below this axis
  step.fill(1);
  for (size_t back = 0; back < out.rank(); ++back) {
    const int64_t size = out[out.rank() - 1 - back];
    std::array<int64_t, N> stride;
    for (size_t i = 0; i < N; ++i) {
      const Shape& shape = *inputs[i];
      const int64_t own = back < shape.rank() ? shape[shape.rank() - 1 - back] : 1;
      stride[i] = own == 1 ? 0 : step[i];
      step[i] *= own;
    }
    if (size == 1) continue;
    bool joins = loop.rank > 0;
    if (joins) {
      const size_t inner = loop.rank - 1;
      for (size_t i = 0; i < N; ++i) {
        joins &= stride[i] == loop.strides[i][inner] * loop.sizes[inner];
      }
    }
    if (joins) {
      loop.sizes[loop.rank - 1] *= size;
      continue;
    }
    loop.sizes[loop.rank] = size;
    for (size_t i = 0; i < N; ++i) loop.strides[i][loop.rank] = stride[i];
    ++loop.rank;
  }
  if (loop.rank == 0) {
    loop.rank = 1;
    loop.sizes[0] = 1;
    for (size_t i = 0; i < N; ++i) loop.strides[i][0] = 0;
  }
  std::reverse(loop.sizes.begin(), loop.sizes.begin() + static_cast<ptrdiff_t>(loop.rank));
  for (size_t i = 0; i < N; ++i) {
    std::reverse(loop.strides[i].begin(),
                 loop.strides[i].begin() + static_cast<ptrdiff_t>(loop.rank));
  }
  return loop;
}

/// Runs `body(out_offset, input_offsets, inner_strides, count)` for each innermost run of the loop,
/// over the threads of the context in pieces of at least `grain` elements.
template <size_t N, class Body>
void run_loop(ExecContext& context, const BroadcastLoop<N>& loop, int64_t grain, Body body) {
  using Offsets = std::array<int64_t, N>;
  const size_t inner = loop.rank - 1;
  const int64_t run = loop.sizes[inner];
  Offsets inner_strides;
  for (size_t i = 0; i < N; ++i) inner_strides[i] = loop.strides[i][inner];
  if (loop.rank == 1) {
    auto piece = [&](int64_t begin, int64_t end) {
      Offsets offsets;
      for (size_t i = 0; i < N; ++i) offsets[i] = begin * inner_strides[i];
      body(begin, offsets, inner_strides, end - begin);
    };
    if (run <= grain || context.thread_count() == 1) return piece(0, run);
    return context.parallel_for(run, grain, piece);
  }
  int64_t outer = 1;
  for (size_t axis = 0; axis < inner; ++axis) outer *= loop.sizes[axis];
  auto rows = [&](int64_t begin, int64_t end) {
    std::array<int64_t, Shape::kMaxRank> index;
    Offsets offsets{};
    int64_t rest = begin;
    for (size_t axis = inner; axis-- > 0;) {
      index[axis] = rest % loop.sizes[axis];
      rest /= loop.sizes[axis];
      for (size_t i = 0; i < N; ++i) offsets[i] += index[axis] * loop.strides[i][axis];
    }
    for (int64_t row = begin; row < end; ++row) {
      body(row * run, offsets, inner_strides, run);
      for (size_t axis = inner; axis-- > 0;) {
        for (size_t i = 0; i < N; ++i) offsets[i] += loop.strides[i][axis];
        if (++index[axis] < loop.sizes[axis]) break;
        for (size_t i = 0; i < N; ++i) offsets[i] -= loop.sizes[axis] * loop.strides[i][axis];
        index[axis] = 0;
      }
    }
  };
  if (outer * run <= grain || context.thread_count() == 1) {
    if (outer > 0 && run > 0) rows(0, outer);
    return;
  }
  context.parallel_for(outer, std::max<int64_t>(1, grain / std::max<int64_t>(1, run)), rows);
}

}  // namespace tundish::ops

#endif  // TUNDISH_OPS_SUPPORT_BROADCAST_H_
