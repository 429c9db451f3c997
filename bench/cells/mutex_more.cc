// SPDX-License-Identifier: MIT
/*
 * cells/mutex_more.cc - mutexes: alone, sections, many locks, more threads than
 * CPUs, unequal threads, no patience.
 *
 * Sections are crossed with what is done outside at as many threads as CPUs;
 * threads, shared lines and places are varied one at a time around one section.
 */
#include "cells/locks.h"
#include "load/lock.h"
#include "load/lock_alone.h"
#include "load/lock_many.h"
#include "load/lock_try.h"

#include <algorithm>

namespace bench
{

/* The section around which everything else is varied. */
constexpr int section_ns = 100;

/* What a cell of sections is about; times in nanoseconds. */
struct Sections {
    int threads;
    int inside_ns;
    int times; /**< of it outside */
    int lines;
};

static LockShape
shape_of(const Sections &of)
{
    LockShape shape;

    shape.workers = of.threads;
    shape.inside = std::max<uint64_t>(1, steps_of(of.inside_ns));
    shape.outside = steps_of(of.inside_ns * of.times);
    shape.lines = of.lines;
    return shape;
}

static Params
params_of(const Sections &of)
{
    return { { "threads", std::to_string(of.threads) },
             { "section", std::to_string(of.inside_ns) },
             { "outside", std::to_string(of.times) + "x" },
             { "lines", std::to_string(of.lines) } };
}

static Cell
sections_cell(const Topology &topology, const Place &place, const Sections &of,
              bool peers)
{
    Cell cell =
        make_placed_cell("mutex/sections", params_of(of), place, of.threads);
    const Topology *t = &topology;

    cell.family = "Mutex, sections";
    cell.title = "Threads hold one mutex for a section of so many ns, writing "
                 "shared lines, and work a multiple of it outside; one "
                 "operation is one lock and unlock.";
    cell.priority = rank_rest;
    auto make = [=](auto type) {
        using Lock = type_of<decltype(type)>;
        return [=](int64_t window_ns) {
            return lock_load<Lock>(*t, place, shape_of(of), window_ns);
        };
    };
    if (peers)
        add_mutexes(cell, make);
    else
        add_two_mutexes(cell, make);
    return cell;
}

static void
add_sections(const PlanInput &input, std::vector<Cell> &cells)
{
    const Topology &t = input.topology;
    const int pus = std::max(2, static_cast<int>(t.pus.size()));
    const Place all = cores_place(t, pus);
    auto add = [&](const Place &place, const Sections &of, bool peers) {
        cells.push_back(sections_cell(t, place, of, peers));
    };

    for (int ns : { 0, 25, 100, 400, 2000 })
        for (int times : { 0, 1, 4, 16 })
            if (ns > 0 || times == 0) {
                add(all, { pus, ns, times, 1 }, false);
                if (times == 1 && ns >= section_ns)
                    cells.back().priority =
                        ns == section_ns ? rank_first : rank_best;
            }
    for (int threads : thread_counts(t))
        if (threads > 1 && threads != pus)
            add(cores_place(t, threads), { threads, section_ns, 1, 1 }, true);
    for (int lines : { 4, 16 })
        add(all, { pus, section_ns, 1, lines }, false);
    for (const Place &place : team_places(t, pus, false))
        for (Memory memory : memories(t))
            if (place.name != all.name || memory != Memory::local)
                add(with_memory(t, place, memory), { pus, section_ns, 1, 1 },
                    false);
}

static void
add_alone(const PlanInput &input, std::vector<Cell> &cells)
{
    const Topology *t = &input.topology;
    const Place place = cores_place(*t, 1);
    Cell hot = make_cell("mutex/alone", { { "locks", "1" } }, place, 1);
    Cell cold = make_cell(
        "mutex/alone", { { "locks", std::to_string(cold_locks) } }, place, 1);

    hot.family = cold.family = "Mutex, one thread";
    hot.title = "One thread locks a mutex, counts and unlocks it; one "
                "operation is all three.";
    cold.title = "One thread walks over a million mutexes, each beside its "
                 "counter, without a pattern; one operation is one lock, count "
                 "and unlock.";
    hot.priority = cold.priority = rank_best;
    cold.setup_ns = 30e6;
    add_mutexes(hot, [=](auto type) {
        using Lock = type_of<decltype(type)>;
        return [=](int64_t ns) { return lock_hot<Lock>(*t, place, ns); };
    });
    add_two_mutexes(cold, [=](auto type) {
        using Lock = type_of<decltype(type)>;
        return [=](int64_t ns) { return lock_cold<Lock>(*t, place, ns); };
    });
    cells.push_back(std::move(hot));
    cells.push_back(std::move(cold));
}

static Cell
many_cell(const Topology &topology, int threads, size_t locks, bool packed)
{
    const Place place = cores_place(topology, threads);
    Cell cell = make_placed_cell("mutex/table",
                                 { { "threads", std::to_string(threads) },
                                   { "locks", std::to_string(locks) },
                                   { "packed", packed ? "yes" : "no" } },
                                 place, threads);
    const Topology *t = &topology;

    cell.family = "Mutex, many locks";
    cell.title = "Threads take locks at random from a table, each beside its "
                 "counter, packed or on lines of its own; one operation is one "
                 "lock, count and unlock.";
    cell.priority = rank_rest;
    add_two_mutexes(cell, [=](auto type) {
        using Lock = type_of<decltype(type)>;
        return [=](int64_t window_ns) {
            return packed ? many_locks<Lock, Counted<Lock>>(*t, place, threads,
                                                            locks, window_ns)
                          : many_locks<Lock, CountedApart<Lock>>(
                                *t, place, threads, locks, window_ns);
        };
    });
    return cell;
}

static void
add_many(const PlanInput &input, std::vector<Cell> &cells)
{
    const int pus = std::max(2, static_cast<int>(input.topology.pus.size()));
    const size_t n = static_cast<size_t>(pus);
    std::vector<size_t> counts = { 2, n, 64 * n };

    if (n == 2)
        counts.erase(counts.begin());
    for (size_t locks : counts)
        for (bool packed : { true, false })
            cells.push_back(many_cell(input.topology, pus, locks, packed));
}

static void
add_crowded(const PlanInput &input, std::vector<Cell> &cells)
{
    const Topology &t = input.topology;
    const int pus = std::max(2, static_cast<int>(t.pus.size()));

    for (int factor : { 2, 8 }) {
        const int threads = factor * pus;
        const Place place = cores_place(t, threads);
        cells.push_back(sections_cell(t, place, { threads, 400, 1, 1 }, false));
        cells.back().family = "Mutex, more threads than CPUs";
    }
    for (int factor : { 1, 4 }) {
        const Topology *at = &t;
        const int hogs = static_cast<int>(t.pus.size());
        const int threads = factor * pus;
        const Sections of = { threads, section_ns, 1, 1 };
        const Place place = team_place(t, PlaceKind::free, threads);
        Params params = params_of(of);
        params.emplace_back("hogs", "1x");
        Cell cell = make_placed_cell("mutex/sections", params, place, threads);
        cell.family = "Mutex, more threads than CPUs";
        cell.title = "As the sections, while one unbound thread per CPU spins; "
                     "one operation is one lock and unlock.";
        cell.window_scale = 4;
        cell.priority = factor == 1 ? rank_best : rank_last;
        add_two_mutexes(cell, [=](auto type) {
            using Lock = type_of<decltype(type)>;
            return with_hogs(hogs, [=](int64_t window_ns) {
                return lock_load<Lock>(*at, place, shape_of(of), window_ns);
            });
        });
        cells.push_back(std::move(cell));
    }
}

/* Cells whose threads are not alike; load: LockShape to a sample. */
template <class Load>
static void
add_unequal(const PlanInput &input, std::vector<Cell> &cells, Cell cell,
            LockShape (*shape)(int), Load load)
{
    const Topology *t = &input.topology;
    const Place place = cell.place;
    const int threads = cell.workers;

    cell.family = "Mutex, fairness";
    add_two_mutexes(cell, [=](auto type) {
        return [=](int64_t window_ns) {
            return load(type, *t, place, shape(threads), window_ns);
        };
    });
    cells.push_back(std::move(cell));
}

static LockShape
one_is_long(int threads)
{
    LockShape shape = shape_of({ threads, section_ns, 1, 1 });

    shape.first_long = steps_of(20000);
    return shape;
}

static LockShape
one_is_new(int threads)
{
    LockShape shape = shape_of({ threads, section_ns, 1, 1 });

    shape.newcomer_ns = 500000;
    return shape;
}

static LockShape
all_alike(int threads)
{
    return shape_of({ threads, section_ns, 1, 1 });
}

static void
add_fair(const PlanInput &input, std::vector<Cell> &cells, int threads)
{
    const Place place = cores_place(input.topology, threads);
    auto cell = [&](const char *path, const char *title) {
        Cell out = make_placed_cell(
            path, { { "threads", std::to_string(threads) } }, place, threads);
        out.title = title;
        out.priority = rank_rest;
        return out;
    };

    add_unequal(
        input, cells,
        cell("mutex/one-long",
             "One thread holds the mutex for 20 us at a time among others that "
             "hold it for 100 ns; one operation is one lock and unlock of the "
             "others."),
        one_is_long,
        [](auto type, const Topology &t, const Place &at,
           const LockShape &shape, int64_t ns) {
            return lock_load<type_of<decltype(type)>>(t, at, shape, ns);
        });
    Cell newcomer = cell("mutex/newcomer",
                         "A thread comes every 0.5 ms among others that fight "
                         "all the time; the figure is the mean of the middle "
                         "half of its waits.");
    newcomer.unit = "ns middle";
    newcomer.window_scale = 2;
    add_unequal(input, cells, std::move(newcomer), one_is_new,
                [](auto type, const Topology &t, const Place &at,
                   const LockShape &shape, int64_t ns) {
                    return newcomer_load<type_of<decltype(type)>>(t, at, shape,
                                                                  ns);
                });
    Cell fair = cell("mutex/fair",
                     "Threads fight for one mutex for 1 s in every round (11 "
                     "rounds stand for a minute), every wait timed; one "
                     "operation is one lock and unlock.");
    fair.params["seconds"] = "1";
    fair.window_scale = 40;
    fair.priority = rank_last;
    add_unequal(input, cells, std::move(fair), all_alike,
                [](auto type, const Topology &t, const Place &at,
                   const LockShape &shape, int64_t ns) {
                    return fair_load<type_of<decltype(type)>>(t, at, shape, ns);
                });
}

static void
add_storm(const PlanInput &input, std::vector<Cell> &cells, int threads)
{
    const Topology *t = &input.topology;
    const Place place = cores_place(*t, threads);
    Cell cell = make_placed_cell("mutex/try",
                                 { { "threads", std::to_string(threads) } },
                                 place, threads);

    cell.family = "Mutex, no patience";
    cell.title = "Threads try for one mutex until they have it, hold it for "
                 "100 ns and work as long outside; one operation is one "
                 "success.";
    cell.priority = rank_rest;
    add_two_mutexes(cell, [=](auto type) {
        using Lock = type_of<decltype(type)>;
        return [=](int64_t window_ns) {
            return storm_load<Lock>(*t, place, all_alike(threads), window_ns);
        };
    });
    cells.push_back(std::move(cell));
}

static void
add_deadline(const PlanInput &input, std::vector<Cell> &cells, int threads,
             int deadline_us)
{
    const Topology *t = &input.topology;
    const Place place = cores_place(*t, threads);
    Cell cell =
        make_placed_cell("mutex/until",
                         { { "threads", std::to_string(threads) },
                           { "deadline", std::to_string(deadline_us) + "us" } },
                         place, threads);

    cell.family = "Mutex, no patience";
    cell.title = "Threads wait for one mutex, which is held for 2 us at a "
                 "time, but not longer than a deadline; one operation is one "
                 "call that ended, by the lock or by time.";
    cell.priority = rank_rest;
    add_two_mutexes(cell, [=](auto type) {
        using Lock = type_of<decltype(type)>;
        return [=](int64_t window_ns) {
            return deadline_load<Lock>(*t, place,
                                       shape_of({ threads, 2000, 0, 1 }),
                                       deadline_us * 1000, window_ns);
        };
    });
    cells.push_back(std::move(cell));
}

void
add_more_mutex_cells(const PlanInput &input, std::vector<Cell> &cells)
{
    const int pus = std::max(2, static_cast<int>(input.topology.pus.size()));

    add_alone(input, cells);
    add_sections(input, cells);
    add_many(input, cells);
    add_crowded(input, cells);
    for (int threads : { pus, 2 * pus }) {
        add_fair(input, cells, threads);
        add_storm(input, cells, threads);
        for (int us : { 1, 100 })
            add_deadline(input, cells, threads, us);
    }
}

} // namespace bench
