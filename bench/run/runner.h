// SPDX-License-Identifier: MIT
/* run/runner.h - the rounds of one cell. */
#ifndef BENCH_RUN_RUNNER_H
#define BENCH_RUN_RUNNER_H

#include "run/options.h"
#include "run/result.h"

namespace bench
{

/**
 * Warm up, then measure in interleaved rounds, a line round trip before each.
 * Rounds in which the trip moved or others had the CPUs are repeated, within
 * bounds.  Wrong sums end the program.
 */
CellResult run_cell(const Topology &topology, const Cell &cell,
                    const Options &options);

/** Contenders of a round: turns 2n and 2n+1 are each other's reverse. */
std::vector<size_t> order_of_round(size_t contenders, int turn, uint64_t seed);

} // namespace bench

#endif
