// SPDX-License-Identifier: MIT
/*
 * cells/readers.cc - the reader sweep: threads at 0, 0.1, 1 and 10 % writes.
 *
 * Every contender protects the same two words; "threads" are all threads, and
 * each of them reads and writes with the cell's share.
 */
#include "cells/locks.h"
#include "impl/lock_pthread.h"
#include "impl/lock_weir.h"
#if WEIR_BENCH_HAVE_CK
#include "impl/lock_ck.h"
#endif
#if WEIR_BENCH_HAVE_URCU
#include "impl/pair_urcu.h"
#endif
#include "load/rw.h"

namespace bench
{

template <class Shared>
static Contender &
add(Cell &cell, const Topology *topology, const char *name, double share,
    bool spins = false)
{
    const Place place = cell.place;
    const int workers = cell.workers;
    Contender out;

    out.name = name;
    out.spins = spins;
    out.measure = [=](int64_t window_ns) {
        return rw_load<Shared>(*topology, place, workers, share, window_ns);
    };
    cell.contenders.push_back(out);
    return cell.contenders.back();
}

static void
add_peers(Cell &cell, const Topology *topology, double share)
{
#if WEIR_BENCH_HAVE_CK
    add<GuardedPair<CkRw>>(cell, topology, "ck-rwlock", share, true);
    add<GuardedPair<CkBr>>(cell, topology, "ck-brlock", share, true);
    add<GuardedPair<CkFas>>(cell, topology, "ck-fas", share, true);
#endif
#if WEIR_BENCH_HAVE_URCU
    add<UrcuPair>(cell, topology, "urcu-memb", share).note =
        "another contract: readers are never kept out (floor)";
#endif
    (void)cell;
    (void)topology;
    (void)share;
}

static Cell
reader_cell(const Topology &topology, int threads, const char *percent,
            double share)
{
    Cell cell;
    const Topology *t = &topology;

    cell.name = std::string("rw/writes=") + percent +
                "%/threads=" + std::to_string(threads);
    cell.family = "Readers and writers";
    cell.priority = lock_priority(topology, threads, share > 0 ? 2 : 0);
    cell.place = compact_place(topology, threads);
    cell.workers = threads;
    cell.baseline = "pthread-rwlock";
    cell.repeat = "pthread-rwlock-again";
    add<GuardedPair<WeirRw>>(cell, t, "weir-rwmutex", share);
    add<GuardedPair<WeirMutex>>(cell, t, "weir-mutex", share);
    add<GuardedPair<PthreadRw>>(cell, t, "pthread-rwlock", share);
    add<GuardedPair<PthreadRw>>(cell, t, "pthread-rwlock-again", share);
    add<GuardedPair<PthreadMutex>>(cell, t, "pthread-mutex", share);
    add_peers(cell, t, share);
    return cell;
}

void
add_reader_cells(const PlanInput &input, std::vector<Cell> &cells)
{
    const std::pair<const char *, double> shares[] = {
        { "0", 0 }, { "0.1", 0.001 }, { "1", 0.01 }, { "10", 0.1 }
    };

    for (const auto &share : shares)
        for (int threads : thread_counts(input.topology))
            cells.push_back(reader_cell(input.topology, threads, share.first,
                                        share.second));
}

} // namespace bench
