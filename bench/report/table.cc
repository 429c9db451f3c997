// SPDX-License-Identifier: MIT
/* report/table.cc - the card, the plan and the results on the terminal. */
#include "report/format.h"
#include "report/report.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace bench
{

void
print_card(const Card &card)
{
    printf("Machine\n");
    for (const auto &fact : card.facts)
        printf("  %-22s %s\n", fact.first.c_str(), fact.second.c_str());
    printf("Primitives, one thread alone\n");
    for (const Cost &cost : card.costs)
        printf("  %-22s %s\n", cost.name.c_str(),
               cost.ns < 0 ? "refused" : format_ns(cost.ns).c_str());
    for (const std::string &warning : card.warnings)
        printf("WARNING: %s.\n", warning.c_str());
    printf("\n");
    fflush(stdout);
}

static void
print_names(const char *head, const std::vector<std::string> &names)
{
    if (names.empty())
        return;
    printf("%s", head);
    for (size_t i = 0; i < names.size(); i++)
        printf("%s%s", i ? ", " : " ", names[i].c_str());
    printf("\n");
}

static void
print_rest(const Plan &plan)
{
    for (const std::string &name : plan.absent)
        printf("n/a (topology): %s\n", name.c_str());
    print_names("peers built in:", plan.peers);
    print_names("missing from this build:", plan.missing);
    if (!plan.omitted.empty())
        printf("omitted to keep the time (%zu cells; run them by --only):\n",
               plan.omitted.size());
    for (const std::string &name : plan.omitted)
        printf("  %s\n", name.c_str());
}

static void
print_cell(const Topology &topology, const Cell &cell, const Options &options)
{
    const size_t all = cell.place.pus.size();
    const size_t shown = std::min<size_t>(all, 8);

    printf("%-48s %6.1f s  on", cell.name.c_str(),
           estimate(cell, options) * 1e-9);
    for (size_t i = 0; i < shown; i++)
        printf(" %d", topology.pus[cell.place.pus[i]].os);
    if (all > shown)
        printf(" ... (%zu CPUs)", all);
    if (!fits(cell.place, cell.workers))
        printf(" shared by %d threads", cell.workers);
    if (cell.over_quota)
        printf(" OVER THE QUOTA of %.2f CPUs", topology.quota);
    printf("\n");
}

void
print_plan(const Topology &topology, const Options &options)
{
    const Plan plan = make_plan(topology, middle_pairs(topology), options);
    const std::vector<Cell> &cells = plan.cells;

    printf("%zu CPUs, %d cores, %d L3 caches, %d packages, %zu memory nodes "
           "(%s)\n",
           topology.pus.size(), topology.cores, topology.l3s, topology.packages,
           topology.nodes.size(), topology.source.c_str());
    for (const PairClass &one : pair_classes(topology))
        printf("  %-17s %zu pairs\n", one.name.c_str(), one.pairs.size());
    for (const Cell &cell : cells)
        print_cell(topology, cell, options);
    print_rest(plan);
    printf("%zu cells of %d rounds, about %s\n", cells.size(), options.rounds,
           format_minutes(plan.estimate_ns * 1e-9).c_str());
}

static void
print_trips(const Run &run)
{
    printf("Core-to-core round trip of a cache line\n");
    for (const PairClass &one : pair_classes(run.topology)) {
        std::vector<double> least, middle;
        for (const CoreTrip &trip : run.trips)
            if (trip.name == one.name) {
                least.push_back(trip.trip.min_ns);
                middle.push_back(trip.trip.p50_ns);
            }
        if (least.empty())
            continue;
        printf("  %-17s min %s, p50 %s (%zu pairs measured)\n",
               one.name.c_str(), format_ns(quantile(least, 0)).c_str(),
               format_ns(median(middle)).c_str(), least.size());
    }
    printf("\n");
}

static void
print_head(const std::string &family)
{
    printf("%s\n  %-36s %-15s %9s %8s %13s %9s %8s %8s %8s %9s %5s %5s\n",
           family.c_str(), "cell", "impl", "per op", "x base", "95 %", "rate",
           "p50", "p99", "p99.9", "CPU/op", "CPUs", "share");
}

static void
print_row(const CellResult &result, size_t i)
{
    const Cell &cell = *result.cell;
    const Summary &s = result.summaries[i];
    const bool void_row = s.rounds == 0;

    printf("  %-36s %-15s ", i == 0 ? cell.name.c_str() : "",
           cell.contenders[i].name.c_str());
    if (void_row) {
        printf("void: %s\n", void_reason(s.reason));
        return;
    }
    printf("%9s %8s %13s %9s ", format_ns(s.ns.median).c_str(),
           format_ratio(s.ratio.median).c_str(),
           format_interval(s.ratio).c_str(), format_rate(s.ns.median).c_str());
    printf("%8s %8s %8s ", format_ns(s.p50_ns).c_str(),
           format_ns(s.p99_ns).c_str(), format_ns(s.p999_ns).c_str());
    printf("%9s %5.2f %5s\n", format_ns(s.cpu_ns).c_str(), s.cpus,
           s.share < 0 ? "-" : format_number(s.share).c_str());
}

static void
print_foot(const CellResult &result)
{
    if (std::isfinite(result.again.median) && result.again.median > 0)
        printf("  %36s A/A %s (%s)", "",
               format_ratio(result.again.median).c_str(),
               format_interval(result.again).c_str());
    else
        return;
    if (result.trip_ns > 0)
        printf("; line round trip %s", format_ns(result.trip_ns).c_str());
    if (result.moved > 0)
        printf("; %d rounds repeated, the machine moved", result.moved);
    if (result.cell->over_quota)
        printf("; OVER THE CGROUP QUOTA");
    printf("%s\n", result.steady ? "" : "; UNSTEADY");
}

void
print_report(const Run &run)
{
    std::string family;

    print_trips(run);
    for (const CellResult &result : run.results) {
        if (result.cell->family != family)
            print_head(family = result.cell->family);
        for (size_t i = 0; i < result.summaries.size(); i++)
            if (!is_repeat(*result.cell, result.cell->contenders[i]))
                print_row(result, i);
        print_foot(result);
    }
    printf("\n");
    print_rest(run.plan);
    printf("%zu cells, %d interleaved rounds each (%s), in %s; x base is the "
           "median of paired ratios to the\nbaseline, smaller is faster; A/A "
           "is the baseline against itself.  Beyond %d threads the notes'\n"
           "observers are multiplexed.\n",
           run.results.size(), run.options.rounds,
           run.options.depth == Depth::quick
               ? "--quick: fewer than the 10 that settle a claim"
               : "default",
           format_minutes(run.took_s).c_str(), 256);
}

} // namespace bench
