/* SPDX-License-Identifier: MIT */
/*
 * park/cancel_test.c - the cancel source, alone and as the limit of waits.
 *
 * Race      a wait enrols while the source fires
 *
 *     party                              canceller
 *     -----                              ---------
 *     enrol: lock; fired? append  (A)    fire: lock; fired; expel all  (B)
 *
 *   (A) first: (B) finds the waiter.  (B) first: (A) finds the status.
 */
#include "test.h"

#include <weir/chan.h>

#include "park/cancel.h"
#include "park/pool.h"

TEST(zeroed_source_has_not_fired)
{
    struct weir_cancel source = { 0 };

    EXPECT_OK(wr_cancel_status(&source));
}

TEST(first_fire_decides)
{
    struct weir_cancel source = { 0 };

    wr_cancel_fire(&source, WEIR_CANCELED);
    wr_cancel_fire(&source, WEIR_DEADLINE);
    EXPECT_STATUS(wr_cancel_status(&source), WEIR_CANCELED);
}

TEST(enrol_links_before_and_refuses_after)
{
    struct weir_cancel source = { 0 };
    struct wr_waiter *w = wr_pool_pop();

    wr_waiter_arm(w);
    EXPECT_OK(wr_cancel_enrol(&source, w));
    EXPECT_TRUE(wr_link_is_linked(&w->cancel_link));
    wr_cancel_withdraw(&source, w);
    EXPECT_FALSE(wr_link_is_linked(&w->cancel_link));
    wr_cancel_withdraw(&source, w); /* once more does nothing */
    wr_cancel_fire(&source, WEIR_DEADLINE);
    EXPECT_STATUS(wr_cancel_enrol(&source, w), WEIR_DEADLINE);
    EXPECT_FALSE(wr_link_is_linked(&w->cancel_link));
    wr_pool_push(w);
}

TEST(fire_expels_all_that_are_enrolled)
{
    struct weir_cancel source = { 0 };
    struct wr_waiter *w[5];

    for (int i = 0; i < 5; i++) {
        w[i] = wr_pool_pop();
        wr_waiter_arm(w[i]);
        EXPECT_OK(wr_cancel_enrol(&source, w[i]));
    }
    wr_cancel_withdraw(&source, w[2]);
    wr_cancel_fire(&source, WEIR_CANCELED);
    for (int i = 0; i < 5; i++) {
        EXPECT_EQ(weir_load_rlx(&w[i]->word) & WAITER_STATE,
                  i == 2 ? WAITER_WAITING : WAITER_LEFT);
        EXPECT_FALSE(wr_link_is_linked(&w[i]->cancel_link));
        wr_pool_push(w[i]);
    }
    EXPECT_TRUE(wr_list_is_empty(&source.waiters));
}

struct wait {
    weir_chan *ch;
    struct weir_cancel *source;
    int64_t at_ns;
    int status;
    bool send;
};

static void
wait_on_channel(void *arg)
{
    struct wait *wait = arg;
    weir_limit limit = weir_limit_at(wait->at_ns);
    int64_t msg = 77;

    limit.cancel = wait->source;
    wait->status = wait->send ? weir_chan_send_until(wait->ch, &msg, limit)
                              : weir_chan_recv_until(wait->ch, &msg, limit);
}

/* A wait that only its cancel source ends. */
static void
expect_ended(weir_chan *ch, bool send, int status)
{
    struct weir_cancel source = { 0 };
    struct wait wait = { ch, &source, INT64_MAX, 1, send };
    struct test_thread thread;

    test_thread_start(&thread, wait_on_channel, &wait);
    test_thread_await_asleep(&thread);
    wr_cancel_fire(&source, status);
    test_thread_join(&thread);
    EXPECT_STATUS(wait.status, status);
    EXPECT_TRUE(wr_list_is_empty(&source.waiters));
    wait_on_channel(&wait); /* at once, the second time */
    EXPECT_STATUS(wait.status, status);
}

TEST(cancel_ends_waits_of_every_kind)
{
    weir_chan *ring = weir_chan_make(8, 1);
    weir_chan *meet = weir_chan_make(8, 0);
    const int64_t msg = 5;
    int64_t got = 0;

    expect_ended(NULL, false, WEIR_CANCELED);
    expect_ended(NULL, true, WEIR_DEADLINE);
    expect_ended(meet, false, WEIR_CANCELED);
    expect_ended(meet, true, WEIR_CANCELED);
    expect_ended(ring, false, WEIR_DEADLINE);
    EXPECT_OK(weir_chan_send(ring, &msg));
    expect_ended(ring, true, WEIR_CANCELED);
    EXPECT_OK(weir_chan_recv(ring, &got)); /* works on as if nobody had come */
    EXPECT_EQ(got, 5);
    EXPECT_STATUS(weir_chan_try_recv(ring, &got), WEIR_AGAIN);
    weir_chan_free(ring);
    weir_chan_free(meet);
}

TEST(fired_source_does_not_forbid_what_is_ready)
{
    struct weir_cancel source = { 0 };
    weir_chan *ch = weir_chan_make(8, 1);
    struct wait send = { ch, &source, INT64_MAX, 1, true };
    struct wait recv = { ch, &source, INT64_MAX, 1, false };

    wr_cancel_fire(&source, WEIR_CANCELED);
    wait_on_channel(&send);
    EXPECT_OK(send.status);
    wait_on_channel(&recv);
    EXPECT_OK(recv.status);
    wait_on_channel(&recv);
    EXPECT_STATUS(recv.status, WEIR_CANCELED);
    weir_chan_free(ch);
}

TEST(one_fire_ends_many_waits)
{
    enum { WAITS = 12 };
    struct weir_cancel source = { 0 };
    weir_chan *ch = weir_chan_make(8, 3);
    struct wait waits[WAITS];
    struct test_thread threads[WAITS];

    for (int i = 0; i < WAITS; i++) {
        waits[i] = (struct wait){ ch, &source, INT64_MAX, 1, false };
        test_thread_start(&threads[i], wait_on_channel, &waits[i]);
    }
    for (int i = 0; i < WAITS; i++)
        test_thread_await_asleep(&threads[i]);
    wr_cancel_fire(&source, WEIR_CANCELED);
    for (int i = 0; i < WAITS; i++) {
        test_thread_join(&threads[i]);
        EXPECT_STATUS(waits[i].status, WEIR_CANCELED);
    }
    weir_chan_free(ch);
}

/* The message and the cancel race; whoever loses finds nothing changed. */
TEST(message_or_cancel_never_both_never_neither)
{
    weir_chan *ch = weir_chan_make(8, 1);

    for (uint64_t i = test_rounds(2000); i > 0; i--) {
        struct weir_cancel source = { 0 };
        struct wait wait = { ch, &source, INT64_MAX, 1, false };
        struct test_thread thread;
        const int64_t msg = 5;
        int64_t left;

        test_thread_start(&thread, wait_on_channel, &wait);
        if (i % 2)
            EXPECT_OK(weir_chan_send(ch, &msg));
        wr_cancel_fire(&source, WEIR_CANCELED);
        if (!(i % 2))
            EXPECT_OK(weir_chan_send(ch, &msg));
        test_thread_join(&thread);
        EXPECT_TRUE(wait.status == WEIR_OK || wait.status == WEIR_CANCELED);
        EXPECT_STATUS(weir_chan_try_recv(ch, &left),
                      wait.status == WEIR_OK ? WEIR_AGAIN : WEIR_OK);
    }
    weir_chan_free(ch);
}
