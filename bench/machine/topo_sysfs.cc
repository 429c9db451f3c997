// SPDX-License-Identifier: MIT
/*
 * machine/topo_sysfs.cc - the same answers without hwloc, from sysfs and
 * sched_setaffinity.  Kinds of cores are not told apart, and memory is placed
 * by first touch only.
 */
#include "machine/limits.h"
#include "machine/topo.h"

#include <sched.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <tuple>

namespace bench
{

constexpr int nodes_max = 1024;

/* First number of a sysfs file such as "4" or "4-7,12"; -1 if unreadable. */
static int
first_number(const std::string &path)
{
    int value = -1;
    FILE *file = fopen(path.c_str(), "re");

    if (!file)
        return -1;
    if (fscanf(file, "%d", &value) != 1)
        value = -1;
    fclose(file);
    return value;
}

/* All memory nodes, those without CPUs, too. */
static void
read_nodes(Topology &out)
{
    for (int os = 0; os < nodes_max; os++) {
        const std::string folder =
            "/sys/devices/system/node/node" + std::to_string(os);
        FILE *file = fopen((folder + "/distance").c_str(), "re");
        Node node;
        int distance = 0;
        if (!file)
            continue;
        node.os = os;
        while (fscanf(file, "%d", &distance) == 1)
            node.distance.push_back(distance);
        fclose(file);
        out.nodes.push_back(node);
    }
    for (Node &node : out.nodes)
        if (node.distance.size() != out.nodes.size())
            node.distance.clear();
}

static int
node_of(const std::string &cpu, const Topology &topology)
{
    for (size_t i = 0; i < topology.nodes.size(); i++) {
        const std::string os = std::to_string(topology.nodes[i].os);
        if (first_number(cpu + "/node" + os + "/cpulist") >= 0)
            return static_cast<int>(i);
    }
    return -1;
}

/* Caches by their level: where one is missing the indexes shift. */
static int
cache_of(const std::string &cpu, int level)
{
    for (int i = 0; i < 8; i++) {
        const std::string cache = cpu + "/cache/index" + std::to_string(i);
        if (first_number(cache + "/level") == level)
            return first_number(cache + "/shared_cpu_list");
    }
    return -1;
}

static Pu
read_pu(int os, const Topology &topology)
{
    const std::string cpu = "/sys/devices/system/cpu/cpu" + std::to_string(os);
    Pu pu;

    pu.os = os;
    pu.core = first_number(cpu + "/topology/thread_siblings_list");
    pu.l2 = cache_of(cpu, 2);
    pu.l3 = cache_of(cpu, 3);
    pu.die = first_number(cpu + "/topology/die_cpus_list");
    pu.package = first_number(cpu + "/topology/package_cpus_list");
    if (pu.package < 0)
        pu.package = first_number(cpu + "/topology/physical_package_id");
    pu.node = node_of(cpu, topology);
    return pu;
}

static bool
neighbours_first(const Pu &a, const Pu &b)
{
    return std::tie(a.package, a.node, a.die, a.l3, a.l2, a.core, a.os) <
           std::tie(b.package, b.node, b.die, b.l3, b.l2, b.core, b.os);
}

Topology
topology_load(const std::string &description, std::string &error)
{
    Topology out;
    cpu_set_t allowed;

    if (!description.empty()) {
        error = "--topology needs hwloc, which this build lacks";
        return out;
    }
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) {
        error = "the CPUs of this process cannot be read";
        return out;
    }
    read_nodes(out);
    for (int os = 0; os < CPU_SETSIZE; os++)
        if (CPU_ISSET(os, &allowed))
            out.pus.push_back(read_pu(os, out));
    std::sort(out.pus.begin(), out.pus.end(), neighbours_first);
    out.live = true;
    out.source = "sysfs and sched_setaffinity (built without hwloc)";
    topology_count(out);
    add_limits_of_process(out);
    return out;
}

bool
bind_to(const Topology &topology, const std::vector<int> &pus)
{
    cpu_set_t set;

    CPU_ZERO(&set);
    for (int pu : pus)
        CPU_SET(static_cast<size_t>(topology.pus[static_cast<size_t>(pu)].os),
                &set);
    return sched_setaffinity(0, sizeof set, &set) == 0;
}

int
current_cpu(const Topology &)
{
    return sched_getcpu();
}

bool
can_place_memory(const Topology &)
{
    return false;
}

void *
node_alloc(const Topology &, const std::vector<int> &, size_t bytes)
{
    void *memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

    if (memory == MAP_FAILED)
        abort();
    return memory;
}

void
node_free(const Topology &, void *memory, size_t bytes)
{
    munmap(memory, bytes);
}

void
prefer_nodes(const Topology &, const std::vector<int> &)
{
}

void
move_memory(const Topology &, const std::vector<int> &, const void *, size_t)
{
}

std::vector<int>
nodes_of_memory(const Topology &, const void *, size_t)
{
    return {};
}

} // namespace bench
