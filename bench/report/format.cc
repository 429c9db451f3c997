// SPDX-License-Identifier: MIT
/* report/format.cc - numbers as people read them. */
#include "report/format.h"

#include <cmath>
#include <cstdio>

namespace bench
{

std::string
format_number(double value)
{
    char text[32];
    const double size = std::fabs(value);
    const int digits = size < 0.9995 ? 3 : size < 9.995 ? 2 : size < 99.95;

    snprintf(text, sizeof text, "%.*f", digits, value);
    return text;
}

std::string
format_ns(double ns)
{
    if (!std::isfinite(ns) || ns < 0)
        return "-";
    if (ns < 999.5)
        return format_number(ns) + " ns";
    if (ns < 999.5e3)
        return format_number(ns * 1e-3) + " us";
    return format_number(ns * 1e-6) + " ms";
}

std::string
format_ratio(double ratio)
{
    return std::isfinite(ratio) ? format_number(ratio) : "-";
}

std::string
format_interval(const Interval &interval)
{
    if (!std::isfinite(interval.median))
        return "-";
    return format_number(interval.low) + ".." + format_number(interval.high);
}

std::string
format_percent(double part)
{
    char text[32];

    if (!std::isfinite(part) || part < 0)
        return "-";
    snprintf(text, sizeof text, "%.0f %%", 100 * part);
    return text;
}

std::string
format_minutes(double seconds)
{
    char text[32];
    const int whole = static_cast<int>(std::ceil(std::fmax(seconds, 0)));

    if (whole < 60)
        snprintf(text, sizeof text, "%ds", whole);
    else
        snprintf(text, sizeof text, "%dm%02ds", whole / 60, whole % 60);
    return text;
}

std::string
format_rate(double ns)
{
    if (!std::isfinite(ns) || ns <= 0)
        return "-";
    if (ns < 1e3)
        return format_number(1e3 / ns) + " M/s";
    return ns < 1e6 ? format_number(1e6 / ns) + " k/s"
                    : format_number(1e9 / ns) + " /s";
}

bool
is_repeat(const Cell &cell, const Contender &contender)
{
    return !cell.repeat.empty() && contender.name == cell.repeat;
}

} // namespace bench
