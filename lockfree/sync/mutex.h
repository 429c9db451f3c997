/* SPDX-License-Identifier: MIT */
/*
 * sync/mutex.h - the mutex inside; also the writers' half of the RWMutex.
 *
 * State of the word
 *   LOCKED    somebody holds it
 *   PARKED    the queue is not empty
 *   WOKEN     the token of the one party that is awake and trying: while it is
 *             out, an unlock wakes nobody
 *   STARVING  the next unlock hands over
 *   READERS   (RWMutex) readers wait, in a list of their own
 *   FROZEN    (RWMutex) somebody counts the holds; see sync/rwmutex.h
 *   ASYM      (RWMutex) readers enter by a plain store; see sync/rwmutex.h
 *   WRITES    (RWMutex) the unit of the 24 bits above, which count the writes
 *   PARKED, STARVING, READERS and FROZEN change under the list lock only.
 *
 * Invariants
 *   M1  PARKED and not LOCKED => WOKEN (no wake is lost)
 *   M2  WOKEN: one party has the token.  It gives it back by the swap that
 *       takes the lock, or by a swap of a word that is LOCKED
 *   M3  STARVING => LOCKED, PARKED and not WOKEN
 *
 * Race: a party parks against an unlock that sees nobody
 *
 *     party                                holder
 *     -----                                ------
 *     (list lock) enrols                   word: LOCKED -> 0           (B)
 *     word: LOCKED -> LOCKED|PARKED  (A)
 *          <-- mutex.hold, one word -->
 *
 *   (A) first: the swap (B) fails, and the slow unlock finds PARKED.  (B)
 *   first: (A) finds LOCKED clear, so the party leaves the queue and tries.
 *
 * Race: the slow unlock decides before it releases.  It takes the list lock
 * *while it holds the mutex*, takes the token for the first in the queue, lets
 * go of the list lock, and only then clears LOCKED (or, handing over, leaves
 * it).  Its decision stands in the word meanwhile: with the token out nobody
 * else wakes, and nobody starves (M3), so nothing that it saw can change.
 *
 *     holder                               next owner
 *     ------                               ----------
 *     word |= WOKEN; claims the first
 *     list lock released (still LOCKED)
 *     word &= ~LOCKED               (A)    swap takes LOCKED; unlocks; frees
 *     grants the claimed waiter     (B)
 *
 * Last touch: (A), or the grant of a hand-over.  (B) touches the waiter, which
 * is never unmapped.
 *
 * Time-out and cancel: the waiter's word decides (park/waiter.h W1); a party
 * that left was not claimed, so it has neither the lock nor a token.  One that
 * was woken and gives up gives back the token by M2, or takes the lock.
 *
 * Lines   one, and the waiter's.
 * Source  Go's sync.Mutex (normal and starvation mode, 1 ms); the designated
 *         waker of nsync (M. Burrows); the spacing of polls: sync notes.
 */
#ifndef WR_SYNC_MUTEX_H
#define WR_SYNC_MUTEX_H

#include "park/limit.h"
#include "park/lock.h"
#include "park/waiter.h"

#include <weir/mutex.h>

enum {
    MUTEX_LOCKED = 1,
    MUTEX_PARKED = 2,
    MUTEX_WOKEN = 4,
    MUTEX_STARVING = 8,
    MUTEX_READERS = 16,
    MUTEX_FROZEN = 32,
    MUTEX_ASYM = 64,
    MUTEX_WRITES = 256
};

WR_STATIC_ASSERT((uint32_t)MUTEX_LOCKED == WEIR_MUTEX_LOCKED_,
                 "the inline paths know this bit");

static inline struct wr_lock *
wr_mutex_list_lock(weir_mutex *m)
{
    return (struct wr_lock *)(void *)&m->list_lock;
}

/* A list that is kept as one pointer, to its first link, while nobody works on
 * it: the last one then stands in the first one's prev.  Under its lock. */
static inline struct wr_list
wr_queue_open(void *queue)
{
    struct wr_list list = { queue, NULL };

    if (list.head != NULL) {
        list.tail = list.head->prev;
        list.head->prev = NULL;
    }
    return list;
}

static inline void *
wr_queue_shut(const struct wr_list *list)
{
    if (list->head != NULL)
        list->head->prev = list->tail;
    return list->head;
}

/* Lock it if it is free. */
bool wr_mutex_try(weir_mutex *m);

/* Lock it after an inline attempt has failed; WEIR_OK or the limit's status. */
int wr_mutex_acquire(weir_mutex *m, weir_limit limit);

/* Unlock it.  False: it is still locked, and has READERS, who come first. */
bool wr_mutex_release(weir_mutex *m);

#endif
