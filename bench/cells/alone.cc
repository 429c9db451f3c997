// SPDX-License-Identifier: MIT
/* cells/alone.cc - what a channel costs a single thread. */
#include "load/alone.h"
#include "cells/channels.h"

namespace bench
{

/* Make: Type<Chan> -> Measure, over one CPU. */
template <class Make>
static void
add(std::vector<Cell> &cells, Cell cell, const char *title, int priority,
    Make make)
{
    cell.family = "Channel, one thread";
    cell.title = title;
    cell.priority = priority;
    add_queues(cell, make);
    cells.push_back(std::move(cell));
}

void
add_alone_cells(const PlanInput &input, std::vector<Cell> &cells)
{
    const Topology *t = &input.topology;
    const Place place = cores_place(*t, 1);
    auto cell = [&](const char *what, size_t capacity) {
        return make_cell(std::string("chan/") + what,
                         { { "cap", std::to_string(capacity) } }, place, 1);
    };

    add(cells, cell("pair", 1024),
        "One thread sends a message and receives it; one operation is both.", 0,
        [=](auto type) {
            using Chan = type_of<decltype(type)>;
            return [=](int64_t ns) { return pair<Chan>(*t, place, 1024, ns); };
        });
    add(cells, cell("try-empty", 64),
        "One thread tries to receive from an empty channel; one operation is "
        "one try.",
        1, [=](auto type) {
            using Chan = type_of<decltype(type)>;
            return
                [=](int64_t ns) { return try_empty<Chan>(*t, place, 64, ns); };
        });
    add(cells, cell("try-full", 64),
        "One thread tries to send into a full channel; one operation is one "
        "try.",
        1, [=](auto type) {
            using Chan = type_of<decltype(type)>;
            return
                [=](int64_t ns) { return try_full<Chan>(*t, place, 64, ns); };
        });
    add(cells, cell("make-free", 1),
        "One thread makes a channel and frees it; one operation is both.", 2,
        [=](auto type) {
            using Chan = type_of<decltype(type)>;
            return
                [=](int64_t ns) { return make_free<Chan>(*t, place, 1, ns); };
        });
}

} // namespace bench
