// SPDX-License-Identifier: MIT
/*
 * cells/select.cc - a select over receives from 2 and 8 channels.
 *
 * weir stands twice: by weir_selectv over an array of cases that is made once,
 * and by the block form, which makes them each time.  The floor is the receive
 * of who knows which channel is ready.
 */
#include "load/select.h"
#include "cells/make.h"
#include "impl/select_twin.h"
#include "impl/select_weir.h"

namespace bench
{

constexpr size_t select_capacity = 64;

static Params
params_of(const SelectShape &shape)
{
    return { { "cases", std::to_string(shape.cases) },
             { "cap", std::to_string(shape.capacity) } };
}

/* Both forms, and the twin twice. */
template <size_t N, class Make>
static void
add_selects(Cell &cell, Make make)
{
    cell.family = "Select";
    add_contender(cell, "weir", Role::weir, make(Type<WeirCases>()));
    add_contender(cell, "weir-block", Role::weir, make(Type<WeirBlock<N>>()))
        .note = "the block form";
    add_contender(cell, "twin", Role::baseline, make(Type<TwinCases>()));
    add_contender(cell, "twin-again", Role::again, make(Type<TwinCases>()));
}

template <size_t N>
static void
add_ready(const PlanInput &input, std::vector<Cell> &cells)
{
    const Topology *t = &input.topology;
    const Place place = cores_place(*t, 1);
    const SelectShape shape = { N, select_capacity };
    Cell cell = make_cell("chan/select-ready", params_of(shape), place, 1);

    cell.title = "One thread sends into one of several channels, drawn by lot, "
                 "and receives by a select from all; one operation is both.";
    cell.priority = rank_first;
    add_selects<N>(cell, [=](auto type) {
        using Cases = type_of<decltype(type)>;
        return [=](int64_t ns) {
            return select_ready<Cases>(*t, place, shape, ns);
        };
    });
    add_contender(cell, "weir-plain", Role::floor, [=](int64_t ns) {
        return select_plain<WeirCases>(*t, place, shape, ns);
    }).note = "receives without a select";
    cells.push_back(std::move(cell));
}

template <size_t N>
static void
add_default(const PlanInput &input, std::vector<Cell> &cells)
{
    const Topology *t = &input.topology;
    const Place place = cores_place(*t, 1);
    const SelectShape shape = { N, select_capacity };
    Cell cell = make_cell("chan/select-default", params_of(shape), place, 1);

    cell.title = "One thread selects from channels none of which is ready, and "
                 "does not wait; one operation is one select.";
    cell.priority = N == 2 ? rank_best : rank_rest;
    add_selects<N>(cell, [=](auto type) {
        using Cases = type_of<decltype(type)>;
        return [=](int64_t ns) {
            return select_default<Cases>(*t, place, shape, ns);
        };
    });
    cells.push_back(std::move(cell));
}

template <size_t N>
static void
add_parked(const PlanInput &input, std::vector<Cell> &cells, const Place &place)
{
    const Topology *t = &input.topology;
    const SelectShape shape = { N, select_capacity };
    Cell cell =
        make_placed_cell("chan/select-parked", params_of(shape), place, 2);

    cell.title = "A thread sleeps in a select; another sends into one of its "
                 "channels, drawn by lot, and waits for the answer; the figure "
                 "is the mean of the middle half of the times in between.";
    cell.unit = "ns middle";
    cell.window_scale = 2;
    cell.priority = N == 2 ? rank_best : rank_rest;
    add_selects<N>(cell, [=](auto type) {
        using Cases = type_of<decltype(type)>;
        return [=](int64_t ns) {
            return select_parked<Cases>(*t, place, shape, ns);
        };
    });
    cells.push_back(std::move(cell));
}

void
add_select_cells(const PlanInput &input, std::vector<Cell> &cells)
{
    const Place pair = near_pair(input);

    add_ready<2>(input, cells);
    add_ready<8>(input, cells);
    add_default<2>(input, cells);
    add_default<8>(input, cells);
    add_parked<2>(input, cells, pair);
    add_parked<8>(input, cells, pair);
}

} // namespace bench
