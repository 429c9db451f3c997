// SPDX-License-Identifier: MIT
/*
 * cells/readers.cc - the reader sweep: threads at 0, 0.1, 1 and 10 % writes.
 *
 * Every contender protects the same two words; "threads" are all threads, and
 * each of them reads and writes with the cell's share.
 */
#include "cells/locks.h"

namespace bench
{

static Cell
reader_cell(const Topology &topology, int threads, const char *percent,
            double share)
{
    const Place place = cores_place(topology, threads);
    Cell cell = make_cell("rw",
                          { { "writes", std::string(percent) + "%" },
                            { "threads", std::to_string(threads) } },
                          place, threads);
    const Topology *t = &topology;

    cell.family = "Readers and writers";
    cell.title = "Every thread reads two words under a lock, and writes both "
                 "in the given share of its operations; one operation is one "
                 "read or write.";
    cell.priority = lock_priority(topology, threads, share > 0 ? 2 : 0);
    add_pairs(cell, [=](auto type) {
        using Shared = type_of<decltype(type)>;
        return [=](int64_t window_ns) {
            return rw_load<Shared>(*t, place, { threads, share, 0 }, window_ns);
        };
    });
    return cell;
}

void
add_reader_cells(const PlanInput &input, std::vector<Cell> &cells)
{
    const std::pair<const char *, double> shares[] = {
        { "0", 0 }, { "0.1", 0.001 }, { "1", 0.01 }, { "10", 0.1 }
    };

    for (const auto &share : shares)
        for (int threads : thread_counts(input.topology))
            cells.push_back(reader_cell(input.topology, threads, share.first,
                                        share.second));
}

} // namespace bench
