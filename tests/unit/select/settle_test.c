/* SPDX-License-Identifier: MIT */
/*
 * select/settle_test.c - withdrawing: the channel that won is not touched, and
 * what somebody else dropped is no matter.
 */
#include "test.h"

#include "select/select.h"

static long msgs[2];
static weir_chan *x, *y;
static weir_case cases[2];
static struct select_case all[2];
static uint32_t turns[2];

/* A select that receives from x or y, with w enrolled at both. */
static struct select
enrol_at_both(struct wr_waiter *w)
{
    struct select s = {
        .cases = cases, .all = all, .turns = turns, .count = 2
    };

    x = weir_chan_make(sizeof(long), 0);
    y = weir_chan_make(sizeof(long), 0);
    cases[0] = (weir_case){ x, &msgs[0], WEIR_CASE_RECV, 0 };
    cases[1] = (weir_case){ y, &msgs[1], WEIR_CASE_RECV, 0 };
    turns[0] = 0;
    turns[1] = 1;
    EXPECT_TRUE(wr_select_enrol(&s, w));
    return s;
}

TEST(the_channel_that_won_is_not_touched)
{
    struct wr_waiter *w = wr_waiter_get();
    struct select s = enrol_at_both(w);
    long v = 4;

    EXPECT_OK(weir_chan_try_send(x, &v));
    weir_chan_free(x); /* its counterpart may: ASan would see a touch */
    wr_select_withdraw(&s, wr_container_of(w->won, struct select_case, branch));
    EXPECT_EQ(msgs[0], 4);
    EXPECT_TRUE(wr_list_is_empty(&y->receivers));
    wr_waiter_put(w);
    weir_chan_free(y);
}

TEST(a_branch_that_was_dropped_is_no_matter)
{
    struct wr_waiter *w = wr_waiter_get();
    struct select s = enrol_at_both(w);
    long v = 4;

    EXPECT_TRUE(wr_waiter_leave(w, WEIR_TIMEOUT));
    EXPECT_STATUS(weir_chan_try_send(x, &v), WEIR_AGAIN); /* drops it */
    EXPECT_TRUE(wr_list_is_empty(&x->receivers));
    wr_select_withdraw(&s, NULL);
    EXPECT_TRUE(wr_list_is_empty(&y->receivers));
    wr_waiter_put(w);
    weir_chan_free(x);
    weir_chan_free(y);
}
