// SPDX-License-Identifier: MIT
/* cells/event.cc - the close-only event, looked at by many. */
#include "impl/event.h"
#include "cells/make.h"
#include "load/event.h"

namespace bench
{

template <class Make>
static void
add_events(Cell &cell, Make make)
{
    cell.family = "Event";
    add_contender(cell, "weir", Role::weir, make(Type<WeirEvent>()));
    add_contender(cell, "twin", Role::baseline, make(Type<TwinEvent>()));
    add_contender(cell, "twin-again", Role::again, make(Type<TwinEvent>()));
}

static void
add_poll(const PlanInput &input, std::vector<Cell> &cells, int pollers)
{
    const Topology *t = &input.topology;
    const Place place = cores_place(*t, pollers);
    Cell cell = make_placed_cell("event/poll",
                                 { { "pollers", std::to_string(pollers) } },
                                 place, pollers);

    cell.title = "Threads look at an event that is not set; one operation is "
                 "one look.";
    cell.priority = pollers == 64 ? rank_best : rank_rest;
    add_events(cell, [=](auto type) {
        using Event = type_of<decltype(type)>;
        return [=](int64_t ns) {
            return event_poll<Event>(*t, place, pollers, ns);
        };
    });
    cells.push_back(std::move(cell));
}

void
add_event_cells(const PlanInput &input, std::vector<Cell> &cells)
{
    for (int pollers : { 1, 64 })
        add_poll(input, cells, pollers);
}

} // namespace bench
