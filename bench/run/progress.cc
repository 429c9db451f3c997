// SPDX-License-Identifier: MIT
/* run/progress.cc - where a run is. */
#include "run/progress.h"

#include "measure/clock.h"
#include "report/format.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace bench
{

Progress::Progress(const Plan &plan, const Options &options)
    : plan_(plan), options_(options), terminal_(isatty(STDERR_FILENO)),
      planned_ns_(plan.estimate_ns), began_ns_(now_ns())
{
}

/* How the plan's estimate did so far; one slow cell is no pace yet. */
double
Progress::pace() const
{
    const double spent = static_cast<double>(now_ns() - began_ns_);

    if (done_ns_ < 2e9)
        return 1;
    return std::max(0.3, std::min(3.0, spent / done_ns_));
}

bool
Progress::has_time_for(const Cell &cell)
{
    const double spent = static_cast<double>(now_ns() - began_ns_);
    double need = 0;

    for (size_t i = seen_; i < plan_.cells.size(); i++)
        if (plan_.cells[i].priority <= cell.priority)
            need += estimate(plan_.cells[i], options_);
    if (spent + need * pace() <= static_cast<double>(options_.budget_ns) * 1.05)
        return true;
    seen_++;
    planned_ns_ -= estimate(cell, options_);
    return false;
}

void
Progress::begin(const Cell &cell)
{
    const double left_s = (planned_ns_ - done_ns_) * pace() * 1e-9;

    current_ns_ = estimate(cell, options_);
    if (!terminal_)
        return;
    fprintf(stderr, "\r\033[K[%zu/%zu] %s  (%s left)", seen_ + 1,
            plan_.cells.size(), cell.name.c_str(),
            format_minutes(left_s).c_str());
    fflush(stderr);
}

void
Progress::end(const CellResult &result)
{
    const Cell &cell = *result.cell;

    seen_++;
    done_ns_ += current_ns_;
    if (terminal_) {
        fputs("\r\033[K", stderr);
        return;
    }
    fprintf(stderr, "[%zu/%zu] %s %s %s\n", seen_, plan_.cells.size(),
            cell.name.c_str(), cell.contenders[0].name.c_str(),
            format_ns(result.summaries[0].ns.median).c_str());
}

} // namespace bench
