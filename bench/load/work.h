// SPDX-License-Identifier: MIT
/*
 * load/work.h - work of so many nanoseconds, and shares of turns.
 *
 * A step is one number of a xorshift generator.  Each needs the one before, so
 * no compiler shortens a chain of them.  How long a step takes is measured once
 * per process against the cycle counter; sections are given in nanoseconds and
 * run as that many steps.
 */
#ifndef BENCH_LOAD_WORK_H
#define BENCH_LOAD_WORK_H

#include "measure/stats.h"
#include "measure/team.h"
#include "run/sample.h"

#include <vector>

namespace bench
{

/* Of so many operations one is timed: two readings of the cycle counter cost
 * more than an uncontended lock. */
constexpr uint64_t timed_every = 64;

/** Steps that take about so long, at least one unless `ns` is 0.  Calibrates at
 * the first call, so not inside a timed section. */
uint64_t steps_of(double ns);

/** Run a chain of steps; the sum depends on all of them. */
inline uint64_t
work(Random &random, uint64_t steps)
{
    uint64_t sum = 0;

    for (uint64_t i = 0; i < steps; i++)
        sum += random.next();
    return sum;
}

/** Sum of the turns, slowest over fastest and Gini index into a sample. */
void settle_turns(const std::vector<double> &turns, Sample &sample);

/** settle_turns of the workers from `first` on. */
void settle_workers(Team &team, int first, Sample &sample);

/** The times of the workers from `first` on. */
Hist merged_from(Team &team, int first);

/** Mean of the middle half, in nanoseconds: as robust as the median, and finer
 * than the steps of a coarse cycle counter. */
double middle_ns(const Hist &hist);

/** 0: all have as much, near 1: one has it all; -1 for fewer than two. */
double gini_of(std::vector<double> parts);

} // namespace bench

#endif
