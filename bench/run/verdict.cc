// SPDX-License-Identifier: MIT
/*
 * run/verdict.cc - faster, slower or the same.
 *
 * A contender differs from its baseline if the interval of its ratio excludes
 * 1, the effect is larger than what the baseline against itself shows, and the
 * test over its rounds holds for the whole matrix (Holm).  The test is
 * Wilcoxon's signed-rank test of the log ratios.  Where its least possible p is
 * too large for so many tests, every round must agree and Student's t decides.
 */
#include "run/result.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace bench
{

constexpr double level = 0.05;
constexpr double spreads_min = 3;

const char *
verdict_name(Verdict verdict)
{
    switch (verdict) {
    case Verdict::faster:
        return "faster";
    case Verdict::slower:
        return "slower";
    case Verdict::same:
        return "same";
    case Verdict::voided:
        return "void";
    case Verdict::floor:
        return "floor";
    case Verdict::baseline:
        return "baseline";
    }
    return "unknown";
}

/* |A/A - 1| of a cell; negative if it has none. */
static double
own_spread(const CellResult &result)
{
    const double again = result.again.median;

    return result.again.n > 0 && again > 0 ? std::fabs(again - 1) : -1;
}

static void
set_spreads(std::deque<CellResult> &results)
{
    std::map<std::string, Values> families;

    for (const CellResult &result : results)
        if (own_spread(result) >= 0)
            families[result.cell->family].push_back(own_spread(result));
    for (CellResult &result : results) {
        const Values &family = families[result.cell->family];
        const double middle = family.empty() ? 0 : median(family);
        result.spread = std::max(middle, own_spread(result));
    }
}

static bool
is_baseline(const Cell &cell, const Contender &contender)
{
    return contender.name == cell.baseline || contender.name == cell.repeat;
}

static bool
is_tested(const CellResult &result, size_t i)
{
    return !is_baseline(*result.cell, result.cell->contenders[i]) &&
           result.summaries[i].ratio.n > 0;
}

static bool
all_agree(const Values &logs)
{
    const auto ends = std::minmax_element(logs.begin(), logs.end());

    return *ends.first > 0 || *ends.second < 0;
}

static double
p_of(const Values &logs, size_t tests)
{
    const int n = static_cast<int>(logs.size());
    const double exact = signed_rank_p(logs);

    if (least_rank_p(n) * static_cast<double>(tests) < level)
        return exact;
    return all_agree(logs) ? std::min(exact, paired_t_p(logs)) : exact;
}

static Verdict
verdict_of(const CellResult &result, size_t i)
{
    const Summary &s = result.summaries[i];
    const Contender &contender = result.cell->contenders[i];
    const double effect = std::fabs(s.ratio.median - 1);
    const double least = std::max(effect_min, spreads_min * result.spread);
    const bool excludes = s.ratio.low > 1 || s.ratio.high < 1;

    if (s.rounds == 0)
        return Verdict::voided;
    if (contender.role == Role::floor)
        return Verdict::floor;
    if (is_baseline(*result.cell, contender))
        return Verdict::baseline;
    if (s.ratio.n == 0) /* no round in which both count */
        return Verdict::voided;
    if (!excludes || effect <= least || s.p_holm >= level || s.ratio.n < 2)
        return Verdict::same;
    return s.ratio.median < 1 ? Verdict::faster : Verdict::slower;
}

void
judge(std::deque<CellResult> &results)
{
    std::vector<Summary *> tested;
    Values p;

    set_spreads(results);
    for (CellResult &result : results)
        for (size_t i = 0; i < result.summaries.size(); i++)
            if (is_tested(result, i))
                tested.push_back(&result.summaries[i]);
    for (Summary *one : tested) {
        one->p = p_of(one->logs, tested.size());
        p.push_back(one->p);
    }
    const Values corrected = holm(p);
    for (size_t i = 0; i < tested.size(); i++)
        tested[i]->p_holm = corrected[i];
    for (CellResult &result : results)
        for (size_t i = 0; i < result.summaries.size(); i++)
            result.summaries[i].verdict = verdict_of(result, i);
}

} // namespace bench
