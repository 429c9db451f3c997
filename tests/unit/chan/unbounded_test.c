/* SPDX-License-Identifier: MIT */
/* chan/unbounded_test.c - what such a channel says of itself, and waiting for a
 * pointer that lags. */
#include "test.h"

#include "chan/fast.h"
#include "chan/unbounded.h"

#include <weir/set.h>

static weir_chan *
make(size_t quota, bool stats)
{
    const weir_chan_options o = { .quota = quota, .stats = stats };

    return weir_chan_make_with(8, WEIR_UNBOUNDED, &o);
}

static void
send(weir_chan *ch, int64_t msg)
{
    EXPECT_OK(weir_chan_send(ch, &msg));
}

TEST(capacity_is_the_quota_or_none)
{
    weir_chan *ch = weir_chan_make(8, WEIR_UNBOUNDED);

    EXPECT_EQ(weir_chan_cap(ch), WEIR_UNBOUNDED);
    weir_chan_free(ch);
    ch = make(1000, false);
    EXPECT_EQ(weir_chan_cap(ch), 1000);
    EXPECT_EQ(weir_chan_len(ch), 0);
    weir_chan_free(ch);
}

TEST(statistics_count_as_those_of_a_ring)
{
    weir_chan *ch = make(400, true);
    weir_chan_statistics s;
    int64_t msg = 0;
    size_t n;

    for (int lap = 0; lap < 3; lap++) {
        while (weir_chan_try_send(ch, &msg) == WEIR_OK)
            ;
        while (weir_chan_try_recv_n(ch, &msg, 1, &n) == WEIR_OK)
            ;
    }
    send(ch, 1);
    weir_chan_stats(ch, &s);
    EXPECT_EQ(s.sent, 1201);
    EXPECT_EQ(s.received, 1200);
    EXPECT_EQ(s.depth, 1);
    EXPECT_EQ(s.high_water, 400);
    EXPECT_EQ(s.capacity, 400);
    EXPECT_EQ(s.dropped, 0);
    weir_chan_free(ch);
}

TEST(hints_are_right_when_nothing_moves)
{
    weir_chan *ch = make(2, false);
    weir_chan *any = make(0, false);

    EXPECT_TRUE(chan_send_hint(ch));
    EXPECT_FALSE(chan_recv_hint(ch));
    send(ch, 1);
    EXPECT_TRUE(chan_send_hint(ch));
    EXPECT_TRUE(chan_recv_hint(ch));
    send(ch, 2);
    EXPECT_FALSE(chan_send_hint(ch));
    EXPECT_OK(weir_chan_close(ch));
    EXPECT_TRUE(chan_send_hint(ch));
    for (int i = 0; i < 1000; i++)
        send(any, i);
    EXPECT_TRUE(chan_send_hint(any));
    weir_chan_free(ch);
    weir_chan_free(any);
}

/* Level-triggered, in a set: readable while there is a message. */
TEST(set_sees_it_become_ready)
{
    weir_chan *ch = make(1, false);
    weir_set *set = weir_set_make();
    weir_ready ready[2];
    size_t n;

    EXPECT_OK(weir_set_add(set, ch, WEIR_CASE_RECV, NULL));
    EXPECT_STATUS(weir_set_try_wait(set, ready, 2, &n), WEIR_AGAIN);
    send(ch, 1);
    EXPECT_OK(weir_set_try_wait(set, ready, 2, &n));
    EXPECT_EQ(n, 1);
    weir_set_remove(set, ch, WEIR_CASE_RECV);
    EXPECT_OK(weir_set_add(set, ch, WEIR_CASE_SEND, NULL));
    EXPECT_STATUS(weir_set_try_wait(set, ready, 2, &n), WEIR_AGAIN);
    EXPECT_OK(weir_chan_recv(ch, &(int64_t){ 0 }));
    EXPECT_OK(weir_set_try_wait(set, ready, 2, &n));
    weir_set_free(set);
    weir_chan_free(ch);
}

/* A claim at first sight: a ticket without a flag whose stamp is there, but no
 * segment's last. */
TEST(first_look_takes_plain_tickets_only)
{
    weir_chan *ch = make(0, false);
    const struct chan_segments *all = chan_segments(ch);
    const uint64_t last = all->mask * WEIR_RING_STEP;
    char *slots = all->oldest->slots;

    EXPECT_NULL(chan_spot_claim_now(ch, &ch->receive, WEIR_RING_FULL, 0));
    EXPECT_PTR_EQ(chan_spot_claim_now(ch, &ch->send, 0, 0), slots);
    EXPECT_NULL(chan_spot_claim_now(ch, &ch->send, 0, 0));
    EXPECT_EQ(weir_load_acq(&ch->send.word), WEIR_RING_STEP);
    weir_store_rlx(&ch->send.word, WEIR_RING_STEP | CHAN_SLOW);
    EXPECT_NULL(
        chan_spot_claim_now(ch, &ch->send, 0, WEIR_RING_STEP | CHAN_SLOW));
    /* What has been taken is not what a frozen receive word looks for. */
    weir_ring_publish(slots, CHAN_TAKEN);
    weir_store_rlx(&ch->receive.word, CHAN_SLOW);
    EXPECT_NULL(
        chan_spot_claim_now(ch, &ch->receive, WEIR_RING_FULL, CHAN_SLOW));
    weir_store_rlx(&ch->send.word, last);
    EXPECT_NULL(chan_spot_claim_now(ch, &ch->send, 0, last));
    EXPECT_EQ(weir_load_acq(&ch->send.word), last);
    weir_store_rlx(&ch->receive.word, last);
    weir_chan_free(ch);
}

struct waiting {
    struct chan_spot spot;
    WEIR_ATOMIC(int) returned;
    struct test_thread thread;
};

static void
await(void *arg)
{
    struct waiting *w = arg;

    wr_chan_spot_await(&w->spot);
    weir_store_rel(&w->returned, 1);
}

static void
start(struct waiting *w, weir_chan *ch, uint64_t ticket)
{
    (void)chan_spot_see(ch, &ch->receive, ticket, WEIR_RING_FULL, &w->spot);
    weir_store_rlx(&w->returned, 0);
    test_thread_start(&w->thread, await, w);
    test_thread_await_asleep(&w->thread);
    EXPECT_EQ(weir_load_acq(&w->returned), 0);
}

TEST(wait_for_a_ticket_ends_when_it_is_published)
{
    weir_chan *ch = make(0, false);
    struct waiting w;

    start(&w, ch, 0);
    send(ch, 1);
    test_thread_join(&w.thread);
    EXPECT_EQ(weir_load_acq(&w.returned), 1);
    weir_chan_free(ch);
}

/* The slot that is looked at is that of an earlier ticket. */
TEST(wait_for_a_ticket_ends_when_the_pointer_moves)
{
    weir_chan *ch = make(0, false);
    const uint64_t slots = chan_segments(ch)->mask + 1;
    struct waiting w;

    EXPECT_TRUE(wr_segments_grow(ch, 0));
    start(&w, ch, slots * WEIR_RING_STEP);
    weir_store_rel(&ch->receive.segment, chan_segment_next(w.spot.segment));
    test_thread_join(&w.thread);
    EXPECT_EQ(weir_load_acq(&w.returned), 1);
    weir_chan_free(ch);
}
