#include "runtime/cpu_quota.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace tundish {
namespace {

TEST(CpuQuota, parses_both_forms) {
  EXPECT_EQ(parse_cpu_max("200000 100000\n"), 2.0);
  EXPECT_EQ(parse_cpu_max("50000 100000"), 0.5);
  EXPECT_EQ(parse_cpu_max("max 100000"), std::nullopt);
  EXPECT_EQ(parse_cpu_max(""), std::nullopt);
  EXPECT_EQ(parse_cpu_max("100000"), std::nullopt);
  EXPECT_EQ(parse_cpu_max("100000 0"), std::nullopt);
  EXPECT_EQ(parse_cfs_quota("150000", "100000"), 1.5);
  EXPECT_EQ(parse_cfs_quota("-1", "100000"), std::nullopt);
  EXPECT_EQ(parse_cfs_quota("x", "100000"), std::nullopt);
}

class Machine {
 public:
  Machine() : root_(::testing::TempDir() + "cpu_quota_test") { std::filesystem::remove_all(root_); }
  ~Machine() { std::filesystem::remove_all(root_); }
  void file(const std::string& path, const std::string& text) {
    std::filesystem::create_directories(std::filesystem::path(root_ + path).parent_path());
    std::ofstream(root_ + path) << text;
  }
  const std::string& root() const { return root_; }

 private:
  std::string root_;
};

TEST(CpuQuota, takes_the_tightest_group_above) {
  Machine machine;
  machine.file("/proc/self/cgroup", "0::/pods/mine\n");
  EXPECT_EQ(cgroup_cpu_quota(machine.root()), std::nullopt);
  machine.file("/sys/fs/cgroup/pods/mine/cpu.max", "max 100000\n");
  EXPECT_EQ(cgroup_cpu_quota(machine.root()), std::nullopt);
  machine.file("/sys/fs/cgroup/pods/cpu.max", "300000 100000\n");
  EXPECT_EQ(cgroup_cpu_quota(machine.root()), 3.0);
  machine.file("/sys/fs/cgroup/cpu.max", "150000 100000\n");
  EXPECT_EQ(cgroup_cpu_quota(machine.root()), 1.5);
}

TEST(CpuQuota, reads_version_1) {
  Machine machine;
  machine.file("/proc/self/cgroup", "7:memory:/a\n4:cpu,cpuacct:/docker/x\n");
  machine.file("/sys/fs/cgroup/cpu,cpuacct/docker/x/cpu.cfs_quota_us", "250000\n");
  machine.file("/sys/fs/cgroup/cpu,cpuacct/docker/x/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(cgroup_cpu_quota(machine.root()), 2.5);
}

TEST(CpuQuota, machine_without_groups) {
  EXPECT_EQ(cgroup_cpu_quota("/nonexistent"), std::nullopt);
  EXPECT_GE(available_thread_count(), 1);
}

}  // namespace
}  // namespace tundish
