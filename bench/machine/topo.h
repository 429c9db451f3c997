// SPDX-License-Identifier: MIT
/*
 * machine/topo.h - the CPUs that this process may use, and how near they are.
 *
 * A topology is a plain list of processing units (PUs), each with the ids of
 * what it shares; hwloc fills it, or sysfs where hwloc is missing.  All
 * planning works on the list alone, so a synthetic machine plans like a real
 * one.  Binding and memory placement need a live topology.
 */
#ifndef BENCH_MACHINE_TOPO_H
#define BENCH_MACHINE_TOPO_H

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace bench
{

/** One hardware thread.  Ids are -1 where the machine does not tell. */
struct Pu {
    int os = -1;
    int core = -1;
    int l2 = -1;
    int l3 = -1;
    int package = -1;
    int node = -1;
};

struct Topology {
    std::vector<Pu> pus;
    bool live = false;  /**< of this machine: threads can be bound */
    bool hwloc = false; /**< found and bound by hwloc, not by sysfs */
    std::string source; /**< one line for the machine card */
    std::string caches; /**< as text for the card; empty if not told */
    std::string xml;    /**< hwloc's own record of a live machine, or empty */
    int packages = 0;
    int nodes = 0;
    int l3s = 0;
    int cores = 0;
};

/** How near two PUs are; the nearest thing that they share. */
enum class Near {
    same_cpu,
    same_core,
    same_l2,
    same_l3,
    same_package,
    other_node, /**< same package, another memory node */
    other_package,
};

constexpr int near_count = 7;

const char *near_name(Near near);
Near near_of(const Pu &a, const Pu &b);

/** All pairs of each class, as indexes into topology.pus. */
using Pair = std::pair<int, int>;
std::vector<Pair> pairs_of(const Topology &topology, Near near);

/** Count cores, packages and so on from the list of PUs. */
void topology_count(Topology &topology);

/**
 * Find this machine (synthetic empty) or describe one in hwloc's synthetic
 * language.  On failure the list is empty and `error` is one sentence.
 */
Topology topology_load(const std::string &synthetic, std::string &error);

/** Bind the calling thread to some PUs, by their indexes. */
bool bind_to(const Topology &topology, const std::vector<int> &pus);

/** OS number of the CPU on which the calling thread last ran. */
int current_cpu(const Topology &topology);

/** Whole pages on a memory node (-1: anywhere), zeroed; never null. */
void *node_alloc(const Topology &topology, int node, size_t bytes);
void node_free(const Topology &topology, void *memory, size_t bytes);

/** New pages of the calling thread come from this node (-1: no wish). */
void prefer_node(const Topology &topology, int node);

/** Node on which memory lies, or -1 when the machine does not tell. */
int node_of_memory(const Topology &topology, const void *memory, size_t bytes);

} // namespace bench

#endif
