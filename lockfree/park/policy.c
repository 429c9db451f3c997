/* SPDX-License-Identifier: MIT */
/*
 * park/policy.c - spin, yield and gap budgets, and what a channel learns.
 *
 * The gap.  A consumer that polls right after "empty" takes each message as
 * it appears, so that every message moves the slot's line and the two sides
 * ride on each other.  Staying away for about two line transfers lets a batch
 * build up, and both sides run at the speed of their own index.  Whether that
 * pays is learnt from k, the number of tickets that passed since the last
 * failure of this side: many (a stream): the full gap; at most one (request
 * and response): the gap halves.  A low gap tries the full one now and then,
 * ever more rarely while that does not pay.
 *
 * Brief sleeps.  A sleep and its wake take longer than the usual spin.  So if
 * both sides have begun to sleep in turn, neither finds the other awake, and
 * they go on so, at twenty times the price.  After a sleep so short that it was
 * of this kind a party spins for longer than a wake takes, once.
 *
 * Hogs.  Where other programs compute, a yield costs their whole slice, and a
 * sleep does not: a woken party comes first.  So after such a yield the next
 * ones are left out.
 *
 * One CPU.  Nobody spins, and a party that cannot go on has two ways to let the
 * others run.  A yield is a cheap switch and keeps the party's place in the
 * round: right for one that has just filled (or emptied) a good part of the
 * ring, as the next in the round will be from the other side.  Enrolling takes
 * it out of the round, and whoever serves it puts it back behind itself: right
 * for one that came upon a ring that others of its side had filled.  So the
 * round sorts itself into sender, receiver, sender, ... and each turn moves a
 * whole ring.  If every wait for long was of the second kind, parties are being
 * served by name one by one, each wake taking the CPU from its waker; a yield
 * that is tried then lets the waker fill the ring.
 */
#include "park/policy.h"
#include "park/thread.h"

#define GAP_MIN_NS 20
#define GAP_STREAM 8    /* tickets since the last failure that make a stream */
#define TRIAL_FIRST 16  /* low-gap waits before the full gap is tried ... */
#define TRIAL_MAX 1024  /* ... doubling up to this many while it fails */
#define TURN 4          /* more tickets than this are a turn on one CPU */
#define STUCK 16        /* waits without a turn before a yield is tried */
#define SLICE_NS 700000 /* a yield that lost more has lost a time slice ... */
#define SKIP_FIRST 16   /* ... and the next so many yields are left out ... */
#define SKIP_MAX 1024   /* ... doubling up to this many while it goes on */
#define SPIN_GIVE_UP 4  /* fruitless tries in a row before skipping them ... */
#define SPIN_RETRY 16   /* ... except every 16th wait */

struct wr_spin
wr_spin_for_party(void)
{
    return wr_spin_start(wr_sys_self()->brief ? WR_BRIEF_SPIN_NS
                                              : WR_WAIT_SPIN_NS);
}

bool
wr_yield_for_party(void)
{
    struct wr_thread *self = wr_sys_self();
    uint64_t start;

    if (self->yields_left_out < self->yields_to_leave_out) {
        self->yields_left_out++;
        return false;
    }
    start = wr_sys_cycles();
    wr_sys_yield();
    self->yields_left_out = 0;
    if (wr_sys_cycles() - start < wr_sys_cycles_of_ns(SLICE_NS))
        self->yields_to_leave_out = 0;
    else if (self->yields_to_leave_out == 0)
        self->yields_to_leave_out = SKIP_FIRST;
    else if (self->yields_to_leave_out < SKIP_MAX)
        self->yields_to_leave_out *= 2;
    return true;
}

void
wr_spin_away(uint64_t ns)
{
    const uint64_t start = wr_sys_cycles();
    const uint64_t budget = wr_sys_cycles_of_ns(ns);

    do
        weir_cpu_relax();
    while (wr_sys_cycles() - start < budget);
}

void
wr_learned_init(struct wr_learned *l)
{
    weir_store_rlx(&l->ticket, 0);
    weir_store_rlx(&l->gap_ns, GAP_MIN_NS);
    weir_store_rlx(&l->low, TRIAL_FIRST); /* the first wait is a trial */
    weir_store_rlx(&l->trial, TRIAL_FIRST);
    weir_store_rlx(&l->spin_bad, 0);
    weir_store_rlx(&l->yield_bad, 0);
    weir_store_rlx(&l->stuck, 0);
}

/* A low gap: usually that, now and then a trial of the full one. */
static uint64_t
gap_low(struct wr_learned *l, uint64_t gap, uint64_t max_ns)
{
    const unsigned low = weir_load_rlx(&l->low) + 1u;
    const unsigned trial = weir_load_rlx(&l->trial);

    if (low < trial) {
        weir_store_rlx(&l->low, (uint16_t)low);
        return gap;
    }
    weir_store_rlx(&l->low, 0);
    if (trial < TRIAL_MAX)
        weir_store_rlx(&l->trial, (uint16_t)(trial * 2));
    return max_ns;
}

/* tiny: the ring is too small for turns. */
static void
note_turn(struct wr_learned *l, uint64_t moved, bool tiny)
{
    unsigned stuck = weir_load_rlx(&l->stuck) + 1u;

    if (moved > TURN)
        stuck = 0;
    else if (tiny)
        stuck = 1;
    weir_store_rlx(&l->stuck, (uint8_t)(stuck < 255 ? stuck : 255));
}

uint64_t
wr_learned_gap_ns(struct wr_learned *l, uint64_t ticket, uint64_t unit,
                  uint64_t max_ns)
{
    const uint64_t moved = (ticket - weir_load_rlx(&l->ticket)) / unit;
    uint64_t gap = weir_load_rlx(&l->gap_ns);

    weir_store_rlx(&l->ticket, ticket);
    note_turn(l, moved, max_ns <= GAP_MIN_NS);
    if (max_ns <= GAP_MIN_NS)
        return max_ns;
    if (moved >= GAP_STREAM) {
        if (gap < max_ns) {
            weir_store_rlx(&l->gap_ns, (uint32_t)max_ns);
            weir_store_rlx(&l->trial, TRIAL_FIRST);
        }
        return max_ns;
    }
    if (moved <= 1 && gap > GAP_MIN_NS) {
        gap = gap / 2 < GAP_MIN_NS ? GAP_MIN_NS : gap / 2;
        weir_store_rlx(&l->gap_ns, (uint32_t)gap);
    }
    return gap <= GAP_MIN_NS ? gap_low(l, gap, max_ns) : gap;
}

bool
wr_learned_spin(struct wr_learned *l)
{
    const unsigned bad = weir_load_rlx(&l->spin_bad) + 1u;

    if (wr_sys_cpus() == 1)
        return false;
    weir_store_rlx(&l->spin_bad, (uint8_t)(bad < 255 ? bad : SPIN_GIVE_UP));
    return bad <= SPIN_GIVE_UP || bad % SPIN_RETRY == 0;
}

void
wr_learned_spin_paid(struct wr_learned *l)
{
    if (weir_load_rlx(&l->spin_bad) != 0)
        weir_store_rlx(&l->spin_bad, 0);
}

bool
wr_learned_yield(struct wr_learned *l)
{
    const unsigned stuck = weir_load_rlx(&l->stuck);
    unsigned bad;

    if (wr_sys_cpus() > 1)
        return true;
    if (stuck < STUCK)
        return stuck == 0;
    bad = weir_load_rlx(&l->yield_bad) + 1u;
    weir_store_rlx(&l->yield_bad, (uint8_t)(bad < 255 ? bad : SPIN_GIVE_UP));
    return bad <= SPIN_GIVE_UP || bad % SPIN_RETRY == 0;
}

void
wr_learned_yield_paid(struct wr_learned *l)
{
    if (weir_load_rlx(&l->yield_bad) != 0)
        weir_store_rlx(&l->yield_bad, 0);
}
