/* SPDX-License-Identifier: MIT */
/*
 * park/lock.h - the lock of a list of waiters: one word, held for tens of ns.
 *
 * State       0 free, 1 held, 2 held and somebody may sleep on it (may be set
 *             although nobody sleeps, never the other way round)
 * Lifetime    unlock is one exchange; the wake after it uses the address only,
 *             so whoever takes the lock next may free the memory around it
 * Source      U. Drepper, "Futexes Are Tricky" (2004), mutex 3.
 */
#ifndef WR_PARK_LOCK_H
#define WR_PARK_LOCK_H

#include "park/sys.h"

enum { LOCK_FREE = 0, LOCK_HELD = 1, LOCK_CONTENDED = 2 };

struct wr_lock {
    WEIR_ATOMIC(uint32_t) word;
};

void wr_lock_slow(struct wr_lock *lock);

static inline void
wr_lock_acquire(struct wr_lock *lock)
{
    uint32_t found = LOCK_FREE;

    /* order(lock.hold) ACQ: what the last holder wrote, see
     * wr_lock_release(). */
    if (wr_unlikely(!weir_cas_acq(&lock->word, &found, LOCK_HELD)))
        wr_lock_slow(lock);
}

static inline void
wr_lock_release(struct wr_lock *lock)
{
    /* order(lock.hold) REL: all that was done under the lock is before the
     * next wr_lock_acquire().  Last touch of the memory around the lock. */
    if (wr_unlikely(weir_xchg_rel(&lock->word, LOCK_FREE) == LOCK_CONTENDED))
        wr_sys_futex_wake(&lock->word, 1);
}

#endif
