// SPDX-License-Identifier: MIT
/* bars/judge.cc - whether a measured line keeps its promise. */
#include "bars/judge.h"

#include "report/format.h"

#include <cmath>

namespace bench
{

Kept
judge_line(double limit, const Interval &value, double spread)
{
    const double margin = std::fabs(limit - value.median);
    const bool spans = value.low <= limit && value.high > limit;

    /* A figure that is its limit holds only if every interval says so. */
    if (spans || 2 * spread >= margin)
        return Kept::open;
    return value.median <= limit ? Kept::holds : Kept::fails;
}

std::string
kept_text(Kept kept, double limit, double median, bool in_ns)
{
    if (kept == Kept::open)
        return "not settled";
    if (kept == Kept::holds)
        return "holds";
    return "short by " + (in_ns ? format_ns(median - limit)
                                : format_percent(median / limit - 1));
}

} // namespace bench
