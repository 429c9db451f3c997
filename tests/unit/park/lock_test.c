/* SPDX-License-Identifier: MIT */
/*
 * park/lock_test.c - the list lock.
 *
 * Race      a holder unlocks while another falls asleep
 *
 *     holder                                sleeper
 *     ------                                -------
 *     word: -> FREE, found CONTENDED  (A)   word: -> CONTENDED, found HELD (B)
 *     wake                                  wait while CONTENDED
 *
 *   (A) first: (B) finds FREE and holds it.  (B) first: (A) finds CONTENDED.
 */
#include "test.h"

#include <stdlib.h>

#include "park/lock.h"

struct counted {
    struct wr_lock lock;
    uint64_t count; /* plain: the lock guards it */
    uint64_t rounds;
};

static void
count_up(void *arg, unsigned index)
{
    struct counted *c = arg;

    (void)index;
    for (uint64_t i = 0; i < c->rounds; i++) {
        wr_lock_acquire(&c->lock);
        c->count++;
        wr_lock_release(&c->lock);
    }
}

TEST(uncontended_lock_goes_from_free_to_held_and_back)
{
    struct wr_lock lock = { 0 };

    wr_lock_acquire(&lock);
    EXPECT_EQ(weir_load_rlx(&lock.word), LOCK_HELD);
    wr_lock_release(&lock);
    EXPECT_EQ(weir_load_rlx(&lock.word), LOCK_FREE);
}

TEST(threads_exclude_each_other)
{
    struct counted c = { .rounds = test_rounds(100000) };

    test_threads(2, count_up, &c);
    EXPECT_EQ(c.count, 2 * c.rounds);
    EXPECT_EQ(weir_load_rlx(&c.lock.word), LOCK_FREE);
}

TEST(many_threads_exclude_each_other)
{
    struct counted c = { .rounds = test_rounds(5000) };

    test_threads(16, count_up, &c);
    EXPECT_EQ(c.count, 16 * c.rounds);
    EXPECT_EQ(weir_load_rlx(&c.lock.word), LOCK_FREE);
}

static void
count_once(void *arg)
{
    struct counted *c = arg;

    wr_lock_acquire(&c->lock);
    c->count++;
    wr_lock_release(&c->lock);
}

TEST(waiters_of_a_held_lock_sleep_and_are_all_woken)
{
    struct counted c = { 0 };
    struct test_thread threads[3];

    wr_lock_acquire(&c.lock);
    for (int i = 0; i < 3; i++)
        test_thread_start(&threads[i], count_once, &c);
    for (int i = 0; i < 3; i++)
        test_thread_await_asleep(&threads[i]);
    EXPECT_EQ(weir_load_rlx(&c.lock.word), LOCK_CONTENDED);
    EXPECT_EQ(c.count, 0);
    wr_lock_release(&c.lock);
    for (int i = 0; i < 3; i++)
        test_thread_join(&threads[i]);
    EXPECT_EQ(c.count, 3);
}

/* Whoever takes the lock next may free the memory around it. */
static void
hold_once(void *arg)
{
    WEIR_ATOMIC(struct counted *) *cell = arg;
    struct counted *c = weir_load_acq(cell);

    wr_lock_acquire(&c->lock);
    weir_store_rel(cell, NULL);
    wr_lock_release(&c->lock);
}

TEST(next_holder_may_free_the_lock)
{
    for (uint64_t i = test_rounds(500); i > 0; i--) {
        struct counted *c = calloc(1, sizeof(*c));
        WEIR_ATOMIC(struct counted *) cell;
        struct test_thread thread;

        ASSERT_NOT_NULL(c);
        weir_store_rel(&cell, c);
        test_thread_start(&thread, hold_once, &cell);
        TEST_AWAIT(weir_load_acq(&cell) == NULL);
        wr_lock_acquire(&c->lock);
        wr_lock_release(&c->lock);
        free(c);
        test_thread_join(&thread);
    }
}
