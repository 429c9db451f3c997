/* SPDX-License-Identifier: MIT */
/*
 * park/pool_test.c - waiters: unique, found by id, used again.
 *
 * Race      two pops of one waiter, and a push in between (ABA)
 *
 *     popper 1                   popper 2
 *     --------                   --------
 *     head = {n, A}; next = B
 *                                pops A, pops B, pushes A: head = {n+2, A}
 *     CAS head {n, A} fails      B is popper 2's
 */
#include "test.h"

#include "park/pool.h"

enum { MANY = 700 /* 32 + 64 + 128 + 256 < MANY: five slabs */ };

TEST(waiters_are_aligned_zeroed_and_know_their_id)
{
    struct wr_waiter *w = wr_pool_pop();

    ASSERT_NOT_NULL(w);
    EXPECT_EQ((uintptr_t)w % WEIR_SEPARATION, 0);
    EXPECT_GE(w->id, WR_LINK_FIRST_ID);
    EXPECT_PTR_EQ(wr_pool_find(w->id), w);
    EXPECT_PTR_EQ(w->node.waiter, w);
    EXPECT_FALSE(wr_link_is_linked(&w->node.link));
    wr_pool_push(w);
}

TEST(ids_are_unique_over_several_slabs_and_used_again)
{
    static struct wr_waiter *taken[MANY];
    static bool seen[4 * MANY];
    uint32_t highest = 0;

    for (int i = 0; i < MANY; i++) {
        taken[i] = wr_pool_pop();
        ASSERT_NOT_NULL(taken[i]);
        ASSERT_TRUE(taken[i]->id < 4 * MANY);
        EXPECT_FALSE(seen[taken[i]->id]);
        seen[taken[i]->id] = true;
        EXPECT_PTR_EQ(wr_pool_find(taken[i]->id), taken[i]);
        EXPECT_PTR_EQ(taken[i]->node.waiter, taken[i]);
        if (taken[i]->id > highest)
            highest = taken[i]->id;
    }
    EXPECT_GE(highest, MANY);
    for (int i = 0; i < MANY; i++)
        wr_pool_push(taken[i]);
    for (int i = 0; i < MANY; i++) {
        taken[i] = wr_pool_pop();
        ASSERT_NOT_NULL(taken[i]);
        EXPECT_TRUE(seen[taken[i]->id]);
    }
    for (int i = 0; i < MANY; i++)
        wr_pool_push(taken[i]);
}

TEST(last_pushed_is_first_popped)
{
    struct wr_waiter *a = wr_pool_pop();
    struct wr_waiter *b = wr_pool_pop();

    wr_pool_push(a);
    wr_pool_push(b);
    EXPECT_PTR_EQ(wr_pool_pop(), b);
    EXPECT_PTR_EQ(wr_pool_pop(), a);
    wr_pool_push(b);
    wr_pool_push(a);
}

enum { THREADS = 4, HELD = 9, IDS = 1 << 16 };

struct owners {
    WEIR_ATOMIC(uint32_t) of[IDS]; /* by waiter id; 0: in the pool */
    uint64_t rounds;
};

static void
take_and_give(void *arg, unsigned index)
{
    struct owners *owners = arg;
    struct wr_waiter *held[HELD];
    uint64_t state = index;

    for (uint64_t i = 0; i < owners->rounds; i++) {
        const unsigned count = (unsigned)(test_rand(&state) % HELD) + 1;

        for (unsigned k = 0; k < count; k++) {
            held[k] = wr_pool_pop();
            ASSERT_NOT_NULL(held[k]);
            ASSERT_TRUE(held[k]->id < IDS);
            EXPECT_EQ(weir_xchg_rlx(&owners->of[held[k]->id], index + 1), 0);
            held[k]->node.msg = &held[k]; /* plain: the pool orders it */
        }
        for (unsigned k = 0; k < count; k++) {
            EXPECT_PTR_EQ(held[k]->node.msg, &held[k]);
            EXPECT_EQ(weir_xchg_rlx(&owners->of[held[k]->id], 0u), index + 1);
            wr_pool_push(held[k]);
        }
    }
}

TEST(no_two_threads_hold_one_waiter)
{
    static struct owners owners;

    owners.rounds = test_rounds(20000);
    test_threads(THREADS, take_and_give, &owners);
}

static struct wr_waiter *popped[8][MANY];

static void
pop_many(void *arg, unsigned index)
{
    (void)arg;
    for (int i = 0; i < MANY; i++)
        popped[index][i] = wr_pool_pop();
}

TEST(pool_grows_under_many_threads)
{
    static bool seen[IDS];

    test_threads(8, pop_many, NULL);
    for (int t = 0; t < 8; t++) {
        for (int i = 0; i < MANY; i++) {
            ASSERT_NOT_NULL(popped[t][i]);
            ASSERT_TRUE(popped[t][i]->id < IDS);
            EXPECT_FALSE(seen[popped[t][i]->id]);
            seen[popped[t][i]->id] = true;
        }
    }
    for (int t = 0; t < 8; t++)
        for (int i = 0; i < MANY; i++)
            wr_pool_push(popped[t][i]);
}

TEST(fork_child_finds_the_growing_lock_free)
{
    struct wr_waiter *w;

    wr_waiter_after_fork();
    w = wr_pool_pop();
    EXPECT_NOT_NULL(w);
    wr_pool_push(w);
}
