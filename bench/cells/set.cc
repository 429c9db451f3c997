// SPDX-License-Identifier: MIT
/*
 * cells/set.cc - a lasting select over few and thousands of channels.
 *
 * The channel that is made ready is drawn from the first `lots` of them: with
 * two, what the others cost is seen without the cache misses of channels that
 * were not used for long; with all, these are in it.
 */
#include "impl/set.h"
#include "cells/make.h"
#include "load/select.h"

namespace bench
{

constexpr size_t set_capacity = 4;
constexpr double make_channel_ns = 1000; /* twice: one is freed, too */

static void
add_ready(const PlanInput &input, std::vector<Cell> &cells, size_t channels,
          size_t lots)
{
    const Topology *t = &input.topology;
    const Place place = cores_place(*t, 1);
    const SelectShape shape = { channels, set_capacity, lots };
    Cell cell = make_cell("chan/set-ready",
                          { { "channels", std::to_string(channels) },
                            { "lots", std::to_string(lots) } },
                          place, 1);
    auto make = [=](auto type) {
        using Set = type_of<decltype(type)>;
        return
            [=](int64_t ns) { return select_ready<Set>(*t, place, shape, ns); };
    };

    cell.family = "Set of channels";
    cell.title = "One thread sends into a channel of a set, drawn by lot from "
                 "the first ones, asks the set which is ready, and receives; "
                 "one operation is all three.";
    cell.setup_ns = make_channel_ns * static_cast<double>(channels);
    cell.priority = lots == 2 ? rank_best : rank_rest;
    add_contender(cell, "weir", Role::weir, make(Type<WeirSet>()));
    add_contender(cell, "twin", Role::baseline, make(Type<TwinSet>()));
    add_contender(cell, "twin-again", Role::again, make(Type<TwinSet>()));
    if (channels > 2)
        add_contender(cell, "weir-small", Role::floor, [=](int64_t ns) {
            const SelectShape two = { 2, set_capacity };
            return select_ready<WeirSet>(*t, place, two, ns);
        }).note = "a set of 2";
    cells.push_back(std::move(cell));
}

void
add_set_cells(const PlanInput &input, std::vector<Cell> &cells)
{
    add_ready(input, cells, 2, 2);
    add_ready(input, cells, 4096, 2);
    add_ready(input, cells, 4096, 4096);
}

} // namespace bench
