// The timed loop of bench targets in this process.
#ifndef TUNDISH_TOOLS_BENCH_TIME_CALLS_INL_H_
#define TUNDISH_TOOLS_BENCH_TIME_CALLS_INL_H_

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

#include "tools/bench/target.h"

namespace tundish {

template <class Call>
Status time_calls(Call&& call, double seconds, int64_t least_calls, BenchSamples& samples) {
  using Clock = std::chrono::steady_clock;
  const auto nanoseconds = [](Clock::time_point a, Clock::time_point b) {
    return std::chrono::duration<double, std::nano>(b - a).count();
  };
  // Reading the clock costs about 25 ns: shorter calls than 2 us are timed in groups.
  constexpr double kGroupNs = 2000;
  // The first calls are slow ones: caches and branches are cold.
  constexpr int kMostProbes = 5;
  double call_ns = std::numeric_limits<double>::max();
  for (int i = 0; i < kMostProbes && (i == 0 || call_ns < 10 * kGroupNs); ++i) {
    const Clock::time_point probe = Clock::now();
    TRY(call());
    call_ns = std::min(call_ns, std::max(nanoseconds(probe, Clock::now()), 1.0));
  }
  const auto group = static_cast<int64_t>(call_ns < kGroupNs ? std::ceil(kGroupNs / call_ns) : 1);
  const double cpu_before = process_cpu_ns();
  const Clock::time_point begin = Clock::now();
  Clock::time_point last = begin;
  int64_t calls = 0;
  while (calls < least_calls || nanoseconds(begin, last) < seconds * 1e9) {
    for (int64_t i = 0; i < group; ++i) TRY(call());
    const Clock::time_point now = Clock::now();
    samples.call_ns.push_back(nanoseconds(last, now) / static_cast<double>(group));
    calls += group;
    last = Clock::now();
  }
  samples.cpu_ns += process_cpu_ns() - cpu_before;
  samples.calls += calls;
  return ok();
}

}  // namespace tundish

#endif  // TUNDISH_TOOLS_BENCH_TIME_CALLS_INL_H_
