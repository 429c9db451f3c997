// SPDX-License-Identifier: MIT
/*
 * cells/channel.cc - streams and ping-pong through one channel.
 *
 * Shapes by name ("4p4c": four producers, four consumers), capacities 0, 1, 64
 * and 1024, pairs at every relationship class of the machine, larger teams
 * with cores filled in order, and dealt over caches, nodes and packages where
 * there are several.  "over" has four threads per CPU.
 */
#include "cells/channels.h"
#include "load/pingpong.h"
#include "load/stream.h"

#include <algorithm>

namespace bench
{

static const size_t capacities[] = { 1024, 64, 1, 0 };

static std::string
shape_name(const StreamShape &shape)
{
    return std::to_string(shape.producers) + "p" +
           std::to_string(shape.consumers) + "c";
}

static void
add_stream(const PlanInput &input, std::vector<Cell> &cells, int priority,
           const Place &place, StreamShape shape)
{
    Cell cell = make_placed_cell("chan/" + shape_name(shape),
                                 { { "cap", std::to_string(shape.capacity) } },
                                 place, shape.producers + shape.consumers);
    const Topology *t = &input.topology;

    cell.family = "Channel, streams";
    cell.title = "Producers send 8-byte messages through one channel to "
                 "consumers; one operation is one message.";
    cell.params["producers"] = std::to_string(shape.producers);
    cell.params["consumers"] = std::to_string(shape.consumers);
    cell.priority = priority;
    add_chans(cell, shape.capacity, [=](auto type) {
        using Chan = type_of<decltype(type)>;
        return [=](int64_t window_ns) {
            return stream<Chan>(*t, place, shape, window_ns);
        };
    });
    cells.push_back(std::move(cell));
}

static void
add_pingpong(const PlanInput &input, std::vector<Cell> &cells, int priority,
             const Place &place, size_t capacity)
{
    Cell cell = make_placed_cell(
        "chan/pingpong", { { "cap", std::to_string(capacity) } }, place, 2);
    const Topology *t = &input.topology;

    cell.family = "Channel, ping-pong round trips";
    cell.title = "A message goes to a second thread and back through two "
                 "channels; one operation is one round trip.";
    cell.priority = priority;
    add_chans(cell, capacity, [=](auto type) {
        using Chan = type_of<decltype(type)>;
        return [=](int64_t window_ns) {
            return pingpong<Chan>(*t, place, capacity, window_ns);
        };
    });
    cells.push_back(std::move(cell));
}

/* Pairs by class: the nearest one of two CPUs matters most, one CPU least. */
static void
add_pairs(const PlanInput &input, std::vector<Cell> &cells, bool streams)
{
    int priority = 0;

    for (const ClassPair &pair : input.pairs) {
        const bool alone = pair.near == Near::same_cpu;
        const Place place = pair_place(input.topology, pair);
        if (streams)
            for (size_t capacity : capacities)
                add_stream(input, cells, alone ? 4 : priority, place,
                           { 1, 1, capacity });
        else
            for (size_t capacity : { size_t(1), size_t(0) })
                add_pingpong(input, cells, alone ? 3 : priority + 1, place,
                             capacity);
        priority += alone ? 0 : 1;
    }
}

static void
add_compact(const PlanInput &input, std::vector<Cell> &cells, int priority,
            StreamShape shape)
{
    const Place place =
        cores_place(input.topology, shape.producers + shape.consumers);

    add_stream(input, cells, priority, place, shape);
}

static void
add_teams(const PlanInput &input, std::vector<Cell> &cells)
{
    for (int side : { 2, 4, 8, 32 })
        for (size_t capacity : capacities) {
            const bool first = capacity == 1024 && (side == 4 || side == 32);
            add_compact(input, cells, first ? 1 : 2, { side, side, capacity });
        }
    add_compact(input, cells, 1, { 64, 1, 64 });
    for (size_t capacity : { size_t(64), size_t(1024), size_t(1) }) {
        add_stream(input, cells, 2, one_cpu_place(input.topology),
                   { 10, 10, capacity });
        add_compact(input, cells, 3, { 10, 10, capacity });
    }
}

/* Teams as large as the machine, and four times as large. */
static void
add_machine_teams(const PlanInput &input, std::vector<Cell> &cells)
{
    const int pus = static_cast<int>(input.topology.pus.size());
    const int over = std::min(2 * pus, 512);
    const std::vector<int> known = { 1, 2, 4, 8, 32 };
    auto is_new = [&](int side) {
        return side > 1 &&
               std::find(known.begin(), known.end(), side) == known.end();
    };

    for (size_t capacity : { size_t(1024), size_t(64) }) {
        if (is_new(pus / 2))
            add_compact(input, cells, 4, { pus / 2, pus / 2, capacity });
        if (is_new(over) && over != pus / 2)
            add_compact(input, cells, 4, { over, over, capacity });
    }
}

static void
add_spread(const PlanInput &input, std::vector<Cell> &cells)
{
    const Topology &topology = input.topology;

    for (int side : { 1, 4, 8, 32 }) {
        const std::vector<Place> places = team_places(topology, 2 * side, true);
        for (size_t i = 1; i < places.size(); i++)
            add_stream(input, cells, 4, places[i], { side, side, 1024 });
    }
}

void
add_channel_cells(const PlanInput &input, std::vector<Cell> &cells)
{
    add_pairs(input, cells, true);
    add_teams(input, cells);
    add_machine_teams(input, cells);
    add_spread(input, cells);
    add_pairs(input, cells, false);
}

} // namespace bench
