// SPDX-License-Identifier: MIT
/* measure/noise.cc - readings of /proc and /sys around the rounds. */
#include "measure/noise.h"

#include "machine/limits.h"
#include "measure/clock.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace bench
{

static std::vector<pid_t> children;

void
own_child(pid_t child)
{
    children.push_back(child);
}

void
child_reaped(pid_t child)
{
    children.erase(std::remove(children.begin(), children.end(), child),
                   children.end());
}

/* The beginning of a small file; empty if it cannot be read. */
static std::string
beginning(const char *path)
{
    char text[1024];
    const int file = open(path, O_RDONLY | O_CLOEXEC);

    if (file < 0)
        return "";
    const ssize_t length = read(file, text, sizeof text);
    close(file);
    return std::string(text, length > 0 ? static_cast<size_t>(length) : 0);
}

static void
read_cpus(Reading &out)
{
    const std::string text = beginning("/proc/stat");
    const double tick = 1e9 / static_cast<double>(sysconf(_SC_CLK_TCK));
    unsigned long long user, nice, system, idle, wait, irq, soft, steal;

    if (sscanf(text.c_str(), "cpu %llu %llu %llu %llu %llu %llu %llu %llu",
               &user, &nice, &system, &idle, &wait, &irq, &soft, &steal) != 8)
        return;
    out.busy_ns = static_cast<double>(user + nice + system + irq + soft) * tick;
    out.steal_ns = static_cast<double>(steal) * tick;
}

static void
read_pressure(Reading &out)
{
    const std::string text = beginning("/proc/pressure/cpu");
    const size_t at = text.find("total=");

    if (at != std::string::npos)
        out.pressure_ns =
            strtod(text.c_str() + at + strlen("total="), nullptr) * 1e3;
}

static double
cpu_ns_of(int who, Reading &out)
{
    rusage usage;

    if (getrusage(who, &usage) != 0)
        return 0;
    out.switches += static_cast<double>(usage.ru_nivcsw);
    return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) *
               1e9 +
           static_cast<double>(usage.ru_utime.tv_usec +
                               usage.ru_stime.tv_usec) *
               1e3;
}

static double
cpu_ns_of_child(pid_t child)
{
    clockid_t clock;
    timespec time;

    if (clock_getcpuclockid(child, &clock) != 0 ||
        clock_gettime(clock, &time) != 0)
        return 0;
    return static_cast<double>(time.tv_sec) * 1e9 +
           static_cast<double>(time.tv_nsec);
}

Reading
read_noise()
{
    Reading out;

    out.at_ns = static_cast<double>(now_ns());
    read_cpus(out);
    read_pressure(out);
    out.own_ns = cpu_ns_of(RUSAGE_SELF, out) + cpu_ns_of(RUSAGE_CHILDREN, out);
    for (pid_t child : children)
        out.own_ns += cpu_ns_of_child(child);
    return out;
}

static double
part(double from, double to, double wall)
{
    return from >= 0 && to >= from && wall > 0 ? (to - from) / wall : -1;
}

static double
online_cpus()
{
    return static_cast<double>(std::max(1l, sysconf(_SC_NPROCESSORS_ONLN)));
}

Noise
noise_between(const Reading &before, const Reading &after)
{
    const double wall = after.at_ns - before.at_ns;
    const double own = after.own_ns - before.own_ns;
    Noise out;

    if (before.busy_ns >= 0 && after.busy_ns >= before.busy_ns && wall > 0)
        out.foreign_cpus =
            std::max(0.0, after.busy_ns - before.busy_ns - own) / wall;
    out.steal = part(before.steal_ns, after.steal_ns, wall * online_cpus());
    out.pressure = part(before.pressure_ns, after.pressure_ns, wall);
    out.switches = after.switches - before.switches;
    return out;
}

double
foreign_part(const Reading &before, const Reading &after)
{
    const double tick = 1e9 / static_cast<double>(sysconf(_SC_CLK_TCK));
    const double wall = (after.at_ns - before.at_ns) * online_cpus();
    const double lost = after.busy_ns + after.steal_ns - before.busy_ns -
                        before.steal_ns - (after.own_ns - before.own_ns);

    if (before.busy_ns < 0 || after.busy_ns < 0 || wall <= 0)
        return 0;
    return std::max(0.0, lost - tick * online_cpus()) / wall;
}

double
cpu_mhz(int os)
{
    const std::string path = "/sys/devices/system/cpu/cpu" +
                             std::to_string(os) + "/cpufreq/scaling_cur_freq";
    const std::string text = beginning(path.c_str());

    return text.empty() ? -1 : strtod(text.c_str(), nullptr) / 1e3;
}

Throttling::Throttling(const std::vector<std::string> &files)
{
    for (const std::string &path : files) {
        const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
        if (file >= 0)
            files_.push_back(file);
    }
}

Throttling::~Throttling()
{
    for (int file : files_)
        close(file);
}

int64_t
Throttling::count() const
{
    static const char name[] = "nr_throttled ";
    int64_t sum = 0;

    for (int file : files_) {
        char text[1024];
        const ssize_t length = pread(file, text, sizeof text - 1, 0);
        if (length <= 0)
            continue;
        text[length] = '\0';
        const char *at = strstr(text, name);
        if (at)
            sum += strtoll(at + strlen(name), nullptr, 10);
        else if (isdigit(static_cast<unsigned char>(*text)))
            sum += strtoll(text, nullptr, 10);
    }
    return sum;
}

/* Of up to 64 CPUs that this process may use. */
static std::vector<std::string>
quota_and_heat_files()
{
    constexpr size_t files_max = 64;
    std::vector<std::string> out = throttle_files("");
    cpu_set_t allowed;

    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0)
        return out;
    for (int cpu = 0; cpu < CPU_SETSIZE && out.size() < files_max; cpu++)
        if (CPU_ISSET(cpu, &allowed))
            out.push_back("/sys/devices/system/cpu/cpu" + std::to_string(cpu) +
                          "/thermal_throttle/core_throttle_count");
    return out;
}

const Throttling &
throttling()
{
    static const Throttling all(quota_and_heat_files());

    return all;
}

} // namespace bench
