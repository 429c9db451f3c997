/* SPDX-License-Identifier: MIT */
/*
 * sync/event.h - the close-only event: one word that is flag and lock at once.
 *
 * State of the word
 *     SET       it has happened; never taken back
 *     LOCKED    somebody works on the list of waiters
 *     WAITERS   the list is not empty.  Changes at an unlock only
 *     SLEEPERS  somebody may sleep until it is unlocked (may be set although
 *               nobody does, never the other way round)
 *
 * Invariants
 *     V   At an unlock with SET the list is empty: whoever holds the lock has
 *         claimed all of it.
 *
 * Transitions
 *     set     -> SET                      nobody waits, or LOCKED: last touch
 *             -> SET, LOCKED              WAITERS; then claims all and unlocks
 *     party   + LOCKED                    to enrol, to withdraw
 *             - LOCKED, SLEEPERS; WAITERS as the list says
 *             + SLEEPERS                  before it sleeps on the word
 *
 * Race: a set, perhaps from a signal handler, against the holder of the lock.
 * The handler may have interrupted the very holder, so it must not wait for it.
 *
 *     party enrols                         setter
 *     ------------                         ------
 *     word: + LOCKED                       word: LOCKED -> LOCKED, SET (A)
 *     not SET: appends itself                 returns, touches nothing more
 *     word: - LOCKED                 (B)
 *          <-- event.set, one word -->
 *
 *   (A) first: the swap (B) fails, finds SET, and the party claims everybody,
 *   itself included, before it unlocks.  (B) first: the setter finds WAITERS,
 *   takes the lock by the swap that sets, and claims them.
 *
 * Last touch: waiters are granted after the unlock, which is the last touch of
 * the event by who set it.  Is it LOCKED, then some other call on it is running
 * that cannot end before: the holder's, if it enrols or withdraws; if it sets,
 * that of a party in the list (there was one by WAITERS), for it is granted
 * after the unlock, or withdraws under the lock.  So who finds the event set,
 * with no other call than the set running, may use its memory again.
 *
 * Select: E1 of select/select.h stands, for this claims nobody for the party
 * that holds the lock: it ends on behalf of the setter what can only end so.
 *
 * Locks   the word; under it nothing blocks, wakes or allocates.  Only parties
 *         that enrol or withdraw wait for it, and never with another lock held.
 */
#ifndef WR_SYNC_EVENT_H
#define WR_SYNC_EVENT_H

#include "park/waiter.h"

#include <weir/event.h>

enum { EVENT_SET = 1, EVENT_LOCKED = 2, EVENT_WAITERS = 4, EVENT_SLEEPERS = 8 };

WR_STATIC_ASSERT((uint32_t)EVENT_SET == WEIR_EVENT_SET_,
                 "the inline look knows this bit");
WR_STATIC_ASSERT(offsetof(weir_event, tail) - offsetof(weir_event, head) ==
                     offsetof(struct wr_list, tail),
                 "head and tail are a list");

/* Under the lock. */
static inline struct wr_list *
wr_event_list(weir_event *ev)
{
    return (struct wr_list *)(void *)&ev->head;
}

void wr_event_lock(weir_event *ev);
/* Completes all waiters if the event has been set. */
void wr_event_unlock(weir_event *ev);

/* Append a waiter or branch; false: the event is set.  Holds: its lock. */
bool wr_event_enrol(weir_event *ev, struct wr_node *node);

#endif
