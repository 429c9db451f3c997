/* SPDX-License-Identifier: MIT */
/* semantics/mutex_test.c - the rows MX-01 to MX-11 that hold for threads. */
#include "test.h"

#include <time.h>

#include <weir/weir.h>

TEST(mx_01_zero_value_is_unlocked)
{
    static weir_mutex zeroed;
    weir_mutex initialised = WEIR_MUTEX_INIT;
    weir_mutex braces = { 0 };

    EXPECT_OK(weir_mutex_try_lock(&zeroed));
    EXPECT_OK(weir_mutex_try_lock(&initialised));
    EXPECT_OK(weir_mutex_try_lock(&braces));
    weir_mutex_unlock(&zeroed);
    weir_mutex_unlock(&initialised);
    weir_mutex_unlock(&braces);
}

static void
unlock(void *m)
{
    weir_mutex_unlock(m);
}

TEST(mx_02_another_thread_may_unlock)
{
    static weir_mutex m;
    struct test_thread thread;

    weir_mutex_lock(&m);
    test_thread_start(&thread, unlock, &m);
    weir_mutex_lock(&m);
    test_thread_join(&thread);
    weir_mutex_unlock(&m);
    EXPECT_OK(weir_mutex_try_lock(&m));
}

TEST(mx_02_mutex_is_not_recursive)
{
    weir_mutex m = WEIR_MUTEX_INIT;

    weir_mutex_lock(&m);
    EXPECT_STATUS(weir_mutex_try_lock(&m), WEIR_AGAIN);
    EXPECT_STATUS(weir_mutex_lock_until(&m, weir_deadline(WEIR_MS(1))),
                  WEIR_TIMEOUT);
}

TEST(mx_03_unlock_of_unlocked_is_fatal)
{
    weir_mutex m = WEIR_MUTEX_INIT;

    EXPECT_ABORT(weir_mutex_unlock(&m),
                 "weir: mutex: unlock of unlocked mutex");
    weir_mutex_lock(&m);
    weir_mutex_unlock(&m);
    EXPECT_ABORT(weir_mutex_unlock(&m),
                 "weir: mutex: unlock of unlocked mutex");
}

struct counter {
    weir_mutex m;
    uint64_t count;
};

static void
count_up(void *arg, unsigned index)
{
    struct counter *c = arg;
    const uint64_t rounds = test_rounds(50000);

    (void)index;
    for (uint64_t i = 0; i < rounds; i++) {
        weir_mutex_lock(&c->m);
        c->count++;
        weir_mutex_unlock(&c->m);
    }
}

TEST(mx_04_unlock_is_before_the_next_lock)
{
    struct counter c = { WEIR_MUTEX_INIT, 0 };

    test_threads(4, count_up, &c);
    EXPECT_EQ(c.count, 4 * test_rounds(50000));
}

TEST(mx_05_try_lock_fails_while_it_is_locked)
{
    weir_mutex m = WEIR_MUTEX_INIT;

    EXPECT_OK(weir_mutex_try_lock(&m));
    EXPECT_STATUS(weir_mutex_try_lock(&m), WEIR_AGAIN);
    weir_mutex_unlock(&m);
    EXPECT_OK(weir_mutex_try_lock(&m));
}

/* A greedy holder that locks again at once, against one that asks politely. */
struct greed {
    weir_mutex m;
    WEIR_ATOMIC(bool) done;
};

static int64_t
now_ns(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void
be_greedy(void *arg)
{
    struct greed *g = arg;

    while (!weir_load_acq(&g->done)) {
        const int64_t start_ns = now_ns();

        weir_mutex_lock(&g->m);
        while (now_ns() - start_ns < WEIR_US(100))
            ;
        weir_mutex_unlock(&g->m);
    }
}

TEST(mx_08_greedy_holder_cannot_keep_another_out)
{
    static struct greed g;
    struct test_thread thread;

    /* Ten turns end this test; without a hand-over it may take for ever. */
    test_thread_start(&thread, be_greedy, &g);
    for (int i = 0; i < 10; i++) {
        const int64_t start_ns = now_ns();

        while (now_ns() - start_ns < WEIR_US(100))
            ;
        weir_mutex_lock(&g.m);
        weir_mutex_unlock(&g.m);
    }
    weir_store_rel(&g.done, true);
    test_thread_join(&thread);
}

TEST(mx_11_lock_until_stops_at_its_limit)
{
    weir_mutex m = WEIR_MUTEX_INIT;

    EXPECT_OK(weir_mutex_lock_until(&m, weir_deadline(WEIR_S(60))));
    EXPECT_STATUS(weir_mutex_lock_until(&m, weir_deadline(WEIR_MS(1))),
                  WEIR_TIMEOUT);
    weir_mutex_unlock(&m);
    EXPECT_OK(weir_mutex_lock_until(&m, weir_limit_at(0)));
}
