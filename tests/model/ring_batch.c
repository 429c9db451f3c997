/* SPDX-License-Identifier: MIT */
/*
 * model/ring_batch.c - several elements by one claim, and elements that are
 * written and read in place; rings with a single side.
 */
#include "mc.h"

#include <weir/mpsc.h>
#include <weir/spmc.h>
#include <weir/spsc.h>

struct pair {
    long a, b;
};

WEIR_MPMC(mpmc2, struct pair, 2);
WEIR_MPMC(mpmc4, struct pair, 4);
WEIR_MPSC(mpsc2, struct pair, 2);
WEIR_SPMC(spmc2, struct pair, 2);
WEIR_SPSC(spsc2, struct pair, 2);
WEIR_SPSC(spsc3, struct pair, 3);

static mpmc2 m2;
static mpmc4 m4;
static mpsc2 ms;
static spmc2 sm;
static spsc2 s2;
static spsc3 s3;

enum { TAKEN, SUM, NO, GOT }; /* ghosts; GOT + v: v was popped */

static struct pair
pair_of(long v)
{
    const struct pair p = { v, 2 * v };

    return p;
}

static void
setup(void)
{
    mpmc2_init(&m2);
    mpmc4_init(&m4);
    mpsc2_init(&ms);
    spmc2_init(&sm);
    spsc2_init(&s2);
    spsc3_init(&s3);
}

static void
took(struct pair p)
{
    mc_assert(p.b == 2 * p.a);
    mc_assert(mc_ghost_add(GOT + (int)p.a, 1) == 1);
    mc_ghost_add(TAKEN, 1);
    mc_ghost_add(SUM, p.a);
}

/* --- MPMC: two batches of two, popped by batches of up to three ---------- */

static void
push_batch(long first)
{
    const struct pair p[2] = { pair_of(first), pair_of(first + 1) };

    mc_assert(mpmc4_try_push_n(&m4, p, 2) == 2);
}

static void
push_1_2(void)
{
    push_batch(1);
}

static void
push_3_4(void)
{
    push_batch(3);
}

static void
pop_all_by_three(void)
{
    struct pair p[4 + 3];
    size_t n = 0;

    while (n < 4) {
        const size_t got = mpmc4_try_pop_n(&m4, &p[n], 3);

        if (got == 0)
            mc_relax();
        n += got;
    }
    for (size_t i = 0; i < 4; i++)
        took(p[i]);
    mc_assert(p[1].a == p[0].a + 1 && p[3].a == p[2].a + 1); /* neighbours */
}

static void
pop_up_to_two(void)
{
    struct pair p[2];
    const size_t n = mpmc4_try_pop_n(&m4, p, 2);

    for (size_t i = 0; i < n; i++)
        took(p[i]);
}

static void
rest_is_there(void)
{
    struct pair p;

    while (mpmc4_try_pop(&m4, &p))
        took(p);
    mc_assert(mc_ghost(TAKEN) == 4 && mc_ghost(SUM) == 10);
}

MC_SCENARIO(batch_neighbours, .setup = setup,
            .threads = { push_1_2, push_3_4, pop_all_by_three }, .bound = 1);
MC_SCENARIO(batch_poppers, .setup = setup,
            .threads = { push_1_2, push_3_4, pop_up_to_two, pop_up_to_two },
            .check = rest_is_there, .bound = 1, .stale = 1);
MC_SCENARIO(batch_random, .setup = setup,
            .threads = { push_1_2, push_3_4, pop_up_to_two, pop_up_to_two },
            .check = rest_is_there, .stale = 4, .random = 10000);

/* --- more than there is room for, across the end ------------------------- */

/* One element has gone through, so that places wrap. */
#define BATCH(ring, q)                                                         \
    static void ring##_setup(void)                                             \
    {                                                                          \
        struct pair p = pair_of(0);                                            \
                                                                               \
        setup();                                                               \
        mc_assert(ring##_try_push(q, p) && ring##_try_pop(q, &p));             \
    }                                                                          \
    static void ring##_push_three(void)                                        \
    {                                                                          \
        const struct pair p[3] = { pair_of(1), pair_of(2), pair_of(3) };       \
        size_t n = 0;                                                          \
                                                                               \
        while (n < 3) {                                                        \
            const size_t put = ring##_try_push_n(q, &p[n], 3 - n);             \
                                                                               \
            mc_assert(put <= 2);                                               \
            if (put == 0)                                                      \
                mc_relax();                                                    \
            n += put;                                                          \
        }                                                                      \
    }                                                                          \
    static void ring##_pop_three(void)                                         \
    {                                                                          \
        long due = 1;                                                          \
                                                                               \
        while (due <= 3) {                                                     \
            struct pair p[3];                                                  \
            const size_t n = ring##_try_pop_n(q, p, 3);                        \
                                                                               \
            if (n == 0)                                                        \
                mc_relax();                                                    \
            for (size_t i = 0; i < n; i++) {                                   \
                took(p[i]);                                                    \
                mc_assert(p[i].a == due++);                                    \
            }                                                                  \
        }                                                                      \
    }                                                                          \
    MC_SCENARIO(ring##_batch, .setup = ring##_setup,                           \
                .threads = { ring##_push_three, ring##_pop_three },            \
                .bound = 1, .stays = -1);

BATCH(mpmc2, &m2)
BATCH(mpsc2, &ms)
BATCH(spmc2, &sm)
BATCH(spsc2, &s2)

/* --- not both: "full" after a push, "empty" after a pop (ring_raw.c) ------ */

#define NO_ROOM 1
#define NO_ITEM 2

static void
not_both(void)
{
    mc_assert(mc_ghost(NO) != NO_ROOM + NO_ITEM);
}

/* As in ring_raw.c. */
static void
no_rest(weir_ring_word *send, weir_ring_word *receive)
{
    weir_store_rlx(&send->missed, 2 * WEIR_RING_STEP);
    weir_store_rlx(&receive->missed, WEIR_RING_STEP);
}

#define EXACT(ring, q, ready)                                                  \
    static void ring##_one(void)                                               \
    {                                                                          \
        setup();                                                               \
        mc_assert(ring##_try_push(q, pair_of(1)));                             \
        ready;                                                                 \
    }                                                                          \
    static void ring##_push_push(void)                                         \
    {                                                                          \
        const struct pair p[2] = { pair_of(2), pair_of(3) };                   \
        size_t n = ring##_try_push_n(q, p, 2);                                 \
                                                                               \
        mc_assert(n >= 1);                                                     \
        if (n == 1 && ring##_try_push_n(q, &p[1], 1) == 0)                     \
            mc_ghost_add(NO, NO_ROOM);                                         \
    }                                                                          \
    static void ring##_pop_pop(void)                                           \
    {                                                                          \
        struct pair p[2];                                                      \
        size_t n = ring##_try_pop_n(q, p, 2);                                  \
                                                                               \
        mc_assert(n >= 1);                                                     \
        if (n == 1 && ring##_try_pop_n(q, p, 1) == 0)                          \
            mc_ghost_add(NO, NO_ITEM);                                         \
    }                                                                          \
    MC_SCENARIO(ring##_exact, .setup = ring##_one,                             \
                .threads = { ring##_push_push, ring##_pop_pop },               \
                .check = not_both, .stale = 4);

EXACT(mpmc2, &m2, no_rest(&m2.send, &m2.receive))
EXACT(mpsc2, &ms, no_rest(&ms.send, &ms.receive))
EXACT(spmc2, &sm, no_rest(&sm.send, &sm.receive))
EXACT(spsc2, &s2, (void)0)

/* --- MPSC, SPMC ----------------------------------------------------------- */

static void
mpsc_push(void)
{
    mc_assert(mpsc2_try_push(&ms, pair_of(mc_thread())));
}

static void
mpsc_pop_two(void)
{
    for (int i = 0; i < 2; i++) {
        struct pair p;

        while (!mpsc2_poll_pop(&ms, &p))
            mc_relax();
        took(p);
    }
}

static void
spmc_push_two(void)
{
    mc_assert(spmc2_try_push(&sm, pair_of(1)));
    mc_assert(spmc2_try_push(&sm, pair_of(2)));
}

static void
spmc_pop(void)
{
    struct pair p;

    while (!spmc2_poll_pop(&sm, &p))
        mc_relax();
    took(p);
}

static void
both_came(void)
{
    mc_assert(mc_ghost(TAKEN) == 2 && mc_ghost(SUM) == 3);
}

MC_SCENARIO(mpsc_two, .setup = setup,
            .threads = { mpsc_push, mpsc_push, mpsc_pop_two },
            .check = both_came);
MC_SCENARIO(spmc_two, .setup = setup,
            .threads = { spmc_push_two, spmc_pop, spmc_pop },
            .check = both_came);

/* The frozen thread: these rings are not lock-free, and the explorer says so.
 */
MC_SCENARIO(mpmc_frozen, .setup = setup, .threads = { push_1_2, pop_up_to_two },
            .freezes = 1, .expect_bug = MC_LIVELOCK);

/* --- in place ------------------------------------------------------------- */

/* Places are closed in another order than they were opened in. */
static void
reserve_two(void)
{
    struct pair *a = mpmc2_try_reserve(&m2);
    struct pair *b = mpmc2_try_reserve(&m2);

    mc_assert(a && b && a != b);
    *b = pair_of(2);
    mpmc2_commit(&m2, b);
    *a = pair_of(1);
    mpmc2_commit(&m2, a);
    while (!mpmc2_try_push(&m2, pair_of(3)))
        mc_relax();
}

static struct pair *
peek_await(void)
{
    struct pair *p;

    while ((p = mpmc2_try_peek(&m2)) == NULL)
        mc_relax();
    return p;
}

static void
peek_three(void)
{
    struct pair *a = peek_await();
    struct pair *b = peek_await();

    mc_assert(a->a == 1 && b->a == 2);
    took(*b);
    mpmc2_release(&m2, b);
    took(*a);
    mpmc2_release(&m2, a);
    a = peek_await();
    took(*a);
    mpmc2_release(&m2, a);
}

MC_SCENARIO(mpmc_in_place, .setup = setup,
            .threads = { reserve_two, peek_three }, .bound = 1, .stays = -1);

static void
line_reserve(void)
{
    for (long v = 1; v <= 4; v++) {
        struct pair *p;

        while ((p = spsc3_try_reserve(&s3)) == NULL)
            mc_relax();
        mc_assert(spsc3_try_reserve(&s3) == p); /* the same again */
        *p = pair_of(v);
        spsc3_commit(&s3, p);
    }
}

static void
line_peek(void)
{
    for (long v = 1; v <= 4; v++) {
        struct pair *p;

        while ((p = spsc3_try_peek(&s3)) == NULL)
            mc_relax();
        mc_assert(spsc3_try_peek(&s3) == p && p->a == v);
        took(*p);
        spsc3_release(&s3, p);
    }
}

MC_SCENARIO(spsc_in_place, .setup = setup,
            .threads = { line_reserve, line_peek }, .stays = -1);
