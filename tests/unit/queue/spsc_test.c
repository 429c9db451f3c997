/* SPDX-License-Identifier: MIT */
/* queue/spsc_test.c - the SPSC ring: capacities, sizes, laps, batches, elements
 * in place, two threads. */
#include <signal.h>

#include <weir/spsc.h>

#define RING_START(id, laps)                                                   \
    do {                                                                       \
        const uint64_t first_ =                                                \
            0 - (laps) * sizeof(id##_q.slots) / sizeof(id##_q.slots[0]);       \
                                                                               \
        id##_init(&id##_q);                                                    \
        weir_store_rlx(&id##_q.producer.s.index, first_);                      \
        weir_store_rlx(&id##_q.consumer.s.index, first_);                      \
        id##_q.producer.s.other = id##_q.consumer.s.other = first_;            \
    } while (0)
#include "ring_cases.h"

RING_SIZES(WEIR_SPSC, spsc, 1)
RING_SIZES(WEIR_SPSC, spsc, 2)
RING_SIZES(WEIR_SPSC, spsc, 3)
RING_SIZES(WEIR_SPSC, spsc, 5)
RING_SIZES(WEIR_SPSC, spsc, 64)
RING_CASES(WEIR_SPSC, spsc, 7, 2)
RING_CASES(WEIR_SPSC, spsc, 7, 4)
RING_CASES(WEIR_SPSC, spsc, 7, 16)
RING_CASES(WEIR_SPSC, spsc, 7, 56)
RING_CASES(WEIR_SPSC, spsc, 7, 100)

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

/* The same by batches of every size, against elements in place. */
WEIR_SPSC(batches, uint64_t, 9);

static batches batch_line;

static void
batch_member(void *arg, unsigned index)
{
    const uint64_t all = *(const uint64_t *)arg;
    uint64_t done = 0;

    while (done < all) {
        uint64_t v[12];
        const uint64_t most = all - done < 12 ? all - done : 12;
        uint64_t *place;
        size_t n;

        if (index == 0) {
            for (uint64_t i = 0; i < most; i++)
                v[i] = done + i;
            n = batches_try_push_n(&batch_line, v, (size_t)most);
        } else if (done % 3 == 0) {
            place = batches_try_peek(&batch_line);
            n = place != NULL;
            if (place != NULL) {
                EXPECT_EQ(*place, done);
                batches_release(&batch_line, place);
            }
        } else {
            n = batches_try_pop_n(&batch_line, v, (size_t)most);
            for (size_t i = 0; i < n; i++)
                EXPECT_EQ(v[i], done + i);
        }
        if (n == 0)
            (void)sched_yield();
        done += n;
    }
}

TEST(two_threads_stream_by_batches_and_in_place)
{
    uint64_t all = test_rounds(100000);

    batches_init(&batch_line);
    test_threads(2, batch_member, &all);
}

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
