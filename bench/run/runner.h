// SPDX-License-Identifier: MIT
/* run/runner.h - the rounds of one cell. */
#ifndef BENCH_RUN_RUNNER_H
#define BENCH_RUN_RUNNER_H

#include "run/options.h"
#include "run/result.h"

namespace bench
{

/**
 * Warm up, then measure in interleaved rounds with a rotating start, a line
 * round trip before each.  Rounds in which the trip moved are repeated, at most
 * as often again as rounds are wanted.  Wrong sums end the program.
 */
CellResult run_cell(const Topology &topology, const Cell &cell,
                    const Options &options);

} // namespace bench

#endif
