/* SPDX-License-Identifier: MIT */
/*
 * queue/mpmc_test.c - the raw MPMC ring: capacities, sizes, laps, batches,
 * elements in place, threads.
 */
#include <weir/mpmc.h>

#include "layout.h"

#define RING_START(id, laps) RING_START_STAMPED(id, laps)
#include "ring_cases.h"

RING_SIZES(WEIR_MPMC, mpmc, 1)
RING_SIZES(WEIR_MPMC, mpmc, 2)
RING_SIZES(WEIR_MPMC, mpmc, 3)
RING_SIZES(WEIR_MPMC, mpmc, 5)
RING_SIZES(WEIR_MPMC, mpmc, 64)
RING_CASES(WEIR_MPMC, mpmc, 7, 2)
RING_CASES(WEIR_MPMC, mpmc, 7, 4)
RING_CASES(WEIR_MPMC, mpmc, 7, 16)
RING_CASES(WEIR_MPMC, mpmc, 7, 56)
RING_CASES(WEIR_MPMC, mpmc, 7, 100)

/* --- several places open, closed in any order ----------------------------- */

WEIR_MPMC(places, int, 4);

TEST(places_are_closed_in_any_order_and_passed_on_in_theirs)
{
    static places q;
    int *at[4];
    int *back[4];
    int got = 0;

    places_init(&q);
    for (int lap = 0; lap < 3; lap++) {
        for (int i = 0; i < 4; i++) {
            at[i] = places_try_reserve(&q);
            ASSERT_NOT_NULL(at[i]);
            *at[i] = 10 * lap + i;
        }
        EXPECT_NULL(places_try_reserve(&q));
        places_commit(&q, at[2]);
        places_commit(&q, at[1]);
        EXPECT_FALSE(places_poll_pop(&q, &got)); /* 0 is still open */
        places_commit(&q, at[0]);
        for (int i = 0; i < 3; i++) {
            back[i] = places_try_peek(&q);
            ASSERT_NOT_NULL(back[i]);
            EXPECT_EQ(*back[i], 10 * lap + i);
        }
        EXPECT_FALSE(places_poll_pop(&q, &got)); /* 3 is */
        places_commit(&q, at[3]);
        EXPECT_TRUE(places_try_pop(&q, &got));
        EXPECT_EQ(got, 10 * lap + 3);
        EXPECT_FALSE(places_try_pop(&q, &got)); /* empty, as tickets go */
        places_release(&q, back[1]);
        EXPECT_FALSE(places_poll_push(&q, 5)); /* 0 is being read */
        places_release(&q, back[0]);
        places_release(&q, back[2]);
    }
}

/* --- exactness with a ticket that is claimed and not published ------------ */

WEIR_MPMC(longs, int64_t, 2);

TEST(poll_may_say_empty_where_try_would_wait)
{
    static longs q;
    uint64_t ticket;
    int64_t got = 0;
    char *slot;

    longs_init(&q);
    slot = weir_ring_take(longs_shape_(), q.slots, &q.send.word, 0, &ticket);
    ASSERT_NOT_NULL(slot);
    EXPECT_TRUE(longs_try_push(&q, 2)); /* the second place */
    EXPECT_FALSE(longs_poll_pop(&q, &got));
    EXPECT_FALSE(longs_try_push(&q, 3)); /* full, as tickets go */
    EXPECT_TRUE(longs_fill_(slot, 1, ticket));
    EXPECT_TRUE(longs_try_pop(&q, &got));
    EXPECT_EQ(got, 1);
    EXPECT_TRUE(longs_poll_pop(&q, &got));
    EXPECT_EQ(got, 2);
}

/* --- threads -------------------------------------------------------------- */

struct message {
    uint64_t producer;
    uint64_t number;
    uint64_t check; /* of both */
};

enum { SENDERS_MAX = 4 };

WEIR_MPMC(ring1, struct message, 1);
WEIR_MPMC(ring3, struct message, 3);
WEIR_MPMC(ring64, struct message, 64);

struct stream {
    bool (*push)(struct message m);
    bool (*pop)(struct message *m);
    unsigned senders;
    unsigned receivers;
    uint64_t each;                  /* messages of a sender */
    WEIR_ATOMIC(uint64_t) received; /* by all */
    WEIR_ATOMIC(uint64_t) sum;
};

static uint64_t
check_of(uint64_t producer, uint64_t number)
{
    uint64_t state = producer << 40 ^ number;

    return test_rand(&state);
}

static void
stream_send(struct stream *s, unsigned index)
{
    for (uint64_t i = 1; i <= s->each; i++) {
        const struct message m = { index, i, check_of(index, i) };

        TEST_AWAIT(s->push(m));
    }
}

static void
stream_receive(struct stream *s)
{
    uint64_t last[SENDERS_MAX] = { 0 };
    struct message m;

    while (weir_load_rlx(&s->received) < s->each * s->senders) {
        if (!s->pop(&m)) {
            (void)sched_yield();
            continue;
        }
        (void)weir_fetch_add_rlx(&s->received, 1u);
        ASSERT_TRUE(m.producer < s->senders);
        EXPECT_TRUE(m.check == check_of(m.producer, m.number));
        EXPECT_GT(m.number, last[m.producer]); /* order per producer */
        last[m.producer] = m.number;
        (void)weir_fetch_add_rlx(&s->sum, m.number);
    }
}

static void
stream_member(void *arg, unsigned index)
{
    struct stream *s = arg;

    if (index < s->senders)
        stream_send(s, index);
    else
        stream_receive(s);
}

static void
stream_run(struct stream *s, unsigned senders, unsigned receivers)
{
    s->senders = senders;
    s->receivers = receivers;
    s->each = test_rounds(20000 / senders);
    weir_store_rlx(&s->received, 0u);
    weir_store_rlx(&s->sum, 0u);
    test_threads(senders + receivers, stream_member, s);
    EXPECT_EQ(weir_load_rlx(&s->received), s->each * senders);
    EXPECT_EQ(weir_load_rlx(&s->sum), s->each * (s->each + 1) / 2 * senders);
}

#define STREAM(N)                                                              \
    static ring##N stream_q##N;                                                \
    static bool stream_try_push##N(struct message m)                           \
    {                                                                          \
        return ring##N##_try_push(&stream_q##N, m);                            \
    }                                                                          \
    static bool stream_try_pop##N(struct message *m)                           \
    {                                                                          \
        return ring##N##_try_pop(&stream_q##N, m);                             \
    }                                                                          \
    static bool stream_poll_push##N(struct message m)                          \
    {                                                                          \
        return ring##N##_poll_push(&stream_q##N, m);                           \
    }                                                                          \
    static bool stream_poll_pop##N(struct message *m)                          \
    {                                                                          \
        return ring##N##_poll_pop(&stream_q##N, m);                            \
    }                                                                          \
    TEST(threads_stream_through_##N##_by_try)                                  \
    {                                                                          \
        struct stream s = { .push = stream_try_push##N,                        \
                            .pop = stream_try_pop##N };                        \
                                                                               \
        ring##N##_init(&stream_q##N);                                          \
        stream_run(&s, 1, 1);                                                  \
        stream_run(&s, 2, 2);                                                  \
        stream_run(&s, 4, 1);                                                  \
        stream_run(&s, 1, 4);                                                  \
    }                                                                          \
    TEST(threads_stream_through_##N##_by_poll)                                 \
    {                                                                          \
        struct stream s = { .push = stream_poll_push##N,                       \
                            .pop = stream_poll_pop##N };                       \
                                                                               \
        ring##N##_init(&stream_q##N);                                          \
        stream_run(&s, 1, 1);                                                  \
        stream_run(&s, 2, 2);                                                  \
    }

STREAM(1)
STREAM(3)
STREAM(64)

/* Crossbeam's probe of linearizability: T threads, capacity T, each pushes
 * one and must then find one. */
WEIR_MPMC(tickets, int64_t, 3);

static tickets probe;

static void
push_then_pop(void *arg, unsigned index)
{
    const uint64_t rounds = *(const uint64_t *)arg;
    int64_t got;

    for (uint64_t i = 0; i < rounds; i++) {
        EXPECT_TRUE(tickets_try_push(&probe, (int64_t)index));
        EXPECT_TRUE(tickets_try_pop(&probe, &got));
    }
}

TEST(try_is_exact_among_threads)
{
    uint64_t rounds = test_rounds(20000);

    tickets_init(&probe);
    test_threads(3, push_then_pop, &rounds);
}
