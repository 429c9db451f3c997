// SPDX-License-Identifier: MIT
/* honesty/honesty.cc - all checks, a line each. */
#include "honesty/honesty.h"

#include "measure/clock.h"
#include "run/main.h"
#include "run/stop.h"

#include <cstdio>

namespace bench
{

static const char *
word(Holds holds)
{
    switch (holds) {
    case Holds::yes:
        return "holds";
    case Holds::no:
        return "does not hold";
    case Holds::cannot:
        return "cannot be tried here";
    }
    return "unknown";
}

static bool
say(const Check &check)
{
    printf("%-22s%s: %s\n", word(check.holds), check.what.c_str(),
           check.found.c_str());
    fflush(stdout);
    return check.holds != Holds::no;
}

int
run_honesty(const Topology &topology, uint64_t seed)
{
    bool all = true;

    catch_signals();
    keep_second_thread();
    calibrate_ticks();
    calibrate_burn();
    printf("seed %llu\n", static_cast<unsigned long long>(seed));
    all = say(check_merge(seed)) && all;
    all = say(check_moved_worker(topology, seed)) && all;
    all = say(check_hog(topology, seed)) && all;
    all = say(check_planted_unlock(topology, seed, 1)) && all;
    all = say(check_planted_unlock(topology, seed, 2)) && all;
    all = say(check_planted_part(topology, seed)) && all;
    all = say(check_same_twice(topology, seed)) && all;
    return all ? 0 : exit_failed;
}

} // namespace bench
