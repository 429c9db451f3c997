// SPDX-License-Identifier: MIT
/*
 * run/core.h - core-to-core latency, and which pair stands for its class.
 */
#ifndef BENCH_RUN_CORE_H
#define BENCH_RUN_CORE_H

#include "measure/probe.h"
#include "run/plan.h"

namespace bench
{

struct CoreTrip {
    Pair pair;
    Near near;
    std::string name; /**< of its class */
    LineTrip trip;
};

/** Trips of all pairs, or of an even choice per class on large machines. */
std::vector<CoreTrip> core_to_core(const Topology &topology);

/** The pair of median latency of every class, and a CPU with itself. */
ClassPairs typical_pairs(const Topology &topology,
                         const std::vector<CoreTrip> &trips);

} // namespace bench

#endif
