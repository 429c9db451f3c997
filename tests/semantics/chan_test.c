/* SPDX-License-Identifier: MIT */
/*
 * semantics/chan_test.c - making channels, and sends: CH-01 to CH-17.
 *
 * Where Go panics, weir returns WEIR_CLOSED.  docs/semantics.md has every row;
 * what needs one worker stands in order_test.c.
 */
#include "party.h"

#include <stdlib.h>
#include <string.h>

/* --- creation, nil, length ------------------------------------------------ */

TEST(ch_01_capacity_zero_is_a_rendezvous_and_absurd_ones_are_refused)
{
    weir_chan *ch = weir_chan_make(8, 0);
    int64_t msg = 0;

    EXPECT_EQ(weir_chan_cap(ch), 0);
    EXPECT_STATUS(weir_chan_try_send(ch, &msg), WEIR_AGAIN);
    EXPECT_NULL(weir_chan_make(8, (size_t)-2));
    EXPECT_NULL(weir_chan_make(8, (size_t)1 << 59));
    EXPECT_NULL(weir_chan_make(8, SIZE_MAX / 2));
    weir_chan_free(ch);
}

struct signal_stream {
    weir_chan *ch;
    uint64_t rounds;
};

static void
signal_member(void *arg, unsigned index)
{
    const struct signal_stream *s = arg;
    char nothing[1];

    for (uint64_t i = 0; i < s->rounds; i++) {
        if (index == 0)
            EXPECT_OK(weir_chan_send(s->ch, nothing));
        else
            EXPECT_OK(weir_chan_recv(s->ch, nothing));
    }
}

TEST(ch_02_size_zero_counts_and_blocks_like_any_other)
{
    static const size_t capacities[] = { 0, 1, 2, 1000 };

    for (int c = 0; c < 4; c++) {
        struct signal_stream s = { weir_chan_make(0, capacities[c]),
                                   test_rounds(3000) };
        char nothing[1];

        for (size_t i = 0; i < capacities[c]; i++) {
            EXPECT_EQ(weir_chan_len(s.ch), i);
            EXPECT_OK(weir_chan_try_send(s.ch, nothing));
        }
        EXPECT_STATUS(weir_chan_try_send(s.ch, nothing), WEIR_AGAIN);
        for (size_t i = 0; i < capacities[c]; i++)
            EXPECT_OK(weir_chan_try_recv(s.ch, nothing));
        EXPECT_STATUS(weir_chan_try_recv(s.ch, nothing), WEIR_AGAIN);
        test_threads(2, signal_member, &s);
        EXPECT_EQ(weir_chan_len(s.ch), 0);
        weir_chan_free(s.ch);
    }
}

TEST(ch_03_elements_up_to_a_mebibyte)
{
    enum { KIB32 = 32 * 1024 };
    weir_chan *ch = weir_chan_make(KIB32, 2);
    unsigned char *in = malloc(KIB32);
    unsigned char *out = malloc(KIB32);

    memset(in, 0x5a, KIB32);
    EXPECT_OK(weir_chan_send(ch, in));
    EXPECT_OK(weir_chan_recv(ch, out));
    EXPECT_MEMEQ(in, out, KIB32);
    weir_chan_free(ch);
    ch = weir_chan_make((size_t)1 << 20, 1);
    EXPECT_NOT_NULL(ch);
    weir_chan_free(ch);
    EXPECT_NULL(weir_chan_make(((size_t)1 << 20) + 1, 1));
    free(in);
    free(out);
}

struct sampled {
    weir_chan *ch;
    uint64_t rounds;
    WEIR_ATOMIC(int) done;
};

/* 0 sends, 1 receives, 2 samples without any lock until both have ended. */
static void
sampled_member(void *arg, unsigned index)
{
    struct sampled *s = arg;
    int64_t msg = 1;

    if (index == 2) {
        const size_t cap = weir_chan_cap(s->ch);

        do {
            EXPECT_LE(weir_chan_len(s->ch), cap);
            EXPECT_EQ(weir_chan_cap(s->ch), cap);
            (void)sched_yield();
        } while (weir_load_acq(&s->done) < 2);
        return;
    }
    for (uint64_t i = 0; i < s->rounds; i++) {
        if (index == 0)
            EXPECT_OK(weir_chan_send(s->ch, &msg));
        else
            EXPECT_OK(weir_chan_recv(s->ch, &msg));
    }
    (void)weir_fetch_add_rel(&s->done, 1);
}

TEST(ch_04_len_is_between_zero_and_cap_at_every_look)
{
    for (size_t capacity = 0; capacity <= 5; capacity++) {
        struct sampled s = { weir_chan_make(8, capacity), test_rounds(2000),
                             0 };

        test_threads(3, sampled_member, &s);
        EXPECT_EQ(weir_chan_len(s.ch), 0);
        weir_chan_free(s.ch);
    }
}

TEST(ch_04_len_of_a_rendezvous_is_zero_while_a_sender_is_parked)
{
    weir_chan *ch = weir_chan_make(8, 0);
    struct party sender;

    party_park(&sender, ch, party_sends, 5);
    EXPECT_EQ(weir_chan_len(ch), 0);
    EXPECT_EQ(weir_chan_cap(ch), 0);
    EXPECT_EQ(party_take(ch), 5);
    test_thread_join(&sender.thread);
    weir_chan_free(ch);
    EXPECT_EQ(weir_chan_len(NULL), 0);
    EXPECT_EQ(weir_chan_cap(NULL), 0);
}

static void
close_or_look(void *arg, unsigned index)
{
    weir_chan *ch = arg;

    if (index == 0)
        EXPECT_OK(weir_chan_close(ch));
    else
        EXPECT_LE(weir_chan_len(ch), weir_chan_cap(ch));
}

/* ThreadSanitizer is the judge. */
TEST(ch_05_len_and_cap_do_not_race_with_close)
{
    for (uint64_t i = test_rounds(200); i > 0; i--) {
        weir_chan *ch = weir_chan_make(8, 1);

        test_threads(2, close_or_look, ch);
        weir_chan_free(ch);
    }
}

static void
receive_from_nil(void)
{
    struct test_thread thread;
    struct party p = { .ch = NULL };

    test_thread_start(&thread, party_receives, &p);
    test_thread_await_asleep(&thread);
    if (weir_load_acq(&p.returned) == 0)
        abort(); /* asleep: what is due */
}

TEST(ch_07_nil_channel_blocks_for_ever_and_tries_fail)
{
    int64_t msg = 7;

    EXPECT_ABORT(receive_from_nil(), "");
    EXPECT_STATUS(weir_chan_send_until(NULL, &msg, weir_deadline(1000)),
                  WEIR_TIMEOUT);
    EXPECT_STATUS(weir_chan_recv_until(NULL, &msg, weir_deadline(1000)),
                  WEIR_TIMEOUT);
    EXPECT_STATUS(weir_chan_try_send(NULL, &msg), WEIR_AGAIN);
    EXPECT_STATUS(weir_chan_try_recv(NULL, &msg), WEIR_AGAIN);
    EXPECT_EQ(msg, 7);
    EXPECT_ABORT((void)weir_chan_close(NULL), "weir: channel: close of NULL");
}

/* A channel inside a channel, DEPTH deep. */
static void
unwrap(size_t capacity)
{
    enum { DEPTH = 1000 };
    weir_chan *inner = NULL;

    for (int i = 0; i < DEPTH; i++) {
        weir_chan *ch = weir_chan_make(sizeof(weir_chan *), capacity);

        EXPECT_OK(weir_chan_send(ch, &inner));
        inner = ch;
    }
    for (int i = 0; i < DEPTH; i++) {
        weir_chan *ch = inner;

        EXPECT_OK(weir_chan_recv(ch, &inner));
        weir_chan_free(ch);
    }
    EXPECT_NULL(inner);
}

struct chain {
    weir_chan *outer;
    int depth;
};

/* The same through rendezvous: one thread hands a fresh channel over through
 * the last one, the other follows. */
static void
chain_member(void *arg, unsigned index)
{
    const struct chain *chain = arg;
    weir_chan *at = chain->outer;

    for (int i = 0; i < chain->depth; i++) {
        weir_chan *next = NULL;

        if (index == 0) {
            next = weir_chan_make(sizeof(weir_chan *), 0);
            EXPECT_OK(weir_chan_send(at, &next));
        } else {
            EXPECT_OK(weir_chan_recv(at, &next));
            weir_chan_free(at); /* the last message has been received */
        }
        at = next;
    }
    if (index == 1)
        weir_chan_free(at);
}

TEST(ch_08_channels_pass_through_channels)
{
    struct chain chain = { weir_chan_make(sizeof(weir_chan *), 0), 1000 };

    unwrap(1);
    unwrap(2);
    test_threads(2, chain_member, &chain);
}

static void
free_under_a_receiver(void)
{
    struct party p;
    weir_chan *ch = weir_chan_make(8, 1);

    party_park(&p, ch, party_receives, 0);
    weir_chan_free(ch);
}

TEST(ch_09_free_drops_messages_and_refuses_waiters)
{
    weir_chan *ch = weir_chan_make(8, 2);
    const int64_t msg = 1;

    EXPECT_OK(weir_chan_send(ch, &msg));
    weir_chan_free(ch); /* nothing leaks: AddressSanitizer is the judge */
    EXPECT_ABORT(free_under_a_receiver(), "weir: channel: free while");
}

struct sealed {
    uint64_t a;
    uint64_t b;
    uint64_t check;
};

struct sealed_stream {
    weir_chan *ch;
    uint64_t rounds;
    unsigned senders;
};

static void
sealed_member(void *arg, unsigned index)
{
    const struct sealed_stream *s = arg;
    uint64_t state = index;

    for (uint64_t i = 0; i < s->rounds; i++) {
        struct sealed m = { test_rand(&state), test_rand(&state), 0 };

        m.check = m.a * 31 ^ m.b;
        if (index < s->senders) {
            EXPECT_OK(weir_chan_send(s->ch, &m));
        } else {
            EXPECT_OK(weir_chan_recv(s->ch, &m));
            EXPECT_TRUE(m.check == (m.a * 31 ^ m.b));
        }
    }
}

TEST(ch_10_elements_are_never_torn)
{
    for (size_t capacity = 0; capacity <= 3; capacity++) {
        struct sealed_stream s = { weir_chan_make(sizeof(struct sealed),
                                                  capacity),
                                   test_rounds(3000), 2 };

        test_threads(4, sealed_member, &s);
        weir_chan_free(s.ch);
    }
}

/* --- send ----------------------------------------------------------------- */

static int evaluations;

static ints *
counted(ints *ch)
{
    evaluations++;
    return ch;
}

TEST(ch_11_channel_and_value_are_evaluated_once)
{
    ints *ch = ints_make(4);
    int v = 1;

    evaluations = 0;
    EXPECT_OK(weir_send(counted(ch), v++));
    EXPECT_OK(weir_try_send(counted(ch), v++));
    EXPECT_OK(weir_send_until(counted(ch), v++, WEIR_FOREVER));
    EXPECT_EQ(evaluations, 3);
    EXPECT_EQ(v, 4);
    for (int due = 1; due < 4; due++) {
        EXPECT_OK(weir_recv(ch, &v));
        EXPECT_EQ(v, due);
    }
    ints_free(ch);
}

TEST(ch_12_unbuffered_send_ends_when_a_receiver_has_the_value)
{
    weir_chan *ch = weir_chan_make(8, 0);
    struct party sender;

    party_park(&sender, ch, party_sends, 5);
    EXPECT_EQ(weir_load_acq(&sender.returned), 0);
    EXPECT_EQ(party_take(ch), 5);
    test_thread_join(&sender.thread);
    EXPECT_OK(sender.status);
    weir_chan_free(ch);
}

TEST(ch_12_buffered_send_ends_if_and_only_if_there_is_room)
{
    weir_chan *ch = weir_chan_make(8, 2);
    struct party sender;
    int64_t msg;

    for (msg = 0; msg < 2; msg++)
        EXPECT_OK(weir_chan_send(ch, &msg));
    EXPECT_STATUS(weir_chan_send_until(ch, &msg, weir_deadline(1000)),
                  WEIR_TIMEOUT);
    party_park(&sender, ch, party_sends, 2);
    EXPECT_EQ(weir_load_acq(&sender.returned), 0);
    for (int64_t due = 0; due < 3; due++)
        EXPECT_EQ(party_take(ch), due);
    test_thread_join(&sender.thread);
    EXPECT_OK(sender.status);
    weir_chan_free(ch);
}

/* As order_test.c has it, with threads: the receiver takes one message only,
 * so whether it has run makes no difference. */
TEST(ch_13_parked_receiver_takes_directly)
{
    for (size_t capacity = 1; capacity <= 5; capacity++) {
        weir_chan *ch = weir_chan_make(8, capacity);
        struct party receiver;
        int64_t sent = 0;

        party_park(&receiver, ch, party_receives, -1);
        while (weir_chan_try_send(ch, &sent) == WEIR_OK)
            sent++;
        EXPECT_EQ(sent, (int64_t)capacity + 1);
        test_thread_join(&receiver.thread);
        EXPECT_EQ(receiver.msg, 0);
        for (int64_t due = 1; due <= (int64_t)capacity; due++)
            EXPECT_EQ(party_take(ch), due);
        weir_chan_free(ch);
    }
}

TEST(ch_14_blocked_senders_are_first_in_first_out)
{
    enum { SENDERS = 5 };

    for (size_t capacity = 0; capacity <= 3; capacity++) {
        weir_chan *ch = weir_chan_make(8, capacity);
        struct party senders[SENDERS];
        int64_t msg;

        for (msg = 0; msg < (int64_t)capacity; msg++)
            EXPECT_OK(weir_chan_send(ch, &msg));
        for (int i = 0; i < SENDERS; i++)
            party_park(&senders[i], ch, party_sends, (int64_t)capacity + i);
        for (int64_t due = 0; due < (int64_t)capacity + SENDERS; due++)
            EXPECT_EQ(party_take(ch), due);
        for (int i = 0; i < SENDERS; i++)
            test_thread_join(&senders[i].thread);
        weir_chan_free(ch);
    }
}

TEST(ch_15_send_on_closed_is_refused_even_with_room)
{
    weir_chan *ch = weir_chan_make(8, 3);
    int64_t msg = 1;

    EXPECT_OK(weir_chan_send(ch, &msg));
    EXPECT_OK(weir_chan_close(ch));
    EXPECT_STATUS(weir_chan_send(ch, &msg), WEIR_CLOSED);
    EXPECT_EQ(weir_chan_len(ch), 1);
    weir_chan_free(ch);
}

TEST(ch_15_parked_sender_is_refused_and_its_value_lost)
{
    for (size_t capacity = 0; capacity <= 2; capacity++) {
        weir_chan *ch = weir_chan_make(8, capacity);
        struct party sender;
        int64_t msg;

        for (msg = 0; msg < (int64_t)capacity; msg++)
            EXPECT_OK(weir_chan_send(ch, &msg));
        party_park(&sender, ch, party_sends, 77);
        EXPECT_OK(weir_chan_close(ch));
        test_thread_join(&sender.thread);
        EXPECT_STATUS(sender.status, WEIR_CLOSED);
        for (int64_t due = 0; due < (int64_t)capacity; due++)
            EXPECT_EQ(party_take(ch), due);
        EXPECT_STATUS(weir_chan_recv(ch, &msg), WEIR_CLOSED);
        weir_chan_free(ch);
    }
}

/* Senders race with the close; every value was taken or refused. */
struct raced {
    weir_chan *ch;
    WEIR_ATOMIC(int64_t) sent;
    WEIR_ATOMIC(int64_t) received;
};

static void
raced_member(void *arg, unsigned index)
{
    struct raced *r = arg;
    int64_t msg = 1;

    if (index == 3) {
        EXPECT_OK(weir_chan_close(r->ch));
    } else if (index == 2) {
        while (weir_chan_recv(r->ch, &msg) == WEIR_OK)
            (void)weir_fetch_add_rlx(&r->received, 1);
    } else {
        while (weir_chan_send(r->ch, &msg) == WEIR_OK)
            (void)weir_fetch_add_rlx(&r->sent, 1);
    }
}

TEST(ch_16_send_and_close_may_race)
{
    for (uint64_t i = test_rounds(300); i > 0; i--) {
        struct raced r = { .ch = weir_chan_make(8, i % 4) };

        test_threads(4, raced_member, &r);
        EXPECT_EQ(weir_load_rlx(&r.sent), weir_load_rlx(&r.received));
        weir_chan_free(r.ch);
    }
}

TEST(ch_17_try_send_on_closed_says_closed_not_again)
{
    for (size_t capacity = 0; capacity <= 2; capacity++) {
        weir_chan *ch = weir_chan_make(8, capacity);
        int64_t msg = 1;

        while (weir_chan_try_send(ch, &msg) == WEIR_OK)
            ; /* full as well as closed */
        EXPECT_OK(weir_chan_close(ch));
        EXPECT_STATUS(weir_chan_try_send(ch, &msg), WEIR_CLOSED);
        EXPECT_STATUS(weir_chan_send_until(ch, &msg, weir_limit_at(0)),
                      WEIR_CLOSED);
        weir_chan_free(ch);
    }
}
