// SPDX-License-Identifier: MIT
/*
 * machine/place.h - where the workers of a cell run.
 *
 * Pair places follow relationship classes, team places fill cores first and
 * SMT siblings last.  A team larger than its place is left to the scheduler
 * within the place, as users' threads are.
 */
#ifndef BENCH_MACHINE_PLACE_H
#define BENCH_MACHINE_PLACE_H

#include "machine/topo.h"

namespace bench
{

struct Place {
    std::string name;     /**< as it appears in the name of a cell */
    std::vector<int> pus; /**< indexes into the topology; worker i on i % n */
    int node = -1;        /**< memory node of the objects under test */
};

/** The PUs in the order cores first, then second siblings, ... */
std::vector<int> compact_order(const Topology &topology);

/** The PUs dealt round-robin over packages, nodes and L3 caches. */
std::vector<int> spread_order(const Topology &topology);

Place pair_place(const Topology &topology, Near near, Pair pair);
Place compact_place(const Topology &topology, int workers);
Place spread_place(const Topology &topology, int workers);
Place one_cpu_place(const Topology &topology);

/** At most `limit` pairs of a class, evenly over the list of all. */
std::vector<Pair> sample_pairs(const Topology &topology, Near near,
                               size_t limit);

/** Is a team of this size bound one worker to one PU of the place? */
bool fits(const Place &place, int workers);

} // namespace bench

#endif
