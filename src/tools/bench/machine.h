// What machine a bench ran on.
#ifndef TUNDISH_TOOLS_BENCH_MACHINE_H_
#define TUNDISH_TOOLS_BENCH_MACHINE_H_

#include <cstdint>
#include <string>

namespace tundish {

struct Machine {
  std::string cpu;
  int cores = 0;
  double quota = 0;  ///< CPUs that the control group allows; cores when there is no limit
  double load1 = 0;  ///< load average of the last minute
};
Machine this_machine();

/// Resident bytes of this process now, and the most there ever were.
uint64_t resident_bytes();
uint64_t peak_resident_bytes();
/// Gives freed memory back to the system, so that what is taken next shows in resident_bytes().
void release_free_memory();

}  // namespace tundish

#endif  // TUNDISH_TOOLS_BENCH_MACHINE_H_
