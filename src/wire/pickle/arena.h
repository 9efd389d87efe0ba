// Memory of an object graph: handed out in order, freed all at once, counted against a limit.
#ifndef TUNDISH_WIRE_PICKLE_ARENA_H_
#define TUNDISH_WIRE_PICKLE_ARENA_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

#include "tundish/result.h"

namespace tundish::pickle {

/// Blocks of memory for trivially destructible values; addresses never move and live as long as
/// the arena. Freeing takes one step per block, however deep the values refer to each other.
class Arena {
 public:
  explicit Arena(uint64_t limit_bytes) : limit_bytes_(limit_bytes) {}
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  /// kLimit when `extra_bytes` more would pass the limit. Callers ask before any allocation whose
  /// size comes from the file, and once per step for the small fixed ones.
  Status check(uint64_t extra_bytes) const {
    if (extra_bytes > limit_bytes_ - std::min(used_bytes_, limit_bytes_)) [[unlikely]]
      return refuse(extra_bytes);
    return ok();
  }
  /// Counts memory that is held elsewhere (decompressed data, the machine's stack) as well.
  void charge(uint64_t bytes) { used_bytes_ += bytes; }
  uint64_t used_bytes() const { return used_bytes_; }

  /// Uninitialised room for `count` values; check() has been asked. Never null (std::bad_alloc).
  template <class T> T* allocate(size_t count) {
    static_assert(std::is_trivially_destructible_v<T> && alignof(T) <= 16);
    const size_t bytes = (count * sizeof(T) + 15) & ~size_t{15};
    if (bytes > left_) [[unlikely]]
      return static_cast<T*>(allocate_block(bytes));
    std::byte* place = next_;
    next_ += bytes;
    left_ -= bytes;
    used_bytes_ += bytes;
    return reinterpret_cast<T*>(place);
  }
  template <class T> T* make(const T& value) { return new (allocate<T>(1)) T(value); }
  std::string_view copy(std::string_view text) {
    char* place = allocate<char>(text.size());
    std::copy(text.begin(), text.end(), place);
    return {place, text.size()};
  }

 private:
  void* allocate_block(size_t bytes);
  Error refuse(uint64_t extra_bytes) const;

  std::vector<std::unique_ptr<std::byte[]>> blocks_;
  std::byte* next_ = nullptr;
  size_t left_ = 0;
  uint64_t used_bytes_ = 0;
  uint64_t limit_bytes_;
};

}  // namespace tundish::pickle

#endif  // TUNDISH_WIRE_PICKLE_ARENA_H_
