// SPDX-License-Identifier: MIT
/* cells/mutex.cc - threads fight for one mutex. */
#include "impl/lock_pthread.h"
#include "impl/lock_weir.h"
#if WEIR_BENCH_HAVE_CK
#include "impl/lock_ck.h"
#endif
#include "cells/locks.h"
#include "load/lock.h"

namespace bench
{

/* Steps of a private random number outside the lock. */
constexpr int outside_steps = 8;

template <class Lock>
static void
add(Cell &cell, const Topology *topology, const char *name, bool spins = false)
{
    const Place place = cell.place;
    const int workers = cell.workers;
    Contender out;

    out.name = name;
    out.spins = spins;
    out.measure = [=](int64_t window_ns) {
        return lock_load<Lock>(*topology, place, workers, outside_steps,
                               window_ns);
    };
    cell.contenders.push_back(out);
}

static Cell
mutex_cell(const Topology &topology, int threads)
{
    Cell cell;

    cell.name = "mutex/threads=" + std::to_string(threads);
    cell.family = "Mutex";
    cell.priority = lock_priority(topology, threads, 1);
    cell.place = compact_place(topology, threads);
    cell.workers = threads;
    cell.baseline = "pthread";
    cell.repeat = "pthread-again";
    add<WeirMutex>(cell, &topology, "weir");
    add<PthreadMutex>(cell, &topology, "pthread");
    add<PthreadMutex>(cell, &topology, "pthread-again");
    add<PthreadAdaptive>(cell, &topology, "pthread-adaptive");
#if WEIR_BENCH_HAVE_CK
    add<CkFas>(cell, &topology, "ck-fas", true);
    add<CkTicket>(cell, &topology, "ck-ticket", true);
#endif
    return cell;
}

void
add_mutex_cells(const PlanInput &input, std::vector<Cell> &cells)
{
    for (int threads : thread_counts(input.topology))
        cells.push_back(mutex_cell(input.topology, threads));
}

} // namespace bench
