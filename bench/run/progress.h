// SPDX-License-Identifier: MIT
/*
 * run/progress.h - where a run is: one line that renews itself on a terminal,
 * one quiet line per cell elsewhere.  Standard error.
 */
#ifndef BENCH_RUN_PROGRESS_H
#define BENCH_RUN_PROGRESS_H

#include "run/plan.h"
#include "run/result.h"

namespace bench
{

class Progress
{
  public:
    Progress(const Plan &plan, const Options &options);

    /**
     * May this cell still run?  Not when the cells to come that matter as much
     * or more would not fit the budget at the pace so far.
     */
    bool has_time_for(const Cell &cell);

    void begin(const Cell &cell);
    void end(const CellResult &result);

  private:
    double pace() const;

    const Plan &plan_;
    const Options &options_;
    const bool terminal_;
    size_t seen_ = 0;       /**< cells done or skipped */
    double planned_ns_;     /**< of all cells */
    double done_ns_ = 0;    /**< plan's estimate of those that are done */
    double current_ns_ = 0; /**< plan's estimate of the present one */
    int64_t began_ns_;
};

} // namespace bench

#endif
