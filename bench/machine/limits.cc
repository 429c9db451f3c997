// SPDX-License-Identifier: MIT
/*
 * machine/limits.cc - what the cgroup and the affinity mask take away.
 *
 * A quota throttles all threads of a group together: rows that keep more CPUs
 * busy than it allows measure the throttling.  The tightest quota on the way
 * from this process's group to the root counts.
 */
#include "machine/card.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>

namespace bench
{

/* This process's group in the unified hierarchy, "" if there is none. */
static std::string
own_group(const std::string &controller)
{
    std::ifstream file("/proc/self/cgroup");
    std::string line;

    while (std::getline(file, line)) {
        const size_t first = line.find(':');
        const size_t second = line.find(':', first + 1);
        if (first == std::string::npos || second == std::string::npos)
            continue;
        const std::string names = line.substr(first + 1, second - first - 1);
        if (names == controller)
            return line.substr(second + 1);
    }
    return "";
}

/* CPUs that one level allows by "quota period" of v2; negative: all. */
static double
quota_v2(const std::string &folder)
{
    const std::string line = first_line(folder + "/cpu.max");
    long long quota = 0, period = 0;

    if (sscanf(line.c_str(), "%lld %lld", &quota, &period) == 2 && period > 0)
        return static_cast<double>(quota) / static_cast<double>(period);
    return -1;
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
    return -1;
}

static double
tightest(const std::string &root, std::string group,
         double (*quota)(const std::string &))
{
    double least = -1;

    for (;;) {
        const double here = quota(root + group);
        if (here > 0 && (least < 0 || here < least))
            least = here;
        if (group.empty() || group == "/")
            return least;
        group.resize(group.rfind('/'));
    }
}

static double
quota_cpus()
{
    const double v2 = tightest("/sys/fs/cgroup", own_group(""), quota_v2);

    if (v2 > 0)
        return v2;
    return tightest("/sys/fs/cgroup/cpu", own_group("cpu,cpuacct"), quota_v1);
}

void
add_limits(const Topology &topology, Card &card)
{
    char text[160];
    const double quota = quota_cpus();
    const int allowed = static_cast<int>(topology.pus.size());
    const int online = static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN));

    snprintf(text, sizeof text, quota > 0 ? "%.2f CPUs" : "none", quota);
    card.facts.emplace_back("cgroup_quota", text);
    snprintf(text, sizeof text, "%d of %d online CPUs", allowed, online);
    card.facts.emplace_back("cpuset", text);

    if (quota > 0 && quota < allowed) {
        snprintf(text, sizeof text,
                 "a cgroup quota of %.2f CPUs throttles rows with more busy "
                 "threads: raise cpu.max",
                 quota);
        card.warnings.push_back(text);
    }
    if (allowed < online) {
        snprintf(text, sizeof text,
                 "only %d of %d CPUs may be used (taskset or cpuset): the "
                 "plan covers those",
                 allowed, online);
        card.warnings.push_back(text);
    }
    card.facts.emplace_back("cgroup_verdict", quota > 0 && quota < allowed
                                                  ? "throttled"
                                                  : "free to run");
}

} // namespace bench
