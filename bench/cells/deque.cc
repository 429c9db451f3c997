// SPDX-License-Identifier: MIT
/* cells/deque.cc - the work-stealing deque. */
#include "impl/deque.h"
#include "cells/make.h"
#include "load/deque.h"

namespace bench
{

constexpr size_t deque_capacity = 1024;

template <class Make>
static void
add_deques(Cell &cell, Make make)
{
    using Twin = TwinDeque<deque_capacity>;

    cell.family = "Deque";
    add_contender(cell, "weir", Role::weir,
                  make(Type<WeirDeque<deque_capacity>>()));
    add_contender(cell, "twin", Role::baseline, make(Type<Twin>()));
    add_contender(cell, "twin-again", Role::again, make(Type<Twin>()));
}

static void
add_pair(const PlanInput &input, std::vector<Cell> &cells)
{
    const Topology *t = &input.topology;
    const Place place = cores_place(*t, 1);
    Cell cell = make_cell(
        "deque/pair", { { "cap", std::to_string(deque_capacity) } }, place, 1);

    cell.title = "The owner pushes an element and pops it; one operation is "
                 "both.";
    cell.priority = rank_rest;
    add_deques(cell, [=](auto type) {
        using Deque = type_of<decltype(type)>;
        return [=](int64_t ns) { return deque_pair<Deque>(*t, place, ns); };
    });
    cells.push_back(std::move(cell));
}

static void
add_steal(const PlanInput &input, std::vector<Cell> &cells, int thieves)
{
    const Topology *t = &input.topology;
    const Place place =
        thieves == 1 ? near_pair(input) : cores_place(*t, 1 + thieves);
    Cell cell = make_placed_cell("deque/steal",
                                 { { "thieves", std::to_string(thieves) },
                                   { "cap", std::to_string(deque_capacity) } },
                                 place, 1 + thieves);

    cell.title = "The owner pushes bursts of 32 elements and pops what thieves "
                 "leave it; one operation is one element taken by anybody.";
    cell.priority = thieves == 1 ? rank_best : rank_rest;
    add_deques(cell, [=](auto type) {
        using Deque = type_of<decltype(type)>;
        return [=](int64_t ns) {
            return deque_load<Deque>(*t, place, thieves, ns);
        };
    });
    cells.push_back(std::move(cell));
}

void
add_deque_cells(const PlanInput &input, std::vector<Cell> &cells)
{
    add_pair(input, cells);
    for (int thieves : { 1, 3, 7 })
        add_steal(input, cells, thieves);
}

} // namespace bench
