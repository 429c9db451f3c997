/* SPDX-License-Identifier: MIT */
/*
 * chan/unbounded_send_test.c - sends that grow the buffer, and the quota.
 *
 * Between two calls of one thread nothing moves, so the words can be read.
 */
#include "parked.h"

#include <string.h>

#include "chan/chan.h"

#include <weir/select.h>

static weir_chan *
make(size_t bytes, size_t quota)
{
    const weir_chan_options o = { .quota = quota };

    return weir_chan_make_with(bytes, WEIR_UNBOUNDED, &o);
}

static void
join(struct call *c, int status)
{
    test_thread_join(&c->thread);
    EXPECT_STATUS(c->status, status);
}

static void
send(weir_chan *ch, int64_t msg)
{
    EXPECT_OK(weir_chan_send(ch, &msg));
}

static void
expect_next(weir_chan *ch, int64_t due)
{
    int64_t msg = -1;

    EXPECT_OK(weir_chan_try_recv(ch, &msg));
    EXPECT_EQ(msg, due);
}

TEST(sends_of_any_size_keep_their_order_over_many_segments)
{
    static const size_t sizes[] = { 0, 1, 4, 8, 24, 200 };

    for (int i = 0; i < 6; i++) {
        weir_chan *ch = make(sizes[i], 0);
        unsigned char msg[200], got[200];

        for (unsigned k = 0; k < 2000; k++) {
            memset(msg, (int)(k % 251), sizeof(msg));
            EXPECT_OK(k % 2 ? weir_chan_send(ch, msg)
                            : weir_chan_try_send(ch, msg));
        }
        EXPECT_EQ(weir_chan_len(ch), 2000);
        for (unsigned k = 0; k < 2000; k++) {
            memset(msg, (int)(k % 251), sizeof(msg));
            EXPECT_OK(k % 2 ? weir_chan_recv(ch, got)
                            : weir_chan_try_recv(ch, got));
            EXPECT_MEMEQ(got, msg, sizes[i]);
        }
        EXPECT_STATUS(weir_chan_try_recv(ch, got), WEIR_AGAIN);
        weir_chan_free(ch);
    }
}

TEST(send_to_a_closed_channel_is_refused)
{
    weir_chan *ch = make(8, 0);
    int64_t msg = 1;
    size_t n;

    send(ch, 1);
    EXPECT_OK(weir_chan_close(ch));
    EXPECT_STATUS(weir_chan_send(ch, &msg), WEIR_CLOSED);
    EXPECT_STATUS(weir_chan_try_send(ch, &msg), WEIR_CLOSED);
    EXPECT_STATUS(weir_chan_send_n(ch, &msg, 1, &n), WEIR_CLOSED);
    EXPECT_STATUS(weir_chan_send_until(ch, &msg, weir_deadline(0)),
                  WEIR_CLOSED);
    expect_next(ch, 1);
    EXPECT_STATUS(weir_chan_recv(ch, &msg), WEIR_CLOSED);
    EXPECT_EQ(msg, 0);
    weir_chan_free(ch);
}

/* Exact, at every number and around segments. */
TEST(quota_is_the_most_that_it_holds)
{
    for (size_t quota = 1; quota <= 600; quota += 37) {
        weir_chan *ch = make(8, quota);
        int64_t in = 0, out = 0, msg;

        EXPECT_EQ(weir_chan_cap(ch), quota);
        for (int lap = 0; lap < 3; lap++) {
            while (weir_chan_try_send(ch, &in) == WEIR_OK)
                in++;
            EXPECT_EQ(in - out, quota);
            EXPECT_EQ(weir_chan_len(ch), quota);
            EXPECT_STATUS(weir_chan_try_send(ch, &in), WEIR_AGAIN);
            EXPECT_STATUS(weir_chan_send_until(ch, &in, weir_deadline(0)),
                          WEIR_TIMEOUT);
            expect_next(ch, out++);
            EXPECT_OK(weir_chan_try_send(ch, &in));
            in++;
            EXPECT_STATUS(weir_chan_try_send(ch, &in), WEIR_AGAIN);
            while (weir_chan_try_recv(ch, &msg) == WEIR_OK)
                EXPECT_EQ(msg, out++);
            EXPECT_EQ(in, out);
        }
        weir_chan_free(ch);
    }
}

TEST(batch_stops_at_the_quota)
{
    weir_chan *ch = make(8, 5);
    const int64_t msgs[8] = { 0, 1, 2, 3, 4, 5, 6, 7 };
    size_t n;

    EXPECT_OK(weir_chan_send_n(ch, msgs, 8, &n));
    EXPECT_EQ(n, 5);
    EXPECT_STATUS(weir_chan_try_send_n(ch, msgs, 8, &n), WEIR_AGAIN);
    expect_next(ch, 0);
    expect_next(ch, 1);
    EXPECT_OK(weir_chan_try_send_n(ch, msgs + 5, 3, &n));
    EXPECT_EQ(n, 2);
    for (int64_t due = 2; due < 7; due++)
        expect_next(ch, due);
    weir_chan_free(ch);
}

/* S: they wait with the receive word frozen; served in their order, each by
 * one receive; the last one thaws. */
TEST(senders_at_the_quota_wait_in_turn)
{
    weir_chan *ch = make(8, 2);
    struct call c[3];

    send(ch, 0);
    send(ch, 1);
    for (int i = 0; i < 3; i++)
        park(&c[i], ch, call_send, 2 + i, WEIR_FOREVER);
    EXPECT_TRUE(weir_load_acq(&ch->receive.word) & CHAN_SLOW);
    EXPECT_STATUS(weir_chan_try_send(ch, &(int64_t){ 9 }), WEIR_AGAIN);
    for (int i = 0; i < 3; i++) {
        EXPECT_EQ(weir_chan_len(ch), 2);
        expect_next(ch, i);
        join(&c[i], WEIR_OK);
    }
    EXPECT_FALSE(weir_load_acq(&ch->receive.word) & CHAN_SLOW);
    expect_next(ch, 3);
    expect_next(ch, 4);
    EXPECT_STATUS(weir_chan_try_recv(ch, &(int64_t){ 0 }), WEIR_AGAIN);
    weir_chan_free(ch);
}

/* A receiver makes room for what it lets in. */
TEST(parked_messages_go_over_the_end_of_a_segment)
{
    weir_chan *ch = make(8, 255);
    struct call c[5];

    EXPECT_EQ(chan_segments(ch)->mask, 255);
    for (int64_t i = 0; i < 255; i++)
        send(ch, i);
    for (int i = 0; i < 5; i++)
        park(&c[i], ch, call_send, 255 + i, WEIR_FOREVER);
    for (int64_t i = 0; i < 260; i++)
        expect_next(ch, i);
    for (int i = 0; i < 5; i++)
        join(&c[i], WEIR_OK);
    weir_chan_free(ch);
}

TEST(wait_at_the_quota_ends_by_its_limit_or_a_close)
{
    weir_chan *ch = make(8, 1);
    struct call c[2];

    send(ch, 0);
    park(&c[0], ch, call_send, 1, weir_deadline(WEIR_MS(50)));
    join(&c[0], WEIR_TIMEOUT);
    EXPECT_FALSE(weir_load_acq(&ch->receive.word) & CHAN_SLOW);
    park(&c[0], ch, call_send, 2, WEIR_FOREVER);
    park(&c[1], ch, call_send, 3, WEIR_FOREVER);
    EXPECT_OK(weir_chan_close(ch));
    join(&c[0], WEIR_CLOSED);
    join(&c[1], WEIR_CLOSED);
    expect_next(ch, 0);
    weir_chan_free(ch);
}

TEST(select_sends_at_once_or_waits_at_the_quota)
{
    weir_chan *any = make(8, 0);
    weir_chan *one = make(8, 1);
    int64_t msg = 7;
    weir_case cases[] = { { any, &msg, WEIR_CASE_SEND, 0 },
                          { one, &msg, WEIR_CASE_SEND, 0 } };

    for (int i = 0; i < 1000; i++)
        EXPECT_EQ(weir_selectv(cases, 1, 0), 0);
    EXPECT_EQ(weir_chan_len(any), 1000);
    cases[0].on = NULL;
    EXPECT_EQ(weir_selectv(cases, 2, 0), 1);
    EXPECT_TRUE(weir_try_selectv(cases, 2, 0) < 0);
    EXPECT_TRUE(weir_selectv_until(cases, 2, 0, weir_deadline(1000)) < 0);
    expect_next(one, 7);
    EXPECT_EQ(weir_try_selectv(cases, 2, 0), 1);
    weir_chan_free(any);
    weir_chan_free(one);
}
