/* SPDX-License-Identifier: MIT */
/*
 * select/enrol_test.c - branches in every list, or in none; and
 * select/settle.c, which takes them out.
 */
#include "test.h"

#include "select/select.h"

enum { CASES = 40 };

static weir_chan *chans[CASES];
static weir_case cases[CASES];
static struct select_case all[CASES];
static uint32_t turns[CASES];
static long msgs[CASES];

static struct select
set_up(size_t cap)
{
    for (int i = 0; i < CASES; i++) {
        chans[i] = weir_chan_make(sizeof(long), cap);
        msgs[i] = i;
        turns[i] = (uint32_t)i;
        cases[i] = (weir_case){ chans[i], &msgs[i], WEIR_CASE_RECV, 0 };
    }
    return (struct select){
        .cases = cases, .all = all, .turns = turns, .count = CASES
    };
}

static void
tear_down(void)
{
    for (int i = 0; i < CASES; i++)
        weir_chan_free(chans[i]); /* aborts if somebody is left in a list */
}

static void
expect_enrolled(int from, int to, bool enrolled)
{
    for (int i = from; i < to; i++) {
        EXPECT_EQ(!wr_list_is_empty(&chans[i]->receivers), enrolled);
        if (chans[i]->shape.capacity > 0)
            EXPECT_EQ((weir_load_rlx(&chans[i]->send.word) & CHAN_SLOW) != 0,
                      enrolled);
    }
}

static void
leave(struct select *s, struct wr_waiter *w)
{
    EXPECT_TRUE(wr_waiter_leave(w, WEIR_TIMEOUT));
    wr_select_withdraw(s, NULL);
    wr_waiter_put(w);
}

TEST(enrols_everywhere_in_the_order_of_addresses)
{
    for (size_t cap = 0; cap <= 1; cap++) {
        struct select s = set_up(cap);
        struct wr_waiter *w = wr_waiter_get();

        EXPECT_TRUE(wr_select_enrol(&s, w));
        expect_enrolled(0, CASES, true);
        for (int i = 1; i < CASES; i++)
            EXPECT_TRUE((uintptr_t)all[i - 1].which->on <
                        (uintptr_t)all[i].which->on);
        leave(&s, w);
        expect_enrolled(0, CASES, false);
        tear_down();
    }
}

TEST(a_ready_case_ends_it_and_nothing_is_left)
{
    for (int ready = 0; ready < CASES; ready += 13) {
        struct select s = set_up(1);
        struct wr_waiter *w = wr_waiter_get();
        long v = 1;

        EXPECT_OK(weir_chan_send(chans[ready], &v));
        EXPECT_FALSE(wr_select_enrol(&s, w));
        expect_enrolled(0, CASES, false);
        wr_waiter_put(w);
        tear_down();
    }
}

TEST(a_closed_channel_ends_it)
{
    struct select s = set_up(0);
    struct wr_waiter *w = wr_waiter_get();

    EXPECT_OK(weir_chan_close(chans[CASES / 2]));
    EXPECT_FALSE(wr_select_enrol(&s, w));
    expect_enrolled(0, CASES, false);
    wr_waiter_put(w);
    tear_down();
}

TEST(duplicates_and_both_ways_make_one_ring)
{
    struct select s = set_up(0);
    struct wr_waiter *w = wr_waiter_get();
    long v = 5;

    for (int i = 0; i < 4; i++)
        cases[i].on = chans[0];
    cases[3].op = WEIR_CASE_SEND;
    EXPECT_TRUE(wr_select_enrol(&s, w)); /* not met by itself */
    EXPECT_OK(weir_chan_try_send(chans[0], &v));
    EXPECT_TRUE(wr_list_is_empty(&chans[0]->receivers));
    EXPECT_TRUE(wr_list_is_empty(&chans[0]->senders));
    EXPECT_TRUE(w->won->list == &chans[0]->receivers);
    wr_select_withdraw(&s, wr_container_of(w->won, struct select_case, branch));
    wr_waiter_put(w);
    tear_down();
}

TEST(null_channels_are_passed_over)
{
    struct select s = set_up(0);
    struct wr_waiter *w = wr_waiter_get();

    for (int i = 0; i < CASES; i += 2)
        cases[i].on = NULL;
    EXPECT_TRUE(wr_select_enrol(&s, w));
    for (int i = 0; i < CASES; i++)
        EXPECT_EQ(wr_list_is_empty(&chans[i]->receivers), i % 2 == 0);
    leave(&s, w);
    tear_down();
}
