/* SPDX-License-Identifier: MIT */
/*
 * semantics/select_steps_test.c - waking one of n selects is O(1): CH-35.
 *
 * Steps are counted, not time: the sources of channel, select and waiter are
 * compiled into this program once more, with a call at each basic block
 * (-fsanitize-coverage=trace-pc).  On one worker and one CPU nothing spins, and
 * nobody yields here (a busy machine decides which yields are left out, see
 * park/policy.c), so the number is exact.
 */
#include "cases.h"

#include <stdio.h>
#include <unistd.h>

#include "fake_sched.h"
#include "park/thread.h"

enum { SELECTS_MAX = 120, EXITS_FINE = 42 };

static uint64_t steps;

void __sanitizer_cov_trace_pc(void);

void
__sanitizer_cov_trace_pc(void)
{
    steps++;
}

struct party {
    weir_chan *shared;
    weir_chan *own;
    int at;
};

static void
wait_for_either(void *arg)
{
    struct party *p = arg;
    int64_t msg;
    weir_case cases[] = { recv_from(p->shared, &msg), recv_from(p->own, &msg) };

    p->at = weir_selectv(cases, 2, 0);
}

/* In which order the n selects are woken. */
static int
turn_of(int i, int n, int order)
{
    if (order == 0)
        return i;
    return order == 1 ? n - 1 - i : (i * 7 + n / 2) % n;
}

/* The steps of parking n selects on one shared channel, and of waking each by
 * its own. */
static void
count_steps(int n, int order, uint64_t *park, uint64_t *wake)
{
    static struct party parties[SELECTS_MAX];
    weir_chan *shared = weir_chan_make(sizeof(int64_t), 0);
    int64_t msg = 1;

    wr_sys_self()->yields_left_out = 0; /* and the next ones, too */
    wr_sys_self()->yields_to_leave_out = UINT16_MAX;
    fake_sched_start();
    for (int i = 0; i < n; i++) {
        parties[i] = (struct party){
            shared, weir_chan_make(sizeof(int64_t), (size_t)i % 2), -1
        };
        fake_task_start(wait_for_either, &parties[i]);
    }
    steps = 0;
    EXPECT_EQ(fake_sched_run_ready(), (unsigned)n);
    *park = steps;
    for (int i = 0; i < n; i++) {
        struct party *p = &parties[turn_of(i, n, order)];

        EXPECT_OK(weir_chan_try_send(p->own, &msg));
        EXPECT_EQ(fake_sched_run_ready(), (unsigned)(n - 1 - i));
        EXPECT_EQ(p->at, 1);
    }
    *wake = steps - *park;
    for (int i = 0; i < n; i++)
        weir_chan_free(parties[i].own);
    weir_chan_free(shared);
}

/* Twice as many take twice the steps, and a few. */
static bool
double_takes_double(int n, int order)
{
    uint64_t park[2];
    uint64_t wake[2];
    bool fine;

    count_steps(n, order, &park[0], &wake[0]);
    count_steps(2 * n, order, &park[1], &wake[1]);
    fine = EXPECT_GT(park[0], n) && EXPECT_GT(wake[0], n);
    fine = EXPECT_LE(park[1], 2 * park[0] + park[0] / 10) && fine;
    return EXPECT_LE(wake[1], 2 * wake[0] + wake[0] / 10) && fine;
}

/* On one CPU: a child of fork counts anew, and nobody in it spins. */
static void
count_on_one_cpu(void)
{
    cpu_set_t set;
    size_t cpu = 0;
    bool fine = true;

    (void)sched_getaffinity(0, sizeof(set), &set);
    while (!CPU_ISSET(cpu, &set))
        cpu++;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    (void)sched_setaffinity(0, sizeof(set), &set);
    for (int order = 0; order < 3; order++)
        fine = double_takes_double(SELECTS_MAX / 2, order) && fine;
    (void)fflush(stdout);
    _exit(fine ? EXITS_FINE : 1);
}

TEST(ch_35_waking_one_of_many_selects_takes_the_same_steps)
{
    EXPECT_EXIT(count_on_one_cpu(), EXITS_FINE, "");
}
