/* SPDX-License-Identifier: MIT */
/*
 * model/ring_scq.c - the strictly lock-free ring: elements arrive once, whole
 * and in order, "empty" is exact, and a thread that is frozen anywhere stops
 * nobody.
 *
 * At most n threads are in calls, those included that a set-up or a thread
 * leaves inside one for good: it draws their tickets by hand.
 */
#include "mc.h"

#define WEIR_SCQ_THREADS 2

#include <weir/scq.h>

struct pair {
    long a, b;
};

WEIR_SCQ(one, struct pair, 1);
WEIR_SCQ(two, struct pair, 2);  /* both: rings of 4 entries, patience 5 */
WEIR_SCQ(four, struct pair, 4); /* of 8, patience 11; tickets from 8 on */

static one o;
static two q;
static four r;

enum { PUSHED, POPPED, POPPING, OUT }; /* ghosts; OUT + v: v was popped */

static void
setup(void)
{
    one_init(&o);
    two_init(&q);
    four_init(&r);
}

static struct pair
pair_of(long v)
{
    const struct pair p = { v, 2 * v };

    return p;
}

static void
took(struct pair p)
{
    mc_assert(p.b == 2 * p.a);
    mc_assert(mc_ghost_add(OUT + (int)p.a, 1) == 1);
    mc_ghost_add(POPPED, 1);
}

/* --- one pusher, one popper: in order, and nothing is missed ------------- */

static void
push_two(void)
{
    for (long v = 1; v <= 2; v++) {
        mc_assert(two_try_push(&q, pair_of(v)));
        mc_ghost_add(PUSHED, 1);
        mc_tell();
    }
}

static void
pop_two(void)
{
    for (int i = 0; i < 2; i++) {
        struct pair p;
        int64_t pushed;

        mc_hear();
        pushed = mc_ghost(PUSHED);
        if (!two_try_pop(&q, &p)) {
            mc_assert(pushed == mc_ghost(POPPED));
        } else {
            took(p);
            mc_assert(p.a == mc_ghost(POPPED));
        }
    }
}

MC_SCENARIO(scq_two, .setup = setup, .threads = { push_two, pop_two });
MC_SCENARIO(scq_two_frozen, .setup = setup, .threads = { push_two, pop_two },
            .freezes = 1, .bound = 1);

/* The place of one element, used again and again. */
static void
push_reused(void)
{
    for (long v = 1; v <= 3; v++)
        if (one_try_push(&o, pair_of(v)))
            mc_ghost_add(PUSHED, 1);
}

static void
pop_reused(void)
{
    for (int i = 0; i < 2; i++) {
        struct pair p;

        if (one_try_pop(&o, &p))
            took(p);
    }
}

MC_SCENARIO(scq_reused, .setup = setup, .threads = { push_reused, pop_reused });

/* --- each pushes, then finds one, whatever the others do ------------------ */

static void
push_then_pop_two(void)
{
    struct pair p;

    mc_assert(two_try_push(&q, pair_of(mc_thread())));
    mc_assert(two_try_pop(&q, &p));
    took(p);
}

static void
push_then_pop_four(void)
{
    struct pair p;

    mc_assert(four_try_push(&r, pair_of(mc_thread())));
    mc_assert(four_try_pop(&r, &p));
    took(p);
}

MC_SCENARIO(scq_frozen, .setup = setup,
            .threads = { push_then_pop_two, push_then_pop_two }, .freezes = 1,
            .stale = 1);
MC_SCENARIO(scq_frozen_3, .setup = setup,
            .threads = { push_then_pop_four, push_then_pop_four,
                         push_then_pop_four },
            .freezes = 1, .bound = 1, .stale = -1);
MC_SCENARIO(scq_frozen_3_random, .setup = setup,
            .threads = { push_then_pop_four, push_then_pop_four,
                         push_then_pop_four },
            .freezes = 2, .stale = 4, .random = 10000);

/* --- a frozen popper ------------------------------------------------------ */

/* A popper has drawn a ticket of the used ring and takes no further step. */
static uint64_t
stopped_pop(void)
{
    return weir_scq_draw_head(&r.used_places);
}

static void
pass(int elements)
{
    struct pair p;

    for (int i = 0; i < elements; i++) {
        mc_assert(four_try_push(&r, pair_of(9)));
        mc_assert(four_try_pop(&r, &p));
    }
}

static void
fail(int pops)
{
    struct pair p;

    for (int i = 0; i < pops; i++)
        mc_assert(!four_try_pop(&r, &p));
}

/* Ticket 8 holds an element that nobody takes; the next push is 15, and 16,
 * of the same entry, is passed over. */
static void
setup_passed_over(void)
{
    setup();
    mc_assert(four_try_push(&r, pair_of(8)));
    mc_assert(stopped_pop() == 8);
    pass(6);
}

MC_SCENARIO(scq_passed_over, .setup = setup_passed_over,
            .threads = { push_then_pop_four, push_then_pop_four });

/* Pops in vain although nothing was pushed yet: patience is set by hand. */
static void
fail_from_threshold(void)
{
    weir_store_rlx(&r.used_places.threshold.word, 11);
    fail(7);
}

/* Ticket 8's taker comes late; by then 16, of the same entry, has taken SAFE
 * away or is about to. */
static void
setup_unsafe(void)
{
    setup();
    mc_assert(four_try_push(&r, pair_of(8)));
    mc_assert(stopped_pop() == 8);
    fail(7);
}

static void
late_pop(void)
{
    const weir_scq_shape shape = four_shape_();

    mc_assert(weir_scq_take_at(shape, &r.used_entries[weir_scq_spot(shape, 8)],
                               8) != weir_scq_none(shape));
}

static void
pop_once(void)
{
    struct pair p;

    mc_ghost_add(POPPING, 1);
    if (four_try_pop(&r, &p))
        took(p);
    mc_ghost_add(POPPING, -1);
}

/* The element just pushed is there, unless pop_once() has it. */
static void
push_then_look(void)
{
    struct pair p;

    mc_assert(four_try_push(&r, pair_of(1)));
    if (four_try_pop(&r, &p))
        took(p);
    else
        mc_assert(mc_ghost(POPPED) + mc_ghost(POPPING) > 0);
}

MC_SCENARIO(scq_unsafe, .setup = setup_unsafe,
            .threads = { push_then_look, pop_once, late_pop });

/* The same, when the entry is still empty at the pusher's first look: its swap
 * fails, and what it finds there then has been full meanwhile. */
static uint64_t late_place;

static void
setup_unsafe_swap(void)
{
    const weir_scq_shape shape = four_shape_();

    setup();
    late_place = weir_scq_take(shape, &r.free_places, r.free_entries);
    mc_assert(weir_scq_draw_tail(&r.used_places) == 8);
    mc_assert(stopped_pop() == 8);
    fail_from_threshold();
}

static void
late_push_and_pop(void)
{
    const weir_scq_shape shape = four_shape_();
    uint64_t empty = weir_scq_safe(shape) | weir_scq_none(shape);
    const uint64_t full =
        weir_scq_cycle(shape, 8) | weir_scq_safe(shape) | late_place;

    /* Else 16 was put there before; this one would draw another ticket. */
    if (!weir_cas_acqrel(&r.used_entries[weir_scq_spot(shape, 8)], &empty,
                         full))
        return;
    pop_once();
    late_pop();
}

MC_SCENARIO(scq_unsafe_swap, .setup = setup_unsafe_swap,
            .threads = { push_then_look, late_push_and_pop });

/* --- patience ------------------------------------------------------------- */

/* Twelve failed tickets, one more than the patience, with one in between that
 * is never carried out: its entry has no mark, so that ticket 22, eight later,
 * is put there without a look at what the others did. */
static void
setup_patience(void)
{
    setup();
    pass(1);
}

static void
pop_in_vain(void)
{
    for (int i = 0; i < 13; i++) {
        if (i == 5)
            (void)stopped_pop();
        else
            pop_once();
    }
}

static void
push_then_look_patiently(void)
{
    const weir_scq_shape shape = four_shape_();
    struct pair p;
    uint64_t entry;

    mc_assert(four_try_push(&r, pair_of(1)));
    if (four_try_pop(&r, &p)) {
        took(p);
        return;
    }
    /* Put for the popper that has stopped, with ticket 14? */
    entry = weir_load_rlx(&r.used_entries[weir_scq_spot(shape, 14)]);
    mc_assert(mc_ghost(POPPED) + mc_ghost(POPPING) > 0 ||
              (entry & ~(weir_scq_none(shape) | weir_scq_safe(shape))) ==
                  weir_scq_cycle(shape, 14));
}

MC_SCENARIO(scq_patience, .setup = setup_patience,
            .threads = { pop_in_vain, push_then_look_patiently }, .bound = 1);
