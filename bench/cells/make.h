// SPDX-License-Identifier: MIT
/*
 * cells/make.h - names, parameters and contenders of cells.
 *
 * A load is a template over what it measures, so that no call inside a loop
 * goes through a pointer.  A list of contenders hands each type to `make`,
 * which returns the measurement:
 *
 *     add_mutexes(cell, [=](auto type) {
 *         using Lock = type_of<decltype(type)>;
 *         return [=](int64_t window_ns) { return some_load<Lock>(...); };
 *     });
 */
#ifndef BENCH_CELLS_MAKE_H
#define BENCH_CELLS_MAKE_H

#include "run/plan.h"

#include <string>

namespace bench
{

using Measure = std::function<Sample(int64_t window_ns)>;
using Params = std::vector<std::pair<std::string, std::string>>;

/** A type as a value. */
template <class T> struct Type {
    using type = T;
};
template <class Tag> using type_of = typename Tag::type;

/** A cell named PATH/KEY=VALUE/...; its parameters are the same pairs. */
Cell make_cell(const std::string &path, const Params &params,
               const Place &place, int workers);

/** As make_cell, and the place's name ends the cell's, with where the memory
 * is, if that is not local. */
Cell make_placed_cell(const std::string &path, const Params &params,
                      const Place &place, int workers);

/** The nearest pair of two CPUs, or the only CPU. */
Place near_pair(const PlanInput &input);

/** Add a contender; one of role baseline or again is the cell's. */
Contender &add_contender(Cell &cell, const std::string &name, Role role,
                         Measure measure);

/** The same while so many unbound threads spin. */
Measure with_hogs(int hogs, Measure measure);

/** Where the cells beside the headline stand: a few among it, some after it,
 * the bulk for --full. */
constexpr int rank_first = 2;
constexpr int rank_best = full_priority - 1;
constexpr int rank_rest = full_priority;
constexpr int rank_last = full_priority + 1;

} // namespace bench

#endif
