// SPDX-License-Identifier: MIT
/*
 * run/apart.h - a contender that may hang, measured in a child process.
 *
 * A first-come spin lock among more threads than CPUs hands over once per time
 * slice: a cell can take minutes, and its threads cannot be stopped.  The child
 * is killed at its time limit and the sample is void.
 */
#ifndef BENCH_RUN_APART_H
#define BENCH_RUN_APART_H

#include "run/cell.h"

namespace bench
{

constexpr int64_t apart_limit_ns = 500000000;

Sample measure_apart(const Contender &contender, int64_t window_ns);

} // namespace bench

#endif
