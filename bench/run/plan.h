// SPDX-License-Identifier: MIT
/*
 * run/plan.h - which cells a machine gets, and which fit the time.
 *
 * Cells are made for the whole topology; then the most important ones are
 * taken until the budget is full.  The rest is named as omitted, classes that
 * the machine lacks as not applicable: nothing disappears silently.
 */
#ifndef BENCH_RUN_PLAN_H
#define BENCH_RUN_PLAN_H

#include "run/cell.h"
#include "run/options.h"

namespace bench
{

/** What is compared with, for the record; what is not known is empty. */
struct PeerFacts {
    std::string name;
    std::string version;
    std::string flags;
};

struct Plan {
    std::vector<Cell> cells;          /**< in the order of running */
    std::vector<std::string> omitted; /**< names, most important first */
    std::vector<std::string> absent;  /**< "place: why", not applicable */
    std::vector<PeerFacts> peers;     /**< built in, and programs found */
    std::vector<std::string> missing; /**< peers that this build lacks */
    double estimate_ns = 0;           /**< of the cells taken */
};

/** The middle pair of every class that the machine has, nearest first. */
ClassPairs middle_pairs(const Topology &topology);

Plan make_plan(const Topology &topology, const ClassPairs &pairs,
               const Options &options);

/** Length of one sample; long enough for a crowded team to take turns. */
int64_t window_of(const Cell &cell, const Options &options);

/** Nanoseconds that all rounds of a cell take, samples, set-up and probes. */
double estimate(const Cell &cell, const Options &options);

/** Does the name contain the pattern?  '*' matches any text. */
bool matches(const std::string &name, const std::string &pattern);

/* The families; each adds all its cells. */
struct PlanInput {
    const Topology &topology;
    const ClassPairs &pairs;
};
void add_channel_cells(const PlanInput &input, std::vector<Cell> &cells);
void add_more_channel_cells(const PlanInput &input, std::vector<Cell> &cells);
void add_unbounded_cells(const PlanInput &input, std::vector<Cell> &cells);
void add_ring_cells(const PlanInput &input, std::vector<Cell> &cells);
void add_set_cells(const PlanInput &input, std::vector<Cell> &cells);
void add_event_cells(const PlanInput &input, std::vector<Cell> &cells);
void add_deque_cells(const PlanInput &input, std::vector<Cell> &cells);
void add_alone_cells(const PlanInput &input, std::vector<Cell> &cells);
void add_select_cells(const PlanInput &input, std::vector<Cell> &cells);
void add_mutex_cells(const PlanInput &input, std::vector<Cell> &cells);
void add_more_mutex_cells(const PlanInput &input, std::vector<Cell> &cells);
void add_reader_cells(const PlanInput &input, std::vector<Cell> &cells);
void add_more_reader_cells(const PlanInput &input, std::vector<Cell> &cells);
void add_notes_cells(const PlanInput &input, std::vector<Cell> &cells);
void add_memory_cells(const PlanInput &input, std::vector<Cell> &cells);

/**
 * 1, 2, as many as share a core, an L3, a node, a package, all cores and all
 * PUs, powers of two between, four times the machine and, on small ones, powers
 * of two up to 8.
 */
std::vector<int> thread_counts(const Topology &topology);

} // namespace bench

#endif
