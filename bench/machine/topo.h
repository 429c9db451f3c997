// SPDX-License-Identifier: MIT
/*
 * machine/topo.h - the CPUs that this process may use, and how near they are.
 *
 * A topology is a plain list of processing units (PUs), each with the ids of
 * what it shares, and of memory nodes; hwloc fills it, or sysfs where hwloc is
 * missing.  All planning works on the lists alone, so a synthetic or recorded
 * machine plans like a real one.  Binding and memory placement need a live
 * topology.
 */
#ifndef BENCH_MACHINE_TOPO_H
#define BENCH_MACHINE_TOPO_H

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
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
    int die = -1;
    int package = -1;
    int node = -1; /**< its local memory: index into Topology::nodes */
    int kind = -1; /**< index into Topology::kinds */
};

/** A memory node, with or without CPUs. */
struct Node {
    int os = -1;
    uint64_t bytes = 0;   /**< 0: not told, or empty */
    bool empty = false;   /**< known to have no memory */
    std::vector<int> pus; /**< local to it, as indexes; empty: memory only */
    std::vector<double> distance; /**< to every node; empty: not told */
};

/** A kind of core of a hybrid machine. */
struct Kind {
    std::string name;    /**< "P" the fastest, "E" the most efficient */
    int efficiency = -1; /**< as hwloc ranks them, higher is faster */
};

/** What PUs may share; ids of a level are members of Pu. */
constexpr int level_count = 6;
extern int Pu::*const levels[level_count];
const char *level_name(int level); /**< with its article */

struct Topology {
    std::vector<Pu> pus;
    std::vector<Node> nodes;
    std::vector<Kind> kinds; /**< empty unless there are two or more */
    bool live = false;       /**< of this machine: threads can be bound */
    bool hwloc = false;      /**< found and bound by hwloc, not by sysfs */
    std::string source;      /**< one line for the machine card */
    std::string caches;      /**< as text for the card; empty if not told */
    std::string xml;         /**< hwloc's own record, or empty */
    int denied = 0;          /**< online CPUs that this process may not use */
    double quota = 0; /**< CPUs that its cgroups allow at a time; 0: all */
    int packages = 0;
    int l3s = 0;
    int cores = 0;
    /** By level and id: how many PUs share it. */
    std::array<std::map<int, int>, level_count> sharers;
};

/**
 * How near two PUs are: the smallest thing that both belong to.  Things of the
 * same size count as the first of core, L2, L3, package, die, node: one L3 per
 * package is "same-l3", the only die of a package is "same-package".
 */
enum class Near {
    same_cpu,
    same_core,
    same_l2,
    same_l3,
    same_die,
    same_node,
    same_package,
    other_package,
};

constexpr int near_count = 8;

const char *near_name(Near near);
Near near_of(const Topology &topology, int a, int b);

using Pair = std::pair<int, int>; /**< indexes into Topology::pus */

/**
 * All pairs of one class: a nearness and, on hybrid machines, the kinds of
 * both ("same-l3:PE").
 */
struct PairClass {
    Near near = Near::same_cpu;
    std::string name;
    std::vector<Pair> pairs;
};

/** The classes that the machine has, nearest first, fast kinds first. */
std::vector<PairClass> pair_classes(const Topology &topology);

/** The name of the class of two PUs. */
std::string pair_name(const Topology &topology, int a, int b);

/** The OS number of a node by its index; -1 stays -1. */
int node_os(const Topology &topology, int node);

/** Why the machine has no pair of a nearness; empty if it has one. */
std::string near_absent(const Topology &topology, Near near);

/** Count what the PUs share, and list every node's PUs. */
void topology_count(Topology &topology);

/**
 * Find this machine (empty description) or read one: hwloc's synthetic
 * language, or the path of an XML file that hwloc wrote.  On failure the list
 * is empty and `error` is one sentence.
 */
Topology topology_load(const std::string &description, std::string &error);

/** Bind the calling thread to some PUs, by their indexes. */
bool bind_to(const Topology &topology, const std::vector<int> &pus);

/** OS number of the CPU on which the calling thread last ran. */
int current_cpu(const Topology &topology);

/** Can memory be put on every node of choice, and be found there?  Tried on a
 * live topology, as containers refuse it. */
bool can_place_memory(const Topology &topology);

/**
 * Whole pages, zeroed, in turn on these nodes (indexes; none: anywhere); never
 * null.  One page lies on the next of them each time.
 */
void *node_alloc(const Topology &topology, const std::vector<int> &nodes,
                 size_t bytes);
void node_free(const Topology &topology, void *memory, size_t bytes);

/** New pages of the calling thread come from these nodes in turn (none: from
 * where it runs). */
void prefer_nodes(const Topology &topology, const std::vector<int> &nodes);

/** Move pages in turn to nodes, as far as the kernel does it. */
void move_memory(const Topology &topology, const std::vector<int> &nodes,
                 const void *memory, size_t bytes);

/** Nodes, as indexes, on which memory lies; empty when the machine does not
 * tell.  Only pages that were touched lie anywhere. */
std::vector<int> nodes_of_memory(const Topology &topology, const void *memory,
                                 size_t bytes);

} // namespace bench

#endif
