/* SPDX-License-Identifier: MIT */
/*
 * model/park_lock.c - the list lock: exclusion, sleepers, and its last touch.
 *
 *     T1                   T2                   T3
 *     holds                sleeps               sleeps
 *     unlock: wakes T2
 *                          takes it as contended
 *                          unlock: wakes T3     (as held: nobody would)
 */
#include "mc.h"

#include "park/lock.h"

static struct wr_lock lock;
static int inside; /* plain: whoever is not ordered races on it */

static void
hold(void)
{
    wr_lock_acquire(&lock);
    mc_assert(inside == 0);
    inside = 1;
    inside = 0;
    wr_lock_release(&lock);
}

static void
hold_twice(void)
{
    hold();
    hold();
}

MC_SCENARIO(lock_two, .threads = { hold_twice, hold_twice });
MC_SCENARIO(lock_three, .threads = { hold, hold, hold });

/* Two looks at the lock before anybody sleeps. */
MC_SCENARIO(lock_spins, .threads = { hold_twice, hold_twice }, .look = 700);

/* Who holds it last frees it: the unlock before it touches it no more. */
struct counted {
    struct wr_lock lock;
    int users;
};
static struct counted *counted;

static void
make_counted(void)
{
    counted = mc_alloc(sizeof(*counted));
    *counted = (struct counted){ .users = 2 };
}

static void
drop(void)
{
    struct counted *c = counted;
    bool last;

    wr_lock_acquire(&c->lock);
    last = --c->users == 0;
    wr_lock_release(&c->lock);
    if (last)
        mc_free(c);
}

MC_SCENARIO(lock_free, .setup = make_counted, .threads = { drop, drop });
