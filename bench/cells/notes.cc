// SPDX-License-Identifier: MIT
/* cells/notes.cc - the notes' sweep over 2^0 ... 2^19 readers. */
#include "load/notes.h"
#include "cells/locks.h"

namespace bench
{

constexpr int exponent_max = 19;
constexpr double observer_ns = 120; /* estimate per lock and unlock */

static Cell
notes_cell(const Topology &topology, int exponent)
{
    const int observers = 1 << exponent;
    const bool odd = exponent % 2 == 1; /* with 0: from 1 to 2^19 */
    const int workers = 1 + observer_threads(observers);
    const Place place = cores_place(topology, workers);
    Cell cell = make_cell("notes", { { "readers", std::to_string(observers) } },
                          place, workers);
    const Topology *t = &topology;
    auto make = [=](auto type) {
        using Lock = type_of<decltype(type)>;
        return [=](int64_t) { return notes_load<Lock>(*t, place, observers); };
    };

    cell.family = "RWMutex against Mutex, the notes' sweep";
    cell.title = "One producer locks and unlocks five times with a sleep of "
                 "1 ns after each, every observer once; one operation is the "
                 "whole test.";
    cell.unit = "ns/test";
    cell.priority = odd || exponent == 0 ? 1 : 2;
    cell.window_scale = 0;
    cell.setup_ns = 500000 + observer_ns * observers;
    add_contender(cell, "weir-rwmutex", Role::weir, make(Type<WeirRw>()));
    add_contender(cell, "weir-mutex", Role::weir, make(Type<WeirMutex>()));
    add_contender(cell, "pthread-rwlock", Role::peer, make(Type<PthreadRw>()));
    add_contender(cell, "pthread-mutex", Role::baseline,
                  make(Type<PthreadMutex>()));
    add_contender(cell, "pthread-mutex-again", Role::again,
                  make(Type<PthreadMutex>()));
    return cell;
}

void
add_notes_cells(const PlanInput &input, std::vector<Cell> &cells)
{
    for (int exponent = 0; exponent <= exponent_max; exponent++)
        cells.push_back(notes_cell(input.topology, exponent));
}

} // namespace bench
