/* SPDX-License-Identifier: MIT */
/*
 * model/sync_mutex.c - the mutex: exclusion, wakes, limits, hand-over, free.
 *
 * `inside` is a plain variable: whoever is in without having been ordered after
 * the last holder races on it.  A lost wake is a deadlock.  Above 60 steps:
 * less than two preemptions and two stale reads, and seeded random runs with
 * more.
 */
#include "mc.h"

#include "park/cancel.h"
#include "park/thread.h"
#include "sync/mutex.h"

#define BOUND_1 .bound = 1, .stale = 1
#define BOUND_2 .bound = 2, .stale = 1
#define RANDOM .bound = -1, .stale = 4, .spurious = 2, .random = 20000

static weir_mutex m = WEIR_MUTEX_INIT;
static int inside;
static struct weir_cancel cancel;

static void
prepare(void)
{
    wr_waiter_put(wr_waiter_get());
}

static void
enter(void)
{
    mc_assert(inside == 0);
    inside = 1;
}

static void
leave(void)
{
    mc_assert(inside == 1);
    inside = 0;
}

static void
lock_once(void)
{
    weir_mutex_lock(&m);
    enter();
    leave();
    weir_mutex_unlock(&m);
}

static void
lock_twice(void)
{
    lock_once();
    lock_once();
}

static void
is_free(void)
{
    mc_assert(weir_load_rlx(&m.word) == 0);
    mc_assert(m.queue == NULL);
    mc_assert(weir_load_rlx(&m.list_lock) == LOCK_FREE);
}

MC_SCENARIO(mutex_two, .setup = prepare, .threads = { lock_twice, lock_twice },
            .check = is_free);
MC_SCENARIO(mutex_three, .setup = prepare,
            .threads = { lock_once, lock_once, lock_once }, .check = is_free,
            BOUND_2);
MC_SCENARIO(mutex_three_random, .setup = prepare,
            .threads = { lock_once, lock_once, lock_once }, .check = is_free,
            RANDOM);

static void
try_once(void)
{
    if (weir_mutex_try_lock(&m) != WEIR_OK)
        return;
    enter();
    leave();
    weir_mutex_unlock(&m);
}

MC_SCENARIO(mutex_try, .setup = prepare,
            .threads = { lock_twice, try_once, try_once }, .check = is_free);

static void
lock_limited(weir_limit limit)
{
    const int status = weir_mutex_lock_until(&m, limit);

    mc_outcome((uint64_t)(status != WEIR_OK));
    if (status != WEIR_OK)
        return;
    enter();
    leave();
    weir_mutex_unlock(&m);
}

static void
lock_timed(void)
{
    lock_limited(weir_deadline(WEIR_S(10)));
}

static const uint64_t both[] = { 0, 1 };

/* A wake that goes to a party which times out must not be lost. */
MC_SCENARIO(mutex_time_out_two, .setup = prepare,
            .threads = { lock_twice, lock_timed }, .check = is_free,
            .allowed = both, .n_allowed = 2);
MC_SCENARIO(mutex_time_out, .setup = prepare,
            .threads = { lock_once, lock_timed, lock_once }, .check = is_free,
            .allowed = both, .n_allowed = 2, BOUND_2, .big = true);
MC_SCENARIO(mutex_time_out_random, .setup = prepare,
            .threads = { lock_once, lock_timed, lock_once }, .check = is_free,
            RANDOM);

/* Who leaves last takes PARKED with it. */
static void
prepare_locked(void)
{
    prepare();
    weir_mutex_lock(&m);
}

static void
lock_and_leave(void)
{
    lock_timed();
    lock_once();
}

MC_SCENARIO(mutex_time_out_again, .setup = prepare,
            .threads = { lock_twice, lock_and_leave }, .check = is_free,
            .allowed = both, .n_allowed = 2, BOUND_2);

static void
lock_in_vain(void)
{
    mc_assert(weir_mutex_lock_until(&m, weir_deadline(WEIR_S(10))) ==
              WEIR_TIMEOUT);
    mc_assert(weir_load_rlx(&m.word) == MUTEX_LOCKED);
}

static void
unlock_last(void)
{
    weir_mutex_unlock(&m);
    is_free();
}

MC_SCENARIO(mutex_left, .setup = prepare_locked, .threads = { lock_in_vain },
            .check = unlock_last);

static void
lock_cancelled(void)
{
    weir_limit limit = WEIR_FOREVER;

    limit.cancel = &cancel;
    lock_limited(limit);
}

static void
fire(void)
{
    wr_cancel_fire(&cancel, WEIR_CANCELED);
}

MC_SCENARIO(mutex_cancel, .setup = prepare,
            .threads = { lock_once, lock_cancelled, fire }, .check = is_free,
            .allowed = both, .n_allowed = 2);
MC_SCENARIO(mutex_cancel_late, .setup = prepare,
            .threads = { lock_once, lock_cancelled, lock_once, fire },
            .check = is_free, .bound = 1, .allowed = both, .n_allowed = 2);

/* "lock; last = --users == 0; unlock; if (last) free". */
struct counted {
    weir_mutex mutex;
    int users;
};
static struct counted *counted;

static void
make_counted(void)
{
    prepare();
    counted = wr_sys_alloc(sizeof(*counted));
    *counted = (struct counted){ WEIR_MUTEX_INIT, 2 };
}

static void
make_counted_3(void)
{
    make_counted();
    counted->users = 3;
}

static void
drop(void)
{
    struct counted *c = counted;
    bool last;

    weir_mutex_lock(&c->mutex);
    last = --c->users == 0;
    weir_mutex_unlock(&c->mutex);
    if (last)
        wr_sys_free(c);
}

MC_SCENARIO(mutex_free, .setup = make_counted, .threads = { drop, drop });
MC_SCENARIO(mutex_free_3, .setup = make_counted_3,
            .threads = { drop, drop, drop }, .bound = 1);

/* Locked by one, unlocked by the other. */
static WEIR_ATOMIC(int) passed;

static void
lock_and_pass(void)
{
    weir_mutex_lock(&m);
    enter();
    weir_store_rel(&passed, 1);
    lock_once();
}

static void
take_over(void)
{
    while (!weir_load_acq(&passed))
        weir_cpu_relax();
    leave();
    weir_mutex_unlock(&m);
}

MC_SCENARIO(mutex_pass, .setup = prepare,
            .threads = { lock_and_pass, take_over }, .check = is_free);

/* No memory for a waiter: it polls. */
MC_SCENARIO(mutex_no_memory, .threads = { lock_once, lock_once }, .nomem = 2,
            .check = is_free);

/* The order of the queue.  By the checker's own look: who is parked. */
enum { FIRST_IN }; /* a ghost */

MC_GHOST static int
parked(void)
{
    const struct wr_link *first = m.queue;

    if (m.list_lock != LOCK_FREE || first == NULL)
        return 0;
    return first == first->prev ? 1 : 2;
}

static void
until_parked(int count)
{
    while (parked() < count)
        mc_relax();
}

static void
lock_first(void)
{
    weir_mutex_lock(&m);
    mc_ghost_set(FIRST_IN, 1);
    weir_mutex_unlock(&m);
}

/* Parks behind the first, and gets it behind the first. */
static void
lock_second(void)
{
    until_parked(1);
    weir_mutex_lock(&m);
    mc_assert(mc_ghost(FIRST_IN) == 1);
    weir_mutex_unlock(&m);
}

/* Who was woken and lost stays the first. */
static void
unlock_and_barge(void)
{
    until_parked(2);
    weir_mutex_unlock(&m);
    lock_once();
}

MC_SCENARIO(mutex_in_turn, .setup = prepare_locked,
            .threads = { lock_first, lock_second, unlock_and_barge },
            .check = is_free, .bound = 1, .stale = -1, .spurious = -1);

/* Who lost after a long wait is handed the lock by the next unlock. */
static void
unlock_and_barge_twice(void)
{
    until_parked(1);
    weir_mutex_unlock(&m);
    weir_mutex_lock(&m);
    while (parked() == 0 && mc_ghost(FIRST_IN) == 0)
        mc_relax();
    weir_mutex_unlock(&m);
    weir_mutex_lock(&m);
    mc_assert(mc_ghost(FIRST_IN) == 1);
    weir_mutex_unlock(&m);
}

MC_SCENARIO(mutex_starves, .setup = prepare_locked,
            .threads = { lock_first, unlock_and_barge_twice }, .check = is_free,
            BOUND_1);
