// SPDX-License-Identifier: MIT
/*
 * machine/place.h - where the workers of a cell run, and where the object that
 * they fight for lies.
 *
 * Pairs stand for what two CPUs share, teams for how a program may be spread.
 * A team that fits its place has one bound worker per PU, in the order of the
 * list; any other is left to the scheduler within the place, as users' threads
 * are.
 */
#ifndef BENCH_MACHINE_PLACE_H
#define BENCH_MACHINE_PLACE_H

#include "machine/topo.h"

namespace bench
{

enum class PlaceKind {
    cores,       /**< one PU per core, core after core; then second threads */
    compact,     /**< neighbours first: all threads of a core, then the next */
    spread_l3,   /**< dealt over the L3 caches, one PU per core first */
    spread_node, /**< dealt over the memory nodes */
    one_l3,      /**< within one L3 cache */
    one_node,    /**< within one memory node */
    one_package, /**< within one package */
    cross2,      /**< first half in one package, second half in another */
    same_cpu,    /**< all on one PU */
    over,        /**< more workers than PUs, unbound within those allowed */
    free,        /**< no binding at all: what users have */
};

constexpr int place_kind_count = 11;

enum class Bind {
    each,     /**< worker i on PU i, if there are enough */
    together, /**< all within the place */
    none,     /**< wherever the process may run */
};

/** Where the object under test lies. */
enum class Memory {
    local,       /**< on the node of worker 0 */
    remote,      /**< on the node that is farthest from worker 0 */
    interleave,  /**< its pages in turn over all nodes */
    first_touch, /**< made by an unbound thread, wherever that runs: what users
                    have */
};

constexpr int memory_count = 4;

struct Place {
    std::string name;     /**< as it appears in the name of a cell */
    std::vector<int> pus; /**< indexes into the topology; worker i on i */
    Bind bind = Bind::each;
    Memory memory = Memory::local;
    int node = -1; /**< that of the object, as index; -1: no single one */
};

const char *place_name(PlaceKind kind);
const char *memory_name(Memory memory);

/** Why the machine has no such place (memory); empty if it has. */
std::string place_absent(const Topology &topology, PlaceKind kind);
std::string memory_absent(const Topology &topology, Memory memory);

/**
 * The place of a kind for a team; its list is empty when the machine lacks the
 * kind or the team does not fit it.  `over` is named by how many workers there
 * are per PU ("over:4").
 */
Place team_place(const Topology &topology, PlaceKind kind, int workers);

/**
 * All places for a team that differ, `cores` first; for more workers than PUs
 * `over`.  Without same_cpu and free.  With `roles` it matters which worker is
 * where, else the same PUs in another order are the same place.
 */
std::vector<Place> team_places(const Topology &topology, int workers,
                               bool roles);

/** The kinds of memory that the machine has, `local` first. */
std::vector<Memory> memories(const Topology &topology);

/** The same place with the object elsewhere; needs memory_absent() empty. */
Place with_memory(const Topology &topology, Place place, Memory memory);

/** The pair that stands for a class. */
struct ClassPair {
    Near near = Near::same_cpu;
    std::string name;
    Pair pair;
};
using ClassPairs = std::vector<ClassPair>;

Place pair_place(const Topology &topology, const ClassPair &pair);

/** `cores`, or `over` for a team that is larger than the machine. */
Place cores_place(const Topology &topology, int workers);
Place one_cpu_place(const Topology &topology);

/** At most `limit` pairs, evenly over the list of all. */
std::vector<Pair> sample_pairs(const std::vector<Pair> &all, size_t limit);

/** Is a team of this size bound one worker to one PU of the place? */
bool fits(const Place &place, int workers);

/** Nodes for the object of a place, as node_alloc() takes them. */
std::vector<int> memory_nodes(const Topology &topology, const Place &place);

} // namespace bench

#endif
