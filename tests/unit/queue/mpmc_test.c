/* SPDX-License-Identifier: MIT */
/*
 * queue/mpmc_test.c - the raw MPMC ring: capacities, sizes, laps, threads.
 *
 * Elements are bytes that all follow from one number, so that a torn or a
 * mixed-up element shows.
 */
#include "test.h"

#include <weir/mpmc.h>

#include "layout.h"

#define ELEM(S)                                                                \
    struct elem##S {                                                           \
        unsigned char byte[S];                                                 \
    };                                                                         \
    static struct elem##S elem##S##_of(uint64_t n)                             \
    {                                                                          \
        struct elem##S e;                                                      \
                                                                               \
        for (unsigned i = 0; i < (S); i++)                                     \
            e.byte[i] = (unsigned char)(n * 31 + i * 7);                       \
        return e;                                                              \
    }

ELEM(1)
ELEM(2)
ELEM(4)
ELEM(8)
ELEM(16)
ELEM(24)
ELEM(56)
ELEM(57)
ELEM(100)

/* One ring of N elements of S bytes: filled and emptied exactly, then walked
 * through many laps at a random level. */
#define RING(N, S)                                                             \
    WEIR_MPMC(ring_##N##_##S, struct elem##S, N);                              \
    static ring_##N##_##S q_##N##_##S;                                         \
    static bool push_##N##_##S(uint64_t n, bool poll)                          \
    {                                                                          \
        return poll                                                            \
                   ? ring_##N##_##S##_poll_push(&q_##N##_##S, elem##S##_of(n)) \
                   : ring_##N##_##S##_try_push(&q_##N##_##S, elem##S##_of(n)); \
    }                                                                          \
    static bool pop_##N##_##S(uint64_t n, bool poll)                           \
    {                                                                          \
        const struct elem##S due = elem##S##_of(n);                            \
        struct elem##S got = { { 0 } };                                        \
        const bool popped =                                                    \
            poll ? ring_##N##_##S##_poll_pop(&q_##N##_##S, &got)               \
                 : ring_##N##_##S##_try_pop(&q_##N##_##S, &got);               \
                                                                               \
        if (popped)                                                            \
            EXPECT_MEMEQ(&got, &due, S);                                       \
        else                                                                   \
            EXPECT_EQ(got.byte[0], 0);                                         \
        return popped;                                                         \
    }                                                                          \
    TEST(mpmc_##N##_elements_of_##S##_bytes)                                   \
    {                                                                          \
        EXPECT_EQ((uintptr_t)&q_##N##_##S % WEIR_SEPARATION, 0);               \
        EXPECT_EQ(sizeof(ring_##N##_##S##_slot_), WEIR_RING_STRIDE(S));        \
        ring_##N##_##S##_init(&q_##N##_##S);                                   \
        check_ring((N), push_##N##_##S, pop_##N##_##S);                        \
    }

static void
check_ring(uint64_t capacity, bool (*push)(uint64_t n, bool poll),
           bool (*pop)(uint64_t n, bool poll))
{
    uint64_t state = test_seed();
    uint64_t pushed = 0;
    uint64_t popped = 0;

    for (int lap = 0; lap < 3; lap++) {
        EXPECT_FALSE(pop(popped, lap % 2));
        for (uint64_t i = 0; i < capacity; i++)
            EXPECT_TRUE(push(pushed++, lap % 2));
        EXPECT_FALSE(push(pushed, lap % 2));
        for (uint64_t i = 0; i < capacity; i++)
            EXPECT_TRUE(pop(popped++, lap % 2));
    }
    for (uint64_t i = test_rounds(2000); i > 0; i--) {
        const uint64_t random = test_rand(&state);

        if (random & 1) {
            const bool room = pushed - popped < capacity;

            EXPECT_EQ(push(pushed, random & 2), room);
            pushed += room;
        } else {
            const bool item = pushed != popped;

            EXPECT_EQ(pop(popped, random & 2), item);
            popped += item;
        }
    }
}

#define SIZES(N)                                                               \
    RING(N, 1)                                                                 \
    RING(N, 2)                                                                 \
    RING(N, 4)                                                                 \
    RING(N, 8)                                                                 \
    RING(N, 16)                                                                \
    RING(N, 24)                                                                \
    RING(N, 56)                                                                \
    RING(N, 57)                                                                \
    RING(N, 100)

SIZES(1)
SIZES(2)
SIZES(3)
SIZES(5)
SIZES(7)
SIZES(64)

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
