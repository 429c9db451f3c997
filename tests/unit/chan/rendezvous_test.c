/* SPDX-License-Identifier: MIT */
/*
 * chan/rendezvous_test.c - capacity 0: hand-over under one lock.
 */
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "chan/chan.h"

struct call {
    weir_chan *ch;
    unsigned char *msg;
    int status;
    weir_limit limit;
    WEIR_ATOMIC(int) returned;
    struct test_thread thread;
};

static void
call_send(void *arg)
{
    struct call *c = arg;

    c->status = weir_chan_send_until(c->ch, c->msg, c->limit);
    weir_store_rel(&c->returned, 1);
}

static void
call_recv(void *arg)
{
    struct call *c = arg;

    c->status = weir_chan_recv_until(c->ch, c->msg, c->limit);
    weir_store_rel(&c->returned, 1);
}

static void
park(struct call *c, weir_chan *ch, void (*run)(void *arg), void *msg)
{
    *c = (struct call){ .ch = ch, .msg = msg, .limit = WEIR_FOREVER };
    test_thread_start(&c->thread, run, c);
    test_thread_await_asleep(&c->thread);
}

static void
fill(unsigned char *msg, size_t bytes, unsigned number)
{
    for (size_t i = 0; i < bytes; i++)
        msg[i] = (unsigned char)(number * 31 + i * 7 + 1);
}

static void
expect_idle(weir_chan *ch)
{
    int64_t msg[512];

    EXPECT_TRUE(wr_list_is_empty(&ch->receivers));
    EXPECT_TRUE(wr_list_is_empty(&ch->senders));
    EXPECT_EQ(weir_chan_len(ch), 0);
    EXPECT_STATUS(weir_chan_try_recv(ch, msg), WEIR_AGAIN);
}

TEST(rendezvous_has_no_buffer)
{
    weir_chan *ch = weir_chan_make(8, 0);
    int64_t msg = 7;

    EXPECT_EQ(weir_chan_cap(ch), 0);
    EXPECT_EQ(weir_chan_len(ch), 0);
    EXPECT_STATUS(weir_chan_try_send(ch, &msg), WEIR_AGAIN);
    EXPECT_STATUS(weir_chan_try_recv(ch, &msg), WEIR_AGAIN);
    EXPECT_STATUS(weir_chan_send_until(ch, &msg, weir_limit_at(0)),
                  WEIR_TIMEOUT);
    EXPECT_STATUS(weir_chan_recv_until(ch, &msg, weir_limit_at(0)),
                  WEIR_TIMEOUT);
    EXPECT_EQ(msg, 7);
    expect_idle(ch);
    weir_chan_free(ch);
}

static void
meet(size_t bytes, bool receiver_parks, bool try)
{
    weir_chan *ch = weir_chan_make(bytes, 0);
    unsigned char *in = malloc(bytes + 1);
    unsigned char *out = malloc(bytes + 1);
    struct call c;

    fill(in, bytes, 3);
    memset(out, 0xaa, bytes + 1);
    park(&c, ch, receiver_parks ? call_recv : call_send,
         receiver_parks ? out : in);
    EXPECT_EQ(weir_load_acq(&c.returned), 0);
    EXPECT_EQ(weir_chan_len(ch), 0); /* also while somebody is parked */
    if (receiver_parks)
        EXPECT_OK(try ? weir_chan_try_send(ch, in) : weir_chan_send(ch, in));
    else
        EXPECT_OK(try ? weir_chan_try_recv(ch, out) : weir_chan_recv(ch, out));
    test_thread_join(&c.thread);
    EXPECT_OK(c.status);
    EXPECT_MEMEQ(in, out, bytes);
    EXPECT_EQ(out[bytes], 0xaa);
    expect_idle(ch);
    weir_chan_free(ch);
    free(in);
    free(out);
}

TEST(messages_of_every_size_are_handed_over)
{
    const size_t sizes[] = { 0, 1, 3, 4, 8, 24, 100, 4096 };

    for (int i = 0; i < 8; i++) {
        meet(sizes[i], false, false);
        meet(sizes[i], false, true);
        meet(sizes[i], true, false);
        meet(sizes[i], true, true);
    }
}

TEST(parked_senders_are_met_in_their_order)
{
    weir_chan *ch = weir_chan_make(1, 0);
    struct call sends[5];
    unsigned char msgs[5];
    unsigned char got;

    for (int i = 0; i < 5; i++) {
        msgs[i] = (unsigned char)(i + 1);
        park(&sends[i], ch, call_send, &msgs[i]);
    }
    for (int i = 0; i < 5; i++) {
        if (i % 2)
            EXPECT_OK(weir_chan_recv(ch, &got));
        else
            EXPECT_OK(weir_chan_try_recv(ch, &got));
        EXPECT_EQ(got, i + 1);
        test_thread_join(&sends[i].thread);
    }
    expect_idle(ch);
    weir_chan_free(ch);
}

TEST(parked_receivers_are_met_in_their_order)
{
    weir_chan *ch = weir_chan_make(1, 0);
    struct call recvs[5];
    unsigned char msgs[5];

    for (int i = 0; i < 5; i++)
        park(&recvs[i], ch, call_recv, &msgs[i]);
    for (unsigned char i = 0; i < 5; i++)
        EXPECT_OK(weir_chan_send(ch, &i));
    for (int i = 0; i < 5; i++) {
        test_thread_join(&recvs[i].thread);
        EXPECT_EQ(msgs[i], i);
    }
    expect_idle(ch);
    weir_chan_free(ch);
}

TEST(party_that_timed_out_is_not_met)
{
    weir_chan *ch = weir_chan_make(8, 0);
    int64_t msg = 7;

    for (int i = 0; i < 5; i++) {
        EXPECT_STATUS(
            weir_chan_recv_until(ch, &msg, weir_deadline(WEIR_US(100))),
            WEIR_TIMEOUT);
        EXPECT_STATUS(weir_chan_try_send(ch, &msg), WEIR_AGAIN);
        EXPECT_STATUS(
            weir_chan_send_until(ch, &msg, weir_deadline(WEIR_US(100))),
            WEIR_TIMEOUT);
        EXPECT_STATUS(weir_chan_try_recv(ch, &msg), WEIR_AGAIN);
        EXPECT_EQ(msg, 7);
    }
    expect_idle(ch);
    weir_chan_free(ch);
}

TEST(close_ends_parked_parties_of_both_kinds)
{
    for (int kind = 0; kind < 2; kind++) {
        weir_chan *ch = weir_chan_make(8, 0);
        struct call calls[4];
        int64_t msgs[4] = { 7, 7, 7, 7 };
        int64_t msg = 7;

        for (int i = 0; i < 4; i++)
            park(&calls[i], ch, kind ? call_recv : call_send, &msgs[i]);
        EXPECT_OK(weir_chan_close(ch));
        for (int i = 0; i < 4; i++) {
            test_thread_join(&calls[i].thread);
            EXPECT_STATUS(calls[i].status, WEIR_CLOSED);
            EXPECT_EQ(msgs[i], kind ? 0 : 7);
        }
        EXPECT_STATUS(weir_chan_try_send(ch, &msg), WEIR_CLOSED);
        EXPECT_STATUS(weir_chan_recv(ch, &msg), WEIR_CLOSED);
        EXPECT_EQ(msg, 0);
        weir_chan_free(ch);
    }
}

struct stream {
    weir_chan *ch;
    uint64_t each;
    unsigned senders;
    WEIR_ATOMIC(uint64_t) sum;
};

static void
stream_member(void *arg, unsigned index)
{
    struct stream *s = arg;

    for (uint64_t i = 1; i <= s->each; i++) {
        uint64_t msg = i;

        if (index < s->senders) {
            EXPECT_OK(weir_chan_send(s->ch, &msg));
        } else {
            EXPECT_OK(weir_chan_recv(s->ch, &msg));
            (void)weir_fetch_add_rlx(&s->sum, msg);
        }
    }
}

TEST(threads_meet_pairwise)
{
    const unsigned pairs[] = { 1, 2, 4 };

    for (int i = 0; i < 3; i++) {
        struct stream s = { weir_chan_make(8, 0), test_rounds(10000 / pairs[i]),
                            pairs[i], 0 };

        test_threads(2 * pairs[i], stream_member, &s);
        EXPECT_EQ(weir_load_rlx(&s.sum), s.each * (s.each + 1) / 2 * pairs[i]);
        expect_idle(s.ch);
        weir_chan_free(s.ch);
    }
}

/* A try meets a parked party only. */
static void
try_member(void *arg, unsigned index)
{
    struct stream *s = arg;
    uint64_t msg;

    for (uint64_t i = 1; i <= s->each; i++) {
        msg = i;
        if (index == 0)
            TEST_AWAIT(weir_chan_try_send(s->ch, &msg) == WEIR_OK);
        else
            EXPECT_OK(weir_chan_recv(s->ch, &msg));
        EXPECT_EQ(msg, i);
    }
}

TEST(tries_meet_a_party_that_waits)
{
    struct stream s = { .ch = weir_chan_make(8, 0), .each = test_rounds(5000) };

    test_threads(2, try_member, &s);
    expect_idle(s.ch);
    weir_chan_free(s.ch);
}
