/* SPDX-License-Identifier: MIT */
/* chan/batch_test.c - several messages in one call. */
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "chan/chan.h"

enum { MANY = 64 };

static void
number(int64_t *msgs, size_t n, int64_t first)
{
    for (size_t i = 0; i < n; i++)
        msgs[i] = first + (int64_t)i;
}

static void
expect_numbers(const int64_t *msgs, size_t n, int64_t first)
{
    for (size_t i = 0; i < n; i++)
        EXPECT_EQ(msgs[i], first + (int64_t)i);
}

TEST(batch_moves_as_many_as_there_is_room_for)
{
    for (size_t capacity = 1; capacity <= 9; capacity++) {
        weir_chan *ch = weir_chan_make(8, capacity);
        int64_t in[MANY], out[MANY];
        int64_t next = 0, due = 0;

        for (size_t n = 1; n <= 3 * capacity; n++) {
            size_t k = 99;

            number(in, n, next);
            EXPECT_OK(weir_chan_send_n(ch, in, n, &k));
            EXPECT_EQ(k, n < capacity ? n : capacity);
            next += (int64_t)k;
            EXPECT_EQ(weir_chan_len(ch), k);
            EXPECT_OK(weir_chan_recv_n(ch, out, MANY, &k));
            EXPECT_EQ(k, n < capacity ? n : capacity);
            expect_numbers(out, k, due);
            due += (int64_t)k;
        }
        weir_chan_free(ch);
    }
}

/* Stamps are looked at by four, from any of them on. */
TEST(batch_stops_where_the_buffer_does)
{
    enum { CAPACITY = 11 };
    int64_t msgs[2 * CAPACITY] = { 0 };
    weir_chan *ch = weir_chan_make(8, CAPACITY);
    size_t n;

    ASSERT_NOT_NULL(ch);
    for (size_t held = 1; held < CAPACITY; held++) {
        for (size_t i = 0; i < held; i++)
            EXPECT_OK(weir_chan_send(ch, &msgs[i]));
        EXPECT_OK(weir_chan_send_n(ch, msgs, 2 * CAPACITY, &n));
        EXPECT_EQ(n, CAPACITY - held);
        EXPECT_OK(weir_chan_recv_n(ch, msgs, n, &n));
        EXPECT_EQ(n, CAPACITY - held);
        EXPECT_OK(weir_chan_recv_n(ch, msgs, 2 * CAPACITY, &n));
        EXPECT_EQ(n, held);
    }
    weir_chan_free(ch);
}

TEST(batch_of_none_is_done)
{
    weir_chan *ch = weir_chan_make(8, 1);
    size_t k = 7;

    EXPECT_OK(weir_chan_send_n(ch, NULL, 0, &k));
    EXPECT_EQ(k, 0);
    k = 7;
    EXPECT_OK(weir_chan_recv_n(ch, NULL, 0, &k));
    EXPECT_EQ(k, 0);
    EXPECT_OK(weir_chan_close(ch));
    EXPECT_OK(weir_chan_send_n(ch, NULL, 0, &k));
    EXPECT_OK(weir_chan_try_recv_n(ch, NULL, 0, &k));
    weir_chan_free(ch);
    EXPECT_OK(weir_chan_send_n(NULL, NULL, 0, &k));
}

TEST(batch_takes_what_is_there_and_leaves_the_rest_of_the_array)
{
    weir_chan *ch = weir_chan_make(8, 4);
    int64_t out[8];
    size_t k;

    number(out, 3, 1);
    EXPECT_OK(weir_chan_send_n(ch, out, 3, &k));
    memset(out, 0x55, sizeof(out));
    EXPECT_OK(weir_chan_recv_n(ch, out, 2, &k));
    EXPECT_EQ(k, 2);
    expect_numbers(out, 2, 1);
    EXPECT_EQ(out[2], 0x5555555555555555);
    EXPECT_OK(weir_chan_recv_n(ch, out, 8, &k));
    EXPECT_EQ(k, 1);
    EXPECT_EQ(out[0], 3);
    weir_chan_free(ch);
}

TEST(batch_tries_and_limits_are_those_of_single_calls)
{
    for (size_t capacity = 0; capacity <= 2; capacity++) {
        weir_chan *ch = weir_chan_make(8, capacity);
        int64_t msgs[4] = { 1, 2, 3, 4 };
        size_t k = 7;

        EXPECT_STATUS(weir_chan_try_recv_n(ch, msgs, 4, &k), WEIR_AGAIN);
        EXPECT_EQ(k, 0);
        EXPECT_STATUS(weir_chan_recv_n_until(ch, msgs, 4, &k, weir_limit_at(0)),
                      WEIR_TIMEOUT);
        EXPECT_EQ(k, 0);
        EXPECT_EQ(msgs[0], 1);
        if (capacity > 0) {
            EXPECT_OK(weir_chan_try_send_n(ch, msgs, 4, &k));
            EXPECT_EQ(k, capacity);
        }
        EXPECT_STATUS(weir_chan_try_send_n(ch, msgs, 4, &k), WEIR_AGAIN);
        EXPECT_EQ(k, 0);
        EXPECT_STATUS(weir_chan_send_n_until(ch, msgs, 4, &k, weir_limit_at(0)),
                      WEIR_TIMEOUT);
        EXPECT_EQ(k, 0);
        weir_chan_free(ch);
    }
}

TEST(batch_of_a_nil_channel_waits)
{
    int64_t msg = 1;
    size_t k = 7;

    EXPECT_STATUS(weir_chan_try_send_n(NULL, &msg, 1, &k), WEIR_AGAIN);
    EXPECT_STATUS(weir_chan_try_recv_n(NULL, &msg, 1, &k), WEIR_AGAIN);
    EXPECT_STATUS(
        weir_chan_send_n_until(NULL, &msg, 1, &k, weir_deadline(1000)),
        WEIR_TIMEOUT);
    EXPECT_STATUS(
        weir_chan_recv_n_until(NULL, &msg, 1, &k, weir_deadline(1000)),
        WEIR_TIMEOUT);
    EXPECT_EQ(k, 0);
}

TEST(batch_of_a_closed_channel)
{
    weir_chan *ch = weir_chan_make(8, 4);
    int64_t msgs[4] = { 1, 2, 3, 4 };
    size_t k;

    EXPECT_OK(weir_chan_send_n(ch, msgs, 2, &k));
    EXPECT_OK(weir_chan_close(ch));
    EXPECT_STATUS(weir_chan_send_n(ch, msgs, 2, &k), WEIR_CLOSED);
    EXPECT_EQ(k, 0);
    EXPECT_OK(weir_chan_recv_n(ch, msgs, 4, &k));
    EXPECT_EQ(k, 2);
    EXPECT_STATUS(weir_chan_recv_n(ch, msgs, 4, &k), WEIR_CLOSED);
    EXPECT_EQ(k, 0);
    EXPECT_EQ(msgs[0], 0);
    EXPECT_EQ(msgs[1], 2);
    weir_chan_free(ch);
}

TEST(batch_of_any_size)
{
    static const size_t sizes[] = { 0, 1, 4, 8, 24, 100, 4096 };
    unsigned char *in = malloc((size_t)8 * 4096);
    unsigned char *out = malloc((size_t)8 * 4096);

    for (unsigned s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
        weir_chan *ch = weir_chan_make(sizes[s], 5);
        size_t k;

        for (size_t lap = 1; lap <= 7; lap++) {
            for (size_t i = 0; i < 8 * sizes[s]; i++)
                in[i] = (unsigned char)(i * 7 + lap);
            EXPECT_OK(weir_chan_send_n(ch, in, 1 + lap % 5, &k));
            EXPECT_EQ(k, 1 + lap % 5);
            EXPECT_OK(weir_chan_recv_n(ch, out, 8, &k));
            EXPECT_EQ(k, 1 + lap % 5);
            EXPECT_MEMEQ(in, out, k * sizes[s]);
        }
        weir_chan_free(ch);
    }
    free(in);
    free(out);
}

/* --- parked parties ------------------------------------------------------- */

struct party {
    weir_chan *ch;
    int64_t msgs[8];
    size_t n;
    size_t moved;
    int status;
    struct test_thread thread;
};

static void
send_batch(void *arg)
{
    struct party *p = arg;

    p->status = weir_chan_send_n(p->ch, p->msgs, p->n, &p->moved);
}

static void
recv_batch(void *arg)
{
    struct party *p = arg;

    p->status = weir_chan_recv_n(p->ch, p->msgs, p->n, &p->moved);
}

static void
park(struct party *p, weir_chan *ch, void (*run)(void *arg), size_t n,
     int64_t first)
{
    *p = (struct party){ .ch = ch, .n = n };
    number(p->msgs, 8, first);
    test_thread_start(&p->thread, run, p);
    test_thread_await_asleep(&p->thread);
}

/* With r receivers parked, a channel of n takes n + r. */
TEST(batch_serves_parked_receivers_first_and_in_order)
{
    for (size_t capacity = 1; capacity <= 3; capacity++) {
        weir_chan *ch = weir_chan_make(8, capacity);
        struct party r[3];
        int64_t msgs[8];
        size_t k;

        for (int i = 0; i < 3; i++)
            park(&r[i], ch, recv_batch, 8, 0);
        number(msgs, 8, 10);
        EXPECT_OK(weir_chan_send_n(ch, msgs, 8, &k));
        EXPECT_EQ(k, capacity + 3);
        for (int i = 0; i < 3; i++) {
            test_thread_join(&r[i].thread);
            EXPECT_OK(r[i].status);
            EXPECT_GE(r[i].moved, 1);
            EXPECT_EQ(r[i].msgs[0], 10 + i);
        }
        weir_chan_free(ch);
    }
}

TEST(batch_moves_parked_senders_in_and_keeps_the_order)
{
    for (size_t capacity = 1; capacity <= 3; capacity++) {
        weir_chan *ch = weir_chan_make(8, capacity);
        struct party s[3];
        int64_t msgs[8];
        size_t k;

        number(msgs, 8, 0);
        EXPECT_OK(weir_chan_send_n(ch, msgs, capacity, &k));
        for (int i = 0; i < 3; i++)
            park(&s[i], ch, send_batch, 1, (int64_t)capacity + i);
        EXPECT_OK(weir_chan_recv_n(ch, msgs, 8, &k));
        EXPECT_EQ(k, capacity + 3);
        expect_numbers(msgs, k, 0);
        for (int i = 0; i < 3; i++) {
            test_thread_join(&s[i].thread);
            EXPECT_OK(s[i].status);
            EXPECT_EQ(s[i].moved, 1);
        }
        weir_chan_free(ch);
    }
}

TEST(batch_waits_for_its_first_message_only)
{
    for (size_t capacity = 0; capacity <= 2; capacity++) {
        weir_chan *ch = weir_chan_make(8, capacity);
        struct party p;
        int64_t msg = 5;

        park(&p, ch, recv_batch, 8, 0);
        EXPECT_OK(weir_chan_send(ch, &msg));
        test_thread_join(&p.thread);
        EXPECT_OK(p.status);
        EXPECT_EQ(p.moved, 1);
        EXPECT_EQ(p.msgs[0], 5);
        for (size_t i = 0; i < capacity; i++)
            EXPECT_OK(weir_chan_send(ch, &msg));
        park(&p, ch, send_batch, 8, 50);
        for (size_t i = 0; i <= capacity; i++)
            EXPECT_OK(weir_chan_recv(ch, &msg));
        test_thread_join(&p.thread);
        EXPECT_OK(p.status);
        EXPECT_GE(p.moved, 1);
        EXPECT_EQ(msg, 50);
        EXPECT_EQ(weir_chan_len(ch), p.moved - 1);
        weir_chan_free(ch);
    }
}

TEST(close_ends_a_batch_that_waits)
{
    for (size_t capacity = 0; capacity <= 1; capacity++) {
        weir_chan *ch = weir_chan_make(8, capacity);
        struct party p;

        park(&p, ch, recv_batch, 8, 7);
        EXPECT_OK(weir_chan_close(ch));
        test_thread_join(&p.thread);
        EXPECT_STATUS(p.status, WEIR_CLOSED);
        EXPECT_EQ(p.moved, 0);
        EXPECT_EQ(p.msgs[0], 0);
        EXPECT_EQ(p.msgs[1], 8);
        weir_chan_free(ch);
    }
}

/* --- dropping ------------------------------------------------------------- */

static void
count(void *arg, const void *msg)
{
    (void)msg;
    ++*(size_t *)arg;
}

TEST(dropping_channel_takes_the_whole_batch)
{
    for (int mode = WEIR_FULL_DROP_NEWEST; mode <= WEIR_FULL_DROP_OLDEST;
         mode++)
        for (size_t capacity = 1; capacity <= 5; capacity++) {
            size_t dropped = 0;
            const weir_chan_options o = { .on_full = mode,
                                          .on_drop = count,
                                          .drop_arg = &dropped };
            weir_chan *ch = weir_chan_make_with(8, capacity, &o);
            int64_t msgs[8];
            size_t k;

            number(msgs, 8, 0);
            EXPECT_OK(weir_chan_send_n(ch, msgs, 8, &k));
            EXPECT_EQ(k, 8);
            EXPECT_EQ(dropped, 8 - capacity);
            EXPECT_OK(weir_chan_recv_n(ch, msgs, 8, &k));
            EXPECT_EQ(k, capacity);
            expect_numbers(
                msgs, k,
                mode == WEIR_FULL_DROP_NEWEST ? 0 : 8 - (int64_t)capacity);
            weir_chan_free(ch);
        }
}

/* --- streams -------------------------------------------------------------- */

enum { SENDERS = 2, RECEIVERS = 2, LONGEST = 7 };

struct stream {
    weir_chan *ch;
    int64_t each;
    WEIR_ATOMIC(unsigned) sending;
    WEIR_ATOMIC(int64_t) received;
};

static void
stream_send(struct stream *s, unsigned self)
{
    int64_t next = 0;

    while (next < s->each) {
        size_t n = 1 + (size_t)next % LONGEST;
        int64_t msgs[LONGEST];

        if ((int64_t)n > s->each - next)
            n = (size_t)(s->each - next);
        for (size_t i = 0; i < n; i++)
            msgs[i] = (next + (int64_t)i) * SENDERS + self;
        EXPECT_OK(weir_chan_send_n(s->ch, msgs, n, &n));
        EXPECT_GE(n, 1);
        next += (int64_t)n;
    }
    if (weir_fetch_sub_acqrel(&s->sending, 1u) == 1)
        EXPECT_OK(weir_chan_close(s->ch));
}

static void
stream_member(void *arg, unsigned index)
{
    struct stream *s = arg;
    int64_t next[SENDERS] = { 0 };
    int64_t msgs[LONGEST];
    size_t n;

    if (index < SENDERS) {
        stream_send(s, index);
        return;
    }
    while (weir_chan_recv_n(s->ch, msgs, LONGEST, &n) == WEIR_OK)
        for (size_t i = 0; i < n; i++) {
            const int64_t from = msgs[i] % SENDERS;

            EXPECT_GE(msgs[i] / SENDERS, next[from]);
            next[from] = msgs[i] / SENDERS + 1;
            (void)weir_fetch_add_rlx(&s->received, (int64_t)1);
        }
}

TEST(streams_of_batches_lose_nothing_and_keep_each_senders_order)
{
    static const size_t capacities[] = { 0, 1, 2, 5, 64 };

    for (int i = 0; i < 5; i++) {
        struct stream s = { .each = (int64_t)test_rounds(10000) };

        s.ch = weir_chan_make(8, capacities[i]);
        weir_store_rlx(&s.sending, (unsigned)SENDERS);
        test_threads(SENDERS + RECEIVERS, stream_member, &s);
        EXPECT_EQ(weir_load_rlx(&s.received), SENDERS * s.each);
        weir_chan_free(s.ch);
    }
}
