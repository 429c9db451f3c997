/* SPDX-License-Identifier: MIT */
/*
 * weir/mutex.h - a mutex of 16 bytes, for threads and tasks.
 *
 *     static weir_mutex m = WEIR_MUTEX_INIT;
 *
 *     WEIR_LOCKED(&m) {
 *         count++;                  // break, continue and return unlock
 *     }
 *
 * All zero is an unlocked mutex; there is nothing to destroy.  It has no
 * owner: one thread may lock it and another unlock it, and a lock by its own
 * holder waits for ever.  Those who wait are woken in the order in which they
 * came, but must compete with those who come by; whoever has waited for more
 * than a millisecond and lost again is handed the mutex by its next unlock, and
 * so are those behind, until the wait is short again.
 *
 * Lifetime: an unlock does not touch the mutex once another party can hold it.
 * So "lock; last = --users == 0; unlock; if (last) free" is right.  Do not copy
 * or free one that is locked or waited for.
 *
 *              lock  unlock
 *   lock        -      -      - at the same time: fine
 *   unlock      -      X      X aborts: one of them unlocks what is unlocked
 */
#ifndef WEIR_MUTEX_H
#define WEIR_MUTEX_H

#include <weir/atomic.h>
#include <weir/base.h>

typedef struct weir_mutex {
    WEIR_ATOMIC(uint32_t) word; /* private, as all of them */
    WEIR_ATOMIC(uint32_t) list_lock;
    void *queue;
} weir_mutex;

#ifdef __cplusplus
static_assert(sizeof(weir_mutex) == 16, "a mutex has one layout everywhere");
#else
_Static_assert(sizeof(weir_mutex) == 16, "a mutex has one layout everywhere");
#endif

#define WEIR_MUTEX_INIT                                                        \
    {                                                                          \
        0, 0, NULL                                                             \
    }

/* Bits of the word that the inline paths know.  They and the layout belong to
 * the "1" in the names of the functions that those paths call: a program and a
 * library that differ do not link. */
#define WEIR_MUTEX_LOCKED_ ((uint32_t)1)

WEIR_BEGIN_DECLS

/**
 * As weir_mutex_lock, but never inline: for other languages, and what the
 * inline one calls when the mutex is not free.
 */
WEIR_API void weir_mutex_lock_1(weir_mutex *m) WEIR_NONNULL(1);

/**
 * As weir_mutex_unlock, but never inline: for other languages, and what the
 * inline one calls when somebody waits.
 */
WEIR_API void weir_mutex_unlock_1(weir_mutex *m) WEIR_NONNULL(1);

/**
 * Lock, waiting until the mutex is free.
 *
 * Params:   m  mutex
 * Returns:  nothing
 * Blocks:   while somebody else holds it.  Without memory to wait with it
 *           sleeps in short steps instead
 * Progress: one compare-and-swap when free; blocking otherwise.  Who has been
 *           woken gets it after at most 1 ms, the holds of those who starve
 *           before it, and the delays of the scheduler
 * Order:    everything before the n-th unlock happens before the return of the
 *           m-th lock, n < m [mutex.hold, waiter.done]
 * Callable: any thread or task, also from TLS destructors; not from a signal
 *           handler.  Not a cancellation point
 * Waiters:  thread, task
 */
static inline void
weir_mutex_lock(weir_mutex *m)
{
    uint32_t found = 0;

    /* order(mutex.hold) ACQ: what the last holder did, see
     * weir_mutex_unlock(). */
    if (!weir_cas_acq(&m->word, &found, WEIR_MUTEX_LOCKED_))
        weir_mutex_lock_1(m);
}

/**
 * Unlock.
 *
 * Params:   m  mutex; aborts when it is not locked
 * Returns:  nothing
 * Blocks:   never
 * Progress: one compare-and-swap when nobody waits; else also for the list
 *           lock, which is held for tens of nanoseconds
 * Order:    see weir_mutex_lock
 * Callable: any thread or task, not only the one that locked it; not from a
 *           signal handler
 */
static inline void
weir_mutex_unlock(weir_mutex *m)
{
    uint32_t found = WEIR_MUTEX_LOCKED_;

    /* order(mutex.hold) REL: all that was done under the mutex is before the
     * next weir_mutex_lock().  Last touch. */
    if (!weir_cas_rel(&m->word, &found, 0))
        weir_mutex_unlock_1(m);
}

/**
 * As weir_mutex_lock, but never waits.
 *
 * Returns:  WEIR_OK     locked
 *           WEIR_AGAIN  it was locked at one instant of the call, or is being
 *                       handed to somebody who waits; orders nothing
 * Blocks:   never
 */
WEIR_API WEIR_NODISCARD int weir_mutex_try_lock(weir_mutex *m) WEIR_NONNULL(1);

/**
 * As weir_mutex_lock, but stops waiting at a limit.
 *
 * Params:   limit  when; a deadline that has passed already makes this a try
 * Returns:  WEIR_OK       locked
 *           WEIR_TIMEOUT  the deadline passed; not locked
 *           or the status that the limit's context ended with, also if it had
 *           ended before the call and the mutex is free
 */
WEIR_API WEIR_NODISCARD int weir_mutex_lock_until(weir_mutex *m,
                                                  weir_limit limit)
    WEIR_NONNULL(1);

static inline weir_mutex *
weir_mutex_enter_(weir_mutex *m)
{
    weir_mutex_lock(m);
    return m;
}

static inline void
weir_mutex_leave_(weir_mutex **m)
{
    weir_mutex_unlock(*m);
}

WEIR_END_DECLS

/* clang-format off */
/* A statement under a lock of some type: what `leave` does happens when the
 * statement is left, on any path. */
#define WEIR_GUARDED_(type, enter, leave, lock)                                \
    WEIR_GUARD_COUNTED_(type, enter, leave, lock, __COUNTER__)
#define WEIR_GUARD_COUNTED_(type, enter, leave, lock, n)                       \
    WEIR_GUARD_PASTED_(type, enter, leave, lock, n)
#define WEIR_GUARD_PASTED_(type, enter, leave, lock, n)                        \
    WEIR_GUARD_NAMED_(type, enter, leave, lock, weir_held_##n##_,              \
                      weir_once_##n##_)
#define WEIR_GUARD_NAMED_(type, enter, leave, lock, held, once)                \
    for (type *held __attribute__((cleanup(leave))) = enter(lock),             \
              *once = held;                                                    \
         once != NULL; once = NULL)
/* clang-format on */

/** The statement after it runs with the mutex locked.  The argument is
 * evaluated once.  break and continue leave the statement, not a loop around
 * it; on every way out but longjmp the mutex is unlocked. */
#define WEIR_LOCKED(m)                                                         \
    WEIR_GUARDED_(weir_mutex, weir_mutex_enter_, weir_mutex_leave_, m)

#endif
