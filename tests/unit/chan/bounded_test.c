/* SPDX-License-Identifier: MIT */
/*
 * chan/bounded_test.c - the buffered channel: flags, lists, hand-over, laps.
 *
 * Between two calls of one thread nothing moves, so the invariants R, S and Q
 * of chan/chan.h can be read off the words.
 */
#include "parked.h"

#include "chan/chan.h"

static uint64_t
word_of(struct chan_side *side)
{
    return weir_load_acq(&side->word);
}

/* Another thread is parked in the list, or has just left it. */
static bool
is_empty(weir_chan *ch, const struct wr_list *list)
{
    bool empty;

    wr_lock_acquire(&ch->lock);
    empty = wr_list_is_empty(list);
    wr_lock_release(&ch->lock);
    return empty;
}

static void
expect_idle(weir_chan *ch, uint64_t len)
{
    const uint64_t t = word_of(&ch->send);
    const uint64_t h = word_of(&ch->receive);

    EXPECT_TRUE(is_empty(ch, &ch->receivers));
    EXPECT_TRUE(is_empty(ch, &ch->senders));
    EXPECT_EQ(t & CHAN_SLOW, 0);
    EXPECT_EQ(h & CHAN_SLOW, 0);
    EXPECT_EQ(weir_ring_distance(ch->shape, h & ~WEIR_RING_FLAGS,
                                 t & ~WEIR_RING_FLAGS),
              len);
    EXPECT_EQ(weir_chan_len(ch), len);
}

TEST(parked_receiver_freezes_the_send_word)
{
    weir_chan *ch = weir_chan_make(8, 2);
    struct call recv;
    const int64_t msg = 4;

    park(&recv, ch, call_recv, 0, WEIR_FOREVER);
    EXPECT_EQ(word_of(&ch->send), CHAN_SLOW); /* R: ticket 0, frozen */
    EXPECT_EQ(word_of(&ch->receive), 0);
    EXPECT_FALSE(is_empty(ch, &ch->receivers));
    EXPECT_EQ(weir_chan_len(ch), 0);
    EXPECT_OK(weir_chan_send(ch, &msg));
    test_thread_join(&recv.thread);
    EXPECT_OK(recv.status);
    EXPECT_EQ(recv.msg, 4);
    expect_idle(ch, 0);
    EXPECT_EQ(word_of(&ch->send), 0); /* handed over: no index moved */
    weir_chan_free(ch);
}

TEST(parked_sender_freezes_the_receive_word)
{
    weir_chan *ch = weir_chan_make(8, 2);
    struct call send;
    int64_t msg;

    for (msg = 0; msg < 2; msg++)
        EXPECT_OK(weir_chan_send(ch, &msg));
    park(&send, ch, call_send, 2, WEIR_FOREVER);
    EXPECT_EQ(word_of(&ch->receive), CHAN_SLOW); /* S */
    EXPECT_EQ(word_of(&ch->send), weir_ring_lap(ch->shape));
    EXPECT_EQ(weir_chan_len(ch), 2);
    EXPECT_STATUS(weir_chan_try_send(ch, &msg), WEIR_AGAIN);
    EXPECT_OK(weir_chan_recv(ch, &msg));
    EXPECT_EQ(msg, 0);
    expect_idle(ch, 2); /* handed in: still full, nobody waits */
    test_thread_join(&send.thread);
    EXPECT_OK(send.status);
    for (int64_t due = 1; due <= 2; due++) {
        EXPECT_OK(weir_chan_recv(ch, &msg));
        EXPECT_EQ(msg, due);
    }
    expect_idle(ch, 0);
    weir_chan_free(ch);
}

TEST(try_receive_with_parked_senders_keeps_the_order)
{
    for (size_t capacity = 1; capacity <= 3; capacity++) {
        weir_chan *ch = weir_chan_make(8, capacity);
        struct call sends[3];
        int64_t msg;

        for (msg = 0; msg < (int64_t)capacity; msg++)
            EXPECT_OK(weir_chan_send(ch, &msg));
        for (int i = 0; i < 3; i++)
            park(&sends[i], ch, call_send, (int64_t)capacity + i, WEIR_FOREVER);
        for (int64_t due = 0; due < (int64_t)capacity + 3; due++) {
            EXPECT_OK(weir_chan_try_recv(ch, &msg));
            EXPECT_EQ(msg, due);
        }
        EXPECT_STATUS(weir_chan_try_recv(ch, &msg), WEIR_AGAIN);
        for (int i = 0; i < 3; i++)
            test_thread_join(&sends[i].thread);
        expect_idle(ch, 0);
        weir_chan_free(ch);
    }
}

TEST(try_send_with_parked_receivers_hands_over)
{
    weir_chan *ch = weir_chan_make(8, 2);
    struct call recvs[3];

    for (int i = 0; i < 3; i++)
        park(&recvs[i], ch, call_recv, 0, WEIR_FOREVER);
    for (int64_t msg = 1; msg <= 5; msg++)
        EXPECT_OK(weir_chan_try_send(ch, &msg));
    expect_idle(ch, 2);
    for (int i = 0; i < 3; i++) {
        test_thread_join(&recvs[i].thread);
        EXPECT_OK(recvs[i].status);
        EXPECT_EQ(recvs[i].msg, i + 1);
    }
    weir_chan_free(ch);
}

/* The last waiter leaves by its deadline: the word is thawed for the rest. */
TEST(timeout_thaws_the_word)
{
    weir_chan *ch = weir_chan_make(8, 1);
    struct call c = { .ch = ch };
    int64_t msg = 1;

    for (int lap = 0; lap < 5; lap++) {
        c.limit = weir_deadline(WEIR_US(100));
        call_recv(&c);
        EXPECT_STATUS(c.status, WEIR_TIMEOUT);
        expect_idle(ch, 0);
        EXPECT_OK(weir_chan_send(ch, &msg));
        c.limit = weir_deadline(WEIR_US(100));
        call_send(&c);
        EXPECT_STATUS(c.status, WEIR_TIMEOUT);
        expect_idle(ch, 1);
        EXPECT_OK(weir_chan_recv(ch, &msg));
    }
    weir_chan_free(ch);
}

TEST(timeout_of_one_leaves_the_others_parked)
{
    weir_chan *ch = weir_chan_make(8, 1);
    struct call first;
    struct call last;
    struct call c = { .ch = ch };
    const int64_t msg = 5;

    park(&first, ch, call_recv, 0, WEIR_FOREVER);
    c.limit = weir_deadline(WEIR_US(100));
    call_recv(&c);
    EXPECT_STATUS(c.status, WEIR_TIMEOUT);
    EXPECT_EQ(word_of(&ch->send), CHAN_SLOW);
    park(&last, ch, call_recv, 0, WEIR_FOREVER);
    EXPECT_OK(weir_chan_send(ch, &msg));
    EXPECT_EQ(word_of(&ch->send), CHAN_SLOW);
    EXPECT_OK(weir_chan_send(ch, &msg));
    test_thread_join(&first.thread);
    test_thread_join(&last.thread);
    EXPECT_OK(first.status);
    EXPECT_OK(last.status);
    expect_idle(ch, 0);
    weir_chan_free(ch);
}

TEST(close_completes_parked_receivers_with_zero)
{
    weir_chan *ch = weir_chan_make(8, 2);
    struct call recvs[4];
    const int64_t msg = 1;

    for (int i = 0; i < 4; i++)
        park(&recvs[i], ch, call_recv, 77, WEIR_FOREVER);
    EXPECT_OK(weir_chan_close(ch));
    for (int i = 0; i < 4; i++) {
        test_thread_join(&recvs[i].thread);
        EXPECT_STATUS(recvs[i].status, WEIR_CLOSED);
        EXPECT_EQ(recvs[i].msg, 0);
    }
    EXPECT_STATUS(weir_chan_send(ch, &msg), WEIR_CLOSED);
    expect_idle(ch, 0);
    weir_chan_free(ch);
}

TEST(close_refuses_parked_senders_and_keeps_the_buffer)
{
    weir_chan *ch = weir_chan_make(8, 2);
    struct call sends[4];
    int64_t msg;

    for (msg = 0; msg < 2; msg++)
        EXPECT_OK(weir_chan_send(ch, &msg));
    for (int i = 0; i < 4; i++)
        park(&sends[i], ch, call_send, 10 + i, WEIR_FOREVER);
    EXPECT_OK(weir_chan_close(ch));
    for (int i = 0; i < 4; i++) {
        test_thread_join(&sends[i].thread);
        EXPECT_STATUS(sends[i].status, WEIR_CLOSED);
    }
    expect_idle(ch, 2);
    for (int64_t due = 0; due < 2; due++) {
        EXPECT_OK(weir_chan_recv(ch, &msg));
        EXPECT_EQ(msg, due);
    }
    EXPECT_STATUS(weir_chan_recv(ch, &msg), WEIR_CLOSED);
    EXPECT_EQ(msg, 0);
    weir_chan_free(ch);
}

/* A claimed and unpublished ticket: not empty, not full, waited for. */
TEST(receiver_waits_for_a_sender_that_stopped_half_way)
{
    weir_chan *ch = weir_chan_make(8, 2);
    uint64_t ticket = 0;
    char *slot = weir_ring_slot(ch->shape, ch->slots, 0);
    struct call recv = { .ch = ch, .limit = weir_limit_at(0) };
    const int64_t msg = 9;

    ASSERT_TRUE(weir_ring_claim(ch->shape, &ch->send.word, &ticket));
    EXPECT_EQ(weir_chan_len(ch), 1); /* claimed places included */
    test_thread_start(&recv.thread, call_recv, &recv);
    test_thread_await_asleep(
        &recv.thread); /* naps, although its limit passed */
    EXPECT_TRUE(is_empty(ch, &ch->receivers));
    chan_copy(ch, slot + sizeof(uint64_t), &msg);
    weir_ring_publish(slot, ticket | WEIR_RING_FULL);
    test_thread_join(&recv.thread);
    EXPECT_OK(recv.status);
    EXPECT_EQ(recv.msg, 9);
    weir_chan_free(ch);
}

TEST(sender_waits_for_a_receiver_that_stopped_half_way)
{
    weir_chan *ch = weir_chan_make(8, 1);
    uint64_t ticket = 0;
    char *slot = weir_ring_slot(ch->shape, ch->slots, 0);
    struct call send = { .ch = ch, .limit = weir_limit_at(0), .msg = 8 };
    int64_t msg = 9;

    EXPECT_OK(weir_chan_send(ch, &msg));
    ASSERT_TRUE(weir_ring_claim(ch->shape, &ch->receive.word, &ticket));
    test_thread_start(&send.thread, call_send, &send);
    test_thread_await_asleep(&send.thread);
    weir_ring_publish(slot, ticket + weir_ring_lap(ch->shape));
    test_thread_join(&send.thread);
    EXPECT_OK(send.status);
    EXPECT_OK(weir_chan_recv(ch, &msg));
    EXPECT_EQ(msg, 8);
    weir_chan_free(ch);
}

/* Tickets near the end of their 64 bits. */
TEST(channel_survives_the_wrap_of_its_tickets)
{
    for (size_t capacity = 1; capacity <= 5; capacity++) {
        weir_chan *ch = weir_chan_make(8, capacity);
        const uint64_t start = 0 - 2 * weir_ring_lap(ch->shape);
        int64_t msg;

        weir_store_rlx(&ch->send.word, start);
        weir_store_rlx(&ch->receive.word, start);
        for (uint64_t i = 0; i < capacity; i++)
            weir_store_rlx(
                weir_ring_stamp(ch->slots + i * weir_ring_stride(ch->shape)),
                start + i * WEIR_RING_STEP);
        for (int64_t i = 0; i < 5 * (int64_t)capacity; i++) {
            EXPECT_OK(weir_chan_send(ch, &i));
            EXPECT_OK(weir_chan_recv(ch, &msg));
            EXPECT_EQ(msg, i);
            EXPECT_STATUS(weir_chan_try_recv(ch, &msg), WEIR_AGAIN);
            for (uint64_t k = 0; k < capacity; k++)
                EXPECT_OK(weir_chan_try_send(ch, &i));
            EXPECT_STATUS(weir_chan_try_send(ch, &i), WEIR_AGAIN);
            EXPECT_EQ(weir_chan_len(ch), capacity);
            for (uint64_t k = 0; k < capacity; k++)
                EXPECT_OK(weir_chan_try_recv(ch, &msg));
        }
        weir_chan_free(ch);
    }
}

struct stream {
    weir_chan *ch;
    int64_t rounds;
};

static void
stream_member(void *arg, unsigned index)
{
    const struct stream *s = arg;
    int64_t msg;

    for (int64_t i = 0; i < s->rounds; i++) {
        if (index == 0) {
            EXPECT_OK(weir_chan_send(s->ch, &i));
        } else {
            EXPECT_OK(weir_chan_recv(s->ch, &msg));
            EXPECT_EQ(msg, i);
        }
    }
}

TEST(two_threads_stream_in_order)
{
    const size_t capacities[] = { 1, 2, 3, 64, 1024 };

    for (int i = 0; i < 5; i++) {
        struct stream s = { weir_chan_make(8, capacities[i]),
                            (int64_t)test_rounds(20000) };

        test_threads(2, stream_member, &s);
        expect_idle(s.ch, 0);
        weir_chan_free(s.ch);
    }
}
