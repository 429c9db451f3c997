// SPDX-License-Identifier: MIT
/*
 * bars/judge.h - whether a measured line keeps its promise.
 *
 * A promise is a limit that a figure must not exceed.  Where the figure differs
 * from its limit by no more than twice what a contender differs from itself
 * (A/A), or its interval has the limit inside, the run settles nothing.
 */
#ifndef BENCH_BARS_JUDGE_H
#define BENCH_BARS_JUDGE_H

#include "measure/stats.h"

#include <string>

namespace bench
{

enum class Kept { holds, fails, open };

/** `spread` is A/A in the unit of the value. */
Kept judge_line(double limit, const Interval &value, double spread);

/** "holds", "short by 12 %" or, in ns, "short by 3.1 ns", "not settled". */
std::string kept_text(Kept kept, double limit, double median, bool in_ns);

} // namespace bench

#endif
