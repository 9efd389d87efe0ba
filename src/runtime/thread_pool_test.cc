#include "runtime/thread_pool.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

namespace tundish {
namespace {

using Ranges = std::vector<std::pair<int64_t, int64_t>>;

Ranges ranges_of(int threads, int64_t count, int64_t grain) {
  std::mutex mutex;
  Ranges ranges;
  auto body = [&](int64_t begin, int64_t end) {
    const std::lock_guard<std::mutex> lock(mutex);
    ranges.emplace_back(begin, end);
  };
  ThreadPool::process().parallel_for(threads, count, grain, body);
  std::ranges::sort(ranges);
  return ranges;
}

TEST(ThreadPool, covers_everything_once) {
  for (const int threads : {1, 2, 3, 8}) {
    for (const int64_t count : {0, 1, 63, 64, 65, 1000, 4096}) {
      for (const int64_t grain : {1, 7, 64, 10'000}) {
        const Ranges ranges = ranges_of(threads, count, grain);
        int64_t at = 0;
        for (const auto& [begin, end] : ranges) {
          EXPECT_EQ(begin, at);
          EXPECT_GT(end, begin);
          if (end != count) {
            EXPECT_EQ((end - begin) % grain, 0);
          }
          at = end;
        }
        EXPECT_EQ(at, count);
        EXPECT_EQ(ranges, ranges_of(threads, count, grain));
      }
    }
  }
}

TEST(ThreadPool, serves_many_callers_and_nested_calls) {
  std::atomic<int64_t> sum{0};
  std::vector<std::jthread> callers;
  for (int i = 0; i < 4; ++i) {
    callers.emplace_back([&] {
      for (int round = 0; round < 50; ++round) {
        auto outer = [&](int64_t begin, int64_t end) {
          auto inner = [&](int64_t from, int64_t to) { sum += to - from; };
          ThreadPool::process().parallel_for(3, end - begin, 1, inner);
        };
        ThreadPool::process().parallel_for(3, 100, 10, outer);
      }
    });
  }
  callers.clear();
  EXPECT_EQ(sum, 4 * 50 * 100);
}

#if !defined(__SANITIZE_THREAD__)  // TSan does not let a forked child start threads
TEST(ThreadPool, works_in_a_forked_child) {
  EXPECT_EQ(ranges_of(3, 100, 1).front().first, 0);
  EXPECT_GE(ThreadPool::process().started_thread_count(), 2);
  const pid_t child = fork();
  if (child == 0) {
    const bool fresh = ThreadPool::process().started_thread_count() == 0;
    std::atomic<int64_t> count{0};
    auto body = [&](int64_t begin, int64_t end) { count += end - begin; };
    ThreadPool::process().parallel_for(3, 1000, 1, body);
    _exit(fresh && count == 1000 && ThreadPool::process().started_thread_count() == 2 ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}
#endif

TEST(ThreadPool, idle_threads_sleep) {
  EXPECT_EQ(ranges_of(4, 100, 1).front().first, 0);
  const clock_t before = clock();  // CPU time of the whole process
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  EXPECT_LT(clock() - before, CLOCKS_PER_SEC / 50);
}

}  // namespace
}  // namespace tundish
