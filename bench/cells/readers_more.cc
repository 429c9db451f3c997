// SPDX-License-Identifier: MIT
/*
 * cells/readers_more.cc - readers and writers: the ends of the sweep, sections
 * of some length, the lone write, phases, a crowd of threads that have read.
 */
#include "cells/locks.h"
#include "load/rw_crowd.h"
#include "load/rw_phases.h"
#include "load/rw_writer.h"

#include <algorithm>

namespace bench
{

/* Reads of a share, in a section of some length. */
struct Reads {
    const char *percent; /**< of writes */
    double share;
    int threads;
    int section_ns;
};

static Cell
reads_cell(const Topology &topology, const Place &place, const Reads &of)
{
    Params params = { { "writes", std::string(of.percent) + "%" },
                      { "threads", std::to_string(of.threads) } };
    const Topology *t = &topology;

    if (of.section_ns > 0)
        params.emplace_back("section", std::to_string(of.section_ns));
    Cell cell = make_placed_cell("rw", params, place, of.threads);
    cell.priority = rank_rest;
    cell.family = of.section_ns > 0 ? "Readers and writers, sections"
                                    : "Readers and writers, places and shares";
    cell.title = "Every thread reads two words under a lock, which it holds "
                 "for a section of so many ns, and writes both in the given "
                 "share of its operations; one operation is one read or write.";
    auto make = [=](auto type) {
        using Shared = type_of<decltype(type)>;
        return [=](int64_t window_ns) {
            const RwShape shape = { of.threads, of.share,
                                    steps_of(of.section_ns) };
            return rw_load<Shared>(*t, place, shape, window_ns);
        };
    };
    add_pthread_pairs(cell, make);
    add_floor_pair(cell, make);
    return cell;
}

/* The shares that the sweep of cells/readers.cc leaves out; sections; places.
 */
static void
add_reads(const PlanInput &input, std::vector<Cell> &cells)
{
    const Topology &t = input.topology;
    const int pus = std::max(2, static_cast<int>(t.pus.size()));
    const std::pair<const char *, double> shares[] = { { "0", 0 },
                                                       { "0.1", 0.001 },
                                                       { "1", 0.01 },
                                                       { "10", 0.1 },
                                                       { "50", 0.5 } };
    const std::pair<const char *, double> ends[] = { { "0.01", 0.0001 },
                                                     { "50", 0.5 },
                                                     { "100", 1 } };

    for (const auto &share : ends)
        for (int threads : thread_counts(t))
            cells.push_back(
                reads_cell(t, cores_place(t, threads),
                           { share.first, share.second, threads, 0 }));
    for (int ns : { 250, 2000 })
        for (const auto &share : shares) {
            cells.push_back(reads_cell(t, cores_place(t, pus),
                                       { share.first, share.second, pus, ns }));
            if (ns == 250 && share.second == 0.01)
                cells.back().priority = rank_best;
        }
    cells.push_back(
        reads_cell(t, cores_place(t, 4 * pus), { "1", 0.01, 4 * pus, 250 }));
    for (const Place &place : team_places(t, pus, false))
        for (Memory memory : memories(t))
            if (place.name != cores_place(t, pus).name ||
                memory != Memory::local)
                cells.push_back(reads_cell(t, with_memory(t, place, memory),
                                           { "1", 0.01, pus, 0 }));
}

/* Locks that know readers, without those that spin. */
template <class Make>
static void
add_rwlocks(Cell &cell, Make make)
{
    add_pthread_pairs(cell, make);
    add_floor_pair(cell, make);
}

static void
add_writer(const PlanInput &input, std::vector<Cell> &cells, Readers what,
           int every_us)
{
    const Topology *t = &input.topology;
    const int pus = static_cast<int>(t->pus.size());
    const int readers = std::max(1, pus - 1);
    const Place place = cores_place(*t, 1 + readers);
    const bool active = what == Readers::active;
    const WriterShape shape = { readers, what, every_us * 1000.0 };
    Cell cell =
        make_placed_cell("rw/writer",
                         { { "readers", active ? "active" : "idle" },
                           { "every", std::to_string(every_us) + "us" } },
                         place, 1 + readers);

    cell.family = "Readers and writers, the lone write";
    cell.title = active ? "One thread writes once in a while beside threads "
                          "that read all the time; the figure is the mean "
                          "of the middle half of the writes."
                        : "One thread writes once in a while beside threads "
                          "that have read once and sleep; the figure is the "
                          "mean of the middle half of the writes.";
    cell.unit = "ns middle";
    cell.window_scale = every_us < 1000 ? 1 : 3;
    cell.priority = active && every_us == 100 ? rank_first : rank_rest;
    add_rwlocks(cell, [=](auto type) {
        using Shared = type_of<decltype(type)>;
        return [=](int64_t window_ns) {
            return writer_load<Shared>(*t, place, shape, window_ns);
        };
    });
    cells.push_back(std::move(cell));
}

static void
add_phases(const PlanInput &input, std::vector<Cell> &cells)
{
    const Topology *t = &input.topology;
    const int readers = std::max(1, static_cast<int>(t->pus.size()) - 1);
    const Place place = cores_place(*t, 1 + readers);
    Cell cell = make_placed_cell("rw/phases",
                                 { { "burst", std::to_string(phase_burst) } },
                                 place, 1 + readers);

    cell.family = "Readers and writers, phases";
    cell.title = "Threads read; every 4 ms another one writes 32 times in a "
                 "row.  One operation is a read in the millisecond after a "
                 "burst, per reader; the latency is the time until a reader's "
                 "reads cost at most twice its best.";
    cell.window_scale = 2;
    cell.priority = rank_best;
    add_rwlocks(cell, [=](auto type) {
        using Shared = type_of<decltype(type)>;
        return [=](int64_t window_ns) {
            return phases_load<Shared>(*t, place, readers, window_ns);
        };
    });
    cells.push_back(std::move(cell));
}

static void
add_crowd(const PlanInput &input, std::vector<Cell> &cells, int registered)
{
    const Topology *t = &input.topology;
    const Place place = cores_place(*t, 1);
    Cell cell =
        make_cell("rw/registered",
                  { { "threads", std::to_string(registered) } }, place, 1);

    cell.family = "Readers and writers, a crowd";
    cell.title = "One thread writes while so many others have read once and "
                 "sleep; one operation is one write.";
    cell.setup_ns = 45000.0 * registered;
    cell.priority = registered == 256 ? rank_best : rank_rest;
    auto make = [=](auto type) {
        using Shared = type_of<decltype(type)>;
        return [=](int64_t window_ns) {
            return crowd_load<Shared>(*t, place, registered, window_ns);
        };
    };
    add_contender(cell, "weir-rwmutex", Role::weir,
                  make(Type<GuardedPair<WeirRw>>()));
    add_contender(cell, "pthread-rwlock", Role::baseline,
                  make(Type<GuardedPair<PthreadRw>>()));
    add_contender(cell, "pthread-rwlock-again", Role::again,
                  make(Type<GuardedPair<PthreadRw>>()));
#if WEIR_BENCH_HAVE_CK
    add_contender(cell, "ck-brlock", Role::peer,
                  make(Type<GuardedPair<CkBr>>()));
#endif
    add_floor_pair(cell, make);
    cells.push_back(std::move(cell));
}

void
add_more_reader_cells(const PlanInput &input, std::vector<Cell> &cells)
{
    add_reads(input, cells);
    for (Readers what : { Readers::idle, Readers::active })
        for (int us : { 100, 5000 })
            add_writer(input, cells, what, us);
    add_phases(input, cells);
    for (int registered : { 16, 256, 4096 })
        add_crowd(input, cells, registered);
}

} // namespace bench
