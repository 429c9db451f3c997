/* SPDX-License-Identifier: MIT */
/* queue/mpsc_test.c - many producers, one consumer: alone, and with threads. */
#include <weir/mpsc.h>

#define RING_START(id, laps) RING_START_STAMPED(id, laps)
#include "ring_cases.h"

RING_SIZES(WEIR_MPSC, mpsc, 1)
RING_SIZES(WEIR_MPSC, mpsc, 3)
RING_SIZES(WEIR_MPSC, mpsc, 64)

struct message {
    unsigned producer;
    uint64_t number;
};

enum { PRODUCERS = 3, BATCH = 5 };

WEIR_MPSC(inbox, struct message, 7);

static inbox q;

static void
produce(unsigned index, uint64_t each)
{
    uint64_t sent = 0;

    while (sent < each) {
        struct message m[BATCH];
        size_t n = each - sent < BATCH ? (size_t)(each - sent) : BATCH;

        for (size_t i = 0; i < n; i++)
            m[i] = (struct message){ index, sent + i + 1 };
        n = inbox_try_push_n(&q, m, sent % 3 == 0 ? 1 : n);
        if (n == 0)
            (void)sched_yield();
        sent += n;
    }
}

static void
consume(uint64_t each)
{
    uint64_t last[PRODUCERS] = { 0 };
    uint64_t received = 0;

    while (received < each * PRODUCERS) {
        struct message m[BATCH];
        const size_t n = inbox_try_pop_n(&q, m, BATCH);

        if (n == 0)
            (void)sched_yield();
        for (size_t i = 0; i < n; i++) {
            ASSERT_TRUE(m[i].producer < PRODUCERS);
            EXPECT_EQ(m[i].number, ++last[m[i].producer]);
        }
        received += n;
    }
    EXPECT_FALSE(inbox_try_pop(&q, &(struct message){ 0, 0 }));
}

static void
member(void *arg, unsigned index)
{
    const uint64_t each = *(const uint64_t *)arg;

    if (index < PRODUCERS)
        produce(index, each);
    else
        consume(each);
}

TEST(producers_keep_their_order_by_batches_and_one_by_one)
{
    uint64_t each = test_rounds(20000);

    inbox_init(&q);
    test_threads(PRODUCERS + 1, member, &each);
}
