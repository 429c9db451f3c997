// SPDX-License-Identifier: MIT
/* load/lock.cc - totals of a team that fights for a lock. */
#include "load/lock.h"

namespace bench
{

double
settle_shares(Team &team, Sample &sample)
{
    double least = 1e300, most = 0;

    sample.ops = 0;
    for (int i = 0; i < team.size(); i++) {
        const double ops = static_cast<double>(team.worker(i).ops);
        sample.ops += ops;
        least = std::min(least, ops);
        most = std::max(most, ops);
    }
    return team.size() > 1 && most > 0 ? least / most : -1;
}

} // namespace bench
