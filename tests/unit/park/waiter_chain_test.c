/* SPDX-License-Identifier: MIT */
/*
 * park/waiter_chain_test.c - wakes are chained through the waiters.
 *
 * Race      hanging on a chain against taking it
 *
 *     completer of B, with A remembered      party of A
 *     ---------------------------------      ----------
 *     B.word: -> DONE                        (wakes)
 *     A.chain: {n, empty} -> {n, B}          A.chain: -> {n, taken}
 *          <-- waiter.chain: B is woken by A, or by its completer -->
 *
 * The four rules: DONE before hanging; the number moves at every wait; who was
 * claimed takes its chain, however it woke; the take is an exchange.
 */
#include "scripted.h"

TEST(chain_remembers_the_last_claimed_while_asleep)
{
    struct wr_waiter *w[4];
    struct wr_node *node;

    begin(&chained);
    w[0] = enrolled(false);
    w[1] = enrolled(true);
    w[2] = enrolled(false);
    w[3] = enrolled(true);
    node = claim();
    EXPECT_EQ(node->behind, 0);
    EXPECT_EQ(obj.behind, 0); /* awake: not remembered */
    node = claim();
    EXPECT_EQ(node->behind, 0);
    EXPECT_EQ((uint32_t)obj.behind, w[1]->id);
    EXPECT_EQ(obj.behind >> 32, weir_load_rlx(&w[1]->chain) >> 32);
    (void)claim();
    EXPECT_EQ((uint32_t)obj.behind, w[1]->id);
    node = claim();
    EXPECT_EQ((uint32_t)node->behind, w[1]->id);
    EXPECT_EQ((uint32_t)obj.behind, w[3]->id);
    for (int i = 0; i < 4; i++)
        wr_pool_push(w[i]);
    end();
}

TEST(burst_costs_its_completer_one_wake_and_nobody_is_forgotten)
{
    enum { BURST = 6 };
    struct wr_waiter *w[BURST];
    struct wr_node *nodes[BURST];

    begin(&chained);
    for (int i = 0; i < BURST; i++)
        w[i] = enrolled(true);
    for (int i = 0; i < BURST; i++)
        nodes[i] = claim();
    for (int i = 0; i < BURST; i++)
        wr_waiter_grant(nodes[i], WEIR_OK);
    EXPECT_EQ(seen.unparks, 1);
    EXPECT_PTR_EQ(seen.last, w[0]);
    for (int i = 0; i < BURST; i++) {
        bool left;

        EXPECT_EQ(state_of(w[i]), WAITER_DONE); /* rule 1, as a state */
        EXPECT_PTR_EQ(seen.last, w[i]);         /* woken by the one before it */
        EXPECT_OK(wait_for(w[i], &left));
        EXPECT_FALSE(left);
    }
    EXPECT_EQ(seen.unparks, BURST);
    EXPECT_EQ(seen.parks, 0);
    for (int i = 0; i < BURST; i++)
        wr_pool_push(w[i]);
    end();
}

/* Rule 2: the number moves at every wait. */
TEST(nobody_hangs_on_a_later_wait_of_the_same_waiter)
{
    struct wr_waiter *a;
    struct wr_waiter *b;
    struct wr_node *node;
    bool left;

    begin(&chained);
    a = enrolled(true);
    wr_waiter_grant(claim(), WEIR_OK);
    EXPECT_OK(wait_for(a, &left));
    wr_waiter_arm(a); /* A waits for something else; its chain is empty */
    EXPECT_EQ((uint32_t)weir_load_rlx(&a->chain), WR_LINK_EMPTY);
    b = enrolled(true);
    node = claim();
    EXPECT_EQ((uint32_t)node->behind, a->id);
    wr_waiter_grant(node, WEIR_OK);
    EXPECT_EQ(seen.unparks, 2);
    EXPECT_PTR_EQ(seen.last, b);
    EXPECT_EQ((uint32_t)weir_load_rlx(&a->chain), WR_LINK_EMPTY);
    wr_pool_push(a);
    wr_pool_push(b);
    end();
}

/* Rule 3: a deadline does not excuse from taking the chain. */
static int
complete_two_at_the_deadline(struct wr_waiter *w)
{
    struct wr_node *first = claim();
    struct wr_node *second = claim();

    EXPECT_PTR_EQ(first, &w->node);
    wr_waiter_grant(first, WEIR_OK);
    wr_waiter_grant(second, WEIR_OK);
    EXPECT_EQ(seen.unparks, 1); /* the second hangs on the first */
    return WEIR_TIMEOUT;
}

TEST(waiter_woken_by_its_deadline_but_claimed_takes_its_chain)
{
    struct wr_waiter *a;
    struct wr_waiter *b;
    bool left = true;

    begin(&chained);
    a = enrolled(false);
    b = enrolled(true);
    seen.script = complete_two_at_the_deadline;
    EXPECT_OK(wr_waiter_wait(a, weir_limit_at(123), false, &left));
    EXPECT_FALSE(left);
    EXPECT_EQ(seen.unparks, 2);
    EXPECT_PTR_EQ(seen.last, b);
    wr_pool_push(a);
    wr_pool_push(b);
    end();
}

/* Rule 4: the take is final. */
TEST(who_comes_after_the_take_is_woken_directly)
{
    struct wr_waiter *a;
    struct wr_waiter *b;
    struct wr_node *first;
    struct wr_node *second;
    bool left;

    begin(&chained);
    a = enrolled(true);
    b = enrolled(true);
    first = claim();
    second = claim();
    wr_waiter_grant(first, WEIR_OK);
    EXPECT_OK(wait_for(a, &left)); /* A takes an empty chain */
    EXPECT_EQ((uint32_t)weir_load_rlx(&a->chain), WR_LINK_TAKEN);
    EXPECT_EQ(seen.unparks, 1);
    wr_waiter_grant(second, WEIR_OK);
    EXPECT_EQ(seen.unparks, 2);
    EXPECT_PTR_EQ(seen.last, b);
    wr_pool_push(a);
    wr_pool_push(b);
    end();
}

/* A completion by close takes its chain, too. */
TEST(closed_waiters_wake_each_other)
{
    struct wr_waiter *a;
    struct wr_waiter *b;
    struct wr_node *first;
    struct wr_node *second;
    bool left;

    begin(&chained);
    a = enrolled(true);
    b = enrolled(true);
    first = claim();
    second = claim();
    wr_waiter_grant(first, WEIR_CLOSED);
    wr_waiter_grant(second, WEIR_CLOSED);
    EXPECT_EQ(seen.unparks, 1);
    EXPECT_STATUS(wait_for(a, &left), WEIR_CLOSED);
    EXPECT_EQ(seen.unparks, 2);
    EXPECT_PTR_EQ(seen.last, b);
    wr_pool_push(a);
    wr_pool_push(b);
    end();
}

TEST(only_parties_that_may_hang_do)
{
    struct wr_waiter *thread;
    struct wr_waiter *task;
    struct wr_waiter *last;
    struct wr_node *nodes[3];
    bool left;

    begin(&chained);
    thread = enrolled(true);
    wr_sys_self()->parker = &alone;
    task = enrolled(true);
    wr_sys_self()->parker = &chained;
    last = enrolled(true);
    for (int i = 0; i < 3; i++)
        nodes[i] = claim();
    EXPECT_EQ((uint32_t)nodes[2]->behind, thread->id); /* not the task */
    wr_waiter_grant(nodes[0], WEIR_OK);
    wr_waiter_grant(nodes[1], WEIR_OK); /* a task is made ready at once */
    EXPECT_EQ(seen.unparks, 2);
    EXPECT_PTR_EQ(seen.last, task);
    wr_waiter_grant(nodes[2], WEIR_OK); /* a thread hangs on the thread */
    EXPECT_EQ(seen.unparks, 2);
    EXPECT_OK(wait_for(thread, &left));
    EXPECT_PTR_EQ(seen.last, last);
    wr_pool_push(thread);
    wr_pool_push(task);
    wr_pool_push(last);
    end();
}
