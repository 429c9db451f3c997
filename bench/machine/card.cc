// SPDX-License-Identifier: MIT
/* machine/card.cc - facts from /proc, /sys, the compiler and the libraries. */
#include "machine/card.h"

#include "measure/clock.h"
#include "weir_bench_build.h"

#include <gnu/libc-version.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <sstream>

namespace bench
{

std::string
first_line(const std::string &path)
{
    std::ifstream file(path);
    std::string line;

    std::getline(file, line);
    return line;
}

std::string
fact(const Card &card, const std::string &key)
{
    for (const auto &entry : card.facts)
        if (entry.first == key)
            return entry.second;
    return "unknown";
}

/* Value of the first line "key : value" in /proc/cpuinfo. */
static std::string
cpuinfo(const std::string &key)
{
    std::ifstream file("/proc/cpuinfo");
    std::string line;

    while (std::getline(file, line)) {
        const size_t colon = line.find(':');
        if (colon == std::string::npos || line.compare(0, key.size(), key) != 0)
            continue;
        const size_t end = line.find_last_not_of(" \t", colon - 1);
        if (end + 1 == key.size() && colon + 2 <= line.size())
            return line.substr(colon + 2);
    }
    return "";
}

static std::string
or_unknown(const std::string &value)
{
    return value.empty() ? "unknown" : value;
}

static std::string
cpu_model()
{
    for (const char *key :
         { "model name", "Processor", "uarch", "cpu model" }) {
        const std::string value = cpuinfo(key);
        if (!value.empty())
            return value;
    }
    utsname names;
    return uname(&names) == 0 ? std::string(names.machine) + " CPU" : "unknown";
}

static std::string
caches()
{
    std::ostringstream out;
    const std::string base = "/sys/devices/system/cpu/cpu0/cache/index";

    for (int i = 0; i < 8; i++) {
        const std::string dir = base + std::to_string(i);
        const std::string size = first_line(dir + "/size");
        if (size.empty())
            break;
        const std::string type = first_line(dir + "/type");
        out << (i ? ", " : "") << "L" << first_line(dir + "/level")
            << (type == "Data"          ? "d"
                : type == "Instruction" ? "i"
                                        : "")
            << " " << size;
    }
    return out.str().empty() ? "not told by this machine" : out.str();
}

static std::string
hypervisor()
{
    std::ifstream file("/proc/cpuinfo");
    std::stringstream text;

    text << file.rdbuf();
    const bool guest = text.str().find(" hypervisor") != std::string::npos;
    const std::string vendor = first_line("/sys/class/dmi/id/sys_vendor");
    const std::string type = first_line("/sys/hypervisor/type");
    if (!type.empty())
        return type;
    if (!guest)
        return "none seen";
    return vendor.empty() ? "yes (a guest)" : "yes (" + vendor + ")";
}

/* "always [madvise] never" -> "madvise" */
static std::string
chosen(const std::string &line)
{
    const size_t open = line.find('[');
    const size_t close = line.find(']');

    if (open == std::string::npos || close == std::string::npos)
        return or_unknown(line);
    return line.substr(open + 1, close - open - 1);
}

static std::string
count_of(int number, const char *noun)
{
    return std::to_string(number) + " " + noun + (number == 1 ? "" : "s");
}

static void
add_cpu(const Topology &topology, Card &card)
{
    char text[64];
    const std::string cpufreq = "/sys/devices/system/cpu/cpu0/cpufreq/";
    auto &facts = card.facts;

    facts.emplace_back("cpu_model", cpu_model());
    facts.emplace_back("cpu_stepping", or_unknown(cpuinfo("stepping")));
    facts.emplace_back("microcode", or_unknown(cpuinfo("microcode")));
    facts.emplace_back("cpus",
                       count_of(static_cast<int>(topology.pus.size()), "CPU") +
                           ", " + count_of(topology.cores, "core") + ", " +
                           count_of(topology.l3s, "L3 cache") + ", " +
                           count_of(topology.packages, "package"));
    facts.emplace_back("cpu_caches",
                       topology.caches.empty() ? caches() : topology.caches);
    facts.emplace_back("numa_nodes", std::to_string(topology.nodes.size()));
    snprintf(text, sizeof text, "%.3f GHz", 1 / ns_per_tick());
    facts.emplace_back("tsc", text);
    facts.emplace_back("governor",
                       or_unknown(first_line(cpufreq + "scaling_governor")));
    facts.emplace_back("hypervisor", hypervisor());
    facts.emplace_back("topology_source", topology.source);
}

static void
add_system(Card &card)
{
    utsname names;
    const bool named = uname(&names) == 0;
    const std::string thp = "/sys/kernel/mm/transparent_hugepage/enabled";
    const std::string clocksource =
        "/sys/devices/system/clocksource/clocksource0/current_clocksource";
    auto &facts = card.facts;

    facts.emplace_back("kernel", named ? names.release : "unknown");
    facts.emplace_back("machine", named ? names.machine : "unknown");
    facts.emplace_back("clocksource", or_unknown(first_line(clocksource)));
    facts.emplace_back("transparent_hugepages", chosen(first_line(thp)));
    facts.emplace_back(
        "numa_balancing",
        or_unknown(first_line("/proc/sys/kernel/numa_balancing")));
    facts.emplace_back("load", or_unknown(first_line("/proc/loadavg")));
    facts.emplace_back("libc", std::string("glibc ") + gnu_get_libc_version());
}

static void
add_build(Card &card)
{
    auto &facts = card.facts;

    facts.emplace_back("weir_version", WEIR_BENCH_VERSION);
    facts.emplace_back("weir_git", WEIR_BENCH_GIT);
    facts.emplace_back("weir_build_type", WEIR_BENCH_BUILD_TYPE);
    facts.emplace_back("compiler", WEIR_BENCH_COMPILER);
    facts.emplace_back("compiler_flags", WEIR_BENCH_FLAGS);
    facts.emplace_back("libraries", WEIR_BENCH_LIBRARIES);
}

static void
warn(const Topology &topology, Card &card)
{
    const std::string governor = fact(card, "governor");
    const std::string type = fact(card, "weir_build_type");

    if (governor != "unknown" && governor != "performance")
        card.warnings.push_back("the CPU governor is '" + governor +
                                "': set 'performance' for steady clocks");
    if (type != "release")
        card.warnings.push_back("this is a '" + type +
                                "' build: tools/bench builds release");
    if (!topology.hwloc)
        card.warnings.push_back("built without hwloc: memory is placed by "
                                "first touch only");
    if (topology.pus.size() == 1)
        card.warnings.push_back("one CPU may be used: every contended row "
                                "measures the scheduler");
}

Card
read_card(const Topology &topology)
{
    Card card;

    add_cpu(topology, card);
    add_system(card);
    add_limits(topology, card);
    add_build(card);
    warn(topology, card);
    card.costs = measure_costs();
    add_noise(topology, card);
    return card;
}

} // namespace bench
