// SPDX-License-Identifier: MIT
/*
 * run/result.cc - from rounds to medians, ratios and intervals.
 *
 * Ratios are paired: contender and baseline of the same round.  A round counts
 * for all contenders or for none; a void sample is one of its own.
 */
#include "run/result.h"

#include "measure/clock.h"

#include <algorithm>
#include <cmath>

namespace bench
{

static void
mark_moved(CellResult &result)
{
    Values trips;

    for (const Round &round : result.rounds)
        if (round.trip_ns > 0)
            trips.push_back(round.trip_ns);
    result.trip_ns = trips.empty() ? 0 : median(trips);
    result.moved = 0;
    for (Round &round : result.rounds) {
        const double off =
            result.trip_ns > 0 ? round.trip_ns / result.trip_ns : 1;
        round.moved = off > trip_band || off < 1 / trip_band;
        result.moved += round.moved;
    }
}

/* The worst that happened in a round. */
static double
noise_of(const Round &round)
{
    double worst = round.foreign;

    for (const Sample &sample : round.samples)
        worst = std::max(worst, sample.run_delay);
    return worst;
}

int
mark_rounds(CellResult &result, int wanted)
{
    std::vector<Round *> noisy;
    int quiet = 0;

    mark_moved(result);
    for (Round &round : result.rounds) {
        round.noisy = noise_of(round) > noisy_part;
        round.counts = !round.moved && !round.noisy;
        quiet += round.counts;
        if (!round.moved && round.noisy)
            noisy.push_back(&round);
    }
    std::stable_sort(noisy.begin(), noisy.end(), [](Round *a, Round *b) {
        return noise_of(*a) < noise_of(*b);
    });
    result.noisy = 0;
    for (Round *round : noisy)
        if (quiet + result.noisy < wanted) {
            round->counts = true;
            result.noisy++;
        }
    result.counted = quiet + result.noisy;
    return quiet;
}

static bool
counts(const Sample &sample)
{
    return sample.reason == Void::none;
}

static double
middle(const CellResult &result, size_t contender, double Sample::*figure)
{
    Values values;

    for (const Round &round : result.rounds)
        if (round.counts && counts(round.samples[contender]))
            values.push_back(round.samples[contender].*figure);
    return values.empty() ? -1 : median(values);
}

/* x / y of the rounds in which both count. */
template <class Over>
static Values
paired(const CellResult &result, size_t contender, Over over)
{
    Values ratios;

    for (const Round &round : result.rounds) {
        const Sample &own = round.samples[contender];
        const double base = over(round);
        if (round.counts && counts(own) && base > 0)
            ratios.push_back(own.ns / base);
    }
    return ratios;
}

static size_t
index_of(const Cell &cell, const std::string &name)
{
    for (size_t i = 0; i < cell.contenders.size(); i++)
        if (cell.contenders[i].name == name)
            return i;
    return cell.contenders.size();
}

static Values
ratios_to(const CellResult &result, size_t contender, const std::string &base)
{
    const size_t other = index_of(*result.cell, base);

    return paired(result, contender, [&](const Round &round) {
        if (other >= round.samples.size() || !counts(round.samples[other]))
            return 0.0;
        return round.samples[other].ns;
    });
}

static void
count_rounds(const CellResult &result, size_t i, Summary &out)
{
    for (const Round &round : result.rounds) {
        const Sample &sample = round.samples[i];
        if (!counts(sample)) {
            out.voided++;
            out.reason = sample.reason;
        } else if (round.counts) {
            out.rounds++;
        }
    }
}

/* A tail needs all operations of all rounds: quantiles are taken once, of the
 * merged histogram.  Medians of the rounds' own where there is none. */
static void
merge_latency(const CellResult &result, size_t i, Summary &out)
{
    Hist all;

    for (const Round &round : result.rounds)
        if (round.counts && counts(round.samples[i])) {
            all.merge(round.samples[i].hist);
            out.max_ns = std::max(out.max_ns, round.samples[i].max_ns);
        }
    out.hist = all.sparse();
    if (out.hist.empty()) {
        out.p50_ns = middle(result, i, &Sample::p50_ns);
        out.p99_ns = middle(result, i, &Sample::p99_ns);
        out.p999_ns = middle(result, i, &Sample::p999_ns);
        return;
    }
    out.p50_ns = all.quantile(0.50) * ns_per_tick();
    out.p99_ns = all.quantile(0.99) * ns_per_tick();
    out.p999_ns = all.quantile(0.999) * ns_per_tick();
}

static Summary
summarize_one(const CellResult &result, size_t i)
{
    Summary out;
    const Values ratios = ratios_to(result, i, result.cell->baseline);

    count_rounds(result, i, out);
    out.ns = bootstrap(paired(result, i, [](const Round &) { return 1.0; }));
    out.per_trip = bootstrap(
        paired(result, i, [](const Round &round) { return round.trip_ns; }));
    out.ratio = bootstrap(ratios);
    for (double ratio : ratios)
        out.logs.push_back(std::log(ratio));
    out.cpu_ns = middle(result, i, &Sample::cpu_ns);
    out.cpus = middle(result, i, &Sample::cpus);
    out.share = middle(result, i, &Sample::share);
    out.overlap = middle(result, i, &Sample::overlap);
    out.gini = middle(result, i, &Sample::gini);
    out.gap_ns = middle(result, i, &Sample::gap_ns);
    out.bytes = middle(result, i, &Sample::bytes);
    merge_latency(result, i, out);
    return out;
}

void
summarize(CellResult &result)
{
    const Cell &cell = *result.cell;
    const size_t again = index_of(cell, cell.repeat);

    result.summaries.clear();
    for (size_t i = 0; i < cell.contenders.size(); i++)
        result.summaries.push_back(summarize_one(result, i));
    if (again < cell.contenders.size())
        result.again = bootstrap(ratios_to(result, again, cell.baseline));
    const size_t base = index_of(cell, cell.baseline);
    if (base < cell.contenders.size())
        result.drift =
            trend_of(paired(result, base, [](const Round &) { return 1.0; }));
}

} // namespace bench
