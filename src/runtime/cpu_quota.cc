#include "runtime/cpu_quota.h"

#include <sched.h>

#include <algorithm>
#include <charconv>
#include <fstream>

namespace tundish {
namespace {

// The number at the front of the text, which is cut off. Nothing when there is none.
std::optional<double> take_number(std::string_view& text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return value;
}

std::optional<double> ratio(std::optional<double> quota, std::optional<double> period) {
  if (!quota || !period || *quota <= 0 || *period <= 0) return std::nullopt;
  return *quota / *period;
}

std::string first_line(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

void tighten(std::optional<double>& tightest, std::optional<double> quota) {
  if (quota && (!tightest || *quota < *tightest)) tightest = quota;
}

// Calls visit(folder) for `base`/`group` and every folder above it down to `base`.
template <class Visit> void climb(const std::string& base, std::string group, Visit visit) {
  while (true) {
    visit(base + group);
    const size_t slash = group.rfind('/');
    if (slash == std::string::npos) return;
    group.resize(slash);
  }
}

bool names_controller(std::string_view list, std::string_view wanted) {
  while (!list.empty()) {
    const size_t comma = list.find(',');
    if (list.substr(0, comma) == wanted) return true;
    if (comma == std::string_view::npos) return false;
    list.remove_prefix(comma + 1);
  }
  return false;
}

}  // namespace

std::optional<double> parse_cpu_max(std::string_view text) {
  const std::optional<double> quota = take_number(text);
  return ratio(quota, take_number(text));
}

std::optional<double> parse_cfs_quota(std::string_view quota_us, std::string_view period_us) {
  return ratio(take_number(quota_us), take_number(period_us));
}

std::optional<double> cgroup_cpu_quota(const std::string& root) {
  std::optional<double> tightest;
  const std::string mount = root + "/sys/fs/cgroup";
  std::ifstream groups(root + "/proc/self/cgroup");
  // Lines are "id:controllers:path"; v2 has id 0 and no controllers.
  for (std::string line; std::getline(groups, line);) {
    const size_t first = line.find(':');
    const size_t second = line.find(':', first == std::string::npos ? first : first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    std::string group = line.substr(second + 1);
    if (group == "/") group.clear();
    if (controllers.empty()) {
      climb(mount, group, [&](const std::string& folder) {
        tighten(tightest, parse_cpu_max(first_line(folder + "/cpu.max")));
      });
    } else if (names_controller(controllers, "cpu")) {
      for (const std::string& base : {mount + "/" + controllers, mount + "/cpu"}) {
        climb(base, group, [&](const std::string& folder) {
          tighten(tightest, parse_cfs_quota(first_line(folder + "/cpu.cfs_quota_us"),
                                            first_line(folder + "/cpu.cfs_period_us")));
        });
      }
    }
  }
  return tightest;
}

int available_thread_count() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  int count = 1;
  if (sched_getaffinity(0, sizeof allowed, &allowed) == 0) count = CPU_COUNT(&allowed);
  if (const std::optional<double> quota = cgroup_cpu_quota(); quota && *quota < count) {
    count = static_cast<int>(*quota);
  }
  return std::max(1, count);
}

}  // namespace tundish
