/* SPDX-License-Identifier: MIT */
/*
 * select/select.h - one wait on several channels and events.
 *
 *     glance   at all cases of a small select, without a branch on what they
 *              say; one of those that seem ready is drawn and done
 *     poll     in random order, one channel at a time; enrolled nowhere, so a
 *              counterpart is claimed by one swap, and that is final
 *     enrol    only if no case was ready; in the order of addresses, all cases
 *              of a channel under one lock.  Nothing is claimed from here
 *     wait     until somebody claims the one waiter, by one of its branches
 *     settle   withdraw from the channels that did not win
 *
 * Invariants
 *   E1  A select claims others only while nobody can claim it.  So no claim is
 *       ever taken back.
 *   E2  Whoever claims a select by a branch takes all its branches on that
 *       object out (park/waiter.c): the select never touches the one that won
 *       again, and it may be freed.
 *   E3  Branches of a waiter that does not wait count as absent, and may be
 *       dropped by anybody under the object's lock.
 *   E4  A select is withdrawn everywhere before it polls again.
 *
 * Race: two selects want each other, on two rendezvous
 *
 *     A: {recv x, send y}                 B: {send x, recv y}
 *     -------------------                 -------------------
 *     polls: nobody                       polls: nobody
 *     enrols on x                         enrols on x: A waits there
 *     enrols on y           <- lock ->    leaves, withdraws, polls: claims A
 *
 *   Whoever comes second at a channel finds the first, and gives way to
 *   itself: it leaves by a swap of its own word.  If that fails it has been
 *   claimed, and waits.  At the topmost channel that two disturb each other at,
 *   one of them is left standing, so they do not do so for ever.
 *
 * Lifetime  branches lie on the party's stack, or in one block of the heap;
 *           nobody looks at them after DONE (W2).
 * Locks     one object's at a time.
 * Source    weir's core protocol; see docs/design/003.
 */
#ifndef WR_SELECT_SELECT_H
#define WR_SELECT_SELECT_H

#include "chan/chan.h"
#include "sync/event.h"

#include <weir/select.h>

#define SELECT_SMALL 16 /* cases without the heap */

/* A case on its way through poll, enrol and settle. */
struct select_case {
    struct wr_branch branch; /* first */
    weir_case *which;
    uint64_t evidence;   /* that it was not ready; select/poll.c */
    uint32_t rank;       /* where the last poll had it in its order */
    uint32_t elem_bytes; /* of its channel, which may be gone at the end */
};

struct select {
    weir_case *cases;
    struct select_case *all; /* count, by address of channel when enrolled */
    uint32_t *turns;         /* count, for drawing the order of a poll */
    uint32_t count;
    uint32_t enrolled; /* branches from 0 on that may be in a list */
    bool ordered;
};

#define SELECT_PENDING INT32_MIN /* no status of a caller's */

/* The lock of the list that a case enrols in; its object is not NULL. */
static inline void
select_lock(const weir_case *c)
{
    if (c->op == WEIR_CASE_EVENT)
        wr_event_lock(c->on);
    else
        wr_lock_acquire(&((weir_chan *)c->on)->lock);
}

static inline void
select_unlock(const weir_case *c)
{
    if (c->op == WEIR_CASE_EVENT)
        wr_event_unlock(c->on);
    else
        wr_lock_release(&((weir_chan *)c->on)->lock);
}

/* One look at a case: as the try_ forms, or CHAN_RETRY. */
int wr_select_look(weir_case *c);
/* Do one of the cases in `ready`, or a duplicate of it; in order, the first.
 * Its index, or SELECT_PENDING. */
int wr_select_any(weir_case *cases, uint32_t n, uint64_t ready, bool ordered);
/* The index of the case that was done; WEIR_AGAIN; SELECT_PENDING: a ticket is
 * claimed and not yet stored. */
int wr_select_poll(struct select *s);
/* As wr_select_poll(), but WEIR_AGAIN means: at one instant no case was ready.
 */
int wr_select_try(struct select *s);
/* Does a case seem to be ready?  A hint, that leaves lines where they are. */
bool wr_select_hint(struct select *s);

/* Enrol w everywhere: true, and wr_waiter_wait() is due; false: a case seems to
 * be ready, and w is withdrawn. */
bool wr_select_enrol(struct select *s, struct wr_waiter *w);

/* Withdraw from all channels but that of the case that won, if one did. */
void wr_select_withdraw(struct select *s, const struct select_case *won);

#endif
