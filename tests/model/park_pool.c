/* SPDX-License-Identifier: MIT */
/*
 * model/park_pool.c - the stack of free waiters.
 *
 *     T1                         T2
 *     pop: head is A, next B
 *                                pop -> A, pop -> B, push A
 *     swaps A for B: the tag has moved, or B has two owners
 */
#include "mc.h"

#include "park/pool.h"

static void
grow(void)
{
    wr_pool_push(wr_pool_pop());
}

/* A waiter has one owner; what it writes is its own (else a race). */
static struct wr_waiter *
own(void)
{
    struct wr_waiter *w = wr_pool_pop();

    mc_assert(w != NULL && w == wr_pool_find(w->id));
    mc_assert(w->node.msg == NULL);
    w->node.msg = w;
    return w;
}

static void
disown(struct wr_waiter *w)
{
    mc_assert(w->node.msg == w);
    w->node.msg = NULL;
    wr_pool_push(w);
}

static void
pop_two(void)
{
    struct wr_waiter *a = own();
    struct wr_waiter *b = own();

    disown(b);
    disown(a);
}

static void
pop_two_push_first(void)
{
    struct wr_waiter *a = own();
    struct wr_waiter *b = own();

    disown(a);
    disown(b);
}

MC_SCENARIO(pool_two, .setup = grow,
            .threads = { pop_two, pop_two_push_first });

/* The first pops of all grow the pool, and look for what the other made: slabs
 * double, so threads that start together must not add one each. */
static void
first_pop(void)
{
    struct wr_waiter *w = own();

    mc_assert(w->node.waiter == w);
    mc_assert(w->id < WR_LINK_FIRST_ID + 32); /* of the first slab */
    disown(w);
}

MC_SCENARIO(pool_grow, .threads = { first_pop, first_pop }, .stale = 1);
