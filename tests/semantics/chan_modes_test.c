/* SPDX-License-Identifier: MIT */
/*
 * semantics/chan_modes_test.c - any size and capacity, batches, dropping, and
 * the life of a channel.
 *
 * Go has neither batches nor dropping: they must leave Go's rows as they are.
 */
#include "party.h"

#include <stdlib.h>
#include <string.h>

#include <weir/select.h>

/* A release build does not look, a sanitizer sees it in its own words. */
#if defined(NDEBUG) || TEST_SANITIZED
#define SEES_THE_DEAD 0
#else
#define SEES_THE_DEAD 1
#endif

/* --- size and capacity --- */

TEST(ch_01_any_capacity_is_exact)
{
    static const size_t capacities[] = { 1,  2,   3,   5,    7,    8,
                                         31, 100, 999, 1024, 1025, 65537 };

    for (int i = 0; i < 12; i++) {
        weir_chan *ch = weir_chan_make(2, capacities[i]);
        uint16_t in = 0, out, due = 0;

        for (int lap = 0; lap < 3; lap++) {
            size_t n = 0;

            while (weir_chan_try_send(ch, &in) == WEIR_OK) {
                n++;
                in++;
            }
            EXPECT_EQ(n, capacities[i]);
            for (n = 0; n < capacities[i] - (lap != 2); n++) {
                EXPECT_OK(weir_chan_try_recv(ch, &out));
                EXPECT_EQ(out, due);
                due++;
            }
            if (lap != 2) { /* so that the next lap starts elsewhere */
                EXPECT_OK(weir_chan_recv(ch, &out));
                EXPECT_EQ(out, due);
                due++;
                EXPECT_OK(weir_chan_send(ch, &in));
                EXPECT_OK(weir_chan_recv(ch, &out));
                EXPECT_EQ(out, due);
                in++;
                due++;
            }
        }
        EXPECT_STATUS(weir_chan_try_recv(ch, &out), WEIR_AGAIN);
        weir_chan_free(ch);
    }
}

TEST(ch_02_batches_and_drops_of_no_bytes_count)
{
    const weir_chan_options o = { .on_full = WEIR_FULL_DROP_OLDEST,
                                  .stats = true };
    weir_chan *ch = weir_chan_make_with(0, 3, &o);
    weir_chan_statistics stats;
    size_t n;

    EXPECT_OK(weir_chan_send_n(ch, NULL, 8, &n));
    EXPECT_EQ(n, 8);
    EXPECT_EQ(weir_chan_len(ch), 3);
    EXPECT_OK(weir_chan_recv_n(ch, NULL, 8, &n));
    EXPECT_EQ(n, 3);
    weir_chan_stats(ch, &stats);
    EXPECT_EQ(stats.dropped, 5);
    weir_chan_free(ch);
}

struct large {
    weir_chan *ch;
    size_t bytes;
    int rounds;
};

static void
large_fill(unsigned char *msg, size_t bytes, int number)
{
    for (size_t i = 0; i < bytes; i++)
        msg[i] = (unsigned char)((size_t)number * 37 + i * 11 + i / 256);
}

static void
large_send(void *arg)
{
    const struct large *l = arg;
    unsigned char *msg = malloc(l->bytes);

    for (int i = 0; i < l->rounds; i++) {
        large_fill(msg, l->bytes, i);
        EXPECT_OK(weir_chan_send(l->ch, msg));
    }
    free(msg);
}

static void
large_pass(size_t bytes, size_t capacity)
{
    struct large l = { weir_chan_make(bytes, capacity), bytes, 6 };
    unsigned char *got = malloc(bytes);
    unsigned char *due = malloc(bytes);
    struct test_thread sender;

    ASSERT_NOT_NULL(l.ch);
    test_thread_start(&sender, large_send, &l);
    for (int i = 0; i < l.rounds; i++) {
        EXPECT_OK(weir_chan_recv(l.ch, got));
        large_fill(due, bytes, i);
        EXPECT_MEMEQ(got, due, bytes);
    }
    test_thread_join(&sender);
    weir_chan_free(l.ch);
    free(got);
    free(due);
}

TEST(ch_03_large_elements_pass_whole)
{
    static const size_t sizes[] = { 1024, 32 * 1024, (size_t)1 << 20 };

    for (int i = 0; i < 3; i++)
        for (size_t capacity = 0; capacity <= 2; capacity++)
            large_pass(sizes[i], capacity);
    EXPECT_NULL(weir_chan_make(((size_t)1 << 20) + 1, 0));
}

/* A stack far smaller than the messages; weir keeps none there. */
enum { LARGE = 1 << 20, SMALL_STACK = 128 * 1024 };

struct small_stack {
    weir_chan *ch;
    unsigned char *msgs; /* two of them */
    unsigned dropped;
};

static void
count_large(void *arg, const void *msg)
{
    struct small_stack *s = arg;

    s->dropped += ((const unsigned char *)msg)[LARGE - 1] == 7;
}

static void *
large_on_a_small_stack(void *arg)
{
    struct small_stack *s = arg;
    size_t n;

    EXPECT_OK(weir_chan_send(s->ch, s->msgs));
    EXPECT_OK(weir_chan_send_n(s->ch, s->msgs, 2, &n)); /* drops */
    EXPECT_EQ(n, 2);
    EXPECT_OK(weir_chan_recv_n(s->ch, s->msgs, 2, &n));
    EXPECT_EQ(n, 1);
    EXPECT_STATUS(weir_chan_recv_until(s->ch, s->msgs, weir_deadline(1000)),
                  WEIR_TIMEOUT);
    return NULL;
}

TEST(ch_03_large_elements_stay_off_the_stack)
{
    struct small_stack s = { .msgs = malloc((size_t)2 * LARGE) };
    const weir_chan_options o = { .on_full = WEIR_FULL_DROP_OLDEST,
                                  .on_drop = count_large,
                                  .drop_arg = &s };
    pthread_attr_t attr;
    pthread_t thread;

    memset(s.msgs, 7, (size_t)2 * LARGE);
    s.ch = weir_chan_make_with(LARGE, 1, &o);
    ASSERT_NOT_NULL(s.ch);
    (void)pthread_attr_init(&attr);
    (void)pthread_attr_setstacksize(&attr, SMALL_STACK);
    ASSERT_EQ(pthread_create(&thread, &attr, large_on_a_small_stack, &s), 0);
    (void)pthread_join(thread, NULL);
    (void)pthread_attr_destroy(&attr);
    EXPECT_EQ(s.dropped, 2);
    weir_chan_free(s.ch);
    free(s.msgs);
}

/* --- life --- */

static weir_chan *
freed(void)
{
    weir_chan *ch = weir_chan_make(8, 1);

    weir_chan_free(ch);
    return ch;
}

static void
free_over(void (*wait)(void *arg), size_t messages)
{
    struct party p;
    weir_chan *ch = weir_chan_make(8, 1);
    const int64_t msg = 1;

    for (size_t i = 0; i < messages; i++)
        EXPECT_OK(weir_chan_send(ch, &msg));
    party_park(&p, ch, wait, 0);
    weir_chan_free(ch);
}

TEST(ch_09_free_with_waiters_is_caught_by_name)
{
    static const char line[] = "weir: channel: free while somebody waits on it";

    EXPECT_ABORT(free_over(party_receives, 0), line);
    EXPECT_ABORT(free_over(party_sends, 1), line);
}

TEST(ch_09_double_free_and_use_after_free_are_caught_by_name)
{
    int64_t msg = 1;

    if (!SEES_THE_DEAD)
        TEST_SKIP("a release build, or a sanitizer sees it");
    EXPECT_ABORT(weir_chan_free(freed()), "weir: channel: double free");
    EXPECT_ABORT(EXPECT_OK(weir_chan_send(freed(), &msg)),
                 "weir: channel: use after free");
    EXPECT_ABORT(EXPECT_OK(weir_chan_recv(freed(), &msg)),
                 "weir: channel: use after free");
    EXPECT_ABORT((void)weir_chan_close(freed()),
                 "weir: channel: use after free");
}

/* Whoever has received the last message of a batch may free the channel. */
struct last {
    weir_chan *ch;
    int64_t n;
};

static void
last_sends(void *arg)
{
    struct last *l = arg;
    int64_t msgs[8];
    size_t sent = 0;

    for (int64_t i = 0; i < l->n; i++)
        msgs[i] = i;
    while (sent < (size_t)l->n) {
        size_t k;

        EXPECT_OK(
            weir_chan_send_n(l->ch, msgs + sent, (size_t)l->n - sent, &k));
        sent += k;
    }
}

TEST(ch_09_last_message_of_a_batch_hands_the_channel_over)
{
    for (uint64_t i = 0; i < test_rounds(600); i++) {
        struct last l = { weir_chan_make(8, i % 4), 1 + (int64_t)(i % 8) };
        struct test_thread sender;
        int64_t msg = -1;

        test_thread_start(&sender, last_sends, &l);
        while (msg != l.n - 1)
            EXPECT_OK(weir_chan_recv(l.ch, &msg));
        weir_chan_free(l.ch);
        test_thread_join(&sender);
    }
}

/* --- batches --- */

struct sealed {
    uint64_t a;
    uint64_t b;
    uint64_t check;
};

struct sealed_stream {
    weir_chan *ch;
    uint64_t rounds;
    WEIR_ATOMIC(unsigned) sending;
};

enum { SEALED_SENDERS = 2, SEALED_BATCH = 5 };

static void
sealed_member(void *arg, unsigned index)
{
    struct sealed_stream *s = arg;
    struct sealed m[SEALED_BATCH];
    uint64_t state = index;
    size_t n;

    if (index < SEALED_SENDERS) {
        for (uint64_t i = 0; i < s->rounds; i++) {
            for (int k = 0; k < SEALED_BATCH; k++) {
                m[k].a = test_rand(&state);
                m[k].b = test_rand(&state);
                m[k].check = m[k].a * 31 ^ m[k].b;
            }
            EXPECT_OK(weir_chan_send_n(s->ch, m, SEALED_BATCH, &n));
        }
        if (weir_fetch_sub_acqrel(&s->sending, 1u) == 1)
            EXPECT_OK(weir_chan_close(s->ch));
        return;
    }
    while (weir_chan_recv_n(s->ch, m, SEALED_BATCH, &n) == WEIR_OK)
        for (size_t k = 0; k < n; k++)
            EXPECT_TRUE(m[k].check == (m[k].a * 31 ^ m[k].b));
}

TEST(ch_10_elements_of_batches_and_of_dropping_channels_are_never_torn)
{
    for (int mode = WEIR_FULL_BLOCK; mode <= WEIR_FULL_DROP_OLDEST; mode++)
        for (size_t capacity = 1; capacity <= 4; capacity++) {
            const weir_chan_options o = { .on_full = mode };
            struct sealed_stream s = { .rounds = test_rounds(1000) };

            s.ch = weir_chan_make_with(sizeof(struct sealed), capacity, &o);
            weir_store_rlx(&s.sending, (unsigned)SEALED_SENDERS);
            test_threads(SEALED_SENDERS + 2, sealed_member, &s);
            weir_chan_free(s.ch);
        }
}

/* A batch that has to wait stands in line as a single send does. */
TEST(ch_14_batches_wait_in_line)
{
    weir_chan *ch = weir_chan_make(8, 1);
    struct party first;
    struct party second;
    int64_t msgs[4] = { 0 };
    size_t n;

    EXPECT_OK(weir_chan_send(ch, &msgs[0]));
    party_park(&first, ch, party_sends, 1);
    party_park(&second, ch, party_sends, 2);
    EXPECT_STATUS(weir_chan_try_send_n(ch, msgs, 4, &n), WEIR_AGAIN);
    EXPECT_OK(weir_chan_recv_n(ch, msgs, 4, &n));
    EXPECT_EQ(n, 3);
    for (int64_t i = 0; i < 3; i++)
        EXPECT_EQ(msgs[i], i);
    test_thread_join(&first.thread);
    test_thread_join(&second.thread);
    weir_chan_free(ch);
}

/* Plain memory; ThreadSanitizer is the judge. */
struct published {
    weir_chan *ch;
    int64_t cell[64];
};

static void
published_member(void *arg, unsigned index)
{
    struct published *p = arg;
    int64_t msgs[8];

    for (int64_t i = 0; i < 64;) {
        size_t n = 8;

        if (index == 0) {
            for (int64_t k = 0; k < 8; k++) {
                msgs[k] = i + k;
                p->cell[i + k] = i + k + 1;
            }
            for (size_t sent = 0; sent < 8; sent += n)
                EXPECT_OK(weir_chan_send_n(p->ch, msgs + sent, 8 - sent, &n));
            i += 8;
        } else {
            EXPECT_OK(weir_chan_recv_n(p->ch, msgs, 8, &n));
            for (size_t k = 0; k < n; k++)
                EXPECT_EQ(p->cell[msgs[k]], msgs[k] + 1);
            i += (int64_t)n;
        }
    }
}

TEST(ch_39_each_message_of_a_batch_publishes)
{
    for (uint64_t round = test_rounds(200); round > 0; round--) {
        struct published p = { .ch = weir_chan_make(8, 1 + round % 9) };

        test_threads(2, published_member, &p);
        weir_chan_free(p.ch);
    }
}

/* --- dropping --- */

TEST(ch_12_send_of_a_dropping_channel_never_waits)
{
    for (int mode = WEIR_FULL_DROP_NEWEST; mode <= WEIR_FULL_DROP_OLDEST;
         mode++) {
        const weir_chan_options o = { .on_full = mode };
        weir_chan *ch = weir_chan_make_with(8, 1, &o);

        for (int64_t i = 1; i <= 5; i++) {
            EXPECT_OK(weir_chan_send(ch, &i));
            EXPECT_EQ(weir_chan_len(ch), 1);
        }
        EXPECT_EQ(party_take(ch), mode == WEIR_FULL_DROP_NEWEST ? 1 : 5);
        weir_chan_free(ch);
    }
}

TEST(ch_13_parked_receivers_are_served_before_anything_is_dropped)
{
    for (int mode = WEIR_FULL_DROP_NEWEST; mode <= WEIR_FULL_DROP_OLDEST;
         mode++)
        for (size_t capacity = mode == WEIR_FULL_DROP_OLDEST; capacity <= 1;
             capacity++) {
            const weir_chan_options o = { .on_full = mode, .stats = true };
            weir_chan *ch = weir_chan_make_with(8, capacity, &o);
            weir_chan_statistics stats;
            struct party p;
            int64_t msg = 9;

            party_park(&p, ch, party_receives, 0);
            EXPECT_OK(weir_chan_send(ch, &msg));
            test_thread_join(&p.thread);
            EXPECT_EQ(p.msg, 9);
            weir_chan_stats(ch, &stats);
            EXPECT_EQ(stats.dropped, 0);
            weir_chan_free(ch);
        }
}

TEST(ch_15_send_on_a_closed_dropping_channel_is_refused)
{
    for (int mode = WEIR_FULL_DROP_NEWEST; mode <= WEIR_FULL_DROP_OLDEST;
         mode++) {
        const weir_chan_options o = { .on_full = mode };
        weir_chan *ch = weir_chan_make_with(8, 1, &o);
        const int64_t msgs[2] = { 1, 2 };
        size_t n;

        EXPECT_OK(weir_chan_send(ch, msgs));
        EXPECT_OK(weir_chan_close(ch));
        EXPECT_STATUS(weir_chan_send(ch, msgs), WEIR_CLOSED);
        EXPECT_STATUS(weir_chan_try_send(ch, msgs), WEIR_CLOSED);
        EXPECT_STATUS(weir_chan_send_n(ch, msgs, 2, &n), WEIR_CLOSED);
        EXPECT_EQ(n, 0);
        EXPECT_EQ(party_take(ch), 1);
        weir_chan_free(ch);
    }
}

/* In a select such a send is ready, as any other ready case. */
TEST(se_04_send_that_drops_is_ready_so_default_is_not_taken)
{
    for (int mode = WEIR_FULL_DROP_NEWEST; mode <= WEIR_FULL_DROP_OLDEST;
         mode++) {
        const weir_chan_options o = { .on_full = mode, .stats = true };
        ints *ch = ints_make_with(1, &o);
        ints *never = ints_make(0);
        weir_chan_statistics stats;
        int sent = 0, out = 0, other;

        for (int i = 0; i < 100; i++) {
            out = i;
            weir_select(s)
            {
                weir_on_recv(s, never, &other)
                {
                }
                weir_on_send(s, ch, &out)
                {
                    sent += weir_ok(s);
                }
                weir_on_default(s)
                {
                    sent = -1000;
                }
            }
        }
        EXPECT_EQ(sent, 100);
        weir_stats(ch, &stats);
        EXPECT_EQ(stats.dropped, 99);
        EXPECT_OK(weir_recv(ch, &out));
        EXPECT_EQ(out, mode == WEIR_FULL_DROP_NEWEST ? 0 : 99);
        EXPECT_OK(weir_close(ch));
        weir_select(s)
        {
            weir_on_send(s, ch, &out)
            {
                EXPECT_FALSE(weir_ok(s));
            }
            weir_on_recv(s, never, &other)
            {
                sent = -1000;
            }
        }
        EXPECT_EQ(sent, 100);
        ints_free(ch);
        ints_free(never);
    }
}
