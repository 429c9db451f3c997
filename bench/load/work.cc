// SPDX-License-Identifier: MIT
/* load/work.cc - calibrated work, and shares of turns. */
#include "load/work.h"

#include "measure/clock.h"

#include <algorithm>
#include <cmath>

namespace bench
{

/* The best of some batches: an interrupt makes one longer, never shorter. */
static double
measure_step_ns()
{
    constexpr uint64_t steps = 4000;
    constexpr int batches = 40;
    Random random(1);
    uint64_t best = UINT64_MAX;

    for (int i = 0; i < batches; i++) {
        const uint64_t before = ticks();
        uint64_t sum = work(random, steps);
        __asm__ volatile("" : "+r"(sum));
        best = std::min(best, ticks() - before);
    }
    return ticks_to_ns(best) / steps;
}

uint64_t
steps_of(double ns)
{
    static const double step_ns = measure_step_ns();

    if (ns <= 0 || step_ns <= 0)
        return 0;
    return std::max<uint64_t>(1,
                              static_cast<uint64_t>(std::lround(ns / step_ns)));
}

/* Half the mean difference of all pairs, over the mean. */
double
gini_of(std::vector<double> parts)
{
    const double n = static_cast<double>(parts.size());
    double weighted = 0, sum = 0;

    if (parts.size() < 2)
        return -1;
    std::sort(parts.begin(), parts.end());
    for (size_t i = 0; i < parts.size(); i++) {
        weighted += (2 * static_cast<double>(i + 1) - n - 1) * parts[i];
        sum += parts[i];
    }
    return sum > 0 ? weighted / (n * sum) : 0;
}

void
settle_turns(const std::vector<double> &turns, Sample &sample)
{
    double least = 1e300, most = 0;

    sample.ops = 0;
    for (double ops : turns) {
        sample.ops += ops;
        least = std::min(least, ops);
        most = std::max(most, ops);
    }
    sample.gini = gini_of(turns);
    if (turns.size() > 1 && most > 0)
        sample.share = least / most;
}

void
settle_workers(Team &team, int first, Sample &sample)
{
    std::vector<double> turns;

    for (int i = first; i < team.size(); i++)
        turns.push_back(static_cast<double>(team.worker(i).ops));
    settle_turns(turns, sample);
}

Hist
merged_from(Team &team, int first)
{
    Hist all;

    for (int i = first; i < team.size(); i++)
        all.merge(*team.worker(i).hist);
    return all;
}

double
middle_ns(const Hist &hist)
{
    const double all = static_cast<double>(hist.count());
    const double from = all / 4, to = all - all / 4;
    double seen = 0, sum = 0;

    for (size_t i = 0; i < Hist::buckets && seen < to; i++) {
        const double count = static_cast<double>(hist.counts()[i]);
        const double part = std::min(seen + count, to) - std::max(seen, from);
        if (part > 0)
            sum += part * static_cast<double>(Hist::low_of(i));
        seen += count;
    }
    return all > 0 ? sum / (to - from) * ns_per_tick() : 0;
}

} // namespace bench
