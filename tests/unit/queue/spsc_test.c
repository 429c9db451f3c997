/* SPDX-License-Identifier: MIT */
/* queue/spsc_test.c - the SPSC ring: capacities, sizes, laps, two threads. */
#include "test.h"

#include <signal.h>

#include <weir/spsc.h>

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

#define RING(N, S)                                                             \
    WEIR_SPSC(ring_##N##_##S, struct elem##S, N);                              \
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
    TEST(spsc_##N##_elements_of_##S##_bytes)                                   \
    {                                                                          \
        EXPECT_EQ((uintptr_t)&q_##N##_##S % WEIR_SEPARATION, 0);               \
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

/* --- two threads ---------------------------------------------------------- */

struct message {
    uint64_t number;
    uint64_t check[3];
};

static struct message
message_of(uint64_t number)
{
    uint64_t state = number;
    struct message m = { number, { 0 } };

    for (int i = 0; i < 3; i++)
        m.check[i] = test_rand(&state);
    return m;
}

#define STREAM(N)                                                              \
    WEIR_SPSC(line##N, struct message, N);                                     \
    static line##N stream##N;                                                  \
    static void stream_member##N(void *arg, unsigned index)                    \
    {                                                                          \
        const uint64_t rounds = *(const uint64_t *)arg;                        \
                                                                               \
        for (uint64_t i = 0; i < rounds; i++) {                                \
            const struct message due = message_of(i);                          \
            struct message got;                                                \
                                                                               \
            if (index == 0) {                                                  \
                TEST_AWAIT(line##N##_try_push(&stream##N, due));               \
            } else {                                                           \
                TEST_AWAIT(line##N##_try_pop(&stream##N, &got));               \
                ASSERT_TRUE(EXPECT_MEMEQ(&got, &due, sizeof(got)));            \
            }                                                                  \
        }                                                                      \
    }                                                                          \
    TEST(two_threads_stream_through_##N)                                       \
    {                                                                          \
        uint64_t rounds = test_rounds(30000);                                  \
                                                                               \
        line##N##_init(&stream##N);                                            \
        test_threads(2, stream_member##N, &rounds);                            \
    }

STREAM(1)
STREAM(2)
STREAM(3)
STREAM(64)

/* A signal handler may be the producer. */
WEIR_SPSC(signals, int, 8);

static signals from_handler;

static void
push_signal(int number)
{
    (void)signals_try_push(&from_handler, number);
}

TEST(signal_handler_may_be_one_side)
{
    int got = 0;

    signals_init(&from_handler);
    ASSERT_TRUE(signal(SIGUSR1, push_signal) != SIG_ERR);
    for (int i = 0; i < 20; i++) {
        EXPECT_EQ(raise(SIGUSR1), 0);
        EXPECT_TRUE(signals_try_pop(&from_handler, &got));
        EXPECT_EQ(got, SIGUSR1);
    }
    (void)signal(SIGUSR1, SIG_DFL);
}
