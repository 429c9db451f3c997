// SPDX-License-Identifier: MIT
/*
 * run/cell.h - a cell: one workload at one place, measured for all contenders
 * in interleaved rounds.
 */
#ifndef BENCH_RUN_CELL_H
#define BENCH_RUN_CELL_H

#include "machine/place.h"
#include "run/sample.h"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace bench
{

/** What a contender is in its cell. */
enum class Role {
    weir,
    baseline, /**< ratios divide by it */
    again,    /**< the baseline under a second name: A/A */
    peer,
    floor, /**< another contract; what the work costs at least */
};

const char *role_name(Role role);

struct Contender {
    std::string name;
    std::function<Sample(int64_t window_ns)> measure;
    bool spins = false; /**< may hang when crowded: child process, time limit */
    std::string note;   /**< what a reader must know, e.g. another contract */
    Role role = Role::peer;
    std::string version; /**< of the library behind it */
    std::string flags;   /**< how it was built, where that is not the suite's */
    double start_ns = 0; /**< estimate of what it takes once per cell */
};

/** Cells from this priority on are for --full, or asked for by --only. */
constexpr int full_priority = 6;

struct Cell {
    std::string name;   /**< key=value parts, no machine facts but the place */
    std::string family; /**< heading in the report */
    std::string title; /**< one sentence: what is done, what one operation is */
    std::string unit = "ns/op";                /**< of a sample's ns */
    std::map<std::string, std::string> params; /**< of the name, and more */
    int priority = 0; /**< 0 first; the last ones are omitted for time */
    Place place;
    Pair probe; /**< whose line trip is probed, if not that of the place */
    int workers = 1;
    bool over_quota = false; /**< keeps more CPUs busy than cgroups allow */
    std::string baseline;    /**< contender that ratios divide by */
    std::string repeat;      /**< second name of the baseline: A/A spread */
    double window_scale = 1; /**< 0: the contenders end by themselves */
    double setup_ns = 0;     /**< estimate per sample beyond the window */
    std::vector<Contender> contenders;
};

} // namespace bench

#endif
