/* SPDX-License-Identifier: MIT */
/* queue/spmc_test.c - one producer, many consumers: alone, and with threads. */
#include <weir/spmc.h>

#define RING_START(id, laps) RING_START_STAMPED(id, laps)
#include "ring_cases.h"

RING_SIZES(WEIR_SPMC, spmc, 1)
RING_SIZES(WEIR_SPMC, spmc, 3)
RING_SIZES(WEIR_SPMC, spmc, 64)

enum { CONSUMERS = 3, BATCH = 5 };

WEIR_SPMC(outbox, uint64_t, 7);

static outbox q;
static WEIR_ATOMIC(uint64_t) received;
static WEIR_ATOMIC(uint64_t) sum;

static void
produce(uint64_t all)
{
    uint64_t sent = 0;

    while (sent < all) {
        uint64_t *place;

        if (sent % 4 == 0) {
            const uint64_t next[BATCH] = { sent + 1, sent + 2, sent + 3,
                                           sent + 4, sent + 5 };
            const size_t most =
                all - sent < BATCH ? (size_t)(all - sent) : BATCH;
            const size_t n = outbox_try_push_n(&q, next, most);

            if (n == 0)
                (void)sched_yield();
            sent += n;
            continue;
        }
        TEST_AWAIT((place = outbox_try_reserve(&q)) != NULL);
        *place = ++sent;
        outbox_commit(&q, place);
    }
}

/* What one consumer gets comes in order. */
static void
consume(uint64_t all)
{
    uint64_t last = 0;

    while (weir_load_rlx(&received) < all) {
        uint64_t v[BATCH];
        const size_t n = outbox_try_pop_n(&q, v, BATCH);

        if (n == 0)
            (void)sched_yield();
        for (size_t i = 0; i < n; i++) {
            EXPECT_GT(v[i], last);
            last = v[i];
            (void)weir_fetch_add_rlx(&sum, v[i]);
        }
        (void)weir_fetch_add_rlx(&received, n);
    }
}

static void
member(void *arg, unsigned index)
{
    const uint64_t all = *(const uint64_t *)arg;

    if (index == 0)
        produce(all);
    else
        consume(all);
}

TEST(consumers_share_what_one_producer_sends)
{
    uint64_t all = test_rounds(60000);

    outbox_init(&q);
    test_threads(CONSUMERS + 1, member, &all);
    EXPECT_EQ(weir_load_rlx(&received), all);
    EXPECT_EQ(weir_load_rlx(&sum), all * (all + 1) / 2);
}
