// SPDX-License-Identifier: MIT
/*
 * report/cells_table.cc - results on the terminal, in 120 columns.
 *
 * Ratios and verdicts come first; each cell ends with what a reader must know
 * before believing it: A/A, noise, drift.  The last lines say what it all comes
 * to, and name every loss.
 */
#include "report/format.h"
#include "report/report.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

namespace bench
{

constexpr double drift_level = 0.01;

/* A verdict in its colour where that is wanted, padded to the column. */
static std::string
painted(Verdict verdict)
{
    static const bool colours =
        isatty(STDOUT_FILENO) == 1 && !getenv("NO_COLOR");
    std::string word = verdict_name(verdict);
    const char *colour = verdict == Verdict::faster   ? "\033[32m"
                         : verdict == Verdict::slower ? "\033[31m"
                                                      : nullptr;

    word.resize(std::max<size_t>(word.size(), 8), ' ');
    return colours && colour ? colour + word + "\033[0m" : word;
}

static void
print_head(const std::string &family)
{
    printf("%s\n  %-22s %9s %7s %15s %2s %-8s %8s %8s %8s %9s %5s %5s\n",
           family.c_str(), "", "per op", "x base", "95 %", "n", "verdict",
           "p50", "p99", "p99.9", "CPU/op", "CPUs", "share");
}

static void
print_row(const CellResult &result, size_t i)
{
    const Summary &s = result.summaries[i];

    printf("    %-20s ", result.cell->contenders[i].name.c_str());
    if (s.rounds == 0) {
        printf("void: %s\n", void_reason(s.reason));
        return;
    }
    printf("%9s %7s %15s %2d %s ", format_ns(s.ns.median).c_str(),
           format_ratio(s.ratio.median).c_str(),
           format_interval(s.ratio).c_str(), s.rounds,
           painted(s.verdict).c_str());
    printf("%8s %8s %8s %9s ", format_ns(s.p50_ns).c_str(),
           format_ns(s.p99_ns).c_str(), format_ns(s.p999_ns).c_str(),
           format_ns(s.cpu_ns).c_str());
    printf("%5s %5s\n", s.cpus < 0 ? "-" : format_number(s.cpus).c_str(),
           s.share < 0 ? "-" : format_number(s.share).c_str());
}

static std::string
repeats_of(const CellResult &result)
{
    const size_t extra = result.rounds.size();
    std::string out;

    if (result.moved > 0)
        out += "; " + std::to_string(result.moved) +
               " rounds repeated, the machine moved";
    if (result.noisy > 0)
        out += "; NOISY: others had the CPUs in " +
               std::to_string(result.noisy) + " of " +
               std::to_string(result.counted) + " rounds (of " +
               std::to_string(extra) + " measured)";
    return out;
}

static void
print_foot(const CellResult &result)
{
    std::string out;

    if (result.again.n > 0)
        out += "; A/A " + format_ratio(result.again.median) + " (" +
               format_interval(result.again) + ")";
    if (result.trip_ns > 0)
        out += "; line round trip " + format_ns(result.trip_ns);
    out += repeats_of(result);
    if (result.drift.p < drift_level)
        out += "; DRIFT, rho " + format_number(result.drift.rho);
    if (result.cell->over_quota)
        out += "; OVER THE CGROUP QUOTA";
    if (!result.steady)
        out += "; UNSTEADY";
    if (!out.empty())
        printf("    %s\n", out.c_str() + 2);
}

static void
print_cell(const CellResult &result)
{
    const Cell &cell = *result.cell;

    printf("  %s%s%s\n", cell.name.c_str(), cell.unit == "ns/op" ? "" : "  [",
           cell.unit == "ns/op" ? "" : (cell.unit + "]").c_str());
    for (size_t i = 0; i < result.summaries.size(); i++)
        if (!is_repeat(cell, cell.contenders[i]))
            print_row(result, i);
    print_foot(result);
}

namespace
{

struct Outcome {
    const CellResult *result;
    size_t contender;
    const Summary &summary() const
    {
        return result->summaries[contender];
    }
};

} // namespace

static std::vector<Outcome>
outcomes_of_weir(const Run &run, Verdict verdict)
{
    std::vector<Outcome> out;

    for (const CellResult &result : run.results)
        for (size_t i = 0; i < result.summaries.size(); i++)
            if (result.cell->contenders[i].role == Role::weir &&
                result.summaries[i].verdict == verdict)
                out.push_back({ &result, i });
    std::stable_sort(
        out.begin(), out.end(), [](const Outcome &a, const Outcome &b) {
            return a.summary().ratio.median < b.summary().ratio.median;
        });
    return out;
}

static std::string
named(const Outcome &one)
{
    const Interval &ratio = one.summary().ratio;

    return one.result->cell->name + " " +
           one.result->cell->contenders[one.contender].name + " " +
           format_ratio(ratio.median) + " (" + format_interval(ratio) + ")";
}

static void
print_doubts(const Run &run)
{
    int noisy = 0, drifting = 0, unsteady = 0;

    for (const CellResult &result : run.results) {
        noisy += result.noisy > 0;
        drifting += result.drift.p < drift_level;
        unsteady += !result.steady;
    }
    if (noisy + drifting + unsteady > 0)
        printf("  %d of %zu cells are noisy, %d drift, %d are unsteady: their "
               "verdicts are worth less.\n",
               noisy, run.results.size(), drifting, unsteady);
}

void
print_verdict(const Run &run)
{
    const auto faster = outcomes_of_weir(run, Verdict::faster);
    const auto slower = outcomes_of_weir(run, Verdict::slower);
    const size_t same = outcomes_of_weir(run, Verdict::same).size();
    Values ratios;

    if (faster.size() + slower.size() + same == 0)
        return;
    for (const Outcome &one : faster)
        ratios.push_back(one.summary().ratio.median);
    printf("Verdict: of %zu comparisons with its baseline weir is faster in "
           "%zu, the same within noise in %zu,\nslower in %zu.\n",
           faster.size() + slower.size() + same, faster.size(), same,
           slower.size());
    if (!faster.empty())
        printf("  Where faster it takes %s x the time in the median; most: "
               "%s.\n",
               format_ratio(median(ratios)).c_str(),
               named(faster.front()).c_str());
    for (const Outcome &one : slower)
        printf("  Slower: %s.\n", named(one).c_str());
    print_doubts(run);
}

void
print_cells(const Run &run)
{
    std::string family;

    for (const CellResult &result : run.results) {
        if (result.cell->family != family)
            print_head(family = result.cell->family);
        print_cell(result);
    }
    printf("\n");
}

} // namespace bench
