// SPDX-License-Identifier: MIT
/* run/main.h - one run of the suite, from its options to its results. */
#ifndef BENCH_RUN_MAIN_H
#define BENCH_RUN_MAIN_H

#include "machine/card.h"
#include "run/core.h"
#include "run/options.h"
#include "run/plan.h"
#include "run/result.h"

#include <deque>

namespace bench
{

struct Run {
    Options options;
    Topology topology;
    Card card;
    std::vector<CoreTrip> trips;
    ClassPairs pairs;
    Plan plan;
    std::deque<CellResult> results;
    std::string date; /**< UTC, 20240131T235959Z */
    double took_s = 0;
    bool complete = false;
};

/** The topology, or a sentence and exit_usage. */
Topology load_or_die(const std::string &synthetic);

/**
 * Keep one more thread for good: glibc's locks take a shortcut in a program
 * that has a single thread, and no user of a channel has one.
 */
void keep_second_thread();

/** Signals, output folder, clocks, machine card. */
void prepare(Run &run);

/** The pairs that stand for their classes: measured, or replayed. */
void choose_pairs(Run &run);

/** Run the plan's cells, with progress on standard error. */
void measure(Run &run);

} // namespace bench

#endif
