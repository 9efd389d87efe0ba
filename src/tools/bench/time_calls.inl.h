// The timed loop of bench targets in this process.
#ifndef TUNDISH_TOOLS_BENCH_TIME_CALLS_INL_H_
#define TUNDISH_TOOLS_BENCH_TIME_CALLS_INL_H_

#include <chrono>
#include <cmath>

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
  const Clock::time_point probe = Clock::now();
  TRY(call());
  const double first_ns = std::max(nanoseconds(probe, Clock::now()), 1.0);
  const auto group = static_cast<int64_t>(first_ns < kGroupNs ? std::ceil(kGroupNs / first_ns) : 1);
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
