/* SPDX-License-Identifier: MIT */
/*
 * model/ring_raw.c - the header-only rings: elements arrive once, whole and in
 * order, and try_ says "empty" and "full" only when it was so.
 *
 * What a thread learns by mc_hear() it must find in the ring, too.
 */
#include "mc.h"

#include <weir/mpmc.h>
#include <weir/spsc.h>

struct pair {
    long a, b;
};

WEIR_MPMC(ring1, struct pair, 1);
WEIR_MPMC(ring2, struct pair, 2);
WEIR_SPSC(line1, struct pair, 1);
WEIR_SPSC(line2, struct pair, 2);

static ring1 q1;
static ring2 q2;
static line1 l1;
static line2 l2;

enum { PUSHED, POPPED, SUM }; /* ghosts */

static void
ring_setup(void)
{
    ring1_init(&q1);
    ring2_init(&q2);
    line1_init(&l1);
    line2_init(&l2);
}

static void
took(struct pair p)
{
    mc_assert(p.b == 2 * p.a);
    mc_ghost_add(POPPED, 1);
    mc_ghost_add(SUM, p.a);
    mc_tell();
}

#define PUSH(ring, q, v, capacity)                                             \
    do {                                                                       \
        struct pair p_ = { v, 2 * (v) };                                       \
        int64_t popped_;                                                       \
        mc_hear();                                                             \
        popped_ = mc_ghost(POPPED);                                            \
        if (ring##_try_push(q, p_)) {                                          \
            mc_ghost_add(PUSHED, 1);                                           \
            mc_tell();                                                         \
        } else {                                                               \
            /* full: of those begun by now, at least so many were inside */    \
            mc_assert(mc_ghost(3) - popped_ > (capacity));                     \
            mc_ghost_add(3, -1);                                               \
            mc_tell();                                                         \
        }                                                                      \
    } while (0)

/* Ghost 3 counts pushes that have begun and not failed. */
#define PUSHER(name, ring, q, v, capacity)                                     \
    static void name(void)                                                     \
    {                                                                          \
        mc_ghost_add(3, 1);                                                    \
        PUSH(ring, q, v, capacity);                                            \
        mc_ghost_add(3, 1);                                                    \
        PUSH(ring, q, (v) + 1, capacity);                                      \
    }

#define POPPER(name, ring, q)                                                  \
    static void name(void)                                                     \
    {                                                                          \
        for (int i = 0; i < 2; i++) {                                          \
            struct pair p;                                                     \
            int64_t pushed;                                                    \
            mc_hear();                                                         \
            pushed = mc_ghost(PUSHED);                                         \
            if (ring##_try_pop(q, &p))                                         \
                took(p);                                                       \
            else /* empty: all that was in is out, or being taken */           \
                mc_assert(pushed <= mc_ghost(POPPED) + mc_ghost(4));           \
        }                                                                      \
    }

PUSHER(ring1_push, ring1, &q1, 1, 1)
PUSHER(ring2_push, ring2, &q2, 1, 2)
PUSHER(line1_push, line1, &l1, 1, 1)
PUSHER(line2_push, line2, &l2, 1, 2)
POPPER(ring1_pop, ring1, &q1)
POPPER(ring2_pop, ring2, &q2)
POPPER(line1_pop, line1, &l1)
POPPER(line2_pop, line2, &l2)

MC_SCENARIO(mpmc_cap1, .setup = ring_setup,
            .threads = { ring1_push, ring1_pop });
MC_SCENARIO(mpmc_cap2, .setup = ring_setup,
            .threads = { ring2_push, ring2_pop });
MC_SCENARIO(spsc_cap1, .setup = ring_setup,
            .threads = { line1_push, line1_pop });
MC_SCENARIO(spsc_cap2, .setup = ring_setup,
            .threads = { line2_push, line2_pop });

/*
 * Store buffering: one element is in a ring of two.  The pusher adds one and
 * then finds it full, the popper takes one and then finds it empty: not both,
 * although nothing else orders the two.
 */
#define NO_ROOM 1
#define NO_ITEM 2

/* The no's of that race as those that follow a no: the rest before a first one
 * (weir_ring_rest) is for speed, and hides it behind many more states. */
static void
ring2_ready(void)
{
    weir_store_rlx(&q2.send.missed, 2 * WEIR_RING_STEP);
    weir_store_rlx(&q2.receive.missed, WEIR_RING_STEP);
}

static void
line2_ready(void)
{
}

#define BOTH_SAY_NO(ring, q)                                                   \
    static void ring##_one(void)                                               \
    {                                                                          \
        struct pair p = { 1, 2 };                                              \
                                                                               \
        ring_setup();                                                          \
        mc_assert(ring##_try_push(q, p));                                      \
        ring##_ready();                                                        \
    }                                                                          \
    static void ring##_push_push(void)                                         \
    {                                                                          \
        struct pair p = { 2, 4 };                                              \
                                                                               \
        mc_assert(ring##_try_push(q, p));                                      \
        if (!ring##_try_push(q, p))                                            \
            mc_ghost_add(5, NO_ROOM);                                          \
    }                                                                          \
    static void ring##_pop_pop(void)                                           \
    {                                                                          \
        struct pair p;                                                         \
                                                                               \
        mc_assert(ring##_try_pop(q, &p) && p.b == 2);                          \
        if (!ring##_try_pop(q, &p))                                            \
            mc_ghost_add(5, NO_ITEM);                                          \
    }                                                                          \
    static void ring##_not_both(void)                                          \
    {                                                                          \
        mc_assert(mc_ghost(5) != NO_ROOM + NO_ITEM);                           \
    }                                                                          \
    MC_SCENARIO(ring##_exact, .setup = ring##_one,                             \
                .threads = { ring##_push_push, ring##_pop_pop },               \
                .check = ring##_not_both, .stale = 4)

BOTH_SAY_NO(ring2, &q2);
BOTH_SAY_NO(line2, &l2);

/* One side's ticket is claimed and not stamped; a later one is complete, so a
 * try of the other side does not say no. */
WEIR_MPMC(ring3, struct pair, 3);
static ring3 q3;

enum { FIRST_IS_IN = 6 }; /* a ghost */

static void
push_one(void)
{
    struct pair p = { 1, 2 };

    mc_assert(ring3_try_push(&q3, p));
}

static void
push_then_pop(void)
{
    struct pair p;

    push_one();
    mc_assert(ring3_try_pop(&q3, &p) && p.b == 2);
}

static void
pop_one(void)
{
    struct pair p;

    mc_assert(ring3_try_pop(&q3, &p) && p.b == 2);
}

static void
pop_then_push(void)
{
    pop_one();
    push_one();
}

static void
ring3_setup(void)
{
    ring3_init(&q3);
}

static void
ring3_fill(void)
{
    ring3_init(&q3);
    for (int i = 0; i < 3; i++)
        push_one();
}

MC_SCENARIO(pop_behind_claimed, .setup = ring3_setup,
            .threads = { push_one, push_then_pop });
MC_SCENARIO(push_behind_claimed, .setup = ring3_fill,
            .threads = { pop_one, pop_then_push });

/* Never empty after the first push of the first thread: it pops one behind two
 * complete pushes, and the third thread one. */
static void
push_push_pop(void)
{
    push_one();
    mc_ghost_set(FIRST_IS_IN, 1);
    mc_tell();
    push_one();
    pop_one();
}

static void
pop_if_in(void)
{
    struct pair p;
    bool in;

    mc_hear();
    in = mc_ghost(FIRST_IS_IN) != 0;
    if (!ring3_try_pop(&q3, &p))
        mc_assert(!in);
}

MC_SCENARIO(never_empty, .setup = ring3_setup,
            .threads = { push_push_pop, push_one, pop_if_in }, .bound = 3,
            .stays = -1);

/* Two of each side by the stamp alone: every element once.  Four threads are
 * beyond a whole search at two preemptions; so at one, and at random. */
static void
poll_pusher(void)
{
    struct pair p = { mc_thread(), 2 * mc_thread() };

    while (!ring1_poll_push(&q1, p))
        mc_relax();
}

static void
poll_popper(void)
{
    struct pair p;

    while (!ring1_poll_pop(&q1, &p))
        mc_relax();
    took(p);
}

static void
all_arrived(void)
{
    mc_assert(mc_ghost(SUM) == 3);
}

MC_SCENARIO(mpmc_poll_2x2, .setup = ring_setup, .check = all_arrived,
            .threads = { poll_pusher, poll_pusher, poll_popper, poll_popper },
            .bound = 1, .stale = 1);
MC_SCENARIO(mpmc_poll_2x2_random, .setup = ring_setup, .check = all_arrived,
            .threads = { poll_pusher, poll_pusher, poll_popper, poll_popper },
            .bound = -1, .stale = 4, .random = 20000);
