// SPDX-License-Identifier: MIT
/*
 * honesty_test.cc - the checks of the suite itself that need no quiet machine.
 * Goal    a worker off its CPU voids its row, a hog is noticed, a merge of
 *         histograms is exact; no interval or verdict depends on this machine.
 * Method  the checks of the honesty command (tools/bench --honesty).
 */
#include "honesty/honesty.h"
#include "measure/clock.h"
#include "test.h"

#include <cstdio>

using namespace bench;

static const Topology &
here()
{
    static const Topology topology = [] {
        std::string error;
        calibrate_ticks();
        calibrate_burn();
        return topology_load("", error);
    }();
    return topology;
}

static void
expect(const Check &check)
{
    printf("# %s: %s\n", check.what.c_str(), check.found.c_str());
    if (check.holds == Holds::cannot)
        TEST_SKIP("one CPU");
    EXPECT_TRUE(check.holds == Holds::yes);
}

TEST(honesty_a_moved_worker_voids_its_row)
{
    expect(check_moved_worker(here(), test_seed()));
}

TEST(honesty_a_hog_is_noticed)
{
    expect(check_hog(here(), test_seed()));
}

TEST(honesty_a_merge_is_exact)
{
    expect(check_merge(test_seed()));
}

TEST(honesty_a_planted_delay_is_as_long_as_it_should)
{
    here();
    const uint64_t steps = burn_steps(1000);

    EXPECT_TRUE(steps >= 100);
    EXPECT_TRUE(burn_steps(2000) >= 2 * steps - 1);
    EXPECT_TRUE(burn_steps(2000) <= 2 * steps + 1);
}
