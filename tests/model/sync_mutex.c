/* SPDX-License-Identifier: MIT */
/*
 * model/sync_mutex.c - the mutex: exclusion, wakes, limits, hand-over, free.
 *
 * `inside` is a plain variable: whoever is in without having been ordered after
 * the last holder races on it.  A lost wake is a deadlock.
 */
#include "mc.h"

#include "park/cancel.h"
#include "park/thread.h"
#include "sync/mutex.h"

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
            .threads = { lock_once, lock_once, lock_once }, .check = is_free);

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
MC_SCENARIO(mutex_time_out, .setup = prepare,
            .threads = { lock_once, lock_timed, lock_once }, .check = is_free,
            .allowed = both, .n_allowed = 2);

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
