// SPDX-License-Identifier: MIT
/* cells/mutex.cc - threads fight for one mutex. */
#include "cells/locks.h"
#include "load/lock.h"

namespace bench
{

static Cell
mutex_cell(const Topology &topology, int threads)
{
    const Place place = cores_place(topology, threads);
    Cell cell = make_cell("mutex", { { "threads", std::to_string(threads) } },
                          place, threads);
    const Topology *t = &topology;

    cell.family = "Mutex";
    cell.title = "Threads lock one mutex, change two counters and a random "
                 "number, and step a private one outside; one operation is "
                 "one lock and unlock.";
    cell.priority = lock_priority(topology, threads, 1);
    add_mutexes(cell, [=](auto type) {
        using Lock = type_of<decltype(type)>;
        return [=](int64_t window_ns) {
            LockShape shape;
            shape.workers = threads;
            return lock_load<Lock>(*t, place, shape, window_ns);
        };
    });
    return cell;
}

void
add_mutex_cells(const PlanInput &input, std::vector<Cell> &cells)
{
    for (int threads : thread_counts(input.topology))
        cells.push_back(mutex_cell(input.topology, threads));
}

} // namespace bench
