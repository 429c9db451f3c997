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

static std::vector<std::string>
names_of(const std::vector<PeerFacts> &peers)
{
    std::vector<std::string> names;

    for (const PeerFacts &peer : peers)
        names.push_back(peer.name +
                        (peer.version.empty() ? "" : " " + peer.version));
    return names;
}

static void
print_rest(const Plan &plan)
{
    for (const std::string &name : plan.absent)
        printf("n/a (topology): %s\n", name.c_str());
    print_names("peers:", names_of(plan.peers));
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

void
print_report(const Run &run)
{
    const int rounds = run.options.rounds;

    print_trips(run);
    print_cells(run);
    print_rest(run.plan);
    printf("%zu cells, %d interleaved rounds each (%s, seed %llu), in %s.  x "
           "base: median of paired ratios to the\nbaseline, below 1 is faster; "
           "n: rounds that count; A/A: the baseline against itself.\n\n",
           run.results.size(), rounds,
           rounds < 10 ? "--quick: fewer than the 10 that settle a claim"
                       : depth_name(run.options.depth),
           static_cast<unsigned long long>(run.options.seed),
           format_minutes(run.took_s).c_str());
    print_verdict(run);
}

} // namespace bench
