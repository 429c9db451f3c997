// SPDX-License-Identifier: MIT
/*
 * measure/probe.h - the round trip of a cache line between two CPUs.
 *
 * One side stores a number into its line, the other sees it and stores it into
 * a line of its own: two lines, two transfers.  This is the floor below every
 * hand-over, and the yardstick that tells whether a guest's CPUs have moved
 * apart since the last round.
 */
#ifndef BENCH_MEASURE_PROBE_H
#define BENCH_MEASURE_PROBE_H

#include "machine/topo.h"

namespace bench
{

struct LineTrip {
    double min_ns = 0; /**< best batch */
    double p50_ns = 0; /**< median batch */
};

/** Batches of 50 round trips between two PUs; p50 0 if the PUs are one. */
LineTrip line_trip(const Topology &topology, Pair pair, int batches);

} // namespace bench

#endif
