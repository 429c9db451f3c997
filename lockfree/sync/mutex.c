/* SPDX-License-Identifier: MIT */
/*
 * sync/mutex.c - the slow paths of the mutex; see sync/mutex.h.
 *
 * Who finds it locked polls at long intervals for about the cost of a sleep
 * and a wake; but while somebody is parked, only the owner of the token polls.
 * A woken party polls likewise, then parks again, at the front.
 *
 * The lock-order audit of a later issue needs a look at one read-mostly flag in
 * the inline paths; it will take the next number of the layout.
 */
#include "sync/mutex.h"
#include "park/policy.h"

#define SPIN_NS 15000 /* about a park and its wake */
#define POLL_NS 256   /* between two looks, and up to as much again */
#define STARVE_NS 1000000

/* One call that did not get the lock at once. */
struct attempt {
    struct wr_waiter *waiter; /* NULL: none yet, or out of memory */
    int64_t since_ns;         /* when it parked first; 0: not yet */
    bool woken;               /* it has the token */
};

/* Take the lock if it is free, and give back the token by the same swap. */
static bool
take(weir_mutex *m, const struct attempt *a)
{
    const uint32_t token = a->woken ? MUTEX_WOKEN : 0;
    uint32_t word = weir_load_rlx(&m->word);

    while (!(word & MUTEX_LOCKED))
        /* order(mutex.hold) ACQ: see weir_mutex_unlock().
         * order(rwmutex.word) SC: a writer's LOCKED is before its look at the
         * slots; against slot_enter(). */
        if (weir_cas_sc(&m->word, &word, (word & ~token) | MUTEX_LOCKED))
            return true;
    return false;
}

bool
wr_mutex_try(weir_mutex *m)
{
    const struct attempt a = { NULL, 0, false };

    return take(m, &a);
}

/* The same, but without the lock the token is given back, too. */
static bool
take_or_drop(weir_mutex *m, struct attempt *a)
{
    uint32_t word;

    while (!take(m, a)) {
        if (!a->woken)
            return false;
        word = weir_load_rlx(&m->word);
        /* relaxed: M2; the holder's own swap sees the word as it is. */
        if ((word & MUTEX_LOCKED) &&
            weir_cas_rlx(&m->word, &word, word & ~(uint32_t)MUTEX_WOKEN))
            a->woken = false;
    }
    return true;
}

/* Whether to go on polling: somebody parked means that one polls. */
static bool
may_poll(weir_mutex *m, struct attempt *a)
{
    uint32_t word = weir_load_rlx(&m->word);

    if (word & MUTEX_STARVING)
        return false;
    if (a->woken || !(word & MUTEX_PARKED))
        return true;
    /* relaxed: a token says nothing about memory. */
    a->woken = !(word & MUTEX_WOKEN) && (word & MUTEX_LOCKED) &&
               weir_cas_rlx(&m->word, &word, word | MUTEX_WOKEN);
    return a->woken;
}

static bool
spin(weir_mutex *m, struct attempt *a)
{
    struct wr_spin spin = wr_spin_start(SPIN_NS);

    while (may_poll(m, a) && wr_spin_more(&spin)) {
        wr_spin_away(POLL_NS + wr_sys_cycles() % POLL_NS);
        if (take(m, a))
            return true;
    }
    return false;
}

/* Put w into the queue, and say so in a word that is LOCKED: then its unlock
 * will see it.  False: it is free by now. */
static bool
enrol(weir_mutex *m, struct attempt *a, int64_t now_ns)
{
    const bool again = a->since_ns != 0;
    const bool starves = again && a->woken && now_ns - a->since_ns > STARVE_NS;
    const uint32_t token = a->woken ? MUTEX_WOKEN : 0;
    const uint32_t more = MUTEX_PARKED | (starves ? MUTEX_STARVING : 0);
    struct wr_link *link = &a->waiter->node.link;
    struct wr_list list;
    uint32_t word;
    bool parked = false;

    wr_lock_acquire(wr_mutex_list_lock(m));
    word = weir_load_rlx(&m->word);
    while ((word & MUTEX_LOCKED) && !parked)
        /* relaxed: the list lock publishes the queue. */
        parked = weir_cas_rlx(&m->word, &word, (word & ~token) | more);
    if (parked) {
        if (!again)
            a->since_ns = now_ns;
        a->woken = false;
        a->waiter->node.msg = a;
        wr_waiter_arm(a->waiter);
        list = wr_queue_open(m->queue);
        if (again)
            wr_list_prepend(&list, link);
        else
            wr_list_append(&list, link);
        m->queue = wr_queue_shut(&list);
    }
    wr_lock_release(wr_mutex_list_lock(m));
    return parked;
}

/* Holds: the list lock. */
static void
clear_locked(weir_mutex *m, uint32_t bits)
{
    /* relaxed: the list lock orders these bits. */
    if (bits != 0)
        (void)weir_fetch_and_rlx(&m->word, ~bits);
}

static void
withdraw(weir_mutex *m, struct wr_link *link)
{
    struct wr_list list;

    wr_lock_acquire(wr_mutex_list_lock(m));
    if (wr_link_is_linked(link)) {
        list = wr_queue_open(m->queue);
        wr_list_unlink(&list, link);
        m->queue = wr_queue_shut(&list);
        if (wr_list_is_empty(&list))
            clear_locked(m, MUTEX_PARKED | MUTEX_STARVING);
    }
    wr_lock_release(wr_mutex_list_lock(m));
}

/* Sleep until woken.  WEIR_OK: the lock was handed over; WEIR_AGAIN: try (the
 * token came along, or it is free); else the limit's status. */
static int
park(weir_mutex *m, struct attempt *a, weir_limit limit)
{
    bool left;
    int status;

    if (a->waiter == NULL)
        a->waiter = wr_waiter_get();
    if (a->waiter == NULL) {
        if (take_or_drop(m, a))
            return WEIR_OK;
        wr_sys_nap(WR_NAP_NS);
        return WEIR_AGAIN;
    }
    if (!enrol(m, a, wr_sys_now_ns()))
        return WEIR_AGAIN;
    status = wr_waiter_wait(a->waiter, limit, false, &left);
    if (left)
        withdraw(m, &a->waiter->node.link);
    else
        a->woken = status == WEIR_AGAIN;
    return status;
}

WR_COLD int
wr_mutex_acquire(weir_mutex *m, weir_limit limit)
{
    struct attempt a = { NULL, 0, false };
    int status = WEIR_AGAIN;

    while (status == WEIR_AGAIN) {
        if (take(m, &a)) {
            status = WEIR_OK;
            break;
        }
        status = wr_limit_status(limit);
        if (status != WEIR_OK) {
            if (take_or_drop(m, &a))
                status = WEIR_OK;
            break;
        }
        status = spin(m, &a) ? WEIR_OK : park(m, &a, limit);
    }
    if (a.waiter != NULL)
        wr_waiter_put(a.waiter);
    return status;
}

/* STARVING: the first in the queue gets the lock as it is.  NULL: all of them
 * have left. */
static struct wr_node *
choose_heir(weir_mutex *m)
{
    wr_behind behind = 0;
    struct wr_list list;
    struct wr_node *heir;

    wr_lock_acquire(wr_mutex_list_lock(m));
    list = wr_queue_open(m->queue);
    heir = wr_waiter_claim_first(&list, &behind);
    m->queue = wr_queue_shut(&list);
    if (list.head == NULL) {
        clear_locked(m, MUTEX_PARKED | MUTEX_STARVING);
    } else {
        const struct attempt *next =
            wr_container_of(list.head, struct wr_node, link)->msg;

        if (wr_sys_now_ns() - next->since_ns < STARVE_NS)
            clear_locked(m, MUTEX_STARVING);
    }
    wr_lock_release(wr_mutex_list_lock(m));
    return heir;
}

/* Take the token for the first in the queue.  NULL: no need any more. */
static struct wr_node *
choose_woken(weir_mutex *m)
{
    wr_behind behind = 0;
    struct wr_list list;
    struct wr_node *woken = NULL;
    uint32_t word;

    wr_lock_acquire(wr_mutex_list_lock(m));
    list = wr_queue_open(m->queue);
    word = weir_load_rlx(&m->word);
    if ((word & (MUTEX_PARKED | MUTEX_WOKEN | MUTEX_STARVING)) ==
            MUTEX_PARKED &&
        /* relaxed: the release of the lock and the grant order all. */
        weir_cas_rlx(&m->word, &word, word | MUTEX_WOKEN)) {
        woken = wr_waiter_claim_first(&list, &behind);
        m->queue = wr_queue_shut(&list);
        clear_locked(m, (woken == NULL ? MUTEX_WOKEN : 0u) |
                            (list.head == NULL ? MUTEX_PARKED : 0u));
    } else {
        m->queue = wr_queue_shut(&list);
    }
    wr_lock_release(wr_mutex_list_lock(m));
    return woken;
}

/* Clear LOCKED if no wake is due. */
static bool
let_go(weir_mutex *m, uint32_t word)
{
    const bool due = (word & MUTEX_PARKED) && !(word & MUTEX_WOKEN);

    /* order(mutex.hold) REL: see weir_mutex_lock() and take().  Last touch. */
    return !due && !(word & MUTEX_READERS) &&
           weir_cas_rel(&m->word, &word, word & ~(uint32_t)MUTEX_LOCKED);
}

WR_COLD bool
wr_mutex_release(weir_mutex *m)
{
    struct wr_node *node = NULL;
    uint32_t word;

    for (;;) {
        word = weir_load_rlx(&m->word);
        WR_CHECK(word & MUTEX_LOCKED, "mutex", "unlock of unlocked mutex");
        if (let_go(m, word)) {
            if (node != NULL)
                wr_waiter_grant(node, WEIR_AGAIN);
            return true;
        }
        if (word & MUTEX_READERS)
            break;
        if (word & MUTEX_STARVING) {
            node = choose_heir(m);
            if (node != NULL) {
                wr_waiter_grant(node, WEIR_OK); /* last touch: the heir's */
                return true;
            }
        } else if (node == NULL && (word & MUTEX_PARKED)) {
            node = choose_woken(m);
        }
    }
    /* READERS may have come after the choice; the token goes with it. */
    if (node != NULL)
        wr_waiter_grant(node, WEIR_AGAIN);
    return false;
}

void
weir_mutex_lock_1(weir_mutex *m)
{
    (void)wr_mutex_acquire(m, WEIR_FOREVER);
}

void
weir_mutex_unlock_1(weir_mutex *m)
{
    (void)wr_mutex_release(m);
}

int
weir_mutex_try_lock(weir_mutex *m)
{
    return wr_mutex_try(m) ? WEIR_OK : WEIR_AGAIN;
}

int
weir_mutex_lock_until(weir_mutex *m, weir_limit limit)
{
    uint32_t found = 0;

    if (limit.cancel != NULL) {
        const int fired = wr_cancel_status(limit.cancel);

        if (fired != WEIR_OK)
            return fired;
    }
    /* order(mutex.hold) ACQ: see weir_mutex_unlock(). */
    if (weir_cas_acq(&m->word, &found, MUTEX_LOCKED))
        return WEIR_OK;
    return wr_mutex_acquire(m, limit);
}
