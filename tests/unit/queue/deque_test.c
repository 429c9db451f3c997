/* SPDX-License-Identifier: MIT */
/* queue/deque_test.c - the work-stealing deque: order at both ends, exact
 * answers, indexes near the end of their 64 bits, one owner and thieves. */
#include "test.h"

#include <weir/deque.h>

WEIR_DEQUE(one, signed char, 1);
WEIR_DEQUE(eight, uint64_t, 8);
WEIR_DEQUE(texts, const char *, 2);

static void
start(eight *q, uint64_t first)
{
    eight_init(q);
    weir_store_rlx(&q->top.word, first);
    weir_store_rlx(&q->bottom.word, first);
}

static void
check_ends(eight *q)
{
    uint64_t v = 99;

    EXPECT_FALSE(eight_try_pop(q, &v));
    EXPECT_FALSE(eight_try_steal(q, &v));
    EXPECT_EQ(v, 99);
    for (uint64_t i = 0; i < 8; i++)
        EXPECT_TRUE(eight_try_push(q, i));
    EXPECT_FALSE(eight_try_push(q, 8));
    EXPECT_TRUE(eight_try_steal(q, &v)); /* the oldest */
    EXPECT_EQ(v, 0);
    EXPECT_TRUE(eight_try_push(q, 8));
    EXPECT_FALSE(eight_try_push(q, 9));
    for (uint64_t i = 8; i > 4; i--) {
        EXPECT_TRUE(eight_try_pop(q, &v)); /* the newest */
        EXPECT_EQ(v, i);
    }
    for (uint64_t i = 1; i <= 4; i++) {
        EXPECT_TRUE(eight_try_steal(q, &v));
        EXPECT_EQ(v, i);
    }
    EXPECT_FALSE(eight_try_steal(q, &v));
    EXPECT_FALSE(eight_try_pop(q, &v));
}

TEST(owner_takes_the_newest_and_thieves_the_oldest)
{
    static eight q;

    eight_init(&q);
    for (int lap = 0; lap < 4; lap++)
        check_ends(&q);
    for (uint64_t before = 0; before < 20; before++) {
        start(&q, 0 - before);
        check_ends(&q);
        check_ends(&q);
    }
}

TEST(deque_of_one)
{
    static one q;
    signed char v = 0;

    one_init(&q);
    for (signed char i = -5; i < 5; i++) {
        EXPECT_TRUE(one_try_push(&q, i));
        EXPECT_FALSE(one_try_push(&q, 100));
        EXPECT_TRUE(i % 2 ? one_try_pop(&q, &v) : one_try_steal(&q, &v));
        EXPECT_EQ(v, i);
        EXPECT_FALSE(one_try_pop(&q, &v));
    }
}

TEST(elements_may_be_pointers)
{
    static texts q;
    const char *got = NULL;

    texts_init(&q);
    EXPECT_TRUE(texts_try_push(&q, "first"));
    EXPECT_TRUE(texts_try_push(&q, "second"));
    EXPECT_TRUE(texts_try_steal(&q, &got));
    EXPECT_STREQ(got, "first");
    EXPECT_TRUE(texts_try_pop(&q, &got));
    EXPECT_STREQ(got, "second");
}

/* --- an owner and thieves ------------------------------------------------- */

enum { THIEVES = 3 };

WEIR_DEQUE(jobs, uint64_t *, 16);

static jobs work;
static uint64_t *cells; /* how often each job was done */
static WEIR_ATOMIC(uint64_t) done;

static void
do_job(uint64_t *cell)
{
    ++*cell; /* plain: whoever has it alone has it */
    (void)weir_fetch_add_rlx(&done, 1u);
}

static void
own(uint64_t all)
{
    uint64_t state = test_seed();
    uint64_t *cell;

    for (uint64_t i = 0; i < all; i++) {
        while (!jobs_try_push(&work, &cells[i]))
            if (jobs_try_pop(&work, &cell))
                do_job(cell);
        if (test_rand(&state) % 3 == 0 && jobs_try_pop(&work, &cell))
            do_job(cell);
    }
    while (jobs_try_pop(&work, &cell))
        do_job(cell);
}

static void
steal(uint64_t all)
{
    uint64_t *cell;

    while (weir_load_rlx(&done) < all) {
        if (jobs_try_steal(&work, &cell))
            do_job(cell);
        else
            (void)sched_yield();
    }
}

static void
member(void *arg, unsigned index)
{
    const uint64_t all = *(const uint64_t *)arg;

    if (index == 0)
        own(all);
    else
        steal(all);
}

TEST(every_job_is_done_once)
{
    enum { MOST = 100000 };
    static uint64_t count[MOST];
    uint64_t all = test_rounds(60000);

    all = all < MOST ? all : MOST;
    cells = count;
    jobs_init(&work);
    test_threads(THIEVES + 1, member, &all);
    for (uint64_t i = 0; i < all; i++)
        EXPECT_EQ(count[i], 1);
}
