// SPDX-License-Identifier: MIT
/*
 * machine/topo_sysfs.cc - the same answers without hwloc, from sysfs and
 * sched_setaffinity.  Memory is placed by first touch only.
 */
#include "machine/topo.h"

#include <sched.h>
#include <sys/mman.h>

#include <cstdio>
#include <cstdlib>
#include <string>

namespace bench
{

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

static int
node_of(const std::string &cpu)
{
    for (int node = 0; node < 1024; node++) {
        FILE *file = fopen(
            (cpu + "/node" + std::to_string(node) + "/cpulist").c_str(), "re");
        if (file) {
            fclose(file);
            return node;
        }
    }
    return 0;
}

static Pu
read_pu(int os)
{
    const std::string cpu = "/sys/devices/system/cpu/cpu" + std::to_string(os);
    Pu pu;

    pu.os = os;
    pu.core = first_number(cpu + "/topology/thread_siblings_list");
    pu.l2 = first_number(cpu + "/cache/index2/shared_cpu_list");
    pu.l3 = first_number(cpu + "/cache/index3/shared_cpu_list");
    pu.package = first_number(cpu + "/topology/physical_package_id");
    pu.node = node_of(cpu);
    return pu;
}

Topology
topology_load(const std::string &synthetic, std::string &error)
{
    Topology out;
    cpu_set_t allowed;

    if (!synthetic.empty()) {
        error = "--topology needs hwloc, which this build lacks";
        return out;
    }
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) {
        error = "the CPUs of this process cannot be read";
        return out;
    }
    for (int os = 0; os < CPU_SETSIZE; os++)
        if (CPU_ISSET(os, &allowed))
            out.pus.push_back(read_pu(os));
    out.live = true;
    out.source = "sysfs and sched_setaffinity (built without hwloc)";
    topology_count(out);
    return out;
}

bool
bind_to(const Topology &topology, const std::vector<int> &pus)
{
    cpu_set_t set;

    CPU_ZERO(&set);
    for (int pu : pus)
        CPU_SET(topology.pus[pu].os, &set);
    return sched_setaffinity(0, sizeof set, &set) == 0;
}

int
current_cpu(const Topology &)
{
    return sched_getcpu();
}

void *
node_alloc(const Topology &, int, size_t bytes)
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
prefer_node(const Topology &, int)
{
}

int
node_of_memory(const Topology &, const void *, size_t)
{
    return -1;
}

} // namespace bench
