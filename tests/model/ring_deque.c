/* SPDX-License-Identifier: MIT */
/*
 * model/ring_deque.c - the work-stealing deque: owner and thieves get each
 * element once, and "full" and "empty" are exact.
 */
#include "mc.h"

#include <weir/deque.h>

WEIR_DEQUE(one, int, 1);
WEIR_DEQUE(two, int, 2);
WEIR_DEQUE(four, int, 4);

static one d1;
static two d2;
static four d4;
static int payload[8]; /* written before the push of its index */

enum { TAKEN, SUM, NO, GOT }; /* ghosts; GOT + v: v was taken */

static void
setup(void)
{
    one_init(&d1);
    two_init(&d2);
    four_init(&d4);
}

static void
took(int v)
{
    mc_assert(v > 0 && payload[v] == 2 * v);
    mc_assert(mc_ghost_add(GOT + v, 1) == 1);
    mc_ghost_add(TAKEN, 1);
    mc_ghost_add(SUM, v);
}

static void
give(int v)
{
    payload[v] = 2 * v;
    mc_assert(four_try_push(&d4, v));
}

static void
steal(void)
{
    int v = 0;

    if (four_try_steal(&d4, &v))
        took(v);
}

static void
pop(void)
{
    int v = 0;

    if (four_try_pop(&d4, &v))
        took(v);
}

/* The last element: the owner and two thieves. */
static void
setup_last(void)
{
    setup();
    give(1);
}

static void
one_got_it(void)
{
    mc_assert(mc_ghost(TAKEN) == 1 && mc_ghost(SUM) == 1);
}

MC_SCENARIO(deque_last, .setup = setup_last, .threads = { pop, steal, steal },
            .check = one_got_it, .bound = 3);

/* The owner goes up and down while thieves are at work. */
static void
owner_works(void)
{
    give(1);
    give(2);
    pop();
    give(3);
    pop();
    pop();
}

static void
nothing_is_left(void)
{
    int v;

    mc_assert(mc_ghost(TAKEN) == 3 && mc_ghost(SUM) == 6);
    mc_assert(!four_try_steal(&d4, &v) && !four_try_pop(&d4, &v));
}

MC_SCENARIO(deque_owner, .setup = setup, .threads = { owner_works, steal },
            .check = nothing_is_left, .bound = 3);
MC_SCENARIO(deque_owner_2, .setup = setup,
            .threads = { owner_works, steal, steal }, .check = nothing_is_left);
MC_SCENARIO(deque_owner_random, .setup = setup,
            .threads = { owner_works, steal, steal }, .check = nothing_is_left,
            .stale = 4, .random = 10000);

/* Two elements: the owner's is the newer one, and without a swap. */
static void
setup_both(void)
{
    setup();
    give(1);
    give(2);
}

static void
pop_both(void)
{
    pop();
    pop();
}

static void
steal_both(void)
{
    steal();
    steal();
}

static void
both_are_taken(void)
{
    mc_assert(mc_ghost(TAKEN) == 2 && mc_ghost(SUM) == 3);
}

MC_SCENARIO(deque_both, .setup = setup_both,
            .threads = { pop_both, steal_both }, .check = both_are_taken,
            .bound = 3, .stale = 3);

/* A slot filled again: the thief has what was there before. */
static void
fill_again(void)
{
    for (int v = 2; v <= 3; v++) {
        payload[v] = 2 * v;
        if (!one_try_push(&d1, v))
            mc_ghost_add(SUM, v);
    }
}

static void
steal_one(void)
{
    for (int i = 0; i < 2; i++) {
        int v = 0;

        if (one_try_steal(&d1, &v))
            took(v);
    }
}

static void
setup_one(void)
{
    setup();
    payload[1] = 2;
    mc_assert(one_try_push(&d1, 1));
}

static void
all_but_what_had_no_room(void)
{
    int v = 0;

    if (one_try_steal(&d1, &v))
        took(v);
    mc_assert(mc_ghost(SUM) == 6);
}

MC_SCENARIO(deque_reused, .setup = setup_one,
            .threads = { fill_again, steal_one },
            .check = all_but_what_had_no_room, .bound = 3);

/* Store buffering: one element is in a deque of two.  The owner adds one and
 * then finds it full, the thief takes one and then finds it empty: not both. */
enum { NO_ROOM = 1, NO_ITEM = 2 };

static void
setup_exact(void)
{
    setup();
    mc_assert(two_try_push(&d2, 1));
}

static void
push_push(void)
{
    mc_assert(two_try_push(&d2, 2));
    if (!two_try_push(&d2, 3))
        mc_ghost_add(NO, NO_ROOM);
}

static void
steal_steal(void)
{
    int v;

    mc_assert(two_try_steal(&d2, &v));
    if (!two_try_steal(&d2, &v))
        mc_ghost_add(NO, NO_ITEM);
}

static void
not_both(void)
{
    mc_assert(mc_ghost(NO) != NO_ROOM + NO_ITEM);
}

MC_SCENARIO(deque_exact, .setup = setup_exact,
            .threads = { push_push, steal_steal }, .check = not_both,
            .stale = 4);
