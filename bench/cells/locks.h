// SPDX-License-Identifier: MIT
/* cells/locks.h - what the cells of locks share. */
#ifndef BENCH_CELLS_LOCKS_H
#define BENCH_CELLS_LOCKS_H

#include "run/plan.h"

namespace bench
{

/** One, two and all CPUs matter most, then more threads, then the rest. */
inline int
lock_priority(const Topology &topology, int threads, int base)
{
    const int pus = static_cast<int>(topology.pus.size());

    if (threads <= 2 || threads == pus)
        return base;
    return threads > pus ? base + 2 : base + 3;
}

} // namespace bench

#endif
