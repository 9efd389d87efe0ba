// The memory ceiling of one call.
#ifndef TUNDISH_RUNTIME_MEMORY_H_
#define TUNDISH_RUNTIME_MEMORY_H_

#include <cstdint>

#include "ir/graph.h"
#include "tundish/result.h"
#include "tundish/value.h"

namespace tundish {

/// Bytes of a value of this type; kLimit when that number itself overflows.
Result<uint64_t> value_bytes(DType dtype, const Shape& shape);

/// The error of a call that needs `bytes` more than the `held` ones.
Error over_memory_limit(uint64_t bytes, uint64_t held, uint64_t limit);

/// kLimit naming the node when a value whose sizes are all known before any call needs more than
/// `limit_bytes` (0: no limit): found before anything is computed or allocated.
Status check_known_sizes(const Graph& graph, uint64_t limit_bytes);

/// Bytes that the values of one call take together.
class MemoryMeter {
 public:
  void set_limit(uint64_t bytes) { limit_ = bytes; }  ///< 0: none
  /// kLimit with the figures when this many more would be over the limit.
  Status take(uint64_t bytes) {
    if (limit_ != 0 && (bytes > limit_ || held_ > limit_ - bytes)) [[unlikely]]
      return over(bytes);
    held_ += bytes;
    return ok();
  }
  void hold(uint64_t bytes) { held_ += bytes; }  ///< counted whatever the ceiling
  void give_back(uint64_t bytes) { held_ -= bytes < held_ ? bytes : held_; }
  uint64_t held() const { return held_; }

 private:
  Status over(uint64_t bytes) const;

  uint64_t limit_ = 0;
  uint64_t held_ = 0;
};

}  // namespace tundish

#endif  // TUNDISH_RUNTIME_MEMORY_H_
