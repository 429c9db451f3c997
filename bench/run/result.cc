// SPDX-License-Identifier: MIT
/*
 * run/result.cc - from rounds to medians, ratios and intervals.
 *
 * Ratios are paired: contender and baseline of the same round.  A round in
 * which the machine moved counts for nobody; a void sample for itself only.
 */
#include "run/result.h"

#include <cmath>

namespace bench
{

int
mark_moved(CellResult &result)
{
    std::vector<double> trips;
    int counting = 0;

    for (const Round &round : result.rounds)
        if (round.trip_ns > 0)
            trips.push_back(round.trip_ns);
    result.trip_ns = trips.empty() ? 0 : median(trips);
    result.moved = 0;
    for (Round &round : result.rounds) {
        const double off =
            result.trip_ns > 0 ? round.trip_ns / result.trip_ns : 1;
        round.moved = off > trip_band || off < 1 / trip_band;
        if (round.moved)
            result.moved++;
        else
            counting++;
    }
    return counting;
}

static bool
counts(const Sample &sample)
{
    return sample.reason == Void::none;
}

template <class Value>
static double
middle(const CellResult &result, size_t contender, Value value)
{
    std::vector<double> values;

    for (const Round &round : result.rounds)
        if (!round.moved && counts(round.samples[contender]))
            values.push_back(value(round.samples[contender]));
    return values.empty() ? -1 : median(values);
}

/* Intervals of x / y over the rounds in which both count. */
template <class Over>
static Interval
paired(const CellResult &result, size_t contender, Over over)
{
    std::vector<double> ratios;

    for (const Round &round : result.rounds) {
        const Sample &own = round.samples[contender];
        const double base = over(round);
        if (!round.moved && counts(own) && base > 0)
            ratios.push_back(own.ns / base);
    }
    return bootstrap(ratios);
}

static size_t
index_of(const Cell &cell, const std::string &name)
{
    for (size_t i = 0; i < cell.contenders.size(); i++)
        if (cell.contenders[i].name == name)
            return i;
    return cell.contenders.size();
}

static Interval
ratio_to(const CellResult &result, size_t contender, const std::string &base)
{
    const size_t other = index_of(*result.cell, base);

    return paired(result, contender, [&](const Round &round) {
        if (other >= round.samples.size() || !counts(round.samples[other]))
            return 0.0;
        return round.samples[other].ns;
    });
}

static Summary
summarize_one(const CellResult &result, size_t i)
{
    Summary out;

    for (const Round &round : result.rounds) {
        const Sample &sample = round.samples[i];
        if (!counts(sample)) {
            out.voided++;
            out.reason = sample.reason;
        } else if (!round.moved) {
            out.rounds++;
        }
    }
    out.ns = paired(result, i, [](const Round &) { return 1.0; });
    out.per_trip =
        paired(result, i, [](const Round &round) { return round.trip_ns; });
    out.ratio = ratio_to(result, i, result.cell->baseline);
    out.cpu_ns = middle(result, i, [](const Sample &s) { return s.cpu_ns; });
    out.cpus = middle(result, i, [](const Sample &s) { return s.cpus; });
    out.share = middle(result, i, [](const Sample &s) { return s.share; });
    out.overlap = middle(result, i, [](const Sample &s) { return s.overlap; });
    out.p50_ns = middle(result, i, [](const Sample &s) { return s.p50_ns; });
    out.p99_ns = middle(result, i, [](const Sample &s) { return s.p99_ns; });
    out.p999_ns = middle(result, i, [](const Sample &s) { return s.p999_ns; });
    out.max_ns = middle(result, i, [](const Sample &s) { return s.max_ns; });
    return out;
}

void
summarize(CellResult &result)
{
    const Cell &cell = *result.cell;
    const size_t again = index_of(cell, cell.repeat);

    mark_moved(result);
    result.summaries.clear();
    for (size_t i = 0; i < cell.contenders.size(); i++)
        result.summaries.push_back(summarize_one(result, i));
    if (again < cell.contenders.size())
        result.again = ratio_to(result, again, cell.baseline);
}

} // namespace bench
