// How many threads this process may keep busy: affinity and the container's CPU quota.
#ifndef TUNDISH_RUNTIME_CPU_QUOTA_H_
#define TUNDISH_RUNTIME_CPU_QUOTA_H_

#include <optional>
#include <string>
#include <string_view>

namespace tundish {

/// CPUs allowed by the text of a cgroup v2 file cpu.max ("200000 100000" is 2.0). Nothing when
/// there is no quota ("max 100000") or the text is not of that form.
std::optional<double> parse_cpu_max(std::string_view text);
/// The same for cgroup v1: cpu.cfs_quota_us (-1: none) and cpu.cfs_period_us.
std::optional<double> parse_cfs_quota(std::string_view quota_us, std::string_view period_us);

/// The tightest quota of this process's control group and the groups above it, v2 or v1. Nothing
/// when there is none. `root` stands before /proc and /sys (empty on a real machine).
std::optional<double> cgroup_cpu_quota(const std::string& root = {});

/// CPUs of the affinity mask, but no more than the quota (rounded down: threads beyond it only get
/// throttled); at least 1.
int available_thread_count();

}  // namespace tundish

#endif  // TUNDISH_RUNTIME_CPU_QUOTA_H_
