/* SPDX-License-Identifier: MIT */
/*
 * select/poll_test.c - which of several ready cases is chosen, and "none".
 */
#include "test.h"

#include "select/select.h"

enum { CASES = 4, TRIALS = 8000 };

static weir_chan *chans[CASES];
static weir_case cases[CASES];
static long msgs[CASES];

static void
set_up(size_t cap)
{
    for (int i = 0; i < CASES; i++) {
        chans[i] = weir_chan_make(sizeof(long), cap);
        cases[i] = (weir_case){ chans[i], &msgs[i], WEIR_CASE_RECV, 0 };
    }
}

static void
tear_down(void)
{
    for (int i = 0; i < CASES; i++)
        weir_chan_free(chans[i]);
}

/* Each of `ready` cases comes first in its share of the trials, within ten
 * standard deviations. */
static void
count_choices(int ready, unsigned flags, int *chosen)
{
    for (int i = 0; i < TRIALS; i++) {
        long v = i;
        int at;

        for (int c = 0; c < ready; c++)
            if (weir_chan_len(chans[c]) == 0)
                EXPECT_OK(weir_chan_send(chans[c], &v));
        at = i % 2 ? weir_selectv(cases, CASES, flags)
                   : weir_try_selectv(cases, CASES, flags);
        ASSERT_TRUE(at >= 0 && at < ready);
        chosen[at]++;
    }
}

TEST(every_ready_case_is_as_likely)
{
    for (int ready = 1; ready <= CASES; ready++) {
        int chosen[CASES] = { 0 };
        const int due = TRIALS / ready;

        set_up(1);
        count_choices(ready, 0, chosen);
        for (int c = 0; c < ready; c++) {
            EXPECT_GT(chosen[c], due - 10 * 45); /* 45 > sqrt(8000) / 2 */
            EXPECT_LT(chosen[c], due + 10 * 45);
        }
        tear_down();
    }
}

TEST(ordered_takes_the_first_always)
{
    int chosen[CASES] = { 0 };

    set_up(1);
    count_choices(CASES, WEIR_SELECT_ORDERED, chosen);
    EXPECT_EQ(chosen[0], TRIALS);
    tear_down();
}

TEST(none_ready_is_again)
{
    for (size_t cap = 0; cap <= 1; cap++) {
        set_up(cap);
        cases[0].on = NULL;
        EXPECT_STATUS(weir_try_selectv(cases, CASES, 0), WEIR_AGAIN);
        EXPECT_STATUS(weir_try_selectv(cases, CASES, WEIR_SELECT_ORDERED),
                      WEIR_AGAIN);
        tear_down();
    }
}

TEST(closed_is_ready_both_ways)
{
    for (size_t cap = 0; cap <= 1; cap++) {
        int at;

        set_up(cap);
        EXPECT_OK(weir_chan_close(chans[2]));
        msgs[2] = 5;
        at = weir_try_selectv(cases, CASES, 0);
        EXPECT_EQ(at, 2);
        EXPECT_STATUS(cases[2].status, WEIR_CLOSED);
        EXPECT_EQ(msgs[2], 0);
        cases[2].op = WEIR_CASE_SEND;
        EXPECT_EQ(weir_selectv(cases, CASES, 0), 2);
        EXPECT_STATUS(cases[2].status, WEIR_CLOSED);
        tear_down();
    }
}

TEST(hint_tells_what_is_ready)
{
    struct select s = { .cases = cases, .count = CASES };
    long v = 1;

    for (size_t cap = 0; cap <= 1; cap++) {
        set_up(cap);
        EXPECT_FALSE(wr_select_hint(&s));
        if (cap > 0)
            EXPECT_OK(weir_chan_send(chans[3], &v));
        else
            EXPECT_OK(weir_chan_close(chans[3]));
        EXPECT_TRUE(wr_select_hint(&s));
        tear_down();
    }
}
