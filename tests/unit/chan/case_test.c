/* SPDX-License-Identifier: MIT */
/* chan/case_test.c - a channel as one case of a select: look, hint, evidence,
 * enrol. */
#include "test.h"

#include "chan/fast.h"

TEST(look_is_a_try_that_does_not_wait)
{
    for (size_t capacity = 0; capacity <= 2; capacity++) {
        weir_chan *ch = weir_chan_make(8, capacity);
        int64_t msg = 1;

        EXPECT_STATUS(wr_chan_look_recv(ch, &msg), WEIR_AGAIN);
        EXPECT_EQ(msg, 1);
        for (size_t i = 0; i < capacity; i++)
            EXPECT_OK(wr_chan_look_send(ch, &msg));
        EXPECT_STATUS(wr_chan_look_send(ch, &msg), WEIR_AGAIN);
        for (size_t i = 0; i < capacity; i++)
            EXPECT_OK(wr_chan_look_recv(ch, &msg));
        EXPECT_OK(weir_chan_close(ch));
        EXPECT_STATUS(wr_chan_look_send(ch, &msg), WEIR_CLOSED);
        EXPECT_STATUS(wr_chan_look_recv(ch, &msg), WEIR_CLOSED);
        EXPECT_EQ(msg, 0);
        weir_chan_free(ch);
    }
}

TEST(look_says_that_a_ticket_is_pending)
{
    weir_chan *ch = weir_chan_make(8, 1);
    uint64_t ticket = 0;
    int64_t msg = 1;

    ASSERT_TRUE(weir_ring_claim(ch->shape, &ch->send.word, &ticket));
    EXPECT_EQ(wr_chan_look_recv(ch, &msg), CHAN_RETRY);
    weir_ring_publish(ch->slots, WEIR_RING_FULL);
    ticket = 0;
    ASSERT_TRUE(weir_ring_claim(ch->shape, &ch->receive.word, &ticket));
    EXPECT_EQ(wr_chan_look_send(ch, &msg), CHAN_RETRY);
    weir_ring_publish(ch->slots, weir_ring_lap(ch->shape));
    EXPECT_OK(wr_chan_look_send(ch, &msg));
    weir_chan_free(ch);
}

TEST(hint_and_evidence_move_with_what_is_ready)
{
    weir_chan *ch = weir_chan_make(8, 1);
    const uint64_t empty = wr_chan_recv_evidence(ch);
    uint64_t full;
    int64_t msg = 1;

    EXPECT_TRUE(chan_send_hint(ch));
    EXPECT_FALSE(chan_recv_hint(ch));
    EXPECT_OK(weir_chan_send(ch, &msg));
    EXPECT_FALSE(chan_send_hint(ch));
    EXPECT_TRUE(chan_recv_hint(ch));
    EXPECT_TRUE(wr_chan_recv_evidence(ch) != empty);
    full = wr_chan_send_evidence(ch);
    EXPECT_OK(weir_chan_recv(ch, &msg));
    EXPECT_TRUE(wr_chan_send_evidence(ch) != full);
    full = wr_chan_send_evidence(ch);
    EXPECT_OK(weir_chan_close(ch));
    EXPECT_TRUE(wr_chan_send_evidence(ch) != full);
    EXPECT_TRUE(chan_send_hint(ch));
    weir_chan_free(ch);
}

static int
enrol(weir_chan *ch, int (*how)(weir_chan *ch, struct wr_node *node),
      struct wr_waiter *w)
{
    int status;

    wr_lock_acquire(&ch->lock);
    wr_waiter_arm(w);
    status = how(ch, &w->node);
    wr_lock_release(&ch->lock);
    return status;
}

static void
leave(weir_chan *ch, struct wr_list *list, struct wr_waiter *w)
{
    EXPECT_TRUE(wr_waiter_leave(w, WEIR_AGAIN));
    wr_lock_acquire(&ch->lock);
    wr_list_unlink(list, &w->node.link);
    chan_thaw(ch, &ch->send);
    chan_thaw(ch, &ch->receive);
    wr_lock_release(&ch->lock);
}

TEST(branch_enrols_only_where_nothing_is_ready)
{
    for (size_t capacity = 0; capacity <= 1; capacity++) {
        weir_chan *ch = weir_chan_make(8, capacity);
        struct wr_waiter *w = wr_waiter_get();
        int64_t msg = 1;

        EXPECT_EQ(enrol(ch, wr_chan_enrol_receiver, w), CHAN_PARKED);
        leave(ch, &ch->receivers, w);
        for (size_t i = 0; i < capacity; i++) {
            EXPECT_EQ(enrol(ch, wr_chan_enrol_sender, w), CHAN_RETRY);
            EXPECT_OK(weir_chan_send(ch, &msg));
            EXPECT_EQ(enrol(ch, wr_chan_enrol_receiver, w), CHAN_RETRY);
        }
        EXPECT_EQ(enrol(ch, wr_chan_enrol_sender, w), CHAN_PARKED);
        leave(ch, &ch->senders, w);
        EXPECT_OK(weir_chan_close(ch));
        EXPECT_STATUS(enrol(ch, wr_chan_enrol_sender, w), WEIR_CLOSED);
        EXPECT_TRUE(wr_waiter_leave(w, WEIR_AGAIN));
        wr_waiter_put(w);
        weir_chan_free(ch);
    }
}

/* A send that drops is always ready, so its branch never enrols. */
TEST(dropping_send_case_is_always_ready)
{
    for (int mode = WEIR_FULL_DROP_NEWEST; mode <= WEIR_FULL_DROP_OLDEST;
         mode++) {
        const weir_chan_options o = { .on_full = mode };
        weir_chan *ch = weir_chan_make_with(8, 1, &o);
        struct wr_waiter *w = wr_waiter_get();

        for (int64_t i = 0; i < 3; i++) {
            EXPECT_TRUE(chan_send_hint(ch));
            EXPECT_EQ(enrol(ch, wr_chan_enrol_sender, w), CHAN_RETRY);
            EXPECT_OK(wr_chan_look_send(ch, &i));
        }
        EXPECT_OK(weir_chan_close(ch));
        EXPECT_STATUS(wr_chan_look_send(ch, &(int64_t){ 1 }), WEIR_CLOSED);
        EXPECT_TRUE(wr_waiter_leave(w, WEIR_AGAIN));
        wr_waiter_put(w);
        weir_chan_free(ch);
    }
}
