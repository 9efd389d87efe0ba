#include "runtime/thread_pool.h"

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>

namespace tundish {
namespace {

// More threads than this are never started, whatever callers ask for.
constexpr int kMostThreads = 255;
// Ranges per thread: evens out threads that start late or are interrupted.
constexpr int64_t kRangesPerThread = 4;

/// One parallel_for: lives on its caller's stack.
struct Job {
  Job(RangeFunction job_body, int64_t job_count, int64_t job_step, int job_helpers)
      : body(job_body), count(job_count), step(job_step), helpers_wanted(job_helpers) {}

  /// Takes ranges until none is left.
  void work() {
    for (int64_t begin = next.fetch_add(step, std::memory_order_relaxed); begin < count;
         begin = next.fetch_add(step, std::memory_order_relaxed)) {
      body(begin, std::min(count, begin + step));
    }
  }

  RangeFunction body;
  const int64_t count;
  const int64_t step;
  std::atomic<int64_t> next{0};
  // Guarded by the pool's mutex:
  int helpers_wanted;  ///< that may still join
  int helpers_active = 0;
  Job* following = nullptr;
};

/// Everything shared between threads of one process. Never destroyed: sleeping threads use it until
/// the process ends.
struct PoolState {
  std::mutex mutex;
  std::condition_variable work_came;
  std::condition_variable helper_left;
  Job* first = nullptr;  ///< jobs that helpers may join
  int thread_count = 0;

  void remove(const Job* job) {
    for (Job** at = &first; *at != nullptr; at = &(*at)->following) {
      if (*at != job) continue;
      *at = job->following;
      return;
    }
  }

  [[noreturn]] void serve() {
    std::unique_lock<std::mutex> lock(mutex);
    while (true) {
      while (first == nullptr) work_came.wait(lock);
      Job* job = first;
      ++job->helpers_active;
      if (--job->helpers_wanted == 0) remove(job);
      lock.unlock();
      job->work();
      lock.lock();
      if (--job->helpers_active == 0) helper_left.notify_all();
    }
  }

  /// Starts threads until there are `wanted`, as far as the system gives them. Mutex held.
  void grow(int wanted) {
    for (; thread_count < std::min(wanted, kMostThreads); ++thread_count) {
      pthread_t thread;
      auto run = [](void* state) -> void* { static_cast<PoolState*>(state)->serve(); };
      if (pthread_create(&thread, nullptr, run, this) != 0) return;
      pthread_detach(thread);
    }
  }
};

/// The one mutable global: the process's pool.
constinit std::atomic<PoolState*> process_pool{nullptr};

// A forked child has none of the threads, and the mutex may have been held: it starts afresh. The
// parent's state stays behind as it is.
void forget_pool() { process_pool.store(nullptr, std::memory_order_relaxed); }

PoolState& pool() {
  PoolState* state = process_pool.load(std::memory_order_acquire);
  if (state != nullptr) return *state;
  static const int registered = pthread_atfork(nullptr, nullptr, forget_pool);
  static_cast<void>(registered);
  auto fresh = std::make_unique<PoolState>();
  if (process_pool.compare_exchange_strong(state, fresh.get(), std::memory_order_acq_rel)) {
    return *fresh.release();
  }
  return *state;
}

}  // namespace

void ThreadPool::parallel_for(int thread_count, int64_t count, int64_t grain, RangeFunction body) {
  if (count <= 0) return;
  grain = std::max<int64_t>(1, grain);
  const int64_t pieces = (count - 1) / grain + 1;
  const int64_t threads = std::min<int64_t>(thread_count, pieces);
  if (threads <= 1) return body(0, count);
  const int64_t ranges = std::min(pieces, threads * kRangesPerThread);
  const int64_t step = ((pieces - 1) / ranges + 1) * grain;
  const auto helpers = static_cast<int>(threads - 1);
  Job job(body, count, step, helpers);
  PoolState& state = pool();
  {
    const std::lock_guard<std::mutex> lock(state.mutex);
    state.grow(helpers);
    job.following = state.first;
    state.first = &job;
  }
  for (int i = 0; i < helpers; ++i) state.work_came.notify_one();
  job.work();
  std::unique_lock<std::mutex> lock(state.mutex);
  if (job.helpers_wanted > 0) state.remove(&job);
  while (job.helpers_active > 0) state.helper_left.wait(lock);
}

int ThreadPool::started_thread_count() const {
  PoolState& state = pool();
  const std::lock_guard<std::mutex> lock(state.mutex);
  return state.thread_count;
}

}  // namespace tundish
