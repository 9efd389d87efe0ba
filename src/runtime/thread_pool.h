// The process's one thread pool.
//
// Threads are started when they are first needed, sleep while there is nothing to do (no spinning),
// and never end. Several callers may use the pool at once. A forked child gets an empty pool of its
// own at its first call.
#ifndef TUNDISH_RUNTIME_THREAD_POOL_H_
#define TUNDISH_RUNTIME_THREAD_POOL_H_

#include <cstdint>

#include "ir/exec_context.h"

namespace tundish {

class ThreadPool {
 public:
  /// The one there is.
  static ThreadPool process() { return ThreadPool(); }

  /// Calls `body(begin, end)` over disjoint ranges that cover [0, count), each but the last a
  /// multiple of `grain` (>= 1) long, on the calling thread and up to thread_count - 1 others, and
  /// returns when all are done. The ranges depend on the arguments alone. No allocation once the
  /// threads exist. `body` must not throw; it may call parallel_for. Where threads cannot be had
  /// the caller does all the work.
  void parallel_for(int thread_count, int64_t count, int64_t grain, RangeFunction body);

  /// Threads started so far in this process.
  int started_thread_count() const;

 private:
  ThreadPool() = default;
};

}  // namespace tundish

#endif  // TUNDISH_RUNTIME_THREAD_POOL_H_
