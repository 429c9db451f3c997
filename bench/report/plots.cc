// SPDX-License-Identifier: MIT
/*
 * report/plots.cc - which results become plots: the notes' sweep over readers,
 * and throughput over threads for each share of writes.
 */
#include "report/report.h"

#include <cmath>
#include <cstdlib>

namespace bench
{

/* The number that follows `key` in a cell's name; negative if none does. */
static double
number_after(const std::string &name, const std::string &key)
{
    const size_t at = name.find(key);

    return at == std::string::npos ? -1 : atof(name.c_str() + at + key.size());
}

static void
add_point(Plot &plot, const std::string &name, double x, double y)
{
    if (!std::isfinite(y) || y <= 0)
        return;
    for (Series &series : plot.series)
        if (series.name == name) {
            series.points.emplace_back(x, y);
            return;
        }
    plot.series.push_back({ name, { { x, y } } });
}

/* One line per contender over the cells whose name begins with `prefix`. */
static Plot
plot_over(const Run &run, const std::string &prefix, const std::string &key,
          bool as_rate)
{
    Plot plot;

    for (const CellResult &result : run.results) {
        const Cell &cell = *result.cell;
        if (cell.name.compare(0, prefix.size(), prefix) != 0)
            continue;
        for (size_t i = 0; i < cell.contenders.size(); i++) {
            const Summary &s = result.summaries[i];
            if (s.rounds > 0 && cell.contenders[i].name != cell.repeat)
                add_point(plot, cell.contenders[i].name,
                          number_after(cell.name, key),
                          as_rate ? 1e3 / s.ns.median : s.ns.median);
        }
    }
    return plot;
}

std::vector<Plot>
plots_of(const Run &run)
{
    std::vector<Plot> plots;
    Plot notes = plot_over(run, "notes/", "readers=", false);

    notes.title = "RWMutex against Mutex over 2^0 to 2^19 readers";
    notes.x_label = "readers that lock and unlock once (beyond 256 "
                    "multiplexed on 256 threads)";
    notes.y_label = "time of the whole test";
    notes.y_is_time = true;
    plots.push_back(notes);
    for (const char *share : { "0", "0.1", "1", "10" }) {
        Plot plot = plot_over(run, std::string("rw/writes=") + share + "%/",
                              "threads=", true);
        plot.title = std::string("Reader sweep at ") + share + " % writes";
        plot.x_label = "threads";
        plot.y_label = "million operations per second";
        plots.push_back(plot);
    }
    return plots;
}

} // namespace bench
