/* SPDX-License-Identifier: MIT */
/*
 * weir/rwmutex.h - a readers-writer lock whose readers write no common line.
 *
 *     static weir_rwmutex rw = WEIR_RWMUTEX_INIT;
 *
 *     WEIR_RLOCKED(&rw)
 *         use(table);               // break, continue and return unlock
 *     WEIR_WLOCKED(&rw) {
 *         change(table);
 *     }
 *
 * All zero is an unlocked lock; there is nothing to destroy.  A reader writes a
 * line of its own thread and reads the lock, so that reading scales with the
 * cores; a writer looks at the line of every thread that has ever read under
 * any lock.  For data that is mostly written, take a mutex.
 *
 * It has two modes.  DIST (for distributed): a reader pays one exchange on its
 * line.  ASYM (for asymmetric), after some milliseconds without a writer: a
 * reader pays a store, and the next writer a membarrier(2), which interrupts
 * the other CPUs that run this process (0.1 to 50 us).  How long it must have
 * been quiet follows from what the last membarrier took, so that the tax on
 * writers stays below 0.5 %.  Where the kernel refuses membarrier when the
 * program starts, there is no ASYM.  A program that forbids it to itself later,
 * by seccomp, must not have used an RWMutex before; else it aborts and says so.
 *
 * Phase-fair: a writer that waits keeps new readers out, and an unlock lets in
 * all readers that sleep before the next writer.  So, as in Go, a thread that
 * holds a read lock must not read-lock again: a writer may have come between.
 * There is no upgrade and no downgrade.
 *
 * It has no owner: whatever is held may be given back by another thread.
 *
 * Lifetime: as the mutex, an unlock or runlock does not touch the lock once
 * a writer can hold it, so whoever then write-locks it may free it.  One
 * exception: if one plain thread took a read lock and *another* gave it back,
 * keep the memory until the first has ended or has waited for anything in weir.
 * Do not copy or free a lock that is held or waited for.
 *
 *              rlock  runlock  lock  unlock
 *   rlock        -       -      -      -    - at the same time: fine
 *   runlock      -       -      -      M    M aborts: nothing is held so
 *   lock         -       -      -      -
 *   unlock       -       M      -      M
 */
#ifndef WEIR_RWMUTEX_H
#define WEIR_RWMUTEX_H

#include <weir/mutex.h>

typedef struct weir_rwmutex {
    weir_mutex writers;            /* private, as all of them */
    WEIR_ATOMIC(uint32_t) central; /* holds that are in no thread's line */
    uint32_t drainer;
    void *readers;
} weir_rwmutex;

#define WEIR_RWMUTEX_INIT                                                      \
    {                                                                          \
        WEIR_MUTEX_INIT, 0, 0, NULL                                            \
    }

WEIR_BEGIN_DECLS

/**
 * Lock for reading, waiting until no writer holds or awaits the lock.
 *
 * Params:   rw  lock
 * Returns:  nothing
 * Blocks:   while a writer holds it or waits for it.  Without memory to wait
 *           with it sleeps in short steps instead
 * Progress: one store (DIST: exchange) and two loads when there is no writer;
 *           else blocking, for one writer at most once it sleeps
 * Order:    everything before some unlock happens before the return, and
 *           everything before the runlock happens before the return of the
 *           next lock [mutex.hold, holds.slot, rwmutex.central, waiter.done].
 *           Readers do not order each other
 * Callable: any thread or task, also from TLS destructors; not from a signal
 *           handler.  Not a cancellation point
 * Waiters:  thread, task
 */
WEIR_API void weir_rwmutex_rlock(weir_rwmutex *rw) WEIR_NONNULL(1);

/**
 * As weir_rwmutex_rlock, but never waits.
 *
 * Returns:  WEIR_OK     locked for reading
 *           WEIR_AGAIN  a writer held it, or awaited it, at one instant
 * Blocks:   never
 */
WEIR_API WEIR_NODISCARD int weir_rwmutex_try_rlock(weir_rwmutex *rw)
    WEIR_NONNULL(1);

/**
 * As weir_rwmutex_rlock, but stops waiting at a limit.
 *
 * Params:   limit  when; a deadline that has passed already makes this a try
 * Returns:  WEIR_OK       locked for reading
 *           WEIR_TIMEOUT  the deadline passed; not locked
 *           or the status that the limit's context ended with, also if it had
 *           ended before the call and there is no writer
 */
WEIR_API WEIR_NODISCARD int weir_rwmutex_rlock_until(weir_rwmutex *rw,
                                                     weir_limit limit)
    WEIR_NONNULL(1);

/**
 * Give back one lock for reading.
 *
 * Params:   rw  lock; aborts when nobody holds it for reading
 * Returns:  nothing
 * Blocks:   never
 * Progress: one store and one load if the thread that took it did not wait for
 *           anything in between; else one compare-and-swap.  Waking a writer
 *           takes a list lock, which is held for tens of nanoseconds
 * Order:    see weir_rwmutex_rlock
 * Callable: any thread or task, not only the one that locked it; not from a
 *           signal handler
 */
WEIR_API void weir_rwmutex_runlock(weir_rwmutex *rw) WEIR_NONNULL(1);

/**
 * Lock for writing, waiting until nobody holds the lock.
 *
 * Params:   rw  lock
 * Returns:  nothing
 * Blocks:   while anybody holds it.  Without memory to wait with it sleeps in
 *           short steps instead
 * Progress: blocking; looks at the line of every thread that has read-locked
 *           anything, in ASYM after a membarrier(2).  Between two writers come
 *           the readers that slept
 * Order:    everything before each earlier unlock and runlock happens before
 *           the return [mutex.hold, holds.slot, rwmutex.central, waiter.done]
 * Callable: any thread or task, also from TLS destructors; not from a signal
 *           handler.  Not a cancellation point
 * Waiters:  thread, task
 */
WEIR_API void weir_rwmutex_lock(weir_rwmutex *rw) WEIR_NONNULL(1);

/**
 * As weir_rwmutex_lock, but never waits.
 *
 * Returns:  WEIR_OK     locked for writing
 *           WEIR_AGAIN  somebody held it, or awaited it for writing, at one
 *                       instant; readers may have met a writer for a moment
 * Blocks:   never
 */
WEIR_API WEIR_NODISCARD int weir_rwmutex_try_lock(weir_rwmutex *rw)
    WEIR_NONNULL(1);

/**
 * As weir_rwmutex_lock, but stops waiting at a limit.
 *
 * Params:   limit  when; a deadline that has passed already makes this a try
 * Returns:  WEIR_OK       locked for writing
 *           WEIR_TIMEOUT  the deadline passed; not locked
 *           or the status that the limit's context ended with, also if it had
 *           ended before the call and nobody holds it
 */
WEIR_API WEIR_NODISCARD int weir_rwmutex_lock_until(weir_rwmutex *rw,
                                                    weir_limit limit)
    WEIR_NONNULL(1);

/**
 * Unlock what was locked for writing.
 *
 * Params:   rw  lock; aborts when no writer holds it
 * Returns:  nothing
 * Blocks:   never
 * Progress: one compare-and-swap when nobody waits; else also for the list
 *           lock, which is held for some tens of nanoseconds per reader
 * Order:    see weir_rwmutex_rlock
 * Callable: any thread or task, not only the one that locked it; not from a
 *           signal handler
 */
WEIR_API void weir_rwmutex_unlock(weir_rwmutex *rw) WEIR_NONNULL(1);

static inline weir_rwmutex *
weir_rwmutex_renter_(weir_rwmutex *rw)
{
    weir_rwmutex_rlock(rw);
    return rw;
}

static inline void
weir_rwmutex_rleave_(weir_rwmutex **rw)
{
    weir_rwmutex_runlock(*rw);
}

static inline weir_rwmutex *
weir_rwmutex_enter_(weir_rwmutex *rw)
{
    weir_rwmutex_lock(rw);
    return rw;
}

static inline void
weir_rwmutex_leave_(weir_rwmutex **rw)
{
    weir_rwmutex_unlock(*rw);
}

WEIR_END_DECLS

/** The statement after it runs with the lock held for reading; see
 * WEIR_LOCKED. */
#define WEIR_RLOCKED(rw)                                                       \
    WEIR_GUARDED_(weir_rwmutex, weir_rwmutex_renter_, weir_rwmutex_rleave_, rw)

/** The statement after it runs with the lock held for writing; see
 * WEIR_LOCKED. */
#define WEIR_WLOCKED(rw)                                                       \
    WEIR_GUARDED_(weir_rwmutex, weir_rwmutex_enter_, weir_rwmutex_leave_, rw)

#endif
