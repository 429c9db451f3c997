// SPDX-License-Identifier: MIT
/* cells/alone.cc - what a channel costs a single thread. */
#include "load/alone.h"
#include "impl/chan_twin.h"
#include "impl/chan_weir.h"
#include "run/plan.h"

namespace bench
{

using Measure = Sample (*)(const Topology &, const Place &, size_t, int64_t);

static Contender
contender(const char *name, const PlanInput &input, const Place &place,
          size_t capacity, Measure measure)
{
    const Topology *topology = &input.topology;
    Contender out;

    out.name = name;
    out.measure = [=](int64_t window_ns) {
        return measure(*topology, place, capacity, window_ns);
    };
    return out;
}

static void
add(const PlanInput &input, std::vector<Cell> &cells, const std::string &what,
    int priority, size_t capacity, Measure weir, Measure twin)
{
    Cell cell;
    const Place place = compact_place(input.topology, 1);

    cell.name = "chan/" + what + "/cap=" + std::to_string(capacity);
    cell.family = "Channel, one thread";
    cell.priority = priority;
    cell.place = place;
    cell.workers = 1;
    cell.baseline = "twin";
    cell.repeat = "twin-again";
    cell.contenders = {
        contender("weir", input, place, capacity, weir),
        contender("twin", input, place, capacity, twin),
        contender("twin-again", input, place, capacity, twin),
    };
    cells.push_back(cell);
}

void
add_alone_cells(const PlanInput &input, std::vector<Cell> &cells)
{
    add(input, cells, "pair", 0, 1024, pair<WeirChan>, pair<TwinQueue>);
    add(input, cells, "try-empty", 1, 64, try_empty<WeirChan>,
        try_empty<TwinQueue>);
    add(input, cells, "try-full", 1, 64, try_full<WeirChan>,
        try_full<TwinQueue>);
    add(input, cells, "make-free", 2, 1, make_free<WeirChan>,
        make_free<TwinQueue>);
}

} // namespace bench
