/* SPDX-License-Identifier: MIT */
/*
 * semantics/chan_test.c - Go's promises about channels (CH-01 to CH-44), for
 * plain threads; what needs one worker stands in order_test.c.
 *
 * Where Go panics, weir returns WEIR_CLOSED.  docs/semantics.md has every row.
 */
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include <weir/atomic.h>
#include <weir/weir.h>

WEIR_CHAN(ints, int);

struct party {
    weir_chan *ch;
    int64_t msg;
    int status;
    WEIR_ATOMIC(int) returned;
    struct test_thread thread;
};

static void
send_one(void *arg)
{
    struct party *p = arg;

    p->status = weir_chan_send(p->ch, &p->msg);
    weir_store_rel(&p->returned, 1);
}

static void
receive_one(void *arg)
{
    struct party *p = arg;

    p->status = weir_chan_recv(p->ch, &p->msg);
    weir_store_rel(&p->returned, 1);
}

static void
park(struct party *p, weir_chan *ch, void (*run)(void *arg), int64_t msg)
{
    *p = (struct party){ .ch = ch, .msg = msg };
    test_thread_start(&p->thread, run, p);
    test_thread_await_asleep(&p->thread);
}

static int64_t
take(weir_chan *ch)
{
    int64_t msg = -1;

    EXPECT_OK(weir_chan_recv(ch, &msg));
    return msg;
}

/* --- creation, nil, length ------------------------------------------------ */

TEST(ch_01_capacity_zero_is_a_rendezvous_and_absurd_ones_are_refused)
{
    weir_chan *ch = weir_chan_make(8, 0);
    int64_t msg = 0;

    EXPECT_EQ(weir_chan_cap(ch), 0);
    EXPECT_STATUS(weir_chan_try_send(ch, &msg), WEIR_AGAIN);
    EXPECT_NULL(weir_chan_make(8, (size_t)-1));
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

    park(&sender, ch, send_one, 5);
    EXPECT_EQ(weir_chan_len(ch), 0);
    EXPECT_EQ(weir_chan_cap(ch), 0);
    EXPECT_EQ(take(ch), 5);
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

    test_thread_start(&thread, receive_one, &p);
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

    park(&p, ch, receive_one, 0);
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

    park(&sender, ch, send_one, 5);
    EXPECT_EQ(weir_load_acq(&sender.returned), 0);
    EXPECT_EQ(take(ch), 5);
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
    park(&sender, ch, send_one, 2);
    EXPECT_EQ(weir_load_acq(&sender.returned), 0);
    for (int64_t due = 0; due < 3; due++)
        EXPECT_EQ(take(ch), due);
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

        park(&receiver, ch, receive_one, -1);
        while (weir_chan_try_send(ch, &sent) == WEIR_OK)
            sent++;
        EXPECT_EQ(sent, (int64_t)capacity + 1);
        test_thread_join(&receiver.thread);
        EXPECT_EQ(receiver.msg, 0);
        for (int64_t due = 1; due <= (int64_t)capacity; due++)
            EXPECT_EQ(take(ch), due);
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
            park(&senders[i], ch, send_one, (int64_t)capacity + i);
        for (int64_t due = 0; due < (int64_t)capacity + SENDERS; due++)
            EXPECT_EQ(take(ch), due);
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
        park(&sender, ch, send_one, 77);
        EXPECT_OK(weir_chan_close(ch));
        test_thread_join(&sender.thread);
        EXPECT_STATUS(sender.status, WEIR_CLOSED);
        for (int64_t due = 0; due < (int64_t)capacity; due++)
            EXPECT_EQ(take(ch), due);
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

/* --- receive -------------------------------------------------------------- */

static void
drain_closed(void *arg, unsigned index)
{
    struct raced *r = arg;
    int64_t msg;

    (void)index;
    for (int i = 0; i < 20; i++) {
        msg = 0x55;
        if (weir_chan_recv(r->ch, &msg) == WEIR_OK)
            (void)weir_fetch_add_rlx(&r->received, msg);
        else
            EXPECT_EQ(msg, 0);
    }
}

TEST(ch_18_closed_gives_what_was_buffered_then_zero_to_anybody)
{
    struct raced r = { .ch = weir_chan_make(8, 10) };
    int64_t msg;

    for (msg = 1; msg <= 10; msg++)
        EXPECT_OK(weir_chan_send(r.ch, &msg));
    EXPECT_OK(weir_chan_close(r.ch));
    test_threads(4, drain_closed, &r);
    EXPECT_EQ(weir_load_rlx(&r.received), 55);
    weir_chan_free(r.ch);
}

TEST(ch_19_sent_zero_is_told_from_closed)
{
    weir_chan *ch = weir_chan_make(8, 1);
    int64_t msg = 0;

    EXPECT_OK(weir_chan_send(ch, &msg));
    EXPECT_OK(weir_chan_close(ch));
    msg = 7;
    EXPECT_OK(weir_chan_recv(ch, &msg));
    EXPECT_EQ(msg, 0);
    msg = 7;
    EXPECT_STATUS(weir_chan_recv(ch, &msg), WEIR_CLOSED);
    EXPECT_EQ(msg, 0);
    weir_chan_free(ch);
}

TEST(ch_20_value_may_be_dropped_and_closed_zero_fills)
{
    ints *ch = ints_make(1);
    unsigned char out[sizeof(int)];
    const unsigned char zero[sizeof(int)] = { 0 };

    EXPECT_OK(weir_send(ch, 5));
    EXPECT_OK(weir_drop(ch));
    EXPECT_EQ(weir_len(ch), 0);
    EXPECT_OK(weir_close(ch));
    memset(out, 0xaa, sizeof(out));
    EXPECT_STATUS(weir_chan_recv((weir_chan *)(void *)ch, out), WEIR_CLOSED);
    EXPECT_MEMEQ(out, zero, sizeof(out));
    EXPECT_STATUS(weir_drop(ch), WEIR_CLOSED);
    ints_free(ch);
}

TEST(ch_21_parked_receivers_are_first_in_first_out)
{
    enum { RECEIVERS = 5 };

    for (size_t capacity = 0; capacity <= 2; capacity++) {
        weir_chan *ch = weir_chan_make(8, capacity);
        struct party receivers[RECEIVERS];

        for (int i = 0; i < RECEIVERS; i++)
            park(&receivers[i], ch, receive_one, -1);
        for (int64_t i = 0; i < RECEIVERS; i++)
            EXPECT_OK(weir_chan_send(ch, &i));
        for (int i = 0; i < RECEIVERS; i++) {
            test_thread_join(&receivers[i].thread);
            EXPECT_EQ(receivers[i].msg, i);
        }
        weir_chan_free(ch);
    }
}

TEST(ch_22_receive_from_full_takes_the_head_and_fills_the_tail)
{
    weir_chan *ch = weir_chan_make(8, 2);
    struct party sender;
    int64_t msg;

    for (msg = 0; msg < 2; msg++)
        EXPECT_OK(weir_chan_send(ch, &msg));
    park(&sender, ch, send_one, 2);
    EXPECT_EQ(take(ch), 0);
    EXPECT_EQ(weir_chan_len(ch), 2);
    EXPECT_EQ(take(ch), 1);
    EXPECT_EQ(take(ch), 2);
    test_thread_join(&sender.thread);
    weir_chan_free(ch);
}

TEST(ch_23_try_receive_tells_got_closed_and_again_apart)
{
    for (size_t capacity = 0; capacity <= 1; capacity++) {
        weir_chan *ch = weir_chan_make(8, capacity);
        struct party sender;
        int64_t msg = 7;

        EXPECT_STATUS(weir_chan_try_recv(ch, &msg), WEIR_AGAIN);
        EXPECT_EQ(msg, 7); /* untouched */
        for (size_t i = 0; i < capacity; i++)
            EXPECT_OK(weir_chan_send(ch, &msg));
        park(&sender, ch, send_one, 7);
        for (size_t i = 0; i <= capacity; i++)
            EXPECT_OK(weir_chan_try_recv(ch, &msg));
        test_thread_join(&sender.thread);
        EXPECT_OK(weir_chan_close(ch));
        EXPECT_STATUS(weir_chan_try_recv(ch, &msg), WEIR_CLOSED);
        EXPECT_EQ(msg, 0);
        weir_chan_free(ch);
    }
}

/* Go's TestNonblockRecvRace: a value is there all the time; a close must not
 * hide it. */
static void
close_or_try(void *arg, unsigned index)
{
    weir_chan *ch = arg;
    int64_t msg;

    if (index == 0)
        EXPECT_OK(weir_chan_close(ch));
    else
        EXPECT_OK(weir_chan_try_recv(ch, &msg));
}

TEST(ch_24_try_receive_finds_a_value_that_is_closed_over)
{
    for (uint64_t i = test_rounds(2000); i > 0; i--) {
        weir_chan *ch = weir_chan_make(8, 1);
        const int64_t msg = 1;

        EXPECT_OK(weir_chan_send(ch, &msg));
        test_threads(2, close_or_try, ch);
        weir_chan_free(ch);
    }
}

/* --- close, range --------------------------------------------------------- */

static void
close_wakes(size_t capacity, void (*run)(void *arg), int64_t due)
{
    enum { PARTIES = 8 };
    weir_chan *ch = weir_chan_make(8, capacity);
    struct party parties[PARTIES];
    int64_t msg;

    if (run == send_one)
        for (msg = 0; msg < (int64_t)capacity; msg++)
            EXPECT_OK(weir_chan_send(ch, &msg));
    for (int i = 0; i < PARTIES; i++)
        park(&parties[i], ch, run, 77);
    EXPECT_OK(weir_chan_close(ch));
    for (int i = 0; i < PARTIES; i++) {
        test_thread_join(&parties[i].thread);
        EXPECT_STATUS(parties[i].status, WEIR_CLOSED);
        EXPECT_EQ(parties[i].msg, due);
    }
    weir_chan_free(ch);
}

TEST(ch_25_close_wakes_all_parked_parties)
{
    for (size_t capacity = 0; capacity <= 2; capacity++) {
        close_wakes(capacity, receive_one, 0);
        close_wakes(capacity, send_one, 77);
    }
}

struct closers {
    weir_chan *ch;
    WEIR_ATOMIC(int) won;
    WEIR_ATOMIC(int) lost;
};

static void
close_it(void *arg, unsigned index)
{
    struct closers *c = arg;

    (void)index;
    if (weir_chan_close(c->ch) == WEIR_OK)
        (void)weir_fetch_add_rlx(&c->won, 1);
    else
        (void)weir_fetch_add_rlx(&c->lost, 1);
}

TEST(ch_26_exactly_one_of_many_closes_wins)
{
    for (uint64_t i = test_rounds(200); i > 0; i--) {
        struct closers c = { .ch = weir_chan_make(8, i % 3) };

        test_threads(8, close_it, &c);
        EXPECT_EQ(weir_load_rlx(&c.won), 1);
        EXPECT_EQ(weir_load_rlx(&c.lost), 7);
        EXPECT_STATUS(weir_chan_close(c.ch), WEIR_CLOSED);
        weir_chan_free(c.ch);
    }
    EXPECT_ABORT((void)weir_chan_close(NULL), "weir: channel: close of NULL");
}

TEST(ch_27_close_keeps_buffered_values)
{
    weir_chan *ch = weir_chan_make(8, 5);
    int64_t msg;

    for (msg = 0; msg < 5; msg++)
        EXPECT_OK(weir_chan_send(ch, &msg));
    EXPECT_OK(weir_chan_close(ch));
    EXPECT_EQ(weir_chan_len(ch), 5);
    for (int64_t due = 0; due < 5; due++)
        EXPECT_EQ(take(ch), due);
    weir_chan_free(ch);
}

struct rangers {
    ints *ch;
    WEIR_ATOMIC(int) sum;
};

static void
range_all(void *arg, unsigned index)
{
    struct rangers *r = arg;
    int v;

    if (index == 0) {
        for (int i = 1; i <= 200; i++)
            EXPECT_OK(weir_send(r->ch, i));
        EXPECT_OK(weir_close(r->ch));
    } else {
        weir_range(r->ch, &v)
            (void)weir_fetch_add_rlx(&r->sum, v);
    }
}

TEST(ch_29_rangers_share_the_values_until_closed_and_drained)
{
    for (size_t capacity = 0; capacity <= 3; capacity++) {
        struct rangers r = { .ch = ints_make(capacity) };

        test_threads(3, range_all, &r);
        EXPECT_EQ(weir_load_rlx(&r.sum), 200 * 201 / 2);
        ints_free(r.ch);
    }
}

TEST(ch_29_break_leaves_the_channel_usable)
{
    ints *ch = ints_make(3);
    int v;

    EXPECT_OK(weir_send(ch, 1));
    EXPECT_OK(weir_send(ch, 2));
    weir_range(ch, &v)
        break;
    EXPECT_EQ(v, 1);
    EXPECT_OK(weir_send(ch, 3));
    EXPECT_OK(weir_recv(ch, &v));
    EXPECT_EQ(v, 2);
    ints_free(ch);
}

TEST(ch_31_close_says_whether_it_closed)
{
    weir_chan *ch = weir_chan_make(8, 1);

    EXPECT_OK(weir_chan_close(ch));
    EXPECT_STATUS(weir_chan_close(ch), WEIR_CLOSED);
    weir_chan_free(ch);
}

/* --- order, atomicity, fairness ------------------------------------------- */

struct tagged {
    uint32_t sender;
    uint32_t number;
};

enum { MANY = 4 };

struct crowd {
    weir_chan *ch;
    uint32_t each;
    unsigned senders;
    unsigned receivers;
    WEIR_ATOMIC(unsigned) senders_left;
    WEIR_ATOMIC(uint32_t) *seen; /* how often, by sender and number */
};

static void
crowd_member(void *arg, unsigned index)
{
    struct crowd *c = arg;
    uint32_t next[MANY] = { 0 };
    struct tagged m;

    if (index < c->senders) {
        for (uint32_t i = 0; i < c->each; i++) {
            m = (struct tagged){ index, i };
            EXPECT_OK(weir_chan_send(c->ch, &m));
        }
        if (weir_fetch_sub_acqrel(&c->senders_left, 1u) == 1)
            EXPECT_OK(weir_chan_close(c->ch));
        return;
    }
    while (weir_chan_recv(c->ch, &m) == WEIR_OK) {
        ASSERT_TRUE(m.sender < c->senders && m.number < c->each);
        EXPECT_GE(m.number, next[m.sender]); /* order of each sender */
        next[m.sender] = m.number + 1;
        (void)weir_fetch_add_rlx(&c->seen[m.sender * c->each + m.number], 1u);
    }
}

static void
crowd_run(size_t capacity, unsigned senders, unsigned receivers)
{
    struct crowd c = { .ch = weir_chan_make(sizeof(struct tagged), capacity),
                       .each = (uint32_t)test_rounds(1000),
                       .senders = senders,
                       .receivers = receivers };

    weir_store_rlx(&c.senders_left, senders);
    c.seen = calloc((size_t)senders * c.each, sizeof(*c.seen));
    test_threads(senders + receivers, crowd_member, &c);
    for (uint32_t i = 0; i < senders * c.each; i++)
        EXPECT_EQ(weir_load_rlx(&c.seen[i]), 1);
    free((void *)c.seen);
    weir_chan_free(c.ch);
}

TEST(ch_32_values_of_one_sender_stay_in_order)
{
    for (size_t capacity = 0; capacity <= 3; capacity++) {
        crowd_run(capacity, 1, 1);
        crowd_run(capacity, 3, 1);
    }
}

TEST(ch_33_nothing_is_lost_and_nothing_comes_twice)
{
    static const size_t capacities[] = { 0, 1, 2, 3, 10, 200 };

    for (int i = 0; i < 6; i++) {
        crowd_run(capacities[i], MANY, MANY);
        crowd_run(capacities[i], MANY, 1);
        crowd_run(capacities[i], 1, MANY);
    }
}

/* T threads, capacity T: each sends one and must then find one. */
struct probe {
    weir_chan *ch;
    uint64_t rounds;
};

static void
send_then_try(void *arg, unsigned index)
{
    const struct probe *p = arg;
    int64_t msg = index;

    for (uint64_t i = 0; i < p->rounds; i++) {
        if (i % 2)
            EXPECT_OK(weir_chan_send(p->ch, &msg));
        else
            EXPECT_OK(weir_chan_try_send(p->ch, &msg)); /* there is room */
        EXPECT_OK(weir_chan_try_recv(p->ch, &msg));
    }
}

TEST(ch_34_a_try_after_a_send_finds_something)
{
    for (unsigned threads = 1; threads <= 6; threads++) {
        struct probe p = { weir_chan_make(8, threads), test_rounds(5000) };

        test_threads(threads, send_then_try, &p);
        EXPECT_EQ(weir_chan_len(p.ch), 0);
        weir_chan_free(p.ch);
    }
}

/* --- happens-before: plain memory, ThreadSanitizer is the judge ----------- */

struct litmus {
    weir_chan *ch;
    weir_chan *done;
    int plain;
    int64_t counter;
    uint64_t rounds;
};

static void
publish_by_send(void *arg, unsigned index)
{
    struct litmus *l = arg;
    int64_t msg = 0;

    if (index == 0) {
        l->plain = 42;
        EXPECT_OK(weir_chan_send(l->ch, &msg));
    } else {
        EXPECT_OK(weir_chan_recv(l->ch, &msg));
        EXPECT_EQ(l->plain, 42);
    }
}

static void
publish_by_close(void *arg, unsigned index)
{
    struct litmus *l = arg;
    int64_t msg = 0;

    if (index == 0) {
        l->plain = 42;
        EXPECT_OK(weir_chan_close(l->ch));
    } else if (index == 1) {
        EXPECT_STATUS(weir_chan_recv(l->ch, &msg), WEIR_CLOSED);
        EXPECT_EQ(l->plain, 42);
    } else {
        TEST_AWAIT(weir_chan_try_recv(l->ch, &msg) == WEIR_CLOSED);
        EXPECT_EQ(l->plain, 42);
    }
}

static void
publish_by_receive(void *arg, unsigned index)
{
    struct litmus *l = arg;
    int64_t msg = 0;

    if (index == 0) {
        l->plain = 42;
        EXPECT_OK(weir_chan_recv(l->ch, &msg));
    } else {
        EXPECT_OK(weir_chan_send(l->ch, &msg));
        EXPECT_EQ(l->plain, 42);
    }
}

static void
litmus_run(size_t capacity, unsigned threads,
           void (*run)(void *arg, unsigned index))
{
    for (uint64_t i = test_rounds(300); i > 0; i--) {
        struct litmus l = { .ch = weir_chan_make(8, capacity) };

        test_threads(threads, run, &l);
        weir_chan_free(l.ch);
    }
}

TEST(ch_39_send_is_before_the_return_of_its_receive)
{
    litmus_run(0, 2, publish_by_send);
    litmus_run(1, 2, publish_by_send);
    litmus_run(10, 2, publish_by_send);
}

TEST(ch_40_close_is_before_a_receive_that_says_closed)
{
    litmus_run(0, 3, publish_by_close);
    litmus_run(10, 3, publish_by_close);
}

TEST(ch_41_unbuffered_receive_is_before_the_return_of_its_send)
{
    litmus_run(0, 2, publish_by_receive);
}

/* A channel of capacity 1 as a mutex: send locks, receive unlocks. */
static void
lock_by_send(void *arg, unsigned index)
{
    struct litmus *l = arg;
    int64_t msg = index;

    for (uint64_t i = 0; i < l->rounds; i++) {
        EXPECT_OK(weir_chan_send(l->ch, &msg));
        l->counter++;
        EXPECT_OK(weir_chan_recv(l->ch, &msg));
    }
}

static void
lock_with(size_t bytes)
{
    struct litmus l = { .ch = weir_chan_make(bytes, 1),
                        .rounds = test_rounds(3000) };

    test_threads(3, lock_by_send, &l);
    EXPECT_EQ(l.counter, 3 * (int64_t)l.rounds);
    weir_chan_free(l.ch);
}

TEST(ch_42_kth_receive_is_before_send_k_plus_c_as_a_mutex)
{
    lock_with(8);
    lock_with(0); /* HB-09: no element to hang the edge on */
}

/* The same with a send that parks (HB-08): its message passes the buffer. */
TEST(ch_42_edge_holds_for_a_sender_that_was_parked)
{
    for (size_t capacity = 1; capacity <= 3; capacity++) {
        weir_chan *ch = weir_chan_make(8, capacity);
        struct party sender;
        int64_t msg;

        for (msg = 0; msg < (int64_t)capacity; msg++)
            EXPECT_OK(weir_chan_send(ch, &msg));
        park(&sender, ch, send_one, (int64_t)capacity);
        for (int64_t due = 0; due <= (int64_t)capacity; due++)
            EXPECT_EQ(take(ch), due);
        TEST_AWAIT(weir_load_acq(&sender.returned));
        EXPECT_OK(sender.status);
        test_thread_join(&sender.thread);
        weir_chan_free(ch);
    }
}

/* HB-22: what a pointer points to goes with it. */
static void
pass_pointer(void *arg, unsigned index)
{
    struct litmus *l = arg;

    for (uint64_t i = 0; i < l->rounds; i++) {
        int64_t *box = NULL;

        if (index == 0) {
            box = malloc(sizeof(*box));
            *box = (int64_t)i;
            EXPECT_OK(weir_chan_send(l->ch, &box));
        } else {
            EXPECT_OK(weir_chan_recv(l->ch, &box));
            EXPECT_EQ(*box, (int64_t)i);
            free(box);
        }
    }
}

TEST(hb_22_memory_goes_with_a_pointer)
{
    for (size_t capacity = 0; capacity <= 2; capacity++) {
        struct litmus l = { .ch = weir_chan_make(sizeof(void *), capacity),
                            .rounds = test_rounds(2000) };

        test_threads(2, pass_pointer, &l);
        weir_chan_free(l.ch);
    }
}

/* HB-23: a request carries its own reply channel, which its maker frees as
 * soon as the reply is there. */
struct request {
    int64_t question;
    weir_chan *reply;
};

static void
ask_or_answer(void *arg, unsigned index)
{
    struct litmus *l = arg;

    for (uint64_t i = 0; i < l->rounds; i++) {
        struct request r;
        int64_t answer;

        if (index == 0) {
            r = (struct request){ (int64_t)i, weir_chan_make(8, i % 2) };
            EXPECT_OK(weir_chan_send(l->ch, &r));
            EXPECT_OK(weir_chan_recv(r.reply, &answer));
            EXPECT_EQ(answer, (int64_t)i + 1);
            weir_chan_free(r.reply);
        } else {
            EXPECT_OK(weir_chan_recv(l->ch, &r));
            answer = r.question + 1;
            EXPECT_OK(weir_chan_send(r.reply, &answer));
        }
    }
}

TEST(hb_23_reply_channel_is_freed_after_its_reply)
{
    struct litmus l = { .ch = weir_chan_make(sizeof(struct request), 0),
                        .rounds = test_rounds(3000) };

    test_threads(2, ask_or_answer, &l);
    weir_chan_free(l.ch);
}
