// SPDX-License-Identifier: MIT
/*
 * limits_test.cc - quotas of cgroups, read from made-up file trees.
 * Goal    the tightest quota on the way to the root counts, wherever the
 *         hierarchy is mounted; no quota, and no cgroups, are no limit.
 * Method  a folder with /proc and /sys files of each kind of machine.
 */
#include "machine/limits.h"
#include "test.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

using namespace bench;

namespace fs = std::filesystem;

namespace
{

class Tree
{
  public:
    Tree()
    {
        char name[] = "/tmp/weir-limits-XXXXXX";
        EXPECT_NOT_NULL(mkdtemp(name));
        root = name;
    }
    ~Tree()
    {
        fs::remove_all(root);
    }

    void file(const std::string &path, const std::string &text) const
    {
        const fs::path whole(root + path);
        fs::create_directories(whole.parent_path());
        std::ofstream(whole) << text << "\n";
    }

    /* A version 2 hierarchy of which `top` is seen at the usual place. */
    void unified(const char *top, const char *group) const
    {
        file("/proc/self/mountinfo",
             std::string("22 1 0:2 / / rw - ext4 disk rw\n"
                         "30 22 0:27 ") +
                 top +
                 " /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw");
        file("/proc/self/cgroup", std::string("0::") + group);
    }

    std::string root;
};

} // namespace

static const char quota_file[] = "/sys/fs/cgroup/a/b/cpu.max";

static long
percent(const Tree &tree)
{
    return static_cast<long>(100 * quota_cpus(tree.root) + 0.5);
}

TEST(limits_nothing_there)
{
    const Tree tree;

    EXPECT_EQ(percent(tree), 0);
    EXPECT_EQ(online_cpus(tree.root), 0);
}

TEST(limits_v2_own_group)
{
    const Tree tree;

    tree.unified("/", "/a/b");
    tree.file(quota_file, "150000 100000");
    EXPECT_EQ(percent(tree), 150);
    tree.file(quota_file, "max 100000");
    EXPECT_EQ(percent(tree), 0);
}

TEST(limits_v2_tightest_of_nested)
{
    const Tree tree;

    tree.unified("/", "/a/b");
    tree.file(quota_file, "400000 100000");
    tree.file("/sys/fs/cgroup/a/cpu.max", "50000 100000");
    EXPECT_EQ(percent(tree), 50);
    tree.file("/sys/fs/cgroup/a/cpu.max", "800000 100000");
    EXPECT_EQ(percent(tree), 400);
}

/* A group namespace: the own group is "/", its files are at the mount. */
TEST(limits_v2_in_a_namespace)
{
    const Tree tree;

    tree.unified("/", "/");
    tree.file("/sys/fs/cgroup/cpu.max", "200000 100000");
    EXPECT_EQ(percent(tree), 200);
}

/* A container without one: the mount shows what is below its own group. */
TEST(limits_v2_mounted_in_part)
{
    const Tree tree;

    tree.unified("/pod/box", "/pod/box/job");
    tree.file("/sys/fs/cgroup/cpu.max", "300000 100000");
    tree.file("/sys/fs/cgroup/job/cpu.max", "350000 100000");
    EXPECT_EQ(percent(tree), 300);
    tree.unified("/", "/../other");
    EXPECT_EQ(percent(tree), 300);
}

TEST(limits_v1_with_company)
{
    const Tree tree;

    tree.file("/proc/self/mountinfo",
              "33 30 0:30 / /sys/fs/cgroup/cpuset rw - cgroup c rw,cpuset\n"
              "31 30 0:28 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup c "
              "rw,cpu,cpuacct");
    tree.file("/proc/self/cgroup", "3:cpuset:/x\n2:cpu,cpuacct:/a\n0::/");
    tree.file("/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us", "25000");
    tree.file("/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_period_us", "100000");
    EXPECT_EQ(percent(tree), 25);
    tree.file("/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us", "-1");
    EXPECT_EQ(percent(tree), 0);
}

/* Both versions mounted: the tighter one counts. */
TEST(limits_v1_and_v2)
{
    const Tree tree;

    tree.file("/proc/self/mountinfo",
              "31 30 0:28 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n"
              "40 30 0:37 / /sys/fs/cgroup/unified rw - cgroup2 c rw");
    tree.file("/proc/self/cgroup", "1:cpu:/a\n0::/b");
    tree.file("/sys/fs/cgroup/cpu/a/cpu.cfs_quota_us", "300000");
    tree.file("/sys/fs/cgroup/cpu/a/cpu.cfs_period_us", "100000");
    tree.file("/sys/fs/cgroup/unified/b/cpu.max", "100000 100000");
    EXPECT_EQ(percent(tree), 100);
}

TEST(limits_garbage_is_no_quota)
{
    const Tree tree;

    tree.unified("/", "/a/b");
    for (const char *text : { "", "x y", "100000", "-5 100000", "1 0" }) {
        tree.file(quota_file, text);
        EXPECT_EQ(percent(tree), 0);
    }
}

TEST(limits_online_cpus_are_counted)
{
    const Tree tree;

    tree.file("/sys/devices/system/cpu/online", "0-3,8,10-11");
    EXPECT_EQ(online_cpus(tree.root), 7);
}
