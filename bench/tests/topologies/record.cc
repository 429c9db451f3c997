// SPDX-License-Identifier: MIT
/*
 * record.cc - writes the recorded topologies of plan_test.cc into a folder.
 *
 *     bench_record bench/tests/topologies
 *
 * hwloc's synthetic language has no kinds of cores, no irregular machines, no
 * disallowed CPUs and no nodes without CPUs: here hwloc itself makes them, and
 * exports what a machine of that shape would.
 */
#include "machine/topo.h"

#include <hwloc.h>

#include <cstdio>
#include <fstream>

using bench::Topology;

static hwloc_topology_t
made(const char *synthetic, unsigned long flags)
{
    hwloc_topology_t t = nullptr;

    if (hwloc_topology_init(&t) != 0 ||
        hwloc_topology_set_synthetic(t, synthetic) != 0 ||
        hwloc_topology_set_flags(t, flags) != 0 || hwloc_topology_load(t) != 0)
        return nullptr;
    return t;
}

static int
save(hwloc_topology_t t, const std::string &path)
{
    const int rc = hwloc_topology_export_xml(t, path.c_str(), 0);

    hwloc_topology_destroy(t);
    return rc;
}

static hwloc_bitmap_t
bits(const char *list)
{
    hwloc_bitmap_t set = hwloc_bitmap_alloc();

    hwloc_bitmap_list_sscanf(set, list);
    return set;
}

/* Six fast cores of two threads with an L2 each, two L2s of four cores. */
static int
hybrid(const std::string &path)
{
    hwloc_topology_t t = made("pack:1 [numa] l3:1 l2:8 core:4 pu:2", 0);
    const char *all = "0-1,8-9,16-17,24-25,32-33,40-41,"
                      "48,50,52,54,56,58,60,62";
    hwloc_bitmap_t kept = bits(all);
    hwloc_bitmap_t fast = bits("0-1,8-9,16-17,24-25,32-33,40-41");
    hwloc_bitmap_t slow = bits("48,50,52,54,56,58,60,62");

    if (!t || hwloc_topology_restrict(t, kept, 0) != 0 ||
        hwloc_cpukinds_register(t, slow, 0, 0, nullptr, 0) != 0 ||
        hwloc_cpukinds_register(t, fast, 1, 0, nullptr, 0) != 0)
        return -1;
    hwloc_bitmap_free(kept);
    hwloc_bitmap_free(fast);
    hwloc_bitmap_free(slow);
    return save(t, path);
}

/* Eight cores of two threads, of which a container may use some. */
static int
holes(const std::string &path)
{
    hwloc_topology_t t = made("pack:2 [numa] l3:1 l2:4 core:1 pu:2",
                              HWLOC_TOPOLOGY_FLAG_INCLUDE_DISALLOWED);
    hwloc_bitmap_t allowed = bits("1,3-4,7,9,12-13");

    if (!t ||
        hwloc_topology_allow(t, allowed, nullptr, HWLOC_ALLOW_FLAG_CUSTOM) != 0)
        return -1;
    hwloc_bitmap_free(allowed);
    return save(t, path);
}

/* Two packages and a third node that is memory only, the farthest of all. */
static int
memory_only(const std::string &path)
{
    hwloc_topology_t t = made("pack:3 [numa] l3:1 l2:4 core:1 pu:1", 0);
    hwloc_bitmap_t kept = bits("0-7");
    hwloc_obj_t nodes[3];
    hwloc_uint64_t far[9] = { 10, 21, 31, 21, 10, 31, 31, 31, 10 };

    if (!t || hwloc_topology_restrict(t, kept, 0) != 0)
        return -1;
    for (unsigned i = 0; i < 3; i++)
        nodes[i] = hwloc_get_obj_by_type(t, HWLOC_OBJ_NUMANODE, i);
    hwloc_distances_add_handle_t handle = hwloc_distances_add_create(
        t, "NUMALatency",
        HWLOC_DISTANCES_KIND_FROM_OS | HWLOC_DISTANCES_KIND_MEANS_LATENCY, 0);
    if (!nodes[2] || !handle ||
        hwloc_distances_add_values(t, handle, 3, nodes, far, 0) != 0 ||
        hwloc_distances_add_commit(t, handle, 0) != 0)
        return -1;
    hwloc_bitmap_free(kept);
    return save(t, path);
}

/* Of this machine, without its names. */
static int
here(const std::string &path)
{
    std::string error;
    const Topology topology = bench::topology_load("", error);
    std::ofstream file(path);

    file << topology.xml;
    file.close();
    return topology.xml.empty() || !file ? -1 : 0;
}

int
main(int argc, char **argv)
{
    const std::pair<const char *, int (*)(const std::string &)> all[] = {
        { "hybrid", hybrid },
        { "holes", holes },
        { "memory-only", memory_only },
        { "guest-2cpu", here },
    };

    if (argc != 2) {
        fprintf(stderr, "usage: bench_record FOLDER\n");
        return 2;
    }
    for (const auto &one : all)
        if (one.second(std::string(argv[1]) + "/" + one.first + ".xml") != 0) {
            fprintf(stderr, "bench_record: no topology '%s'\n", one.first);
            return 1;
        }
    return 0;
}
