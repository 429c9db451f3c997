// SPDX-License-Identifier: MIT
/*
 * machine/limits.cc - what cgroups and the affinity mask take away.
 *
 * A quota throttles all threads of a group together: rows that keep more CPUs
 * busy than it allows measure the throttling.  The tightest quota on the way
 * from this process's group to the root counts, of both versions of cgroups.
 * A container sees a part of the hierarchy: the part of a group's path that
 * its mount begins with is not below the mount point.
 */
#include "machine/limits.h"

#include "machine/card.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace bench
{

namespace
{

/* Where a hierarchy is mounted, and which of its groups is there. */
struct Mount {
    std::string point;
    std::string top;
};

} // namespace

/* Is the word in a list such as "rw,cpu,cpuacct"? */
static bool
has_word(const std::string &list, const std::string &word)
{
    return ("," + list + ",").find("," + word + ",") != std::string::npos;
}

/* Of mountinfo: "30 22 0:27 TOP POINT opts tags... - TYPE SOURCE OPTS" */
static bool
read_mount(const std::string &line, bool unified, Mount &mount)
{
    const size_t dash = line.find(" - ");
    std::string id, parent, device, type, source, options;

    if (dash == std::string::npos)
        return false;
    std::istringstream front(line.substr(0, dash));
    std::istringstream back(line.substr(dash + 3));
    front >> id >> parent >> device >> mount.top >> mount.point;
    back >> type >> source >> options;
    return unified ? type == "cgroup2"
                   : type == "cgroup" && has_word(options, "cpu");
}

static bool
find_mount(const std::string &root, bool unified, Mount &mount)
{
    std::ifstream file(root + "/proc/self/mountinfo");
    std::string line;

    while (std::getline(file, line))
        if (read_mount(line, unified, mount))
            return true;
    return false;
}

/* This process's group: "0::/a/b" of v2, "4:cpu,cpuacct:/a/b" of v1. */
static bool
find_group(const std::string &root, bool unified, std::string &group)
{
    std::ifstream file(root + "/proc/self/cgroup");
    std::string line;

    while (std::getline(file, line)) {
        const size_t first = line.find(':');
        const size_t second = line.find(':', first + 1);
        if (first == std::string::npos || second == std::string::npos)
            continue;
        const std::string names = line.substr(first + 1, second - first - 1);
        group = line.substr(second + 1);
        if (unified ? names.empty() : has_word(names, "cpu"))
            return true;
    }
    return false;
}

/* CPUs that one level allows by "quota period" of v2; 0: all. */
static double
quota_v2(const std::string &folder)
{
    const std::string line = first_line(folder + "/cpu.max");
    long long quota = 0, period = 0;

    if (sscanf(line.c_str(), "%lld %lld", &quota, &period) == 2 && period > 0)
        return static_cast<double>(quota) / static_cast<double>(period);
    return 0;
}

static double
quota_v1(const std::string &folder)
{
    const long long quota =
        atoll(first_line(folder + "/cpu.cfs_quota_us").c_str());
    const long long period =
        atoll(first_line(folder + "/cpu.cfs_period_us").c_str());

    if (quota > 0 && period > 0)
        return static_cast<double>(quota) / static_cast<double>(period);
    return 0;
}

/* The lesser of two quotas, of which 0 is none. */
static double
tighter(double a, double b)
{
    if (a <= 0 || b <= 0)
        return std::max(a, b);
    return std::min(a, b);
}

/* The folders of this process's groups, from its own to the top one. */
static std::vector<std::string>
group_folders(const std::string &root, bool unified)
{
    Mount mount;
    std::string group;
    std::vector<std::string> out;

    if (!find_mount(root, unified, mount) || !find_group(root, unified, group))
        return out;
    if (mount.top != "/" && group.compare(0, mount.top.size(), mount.top) == 0)
        group = group.substr(mount.top.size());
    else if (mount.top != "/" || group == "/" ||
             group.compare(0, 3, "/..") == 0)
        group.clear();
    for (;;) {
        out.push_back(root + mount.point + group);
        if (group.empty())
            return out;
        group.resize(group.rfind('/'));
    }
}

double
quota_cpus(const std::string &root)
{
    double least = 0;

    for (const std::string &folder : group_folders(root, true))
        least = tighter(least, quota_v2(folder));
    for (const std::string &folder : group_folders(root, false))
        least = tighter(least, quota_v1(folder));
    return least;
}

std::vector<std::string>
throttle_files(const std::string &root)
{
    std::vector<std::string> out;

    for (bool unified : { true, false })
        for (const std::string &folder : group_folders(root, unified))
            out.push_back(folder + "/cpu.stat");
    return out;
}

/* "0-3,8,10-11" */
int
online_cpus(const std::string &root)
{
    std::istringstream list(
        first_line(root + "/sys/devices/system/cpu/online"));
    std::string part;
    int count = 0;

    while (std::getline(list, part, ',')) {
        int from = 0, to = 0;
        const int read = sscanf(part.c_str(), "%d-%d", &from, &to);
        if (read >= 1)
            count += read == 2 ? to - from + 1 : 1;
    }
    return count;
}

void
add_limits_of_process(Topology &topology)
{
    const int allowed = static_cast<int>(topology.pus.size());

    topology.quota = quota_cpus("");
    topology.denied = std::max(0, online_cpus("") - allowed);
}

static std::string
allowed_cpus(const Topology &topology)
{
    std::vector<int> os;
    std::string out;

    for (const Pu &pu : topology.pus)
        os.push_back(pu.os);
    std::sort(os.begin(), os.end());
    for (size_t i = 0, last = 0; i < os.size(); i = last + 1) {
        last = i;
        while (last + 1 < os.size() && os[last + 1] == os[last] + 1)
            last++;
        out += (i ? "," : "") + std::to_string(os[i]);
        if (last > i)
            out += "-" + std::to_string(os[last]);
    }
    return out;
}

void
add_limits(const Topology &topology, Card &card)
{
    char text[160];
    const int allowed = static_cast<int>(topology.pus.size());
    const bool short_of = topology.quota > 0 && topology.quota < allowed;

    snprintf(text, sizeof text, topology.quota > 0 ? "%.2f CPUs" : "none",
             topology.quota);
    card.facts.emplace_back("cgroup_quota", text);
    snprintf(text, sizeof text, "%d of %d online CPUs", allowed,
             allowed + topology.denied);
    card.facts.emplace_back("cpuset", text);
    card.facts.emplace_back("allowed_cpus", allowed_cpus(topology));

    if (short_of) {
        snprintf(text, sizeof text,
                 "a cgroup quota of %.2f CPUs throttles rows with more busy "
                 "threads: raise cpu.max",
                 topology.quota);
        card.warnings.push_back(text);
    }
    if (topology.denied > 0) {
        snprintf(text, sizeof text,
                 "only %d of %d CPUs may be used (taskset or cpuset): the "
                 "plan covers those",
                 allowed, allowed + topology.denied);
        card.warnings.push_back(text);
    }
    card.facts.emplace_back("cgroup_verdict",
                            short_of ? "throttled" : "free to run");
}

} // namespace bench
