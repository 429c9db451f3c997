// SPDX-License-Identifier: MIT
/* cells/locks.h - what the cells of locks share. */
#ifndef BENCH_CELLS_LOCKS_H
#define BENCH_CELLS_LOCKS_H

#include "run/plan.h"

#if __has_include(<weir/mutex.h>) && __has_include(<weir/rwmutex.h>)
#include "impl/lock_weir.h"
#define WEIR_BENCH_HAVE_LOCKS 1
#else
#define WEIR_BENCH_HAVE_LOCKS 0
#endif

namespace bench
{

/** One, two and all CPUs matter most, then four times that, then the rest. */
inline int
lock_priority(const Topology &topology, int threads, int base)
{
    const int pus = static_cast<int>(topology.pus.size());

    if (threads <= 2 || threads == pus)
        return base;
    return threads > pus ? base + 1 : base + 2;
}

} // namespace bench

#endif
