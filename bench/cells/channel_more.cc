// SPDX-License-Identifier: MIT
/*
 * cells/channel_more.cc - channels: element sizes, bursts, private pairs, one
 * to many, beside hogs, at a fixed rate.
 */
#include "cells/channels.h"
#include "load/batch.h"
#include "load/burst.h"
#include "load/open.h"
#include "load/private.h"

#include <algorithm>

namespace bench
{

static std::string
text(size_t number)
{
    return std::to_string(number);
}

/* Wide messages: a stream as that of 8 bytes. */
template <size_t Bytes>
static Cell
wide_cell(const Topology &topology, const Place &place, StreamShape shape)
{
    const int workers = shape.producers + shape.consumers;
    Cell cell = make_placed_cell(
        "chan/" + text(shape.producers) + "p" + text(shape.consumers) + "c",
        { { "elem", text(Bytes) }, { "cap", text(shape.capacity) } }, place,
        workers);
    const Topology *t = &topology;

    cell.family = "Channel, element sizes";
    cell.title = "Producers send messages of " + text(Bytes) +
                 " bytes through one channel to consumers; one operation is "
                 "one message.";
    cell.params["producers"] = text(shape.producers);
    cell.params["consumers"] = text(shape.consumers);
    add_queues_of<Bytes>(cell, [=](auto type) {
        using Chan = type_of<decltype(type)>;
        return [=](int64_t window_ns) {
            return stream<Chan>(*t, place, shape, window_ns);
        };
    });
    return cell;
}

template <size_t Bytes>
static void
add_wide(const PlanInput &input, std::vector<Cell> &cells)
{
    const Topology &t = input.topology;
    const Place pair = near_pair(input);

    for (size_t capacity : { 1024, 64, 1 }) {
        cells.push_back(wide_cell<Bytes>(t, pair, { 1, 1, capacity }));
        cells.back().priority = capacity == 1024 ? rank_best : rank_rest;
    }
    cells.push_back(wide_cell<Bytes>(t, cores_place(t, 8), { 4, 4, 1024 }));
    cells.back().priority = rank_rest;
}

static void
add_bursts(const PlanInput &input, std::vector<Cell> &cells)
{
    const Topology *t = &input.topology;
    const Place one = cores_place(*t, 1);
    const Place two = near_pair(input);
    const Params burst = { { "burst", text(burst_length) } };

    Cell alone = make_cell("chan/pair", burst, one, 1);
    alone.family = "Channel, bursts";
    alone.title = "One thread sends 32 messages in a row and receives them; "
                  "one operation is one message sent and received.";
    alone.priority = rank_best;
    add_queues(alone, [=](auto type) {
        using Chan = type_of<decltype(type)>;
        return [=](int64_t ns) { return pair_burst<Chan>(*t, one, 64, ns); };
    });
    cells.push_back(std::move(alone));
    for (size_t capacity : { 64, 8 }) {
        Params params = burst;
        params.emplace_back("cap", text(capacity));
        Cell turns = make_placed_cell("chan/turns", params, two, 2);
        turns.family = "Channel, bursts";
        turns.title = "One thread sends 32 messages in a row, another takes "
                      "them and answers once; one operation is one message, "
                      "the latency is that of a turn.";
        turns.priority = capacity == 64 ? rank_best : rank_rest;
        add_queues(turns, [=](auto type) {
            using Chan = type_of<decltype(type)>;
            return [=](int64_t ns) {
                return burst_turns<Chan>(*t, two, capacity, ns);
            };
        });
        cells.push_back(std::move(turns));
    }
}

/* 32 messages by one call on each side; beside it the same by 32 calls. */
static void
add_batches(const PlanInput &input, std::vector<Cell> &cells)
{
    const Topology *t = &input.topology;
    const Place one = cores_place(*t, 1);
    const Place two = near_pair(input);
    const Params batch = { { "batch", text(batch_length) },
                           { "cap", text(1024) } };

    Cell alone = make_cell("chan/pair", batch, one, 1);
    alone.family = "Channel, batches";
    alone.title = "One thread sends 32 messages by one call and receives them "
                  "by another; one operation is one message sent and received.";
    alone.priority = rank_best;
    add_queues(alone, [=](auto type) {
        using Chan = type_of<decltype(type)>;
        return [=](int64_t ns) { return pair_batch<Chan>(*t, one, 1024, ns); };
    });
    add_contender(alone, "weir-single", Role::floor, [=](int64_t ns) {
        return pair_burst<WeirChan>(*t, one, 1024, ns);
    }).note = "a call for each message";
    cells.push_back(std::move(alone));

    Cell stream = make_placed_cell("chan/1p1c", batch, two, 2);
    stream.family = "Channel, batches";
    stream.title = "A producer sends up to 32 messages by one call to a "
                   "consumer that takes up to 32; one operation is one "
                   "message.";
    stream.params["producers"] = stream.params["consumers"] = text(1);
    stream.priority = rank_best;
    add_queues(stream, [=](auto type) {
        using Chan = type_of<decltype(type)>;
        return
            [=](int64_t ns) { return batch_stream<Chan>(*t, two, 1024, ns); };
    });
    cells.push_back(std::move(stream));
}

static Cell
private_cell(const Topology &topology, int pairs, size_t capacity)
{
    const Place place = cores_place(topology, 2 * pairs);
    Cell cell = make_placed_cell(
        "chan/private",
        { { "pairs", std::to_string(pairs) }, { "cap", text(capacity) } },
        place, 2 * pairs);
    const Topology *t = &topology;

    cell.family = "Channel, private pairs";
    cell.title = "Pairs of threads, each with a channel of its own, send and "
                 "receive; one operation is one message of any pair.";
    add_queues(cell, [=](auto type) {
        using Chan = type_of<decltype(type)>;
        return [=](int64_t window_ns) {
            return private_pairs<Chan>(*t, place, pairs, capacity, window_ns);
        };
    });
    return cell;
}

/* 1, 2, 4 ... pairs up to one thread per CPU, and four times as many. */
static void
add_private(const PlanInput &input, std::vector<Cell> &cells)
{
    const int half =
        std::max(1, static_cast<int>(input.topology.pus.size()) / 2);
    std::vector<int> counts;

    for (int pairs = 1; pairs < half; pairs *= 2)
        counts.push_back(pairs);
    counts.push_back(half);
    counts.push_back(4 * half);
    for (int pairs : counts)
        for (size_t capacity : { 1024, 1 }) {
            cells.push_back(private_cell(input.topology, pairs, capacity));
            cells.back().priority =
                pairs == half && capacity == 1024 ? rank_best : rank_rest;
        }
}

static void
add_fan(const PlanInput &input, std::vector<Cell> &cells, StreamShape shape)
{
    const int workers = shape.producers + shape.consumers;
    const Topology *t = &input.topology;
    const Place place = cores_place(*t, workers);
    Cell cell = make_placed_cell(
        "chan/" + text(shape.producers) + "p" + text(shape.consumers) + "c",
        { { "cap", text(shape.capacity) } }, place, workers);

    cell.family = "Channel, fan-in and fan-out";
    cell.title = shape.producers > 1
                     ? "Many producers send to one consumer; one operation is "
                       "one message."
                     : "One producer sends to many consumers; one operation "
                       "is one message.";
    cell.params["producers"] = text(shape.producers);
    cell.params["consumers"] = text(shape.consumers);
    cell.priority = rank_rest;
    add_queues(cell, [=](auto type) {
        using Chan = type_of<decltype(type)>;
        return [=](int64_t window_ns) {
            return stream<Chan>(*t, place, shape, window_ns);
        };
    });
    cells.push_back(std::move(cell));
}

static void
add_fans(const PlanInput &input, std::vector<Cell> &cells)
{
    const int rest = static_cast<int>(input.topology.pus.size()) - 1;
    std::vector<int> many = { 8 };

    if (rest > 1 && rest != 8 && rest != 64)
        many.push_back(rest);
    for (int side : many)
        for (size_t capacity : { 1024, 1 }) {
            add_fan(input, cells, { side, 1, capacity });
            add_fan(input, cells, { 1, side, capacity });
        }
    add_fan(input, cells, { 1, 64, 64 });
}

/* As many spinning threads as CPUs; nobody is bound, as with users. */
static void
add_beside_hogs(const PlanInput &input, std::vector<Cell> &cells, int side,
                size_t capacity)
{
    const Topology *t = &input.topology;
    const int hogs = static_cast<int>(t->pus.size());
    const Place place = team_place(*t, PlaceKind::free, 2 * side);
    const StreamShape shape = { side, side, capacity };
    Cell cell = make_placed_cell(
        "chan/" + text(side) + "p" + text(side) + "c",
        { { "cap", text(capacity) }, { "hogs", "1x" } }, place, 2 * side);

    cell.family = "Channel, with hogs";
    cell.title = "Producers and consumers share one channel while one unbound "
                 "thread per CPU spins; one operation is one message.";
    cell.params["producers"] = cell.params["consumers"] = text(side);
    cell.window_scale = 4;
    cell.priority = side == 1 && capacity == 1024 ? rank_best : rank_last;
    add_queues(cell, [=](auto type) {
        using Chan = type_of<decltype(type)>;
        return with_hogs(hogs, [=](int64_t window_ns) {
            return stream<Chan>(*t, place, shape, window_ns);
        });
    });
    cells.push_back(std::move(cell));
}

static void
add_open(const PlanInput &input, std::vector<Cell> &cells, const Place &place,
         int per_second, size_t capacity)
{
    const Topology *t = &input.topology;
    Cell cell = make_placed_cell(
        "chan/open",
        { { "rate", std::to_string(per_second) }, { "cap", text(capacity) } },
        place, 2);

    cell.family = "Channel, open loop";
    cell.title = "A producer sends at a fixed rate; the figure is the mean of "
                 "the middle half of the delays from when a message was due to "
                 "its receipt.";
    cell.unit = "ns middle";
    cell.params["per_second"] = std::to_string(per_second);
    cell.window_scale = per_second < 100000 ? 8 : 4;
    cell.priority =
        per_second == 100000 && capacity == 64 ? rank_first : rank_rest;
    add_chans(cell, capacity, [=](auto type) {
        using Chan = type_of<decltype(type)>;
        return [=](int64_t window_ns) {
            return open_loop<Chan>(*t, place, capacity, per_second, window_ns);
        };
    });
    cells.push_back(std::move(cell));
}

/* All rates at the nearest pair, one of them at the others. */
static void
add_open_loops(const PlanInput &input, std::vector<Cell> &cells)
{
    const Place nearest = near_pair(input);

    for (int rate : { 10000, 100000, 1000000 })
        for (size_t capacity : { 64, 0 })
            if (nearest.pus.size() > 1 && (capacity > 0 || rate == 100000))
                add_open(input, cells, nearest, rate, capacity);
    for (const ClassPair &pair : input.pairs) {
        const Place place = pair_place(input.topology, pair);
        if (pair.near == Near::same_cpu || place.name == nearest.name)
            continue;
        add_open(input, cells, place, 100000, 64);
        cells.back().priority = rank_rest;
    }
}

void
add_more_channel_cells(const PlanInput &input, std::vector<Cell> &cells)
{
    add_wide<64>(input, cells);
    add_wide<256>(input, cells);
    add_bursts(input, cells);
    add_batches(input, cells);
    add_private(input, cells);
    add_fans(input, cells);
    for (size_t capacity : { 1024, 1 })
        for (int side : { 1, 4 })
            add_beside_hogs(input, cells, side, capacity);
    add_open_loops(input, cells);
}

} // namespace bench
