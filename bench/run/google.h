// SPDX-License-Identifier: MIT
/*
 * run/google.h - the suite as a client of Google Benchmark.
 *
 * One round of a cell is one run of the library over the cell's contenders, in
 * the order of that round.  Each is a Threads(1) benchmark with manual time and
 * one iteration that runs a team of our own: the library's own threads cannot
 * be bound, and up to 1.8 it divides their time by their number.
 */
#ifndef BENCH_RUN_GOOGLE_H
#define BENCH_RUN_GOOGLE_H

#include "run/cell.h"

#include <map>

namespace bench
{

/** One line of the result file, as Google Benchmark reported it. */
struct Row {
    std::string name;
    double real_ns = 0;
    double cpu_ns = 0;
    int64_t iterations = 0;
    std::map<std::string, double> counters;
};

struct Measured {
    size_t contender = 0; /**< index into the cell's contenders */
    Sample sample;
    Row row;
};

/** Measure the contenders of a cell in this order; the seed is the layout's. */
std::vector<Measured> run_round(const Cell &cell,
                                const std::vector<size_t> &order,
                                int64_t window_ns, uint64_t seed);

/** "cell/impl=contender" */
std::string row_name(const Cell &cell, const Contender &contender);

} // namespace bench

#endif
