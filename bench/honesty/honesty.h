// SPDX-License-Identifier: MIT
/*
 * honesty/honesty.h - does the suite say what is so, and nothing else?
 *
 * Known differences are planted into real workloads on this machine, and no
 * difference at all; the suite's own rounds, intervals and verdicts must find
 * the one and not the other.
 */
#ifndef BENCH_HONESTY_HONESTY_H
#define BENCH_HONESTY_HONESTY_H

#include "run/options.h"
#include "run/result.h"

namespace bench
{

enum class Holds { yes, no, cannot };

struct Check {
    std::string what;  /**< and what is promised */
    std::string found; /**< with its figure */
    Holds holds = Holds::no;
};

/** Short windows, many rounds, patience with a busy machine. */
Options honest_options(uint64_t seed);

/* Of the statistics: these need time. */
Check check_same_twice(const Topology &topology, uint64_t seed);
Check check_planted_part(const Topology &topology, uint64_t seed);
Check check_planted_unlock(const Topology &topology, uint64_t seed,
                           int workers);

/* Of single events: these are tests, too. */
Check check_moved_worker(const Topology &topology, uint64_t seed);
Check check_hog(const Topology &topology, uint64_t seed);
Check check_merge(uint64_t seed);

/** All of them, a line each; the exit status. */
int run_honesty(const Topology &topology, uint64_t seed);

/** Work for so many nanoseconds, without a look at any clock. */
void calibrate_burn();
uint64_t burn_steps(double ns);
void burn(uint64_t steps);

/* Cells of the checks. */
std::vector<Cell> twin_cells(const Topology &topology);
Cell slowed_cell(const Topology &topology, double part);
Cell slow_unlock_cell(const Topology &topology, int workers, double ns);

} // namespace bench

#endif
