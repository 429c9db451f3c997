// SPDX-License-Identifier: MIT
/* cells/notes.cc - the notes' sweep over 2^0 ... 2^19 readers. */
#include "load/notes.h"
#include "cells/locks.h"
#include "impl/lock_pthread.h"
#include "impl/lock_weir.h"

namespace bench
{

constexpr int exponent_max = 19;
constexpr double observer_ns = 120; /* estimate per lock and unlock */

template <class Lock>
static void
add(Cell &cell, const Topology *topology, const char *name, int observers)
{
    const Place place = cell.place;
    Contender out;

    out.name = name;
    out.measure = [=](int64_t) {
        return notes_load<Lock>(*topology, place, observers);
    };
    cell.contenders.push_back(out);
}

static Cell
notes_cell(const Topology &topology, int exponent)
{
    Cell cell;
    const int observers = 1 << exponent;
    const bool odd = exponent % 2 == 1; /* with 0: from 1 to 2^19 */

    cell.name = "notes/readers=" + std::to_string(observers);
    cell.family = "RWMutex against Mutex, the notes' sweep";
    cell.priority = odd || exponent == 0 ? 1 : 2;
    cell.workers = 1 + observer_threads(observers);
    cell.place = compact_place(topology, cell.workers);
    cell.baseline = "pthread-mutex";
    cell.window_scale = 0;
    cell.setup_ns = 500000 + observer_ns * observers;
    add<WeirRw>(cell, &topology, "weir-rwmutex", observers);
    add<WeirMutex>(cell, &topology, "weir-mutex", observers);
    add<PthreadRw>(cell, &topology, "pthread-rwlock", observers);
    add<PthreadMutex>(cell, &topology, "pthread-mutex", observers);
    return cell;
}

void
add_notes_cells(const PlanInput &input, std::vector<Cell> &cells)
{
    for (int exponent = 0; exponent <= exponent_max; exponent++)
        cells.push_back(notes_cell(input.topology, exponent));
}

} // namespace bench
