// One block of memory for all values of a plan, and where in it each value lives.
#ifndef TUNDISH_RUNTIME_ARENA_H_
#define TUNDISH_RUNTIME_ARENA_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "tundish/result.h"
#include "tundish/value.h"

namespace tundish {

/// Alignment of every buffer: a cache line and the widest register.
inline constexpr size_t kBufferAlignment = 64;

/// Bytes, 64-byte aligned, that only grow. Contents are lost when it grows.
class Arena {
 public:
  /// Makes room for `bytes`. kLimit when memory is not to be had.
  Status reserve(size_t bytes);
  char* data() const { return data_; }
  size_t size() const { return size_; }
  /// Goes up each time the memory moves.
  uint64_t epoch() const { return epoch_; }

 private:
  Tensor storage_;
  char* data_ = nullptr;
  size_t size_ = 0;
  uint64_t epoch_ = 1;
};

/// Gives out places in a block of which pieces are taken and given back in order of time: best fit
/// among the free pieces, else at the end.
class PlaceFinder {
 public:
  /// Offset of a free piece of `bytes`, a multiple of 64.
  size_t take(size_t bytes);
  void give_back(size_t offset, size_t bytes);
  /// Bytes that the block needs.
  size_t total_bytes() const { return end_; }

  static size_t rounded(size_t bytes) {
    return (bytes + kBufferAlignment - 1) / kBufferAlignment * kBufferAlignment;
  }

 private:
  std::map<size_t, size_t> free_;  ///< offset -> bytes, never touching each other
  size_t end_ = 0;
};

/// A buffer of a plan: alive from the step that writes it to the last that reads it, both
/// inclusive.
struct Lifetime {
  int first_step = 0;
  int last_step = 0;
  size_t bytes = 0;
};
struct Layout {
  std::vector<size_t> offsets;  ///< per buffer
  size_t total_bytes = 0;
};
/// Places so that buffers alive at one time do not overlap. Buffers must be ordered by first_step.
Layout lay_out(std::vector<Lifetime> buffers);

}  // namespace tundish

#endif  // TUNDISH_RUNTIME_ARENA_H_
