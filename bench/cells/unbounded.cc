// SPDX-License-Identifier: MIT
/*
 * cells/unbounded.cc - the unbounded channel: a pair on one thread, a stream
 * whose producer never waits, and a backlog that is filled and emptied.
 */
#include "cells/channels.h"
#include "impl/list_twin.h"
#include "load/burst.h"

namespace bench
{

template <class Make>
static void
add(std::vector<Cell> &cells, Cell cell, const char *title, int priority,
    Make make)
{
    using Twin = TwinListOf<8>;

    cell.family = "Channel, unbounded";
    cell.title = title;
    cell.priority = priority;
    add_contender(cell, "weir", Role::weir, make(Type<WeirChan>()));
    add_contender(cell, "twin", Role::baseline, make(Type<Twin>()));
    add_contender(cell, "twin-again", Role::again, make(Type<Twin>()));
    cells.push_back(std::move(cell));
}

void
add_unbounded_cells(const PlanInput &input, std::vector<Cell> &cells)
{
    const Topology *t = &input.topology;
    const Place one = cores_place(*t, 1);
    const Place two = near_pair(input);
    const Params none;

    add(cells,
        make_cell("chan/unbounded/pair", { { "messages", "1" } }, one, 1),
        "One thread sends a message and receives it; one operation is both.",
        rank_best, [=](auto type) {
            using Chan = type_of<decltype(type)>;
            return [=](int64_t ns) {
                return pair<Chan>(*t, one, WEIR_UNBOUNDED, ns);
            };
        });
    add(cells,
        make_cell("chan/unbounded/pair",
                  { { "messages", std::to_string(backlog_length) } }, one, 1),
        "One thread sends 100,000 messages in a row and receives them; one "
        "operation is one message sent and received.",
        rank_best, [=](auto type) {
            using Chan = type_of<decltype(type)>;
            return [=](int64_t ns) {
                return backlog<Chan>(*t, one, WEIR_UNBOUNDED, ns);
            };
        });
    add(cells, make_placed_cell("chan/unbounded/1p1c", none, two, 2),
        "A producer that never waits sends 8-byte messages to a consumer; one "
        "operation is one message, and draining counts.",
        rank_best, [=](auto type) {
            using Chan = type_of<decltype(type)>;
            return [=](int64_t ns) {
                return stream<Chan>(*t, two, { 1, 1, WEIR_UNBOUNDED }, ns);
            };
        });
}

} // namespace bench
