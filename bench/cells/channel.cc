// SPDX-License-Identifier: MIT
/*
 * cells/channel.cc - streams and ping-pong through one channel.
 *
 * Shapes by name ("4p4c": four producers, four consumers), capacities 0, 1, 64
 * and 1024, pairs at every relationship class of the machine, larger teams
 * with cores filled in order, and dealt over caches, nodes and packages where
 * there are several.  "over" has four threads per CPU.
 */
#include "impl/chan_twin.h"
#include "impl/chan_weir.h"
#include "load/pingpong.h"
#include "load/stream.h"
#include "run/plan.h"

#include <algorithm>

namespace bench
{

static const size_t capacities[] = { 1024, 64, 1, 0 };

static Contender
named(const char *name, std::function<Sample(int64_t)> measure)
{
    Contender out;

    out.name = name;
    out.measure = std::move(measure);
    return out;
}

template <class Chan>
static Contender
streamer(const char *name, const Topology *topology, const Place &place,
         StreamShape shape)
{
    return named(name, [=](int64_t window_ns) {
        return stream<Chan>(*topology, place, shape, window_ns);
    });
}

template <class Chan>
static Contender
player(const char *name, const Topology *topology, const Place &place,
       size_t capacity)
{
    return named(name, [=](int64_t window_ns) {
        return pingpong<Chan>(*topology, place, capacity, window_ns);
    });
}

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
    Cell cell;
    const Topology *topology = &input.topology;

    cell.name = "chan/" + shape_name(shape) +
                "/cap=" + std::to_string(shape.capacity) +
                "/place=" + place.name;
    cell.family = "Channel, streams";
    cell.priority = priority;
    cell.place = place;
    cell.workers = shape.producers + shape.consumers;
    cell.baseline = "twin";
    cell.repeat = "twin-again";
    cell.contenders.push_back(
        streamer<WeirChan>("weir", topology, place, shape));
    for (const char *name : { "twin", "twin-again" })
        cell.contenders.push_back(
            shape.capacity > 0
                ? streamer<TwinQueue>(name, topology, place, shape)
                : streamer<TwinMeeting>(name, topology, place, shape));
    cells.push_back(cell);
}

static void
add_pingpong(const PlanInput &input, std::vector<Cell> &cells, int priority,
             const Place &place, size_t capacity)
{
    Cell cell;
    const Topology *topology = &input.topology;

    cell.name = "chan/pingpong/cap=" + std::to_string(capacity) +
                "/place=" + place.name;
    cell.family = "Channel, ping-pong round trips";
    cell.priority = priority;
    cell.place = place;
    cell.workers = 2;
    cell.baseline = "twin";
    cell.repeat = "twin-again";
    cell.contenders.push_back(
        player<WeirChan>("weir", topology, place, capacity));
    for (const char *name : { "twin", "twin-again" })
        cell.contenders.push_back(
            capacity > 0
                ? player<TwinQueue>(name, topology, place, capacity)
                : player<TwinMeeting>(name, topology, place, capacity));
    cells.push_back(cell);
}

/* Pairs by class: the nearest one of two CPUs matters most, one CPU least. */
static void
add_pairs(const PlanInput &input, std::vector<Cell> &cells, bool streams)
{
    int priority = 0;

    for (const auto &entry : input.pairs) {
        const bool alone = entry.first == Near::same_cpu;
        const Place place =
            pair_place(input.topology, entry.first, entry.second);
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
        compact_place(input.topology, shape.producers + shape.consumers);

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
        const Place place = spread_place(topology, 2 * side);
        if (place.pus != compact_place(topology, 2 * side).pus)
            add_stream(input, cells, 4, place, { side, side, 1024 });
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
